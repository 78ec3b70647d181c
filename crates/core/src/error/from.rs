//! Errors of others, in our terms.

use std::sync::Arc;

use super::{Error, ErrorKind, KEPT_BODY, carrier, innermost, tls};
use crate::session::{Call, Sent};

impl Error {
    /// What reqwest reports, in our terms. An error of ours that travelled inside comes out as it was.
    pub(crate) fn from_reqwest(error: reqwest::Error) -> Self {
        if let Some(ours) = carrier::find(&error) {
            return ours;
        }
        let remedy = tls::remedy(&error, error.is_connect());
        let (kind, what) = if error.is_builder() {
            (ErrorKind::InvalidRequest, "the request cannot be built")
        } else if remedy.is_some() {
            (ErrorKind::Tls, "no secure connection to the service")
        } else if error.is_connect() {
            (ErrorKind::Connect, "no connection to the service")
        } else if error.is_timeout() {
            (ErrorKind::Timeout, "the connection was silent for too long")
        } else if error.is_decode() && !error.is_body() {
            (ErrorKind::Interrupted, "the answer broke off")
        } else {
            (ErrorKind::Interrupted, "the connection broke")
        };
        // The URL may hold what a log should not; host and cause are in the chain.
        let host = error.url().and_then(|url| url.host_str().map(|h| format!(" at {h}{}", port(url)))).unwrap_or_default();
        let error = error.without_url();
        let cause = innermost(&error);
        let remedy = remedy.map(|remedy| format!("; {remedy}")).unwrap_or_default();
        Self::new(kind, format!("{what}{host}: {cause}{remedy}")).with_source(error)
    }
}

fn port(url: &url::Url) -> String {
    url.port().map(|port| format!(":{port}")).unwrap_or_default()
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        // Streams hand our own errors through io::Error; they come out as they went in.
        if let Some(ours) = error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            return ours.clone();
        }
        Self::new(ErrorKind::Io, error.to_string()).with_source(error)
    }
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        Self::from_reqwest(error)
    }
}

impl<E> From<progenitor_client::Error<E>> for Error {
    fn from(error: progenitor_client::Error<E>) -> Self {
        use progenitor_client::Error as Progenitor;
        match error {
            Progenitor::UnexpectedResponse(response) => match response.extensions().get::<Self>() {
                Some(ours) => ours.clone(),
                None => undocumented(&response),
            },
            Progenitor::CommunicationError(e) | Progenitor::InvalidUpgrade(e) | Progenitor::ResponseBodyError(e) => {
                Self::from_reqwest(e)
            }
            Progenitor::InvalidRequest(message) | Progenitor::Custom(message) => Self::new(ErrorKind::InvalidRequest, message),
            Progenitor::InvalidResponsePayload(body, e) => {
                let error = Self::new(ErrorKind::Decode, format!("the answer does not decode: {e}")).with_source(e);
                error.edit(|parts| parts.body = body.slice(..body.len().min(KEPT_BODY)))
            }
            Progenitor::ErrorResponse(value) => {
                Self::from_answer(value.status(), value.headers(), &[], std::time::SystemTime::UNIX_EPOCH)
            }
        }
    }
}

/// A success that the spec does not list: status and headers are there, the body is unread.
fn undocumented(response: &reqwest::Response) -> Error {
    let status = response.status();
    let error =
        Error::new(ErrorKind::UnexpectedStatus, format!("the service answered {status}, which its description does not know"));
    let error = match response.extensions().get::<Call>() {
        Some(call) => error.with_operation(call.operation),
        None => error,
    };
    let error = error.with_answer(status, response.headers(), &[]);
    match response.extensions().get::<Arc<Sent>>() {
        Some(sent) => sent.redacted(error),
        None => error,
    }
}
