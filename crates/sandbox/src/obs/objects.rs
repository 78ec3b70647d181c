//! Whole objects: in, out, away.

use std::ops::Range;

use axum::body::Body;
use axum::http::{Method, Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::error::ObsError;
use super::routes::Target;
use super::{Content, Result};
use crate::cloud::Cloud;
use crate::effects::NothingDone;
use crate::faults::Announced;
use crate::glance::hashing::Algorithm;
use crate::glance::ingest::{Broken, ingest_with};
use crate::http::{Call, set};

/// The most that comes at once, in one call.
const MAX_BODY: u64 = 5 << 30;

/// Reads the body of a call into a file; gives it and its MD5.
pub(super) async fn receive(cloud: &Cloud, call: &mut Call) -> Result<(Content, String)> {
    let announced = call.content_length().ok_or_else(ObsError::no_length)?;
    if announced > MAX_BODY {
        return Err(ObsError::bad("EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size."));
    }
    let body = std::mem::take(&mut call.body).into_data_stream();
    let received = ingest_with(Algorithm::Md5, body, Some(cloud.obs.new_path()), Some(announced)).await;
    let (file, digest) = received.map_err(|broken| match broken {
        Broken::Source | Broken::TooMuch(..) | Broken::TooLittle(..) => {
            let message = "You did not provide the number of bytes specified by the Content-Length HTTP header.";
            ObsError::bad("IncompleteBody", message)
        }
        Broken::Disk(error) => {
            tracing::error!(%error, "object data");
            ObsError::internal()
        }
    })?;
    let given = call.header("content-md5").map(|given| STANDARD.decode(given));
    let hex = |bytes: Vec<u8>| crate::glance::hashing::hex(&bytes);
    match given.map(|given| given.map(hex)) {
        Some(Ok(given)) if given != digest.md5 => {
            return Err(ObsError::bad("BadDigest", "The Content-MD5 you specified did not match what we received."));
        }
        Some(Err(_)) => return Err(ObsError::bad("InvalidDigest", "The Content-MD5 you specified is not valid.")),
        _ => {}
    }
    let file = file.ok_or_else(ObsError::internal)?;
    Ok((Content::file(file, digest.size), digest.md5))
}

pub(super) async fn put(cloud: &Cloud, call: &mut Call, target: &Target) -> Result<Response<Body>> {
    let (content, md5) = receive(cloud, call).await?;
    let mut response = Response::new(Body::empty());
    set(&mut response, "etag", &format!("\"{md5}\""));
    cloud.obs.put(&target.bucket, &target.key, content, md5, cloud.clock.now());
    Ok(response)
}

pub(super) fn get(cloud: &Cloud, call: &Call, target: &Target) -> Result<Response<Body>> {
    let object = cloud.obs.store().bucket(&target.bucket).and_then(|bucket| bucket.objects.get(&target.key).cloned());
    let object = object.ok_or_else(ObsError::no_key)?;
    let size = object.content.size();
    let span = call.header("range").map(|range| span(range, size).ok_or_else(ObsError::no_range)).transpose()?;
    let sent = span.clone().unwrap_or(0..size);
    let length = sent.end - sent.start;
    let body = match call.method {
        Method::HEAD => Body::empty(),
        _ => Body::new(Announced { body: Body::from_stream(object.content.part(sent)), length }),
    };
    let mut response = Response::new(body);
    set(&mut response, "etag", &format!("\"{}\"", object.etag));
    set(&mut response, "content-type", "application/octet-stream");
    set(&mut response, "accept-ranges", "bytes");
    set(&mut response, "content-length", &length.to_string());
    set(&mut response, "last-modified", &object.modified.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
    if let Some(span) = span {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        set(&mut response, "content-range", &format!("bytes {}-{}/{size}", span.start, span.end - 1));
    }
    Ok(response)
}

/// An object that is not there is as good as gone.
pub(super) fn delete(cloud: &Cloud, target: &Target) -> Response<Body> {
    let mut store = cloud.obs.store();
    let gone = store.bucket_mut(&target.bucket).and_then(|bucket| bucket.objects.remove(&target.key));
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if gone.is_none() {
        response.extensions_mut().insert(NothingDone);
    }
    response
}

/// `bytes=a-b`, `bytes=a-` or `bytes=-n`; `None` if nothing of it is there.
fn span(range: &str, size: u64) -> Option<Range<u64>> {
    let (from, to) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    let span = match (from.parse::<u64>().ok(), to.parse::<u64>().ok()) {
        (Some(from), Some(to)) if from <= to => from..to.saturating_add(1).min(size),
        (Some(from), None) if to.is_empty() => from..size,
        (None, Some(last)) if from.is_empty() => size.saturating_sub(last)..size,
        _ => return None,
    };
    (span.start < span.end).then_some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for (range, wanted) in [("bytes=0-3", 0..4), ("bytes=4-", 4..10), ("bytes=-3", 7..10), ("bytes=8-99", 8..10)] {
            assert_eq!(span(range, 10), Some(wanted));
        }
        for range in ["bytes=10-", "bytes=3-2", "bytes=-0", "4-5", "bytes=a-b", "bytes=-"] {
            assert_eq!(span(range, 10), None, "{range}");
        }
    }
}
