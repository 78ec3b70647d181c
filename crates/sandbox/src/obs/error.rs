//! The errors of OBS, which are XML.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use crate::http::text;

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ObsError {
    status: StatusCode,
    pub(super) code: &'static str,
    message: String,
}

impl ObsError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(super) fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    pub(super) fn no_bucket() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NoSuchBucket", "The specified bucket does not exist.")
    }

    pub(super) fn no_key() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.")
    }

    pub(super) fn no_upload() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NoSuchUpload", "The specified multipart upload does not exist.")
    }

    pub(super) fn elsewhere() -> Self {
        let message = "The bucket you are attempting to access must be addressed using the specified endpoint.";
        Self::new(StatusCode::MOVED_PERMANENTLY, "PermanentRedirect", message)
    }

    pub(super) fn no_method() -> Self {
        let message = "The specified method is not allowed against this resource.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
    }

    pub(super) fn no_length() -> Self {
        Self::new(StatusCode::LENGTH_REQUIRED, "MissingContentLength", "You must provide the Content-Length HTTP header.")
    }

    pub(super) fn no_range() -> Self {
        Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", "The requested range cannot be satisfied.")
    }

    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "An internal error occurred. Try again.")
    }

    /// An answer to HEAD has no body, and so tells its status alone.
    pub(super) fn into_response(self, head: bool, request_id: &str) -> Response<Body> {
        if head {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = self.status;
            return response;
        }
        let Self { status, code, message } = self;
        let message = escape(&message);
        xml(
            status,
            &format!(
                "<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request_id}</RequestId><HostId>sandbox</HostId></Error>"
            ),
        )
    }
}

/// An answer of XML.
pub(super) fn xml(status: StatusCode, body: &str) -> Response<Body> {
    text(status, "application/xml", format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n{body}"))
}

/// Text between two tags.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
