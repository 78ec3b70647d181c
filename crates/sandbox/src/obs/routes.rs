//! Which call is meant, and the few that are about a bucket.

use axum::body::Body;
use axum::http::{Method, Response, StatusCode};

use super::error::{ObsError, xml};
use super::{Result, multipart, objects, signature};
use crate::cloud::Cloud;
use crate::effects::EffectKind;
use crate::http::{Call, set};
use crate::keystone::directory::REGION;

/// Where buckets in hosts are below.
const DOMAIN: &str = ".localhost";
/// What a bucket that is in another region says of it.
const OTHER_REGION: &str = "elsewhere";

/// A bucket, and the key of an object in it.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) bucket: String,
    pub(super) key: String,
}

pub(super) async fn answer(cloud: &Cloud, call: &mut Call) -> Result<Response<Body>> {
    let in_host = bucket_of_host(call.header("host").unwrap_or_default()).map(str::to_owned);
    signature::check(cloud, call, in_host.as_deref())?;
    let path = call.path.strip_prefix('/').unwrap_or(&call.path);
    let (bucket, key) = match &in_host {
        Some(bucket) => (bucket.as_str(), path),
        None => path.split_once('/').unwrap_or((path, "")),
    };
    let target = Target { bucket: bucket.to_owned(), key: key.to_owned() };
    let elsewhere = match cloud.obs.store().bucket(&target.bucket) {
        Some(bucket) => bucket.elsewhere,
        None => return Err(ObsError::no_bucket()),
    };
    let asks_for = |name: &str| call.query.contains(name);
    if target.key.is_empty() {
        let region = if elsewhere { OTHER_REGION } else { REGION };
        return match call.method {
            Method::GET if asks_for("location") => {
                let body = format!("<Location xmlns=\"http://obs.myhwclouds.com/doc/2015-06-30/\">{region}</Location>");
                Ok(xml(StatusCode::OK, &body))
            }
            Method::GET if asks_for("uploads") => Ok(multipart::list(cloud, &target.bucket, call.query.get("prefix"))),
            Method::HEAD => {
                let mut response = Response::new(Body::empty());
                set(&mut response, "x-obs-bucket-location", region);
                Ok(response)
            }
            _ => Err(ObsError::no_method()),
        };
    }
    if elsewhere {
        return Err(ObsError::elsewhere());
    }
    match call.method {
        Method::POST if asks_for("uploads") => multipart::begin(cloud, &target),
        Method::POST if asks_for("uploadId") => multipart::complete(cloud, call, &target).await,
        Method::PUT if asks_for("uploadId") => multipart::part(cloud, call, &target).await,
        Method::DELETE if asks_for("uploadId") => multipart::abort(cloud, call, &target),
        Method::PUT => objects::put(cloud, call, &target).await,
        Method::GET | Method::HEAD => objects::get(cloud, call, &target),
        Method::DELETE => Ok(objects::delete(cloud, &target)),
        _ => Err(ObsError::no_method()),
    }
}

/// The bucket that a host such as `bucket.localhost:1234` names.
fn bucket_of_host(host: &str) -> Option<&str> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.strip_suffix(DOMAIN).filter(|bucket| !bucket.is_empty())
}

/// What a call will have done if it succeeds, and what tells it from others with its method and path.
pub(crate) fn kind_of(call: &Call) -> Option<(EffectKind, &'static str)> {
    let part = ["uploads", "partNumber", "uploadId"].into_iter().find(|name| call.query.contains(name));
    let kind = match (call.method.as_str(), part) {
        ("PUT", Some("partNumber")) => EffectKind::DataWritten,
        ("PUT" | "POST", _) => EffectKind::Created,
        ("DELETE", _) => EffectKind::Deleted,
        _ => return None,
    };
    Some((kind, part.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_may_name_buckets() {
        assert_eq!(bucket_of_host("images.localhost:80"), Some("images"));
        assert_eq!(bucket_of_host("a.b.localhost"), Some("a.b"));
        for host in ["127.0.0.1:80", "localhost", "[::1]:80", ".localhost"] {
            assert_eq!(bucket_of_host(host), None, "{host}");
        }
    }
}
