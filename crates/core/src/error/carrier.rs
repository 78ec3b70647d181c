//! How an error of ours travels through code that can only fail with `reqwest::Error`.

use std::error::Error as StdError;

use futures::stream;

use super::Error;

/// Puts `error` into the source chain of a genuine `reqwest::Error`; `find` takes it out again.
///
/// A `reqwest::Error` cannot be made from outside, but reading a body whose stream fails makes one around the failure.
pub async fn carry(error: Error) -> reqwest::Error {
    let body = reqwest::Body::wrap_stream(stream::iter([Err::<bytes::Bytes, Error>(error)]));
    match reqwest::Response::from(http::Response::new(body)).bytes().await {
        Err(carrier) => carrier,
        Ok(_) => unreachable!("a body that fails at its first block cannot be read"),
    }
}

/// The error of ours within `error`, if it carries one.
pub(super) fn find(error: &(dyn StdError + 'static)) -> Option<Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(ours) = error.downcast_ref::<Error>() {
            return Some(ours.clone());
        }
        // An io::Error hides what it holds from `source()`.
        if let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref)
            && let Some(ours) = find(inner)
        {
            return Some(ours);
        }
        next = error.source();
    }
    None
}
