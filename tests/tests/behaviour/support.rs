//! Checks that many cases share.

use std::collections::BTreeSet;

use anyhow::Result;
use cloudimg::glance::Image;
use cloudimg::{Error, ErrorKind};
use cloudimg_core::Session;
use cloudimg_core::credentials::StaticToken;
use cloudimg_glance_v2::Client;
use cloudimg_tests::Case;
use reqwest::{Method, RequestBuilder};

/// An id of the right shape that no image has.
pub(crate) const NOBODY: &str = "00000000-0000-4000-8000-000000000000";
/// The media type of changes to an image.
pub(crate) const PATCH_TYPE: &str = "application/openstack-images-v2.1-json-patch";
/// Data of some images.
pub(crate) const BYTES: &[u8] = b"The quick brown fox jumps over the lazy dog.";

/// The refusal that `result` must be: of this HTTP status, and with all that an error of ours has to tell.
#[track_caller]
pub(crate) fn refused<T, E: Into<Error>>(result: Result<T, E>, status: u16) -> Error {
    let error = match result {
        Ok(_) => panic!("expected HTTP {status}, but the call succeeded"),
        Err(error) => error.into(),
    };
    assert_eq!(error.status(), Some(status), "{error:?}");
    let kind = match status {
        400 | 405 | 415 | 416 => ErrorKind::InvalidRequest,
        401 => ErrorKind::AuthFailed,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        413 => ErrorKind::QuotaExceeded,
        500 => ErrorKind::ServiceUnavailable,
        other => panic!("no refusal of this suite has the status {other}"),
    };
    assert_eq!(error.kind(), kind, "{error:?}");
    assert!(!error.is_retryable(), "{error:?}");
    assert!(error.operation().is_some(), "{error:?}");
    let message = error.message();
    assert!(!message.is_empty() && !message.contains(['<', '\n']) && !message.contains("&#x"), "{error:?}");
    // The check of tokens stands before the part of Glance that gives requests an id.
    if status != 401 {
        assert!(error.request_id().is_some_and(|id| id.starts_with("req-")), "{error:?}");
    }
    error
}

/// The error that `result` must be: of this kind, and made on this side of the network.
#[track_caller]
pub(crate) fn failed_here<T, E: Into<Error>>(result: Result<T, E>, kind: ErrorKind) -> Error {
    let error = match result {
        Ok(_) => panic!("expected {kind:?}, but the call succeeded"),
        Err(error) => error.into(),
    };
    assert_eq!((error.kind(), error.status()), (kind, None), "{error:?}");
    error
}

/// A client whose token nobody knows.
pub(crate) async fn stranger(case: &Case) -> Result<Client> {
    let endpoint = case.sign_in("demo")?.image_endpoint().await?;
    let session = Session::builder().credentials(StaticToken::new("gAAAAABunknown")).build()?;
    Ok(Client::new(&endpoint, session))
}

/// Sends a request that no client makes and gives the answer's status and body.
pub(crate) async fn answer(request: RequestBuilder) -> Result<(u16, String)> {
    let response = request.send().await?;
    Ok((response.status().as_u16(), response.text().await?))
}

/// Fetches a path of the image service as `demo`, past the clients.
pub(crate) async fn get(case: &Case, path: &str) -> Result<(u16, String)> {
    get_as(case, "demo", path).await
}

/// Fetches a path of the image service as `user`, past the clients.
pub(crate) async fn get_as(case: &Case, user: &str, path: &str) -> Result<(u16, String)> {
    answer(case.request(user, Method::GET, path).await?).await
}

/// Checks the answer to [`get`]: its status, and that its text holds `words`.
#[track_caller]
pub(crate) fn says((status, body): (u16, String), expected: u16, words: &str) {
    assert!(status == expected && body.contains(words), "expected {expected} with `{words}`: {status} {body}");
}

/// The ids of images, in no order.
pub(crate) fn ids<'a>(images: impl IntoIterator<Item = &'a Image>) -> BTreeSet<&'a str> {
    images.into_iter().map(|image| image.id.as_str()).collect()
}

/// The names of images, in their order.
pub(crate) fn names(images: &[Image]) -> Vec<&str> {
    images.iter().map(|image| image.name.as_deref().unwrap_or_default()).collect()
}
