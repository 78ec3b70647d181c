//! The secrets that a request carries, which services repeat in their refusals.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use reqwest::Request;
use zeroize::Zeroizing;

use crate::error::{Error, redacted_id};
use crate::secret::Secret;

/// The scheme whose headers tell a password openly.
const BASIC: &str = "Basic ";

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
        error.redacted(self.in_headers().iter().chain(self.known.iter()))
    }

    /// The id of a call without any of it. Successes have one too, so the usual ones are let through at a glance.
    pub(super) fn redacted_id(&self, id: String) -> String {
        let headers = self.headers.iter().filter_map(|value| value.to_str().ok());
        if is_usual(&id) && headers.chain(self.known.iter().map(Secret::expose)).all(|secret| cannot_hold(&id, secret)) {
            return id;
        }
        redacted_id(id, self.in_headers().iter().chain(self.known.iter()))
    }

    fn in_headers(&self) -> Vec<Secret> {
        self.headers.iter().filter_map(|value| value.to_str().ok()).flat_map(parts).collect()
    }
}

/// Whether an id is made as services make them: of hexadecimal digits and hyphens.
fn is_usual(id: &str) -> bool {
    let digits = id.strip_prefix("req-").unwrap_or(id);
    digits.len() <= 36 && digits.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// Whether a usual id is surely without `secret`: too short for it in hexadecimal digits, the only other spelling that fits in.
fn cannot_hold(id: &str, secret: &str) -> bool {
    secret.len() * 2 > id.len() && !id.contains(secret) && !secret.starts_with(BASIC)
}

/// A header's value, and what it is made of where it says so openly: name and password of the Basic scheme.
fn parts(value: &str) -> Vec<Secret> {
    let mut parts = vec![Secret::new(value)];
    if let Some(encoded) = value.strip_prefix(BASIC) {
        let decoded = Zeroizing::new(STANDARD.decode(encoded).unwrap_or_default());
        let plain = std::str::from_utf8(&decoded).unwrap_or_default();
        parts.extend([encoded, plain].map(Secret::from));
        parts.extend(plain.split_once(':').map(|(_, password)| Secret::from(password)));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_calls_tell_nothing_that_was_sent() {
        let header = HeaderValue::from_static;
        let sent = |headers: &[&'static str], known: &[&str]| Sent {
            headers: headers.iter().map(|value| header(value)).collect(),
            known: known.iter().map(|secret| Secret::from(*secret)).collect(),
        };
        let usual = "req-3c8ff5b6-7a0d-4a1f-9d32-0f5e7c1b2a90";
        for (headers, known, id, told) in [
            (&["gAAAA-a-token-of-a-user"][..], &[][..], usual, usual),
            (&[][..], &["demo", "sandbox", "feed"][..], usual, usual),
            (&[][..], &["demo"][..], "req-demo", "req-***"),
            (&["3c8ff5b6-7a0d-4a1f-9d32-0f5e7c1b2a90"][..], &[][..], usual, "req-***"),
            (&[][..], &["hunter2"][..], "68756e74657232", "***"),
            (&["Basic bWU6ZmVlZA=="][..], &[][..], "req-feed", "req-***"),
        ] {
            assert_eq!(sent(headers, known).redacted_id(id.to_owned()), told, "{headers:?} {known:?}");
        }
        let signed = "SDK-HMAC-SHA256 Access=ACCESSKEY, SignedHeaders=host;x-project-id;x-sdk-date;x-security-token, \
            Signature=225b8b71de8d513f372225b8b71de8d513f372225b8b71de8d513f3725b8b71d";
        let cut = &format!("req-{signed}")[..128];
        assert_eq!(sent(&[signed], &[]).redacted_id(cut.to_owned()), "req-***");
    }

    #[test]
    fn words_that_were_sent_but_prove_nothing_are_told() {
        let header = HeaderValue::from_static("Basic ZGVtbzpodW50ZXIyLW9mLWRlbW8=");
        let sent = Sent { headers: vec![header], known: [Secret::from("sandbox-secret")].into() };
        let told = "the user demo of the sandbox has no image sandbox";
        let error = |message: &str| sent.redacted(Error::new(crate::error::ErrorKind::NotFound, message));
        assert_eq!(error(told).message(), told);
        assert_eq!(error("demo:hunter2-of-demo, hunter2-of-demo, demo").message(), "***, ***, demo");
    }
}
