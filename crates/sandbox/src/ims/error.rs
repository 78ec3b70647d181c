//! The errors of IMS: its own, those of the gateway in front of it, and those of the Glance within.

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode};

use crate::glance::error::ApiError;
use crate::http::json;
use crate::json::{Json, object};

pub(crate) type Result<T> = std::result::Result<T, ImsError>;

/// An error answer in one of its three shapes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ImsError {
    /// `{"error": {"message", "code"}}`
    Service { status: StatusCode, code: String, message: String },
    /// `{"error_code", "error_msg", "request_id"}`
    Gateway { status: StatusCode, code: String, message: String, denied: bool },
    /// What Glance says itself.
    Native(ApiError),
}

impl From<ApiError> for ImsError {
    fn from(error: ApiError) -> Self {
        Self::Native(error)
    }
}

/// An error of the service, which nearly always comes with 400.
pub(super) fn img(code: &str, message: impl Into<String>) -> ImsError {
    ImsError::Service { status: StatusCode::BAD_REQUEST, code: code.to_owned(), message: message.into() }
}

pub(super) fn gateway(status: StatusCode, code: &str, message: impl Into<String>) -> ImsError {
    ImsError::Gateway { status, code: code.to_owned(), message: message.into(), denied: false }
}

/// The credentials are not good.
pub(super) fn unauthorized(why: &str) -> ImsError {
    gateway(StatusCode::UNAUTHORIZED, "APIGW.0301", format!("Incorrect IAM authentication information: {why}"))
}

/// There is no such call.
pub(super) fn no_api() -> ImsError {
    gateway(StatusCode::NOT_FOUND, "APIGW.0101", "The API does not exist or has not been published in the environment")
}

/// A policy said no.
pub(super) fn denied(action: &str) -> ImsError {
    ImsError::Gateway {
        status: StatusCode::FORBIDDEN,
        code: "APIGW.0302".to_owned(),
        message: format!("Policy doesn't allow {action} to be performed."),
        denied: true,
    }
}

pub(super) fn no_image(id: &str) -> ImsError {
    img("IMG.0027", format!("The image {id} cannot be found."))
}

impl ImsError {
    /// The same cause as the calls about tags tell it: without a member `error` around it.
    pub(super) fn flat(self) -> Self {
        match self {
            Self::Service { status, code, message } => Self::Gateway { status, code, message, denied: false },
            other => other,
        }
    }

    /// The same cause with another status.
    pub(super) fn with_status(mut self, new: StatusCode) -> Self {
        if let Self::Service { status, .. } | Self::Gateway { status, .. } = &mut self {
            *status = new;
        }
        self
    }

    pub(super) fn into_response(self, request: &HeaderMap, head: bool, request_id: &str) -> Response<Body> {
        match self {
            Self::Service { status, code, message } => {
                json(status, &object([("error", object([("message", message.into()), ("code", code.into())]))]))
            }
            Self::Gateway { status, code, message, denied } => {
                let mut members =
                    vec![("error_msg", Json::from(message)), ("error_code", code.into()), ("request_id", request_id.into())];
                if denied {
                    members.push(("encoded_authorization_message", uuid::Uuid::new_v4().simple().to_string().into()));
                }
                json(status, &Json::Map(members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()))
            }
            Self::Native(error) => error.into_response(request, head),
        }
    }
}
