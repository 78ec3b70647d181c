//! The canonical request: the one text that client and service both make of a request.

use std::borrow::Cow;
use std::ops::Range;

use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::query::push_encoded;
use super::{Payload, Request};
use crate::credentials::digest::{OF_NOTHING, push_hex, sha256};
use crate::error::{Error, ErrorKind};

/// The header that carries the hash of the body, or says that there is none.
pub(super) const CONTENT_SHA256: &str = "X-Sdk-Content-Sha256";
pub(super) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// Headers with lower-case names and trimmed values, sorted.
pub(super) struct Headers<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Headers<'a> {
    /// The headers given and those added, of which the latter win; names with an underscore are left out.
    pub(super) fn new(given: &[(&'a str, &'a str)], added: &'a [(&'static str, Cow<'a, str>)]) -> Result<Self, Error> {
        let replaced = |name: &str| added.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        let given = given.iter().copied().filter(|(name, _)| !replaced(name));
        let added = added.iter().map(|(name, value)| (*name, &**value));
        let signed = given.chain(added).filter(|(name, _)| !name.contains('_'));
        let mut headers: Vec<_> = signed.map(|(name, value)| (lower(name), value.trim())).collect();
        headers.sort_unstable();
        if let Some(twice) = headers.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(refused(&format!("the header {} is there twice, which no signature covers", twice[0].0)));
        }
        if let Some((name, _)) = headers.iter().find(|(name, _)| http::HeaderName::from_bytes(name.as_bytes()).is_err()) {
            return Err(refused(&format!("`{name}` is no name of a header")));
        }
        if let Some((name, _)) = headers.iter().find(|(_, value)| value.contains(['\n', '\r'])) {
            return Err(refused(&format!("the header {name} holds a line break")));
        }
        Ok(Self(headers))
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

/// The canonical request, and where in it the parts stand that are needed again.
pub(super) struct Canonical {
    /// It holds the security token.
    pub(super) text: Zeroizing<String>,
    pub(super) query: Range<usize>,
    pub(super) signed_headers: Range<usize>,
}

impl Canonical {
    pub(super) fn new(request: &Request<'_>, headers: &Headers<'_>) -> Result<Self, Error> {
        if http::Method::from_bytes(request.method.as_bytes()).is_err() {
            return Err(refused(&format!("`{}` is no method", request.method)));
        }
        let lines: usize = headers.0.iter().map(|(name, value)| 2 * name.len() + value.len() + 3).sum();
        let mut text = Zeroizing::new(String::with_capacity(lines + 3 * request.path.len() + 512));
        text.push_str(request.method);
        text.as_mut_str().make_ascii_uppercase();
        text.push('\n');
        push_path(&mut text, request.path)?;
        text.push('\n');
        let start = text.len();
        request.query.push_canonical(&mut text);
        let query = start..text.len();
        // From here on it must not grow: that would leave a copy of the security token behind that nobody wipes.
        text.reserve(lines + 128);
        text.push('\n');
        for (name, value) in &headers.0 {
            for part in [&**name, ":", *value, "\n"] {
                text.push_str(part);
            }
        }
        text.push('\n');
        let start = text.len();
        for (index, (name, _)) in headers.0.iter().enumerate() {
            if index > 0 {
                text.push(';');
            }
            text.push_str(name);
        }
        let signed_headers = start..text.len();
        text.push('\n');
        match (request.payload, headers.get(CONTENT_SHA256)) {
            (Payload::Bytes([]), _) => text.push_str(OF_NOTHING),
            (_, Some(given)) => text.push_str(given),
            (Payload::Bytes(body), None) => push_hex(&mut text, &sha256(body)),
            (Payload::Stream, None) => text.push_str(UNSIGNED),
        }
        Ok(Self { text, query, signed_headers })
    }
}

/// The path decoded once and encoded again, with a slash at its end.
fn push_path(out: &mut String, path: &str) -> Result<(), Error> {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    for (index, segment) in decoded.split('/').enumerate() {
        if matches!(segment, "." | "..") {
            return Err(refused(&format!("the path holds a segment `{segment}`, which HTTP libraries take away")));
        }
        if index > 0 {
            out.push('/');
        }
        push_encoded(out, segment);
    }
    if !decoded.ends_with('/') {
        out.push('/');
    }
    Ok(())
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) { name.to_ascii_lowercase().into() } else { name.into() }
}

pub(super) fn refused(why: &str) -> Error {
    Error::new(ErrorKind::InvalidRequest, format!("{why}; nothing was sent"))
}
