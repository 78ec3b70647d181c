//! `Authorization: OBS AK:SIGNATURE`, checked from the rules of OBS's API reference, "Authentication of Signature in a Header".

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha1::Sha1;

use super::Result;
use super::error::ObsError;
use crate::cloud::Cloud;
use crate::http::Call;
use crate::http::query::unescape;

/// How far the time of a request may be from ours.
const SKEW: Duration = Duration::from_secs(15 * 60);
const DATE: &str = "x-obs-date";
const TOKEN: &str = "x-obs-security-token";
const PREFIX: &str = "x-obs-";
/// The names in a query that are signed.
const SIGNED: &[&str] = &[
    "acl",
    "append",
    "cors",
    "customdomain",
    "delete",
    "encryption",
    "lifecycle",
    "location",
    "logging",
    "metadata",
    "notification",
    "partNumber",
    "policy",
    "position",
    "quota",
    "replication",
    "restore",
    "storageClass",
    "storageinfo",
    "tagging",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// Refuses who may not call. `bucket` is the one that the host names.
pub(super) fn check(cloud: &Cloud, call: &Call, bucket: Option<&str>) -> Result<()> {
    let denied = |why: &str| ObsError::forbidden("AccessDenied", why);
    let given = call.header("authorization").ok_or_else(|| denied("Access Denied: the request is not signed."))?;
    let (access, signature) = given
        .strip_prefix("OBS ")
        .and_then(|given| given.split_once(':'))
        .ok_or_else(|| ObsError::bad("InvalidArgument", "The Authorization header is not OBS AK:SIGNATURE."))?;
    let now = cloud.clock.now();
    check_time(call.header(DATE).or(call.header("date")), now)?;
    let key = cloud.iam.key(access);
    let key = key.ok_or_else(|| ObsError::forbidden("InvalidAccessKeyId", "The access key Id you provided does not exist."))?;
    let wrong = || {
        let message =
            "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
        ObsError::forbidden("SignatureDoesNotMatch", message)
    };
    let text = text(call, bucket).ok_or_else(wrong)?;
    let mut mac = Hmac::<Sha1>::new_from_slice(key.secret.as_bytes()).map_err(|_| ObsError::internal())?;
    mac.update(text.as_bytes());
    let signature = STANDARD.decode(signature.trim()).map_err(|_| wrong())?;
    mac.verify_slice(&signature).map_err(|_| wrong())?;
    match (&key.end, call.header(TOKEN)) {
        (None, None) => Ok(()),
        (Some(end), Some(given)) if end.token == given && end.time > now => Ok(()),
        _ => Err(ObsError::forbidden("InvalidSecurity", "The provided security credentials are invalid.")),
    }
}

fn check_time(date: Option<&str>, now: Timestamp) -> Result<()> {
    let time = date.and_then(|date| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok());
    let time = time.ok_or_else(|| ObsError::forbidden("AccessDenied", "There is no valid date in the request."))?;
    if time.duration_since(now).unsigned_abs() > SKEW {
        let message = "The difference between the request time and the server's time is too large.";
        return Err(ObsError::forbidden("RequestTimeTooSkewed", message));
    }
    Ok(())
}

/// What is signed; `None` if a header is no text.
fn text(call: &Call, bucket: Option<&str>) -> Option<String> {
    let header = |name: &str| call.header(name).unwrap_or_default();
    let mut own = Vec::new();
    for name in call.headers.keys().filter(|name| name.as_str().starts_with(PREFIX)) {
        let values: Option<Vec<&str>> = call.headers.get_all(name).iter().map(|value| Some(value.to_str().ok()?.trim())).collect();
        own.push(format!("{name}:{}\n", values?.join(",")));
    }
    own.sort();
    let date = if call.headers.contains_key(DATE) { "" } else { header("date") };
    Some(format!(
        "{}\n{}\n{}\n{date}\n{}{}",
        call.method,
        header("content-md5"),
        header("content-type"),
        own.concat(),
        resource(&call.raw_path, &call.raw_query, bucket)
    ))
}

/// The bucket and the object, as they were sent, and the signed part of the query in order.
fn resource(path: &str, query: &str, bucket: Option<&str>) -> String {
    let mut out = bucket.map(|bucket| format!("/{bucket}")).unwrap_or_default();
    out.push_str(path);
    let mut pairs: Vec<(&str, Option<String>)> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => (name, Some(unescape(value, false).unwrap_or_else(|| value.to_owned()))),
            None => (pair, None),
        })
        .filter(|(name, _)| SIGNED.contains(name) || name.starts_with("response-"))
        .collect();
    pairs.sort();
    for (at, (name, value)) in pairs.iter().enumerate() {
        out.push(if at == 0 { '?' } else { '&' });
        out.push_str(name);
        if let Some(value) = value {
            out.push('=');
            out.push_str(value);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_path_and_the_signed_part_of_the_query() {
        for (path, query, bucket, wanted) in [
            ("/b/o", "", None, "/b/o"),
            ("/o%20p", "", Some("b"), "/b/o%20p"),
            ("/", "location", Some("b"), "/b/?location"),
            ("/b/o", "uploadId=A%2FB&partNumber=2&prefix=x", None, "/b/o?partNumber=2&uploadId=A/B"),
            ("/b/o", "uploads", None, "/b/o?uploads"),
        ] {
            assert_eq!(resource(path, query, bucket), wanted);
        }
    }
}
