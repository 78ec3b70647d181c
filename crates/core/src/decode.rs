//! Successes, decoded so that a wrong one says where it is wrong.

use std::sync::Arc;

use progenitor_client::{Error as ProgenitorError, ResponseValue};
use reqwest::{Response, ResponseBuilderExt as _};
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind};
use crate::session::{LONGEST_JSON, Sent, read_bounded};

/// Decodes the JSON body of a success; generated code calls it in the place of progenitor's own decoder.
///
/// # Errors
/// The answer with an [`Error`] in its extensions: `Decode` with the path of the bad field, `Interrupted` or `Timeout` where the body broke off;
/// status, headers and request id are kept.
#[doc(hidden)]
pub async fn decode<T: DeserializeOwned>(
    mut response: Response,
    operation: &'static str,
) -> Result<ResponseValue<T>, ProgenitorError<()>> {
    if response.extensions().get::<Error>().is_some() {
        // A failure that came with the status of a success.
        return Err(ProgenitorError::UnexpectedResponse(response));
    }
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let url = response.url().clone();
    let (error, body) = match read_bounded(&mut response, LONGEST_JSON).await {
        Ok(body) => match serde_json::from_slice(&body) {
            Ok(value) => return Ok(ResponseValue::new(value, status, headers)),
            Err(error) => (describe::<T>(&body, error), body),
        },
        Err(error) => (error, bytes::Bytes::new()),
    };
    let error = error.with_operation(operation).with_answer(status, &headers, &body);
    let error = match response.extensions().get::<Arc<Sent>>() {
        Some(sent) => sent.redacted(error),
        None => error,
    };
    let mut answer = http::Response::builder().status(status).url(url).extension(error);
    if let Some(to) = answer.headers_mut() {
        *to = headers;
    }
    match answer.body(reqwest::Body::from(body)) {
        Ok(answer) => Err(ProgenitorError::UnexpectedResponse(answer.into())),
        Err(_) => unreachable!("the parts come from a valid response"),
    }
}

/// Decodes once more, slowly, to find the place.
fn describe<T: DeserializeOwned>(body: &[u8], error: serde_json::Error) -> Error {
    if body.is_empty() {
        return Error::new(ErrorKind::Decode, "the answer is empty where JSON was expected");
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let message = match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Err(found) if found.path().iter().next().is_some() => {
            format!("the answer does not decode at {}: {}", found.path(), found.inner())
        }
        _ => format!("the answer does not decode at its top level: {error}"),
    };
    Error::new(ErrorKind::Decode, message).with_source(error)
}
