//! Keystone's errors.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use crate::http::{set, text};
use crate::json::{Json, Layout, object};
use crate::python::repr_str;

/// An error answer.
#[derive(Debug, PartialEq)]
pub(crate) struct KeystoneError {
    status: StatusCode,
    message: String,
    /// A further member, with what the server would have taken.
    identity: Option<Json>,
}

impl KeystoneError {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), identity: None }
    }

    /// The one text for everything that a stranger should not learn more about.
    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "The request you have made requires authentication.")
    }

    pub(crate) fn unauthorized_because(message: &str, identity: Json) -> Self {
        Self { identity: Some(identity), ..Self::new(StatusCode::UNAUTHORIZED, message) }
    }

    /// A signature is not good.
    pub(crate) fn bad_signature(why: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, format!("The request signature is not accepted: {why}."))
    }

    pub(crate) fn no_receipt(receipt: &str) -> Self {
        let text = format!("Could not find auth receipt: {receipt}.");
        Self::new(StatusCode::UNAUTHORIZED, text)
    }

    pub(crate) fn missing(what: &str, place: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            format!(
                "Expecting to find {what} in {place}. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error."
            ),
        )
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn neither_id_nor_name(field: &str) -> Self {
        Self::bad_request(format!("Invalid input for field {field}: id or name must be present."))
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// A rule of the policy said no.
    pub(crate) fn forbidden(action: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, format!("You are not authorized to perform the requested action: {action}."))
    }

    pub(crate) fn forbidden_plainly() -> Self {
        Self::new(StatusCode::FORBIDDEN, "You are not authorized to perform the requested action.")
    }

    pub(crate) fn into_response(self, auth_url: &str) -> Response<Body> {
        let title = self.status.canonical_reason().unwrap_or_default();
        let mut members = vec![("code".to_owned(), Json::from(i64::from(self.status.as_u16())))];
        if let Some(identity) = self.identity {
            members.push(("identity".to_owned(), identity));
        }
        members.push(("message".to_owned(), self.message.into()));
        members.push(("title".to_owned(), title.into()));
        let body = object([("error", Json::Map(members))]);
        let body = format!("{}\n", body.to_text(Layout::Compact));
        let mut response = text(self.status, "application/json", body);
        if self.status == StatusCode::UNAUTHORIZED {
            set(&mut response, "www-authenticate", &format!("Keystone uri=\"{auth_url}\""));
        }
        response
    }
}

/// The text of a schema violation: with the field before it, unless it is the whole.
pub(crate) fn schema_violation(violation: &crate::schema::Violation<'_>) -> KeystoneError {
    let (field, text) = (violation.field(), violation.text());
    KeystoneError::bad_request(if field.is_empty() {
        text
    } else {
        format!("Invalid input for field {}: {text}", repr_str(&field))
    })
}
