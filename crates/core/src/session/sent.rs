//! The secrets that a request carries, which services repeat in their refusals.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use reqwest::Request;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::secret::Secret;

/// What of one request nobody is to be told.
pub(crate) struct Sent {
    /// The values of the headers that are marked so.
    headers: Vec<HeaderValue>,
    /// What the session knows to be in bodies and other headers.
    known: Arc<[Secret]>,
}

impl Sent {
    pub(super) fn with(request: &Request, known: &Arc<[Secret]>) -> Self {
        let headers = request.headers().values().filter(|value| value.is_sensitive()).cloned().collect();
        Self { headers, known: Arc::clone(known) }
    }

    /// `error` without any of it.
    pub(crate) fn redacted(&self, error: Error) -> Error {
        let headers: Vec<Secret> = self.headers.iter().filter_map(|value| value.to_str().ok()).flat_map(parts).collect();
        error.redacted(headers.iter().chain(self.known.iter()))
    }

    /// `text` without any of it.
    pub(super) fn masked(&self, text: String) -> String {
        let error = Error::new(crate::error::ErrorKind::Decode, text);
        self.redacted(error).message().to_owned()
    }
}

/// A header's value, and what it is made of where it says so openly: name and password of the Basic scheme.
fn parts(value: &str) -> Vec<Secret> {
    let mut parts = vec![Secret::new(value)];
    if let Some(encoded) = value.strip_prefix("Basic ") {
        let decoded = Zeroizing::new(STANDARD.decode(encoded).unwrap_or_default());
        let plain = std::str::from_utf8(&decoded).unwrap_or_default();
        parts.extend([encoded, plain].map(Secret::from));
        parts.extend(plain.split_once(':').map(|(_, password)| Secret::from(password)));
    }
    parts
}
