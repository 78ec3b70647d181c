//! Signing by CNC-HMAC-SHA256.

use cloudimg_core::credentials::cdnetworks::{Request, check, sign};
use cloudimg_core::{ErrorKind, Secret};

use super::{check_error, first_line};

const KEYS: [&str; 2] = ["ACCESSKEY", "the-secret-key"];

/// A request: lines with method, host, and path with query; a line `name: value` a header; an empty line; the body. A `¶` means a line break.
pub(super) struct Described {
    pub(super) method: String,
    pub(super) host: String,
    pub(super) target: String,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Described {
    pub(super) fn read(data: &[u8]) -> Self {
        let mut rest = data;
        let mut line = || {
            let (line, after) = first_line(rest);
            rest = after;
            line.replace('¶', "\n")
        };
        let (method, host, target) = (line(), line(), line());
        let mut headers = Vec::new();
        loop {
            let header = line();
            let Some((name, value)) = header.split_once(": ") else { break };
            headers.push((name.to_owned(), value.to_owned()));
        }
        Self { method, host, target, headers, body: rest.to_vec() }
    }

    /// Whether `text` stands somewhere in it, but for the body.
    pub(super) fn holds(&self, text: &str) -> bool {
        let parts = [&self.method, &self.host, &self.target];
        let headers = self.headers.iter().flat_map(|(name, value)| [name, value]);
        parts.into_iter().chain(headers).any(|part| part.to_lowercase().contains(text))
    }

    pub(super) fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

pub(super) fn run(data: &[u8]) {
    let described = Described::read(data);
    let headers = described.headers();
    let request = Request {
        method: &described.method,
        target: &described.target,
        host: &described.host,
        headers: &headers,
        signed_headers: &[],
        body: &described.body,
        timestamp: 1_800_000_000,
    };
    let checked = check(&described.target);
    if let Err(error) = &checked {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        check_error(error);
    }
    let secret = Secret::new(KEYS[1]);
    let signed = match sign(KEYS[0], &secret, &request) {
        Ok(signed) => signed,
        Err(error) => {
            assert!(checked.is_err(), "{} passes and cannot be signed: {error}", described.target);
            return check_error(&error);
        }
    };
    check_signature(signed.signature(), signed.authorization(), signed.signed_headers());
    let told = format!("{signed:?} {} {}", signed.string_to_sign(), signed.canonical_request());
    assert!(!told.contains(KEYS[1]) || described.holds(KEYS[1]));
    let path = described.target.split('?').next().unwrap_or_default();
    assert!(checked.is_err() || !path.contains(|c: char| c.is_control()), "{path:?} passes");
    let later = sign(KEYS[0], &secret, &Request { timestamp: 1_800_000_001, ..request });
    let later = later.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(later.canonical_request(), signed.canonical_request(), "the stamp is not part of the canonical request");
    assert_ne!(later.signature(), signed.signature());
}

pub(super) fn check_signature(signature: &str, authorization: &str, signed_headers: &str) {
    assert!(signature.len() == 64 && signature.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{signature}");
    assert!(authorization.ends_with(signature));
    assert!(http::HeaderValue::from_str(authorization).is_ok(), "no header's value: {authorization:?}");
    assert!(signed_headers.split(';').any(|name| name == "host"), "{signed_headers}");
}
