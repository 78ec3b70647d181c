//! The errors of VMP: a code, which is a word, and a message.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use crate::http::{json, set};
use crate::json::object;

pub(super) type Result<T> = std::result::Result<T, VmpError>;

/// An error answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct VmpError {
    pub(super) status: StatusCode,
    pub(super) code: String,
    pub(super) message: String,
    /// Seconds after which another try is welcome.
    pub(super) retry_after: Option<u64>,
}

pub(super) fn error(status: StatusCode, code: &str, message: impl Into<String>) -> VmpError {
    VmpError { status, code: code.to_owned(), message: message.into(), retry_after: None }
}

/// A parameter of the query, or a member of the body, is not as it has to be.
pub(super) fn invalid(what: &str, why: &str) -> VmpError {
    error(StatusCode::BAD_REQUEST, "InvalidParameter", format!("The parameter {what} is invalid: {why}."))
}

pub(super) fn no_image(id: &str) -> VmpError {
    error(StatusCode::NOT_FOUND, "ImageNotFound", format!("The image {id} does not exist."))
}

/// There is no such call.
pub(super) fn no_api() -> VmpError {
    error(StatusCode::NOT_FOUND, "ApiNotFound", "There is no such API.")
}

pub(super) fn throttled(retry_after: Option<u64>) -> VmpError {
    let error = error(StatusCode::TOO_MANY_REQUESTS, "Throttled", "There were too many calls within 5 minutes.");
    VmpError { retry_after, ..error }
}

impl VmpError {
    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = json(self.status, &object([("code", self.code.into()), ("message", self.message.into())]));
        if let Some(seconds) = self.retry_after {
            set(&mut response, "retry-after", &seconds.to_string());
        }
        response
    }
}
