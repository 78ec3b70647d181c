//! Requests signed with an access key by CNC-HMAC-SHA256, checked from the rules.

mod canonical;
mod header;
mod used;

use axum::http::{HeaderMap, StatusCode};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::error::{Result, VmpError, error};
use crate::glance::hashing::hex;
use crate::http::Call;
pub(super) use used::Used;

pub(super) const ALGORITHM: &str = "CNC-HMAC-SHA256";
/// How many seconds the time of a request may be from ours, and for how long its signature is remembered.
const WINDOW: i64 = 5 * 60;
const TIMESTAMP: &str = "x-cnc-timestamp";
/// What has to be signed.
const NEEDED: [&str; 2] = ["content-type", "host"];

/// What a signature is about, as it arrived.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

/// A signature that was good, and the second it was made for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Proof {
    pub(super) timestamp: i64,
    pub(super) signature: String,
}

impl<'a> Signed<'a> {
    pub(super) fn of(call: &'a Call, body: &'a [u8]) -> Self {
        Self { method: call.method.as_str(), path: &call.raw_path, query: &call.raw_query, headers: &call.headers, body }
    }
}

fn malformed(why: impl Into<String>) -> VmpError {
    error(StatusCode::UNAUTHORIZED, "InvalidAuthorization", why)
}

fn forbidden(code: &str, why: &str) -> VmpError {
    error(StatusCode::FORBIDDEN, code, why)
}

/// A header as text.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Checks a signature that is to be made with this access key and its secret.
pub(super) fn verify(request: &Signed<'_>, (access, secret): (&str, &str), now: Timestamp) -> Result<Proof> {
    let missing =
        || error(StatusCode::UNAUTHORIZED, "MissingAuthorization", "The request has no Authorization of CNC-HMAC-SHA256.");
    let given = text(request.headers, "authorization").ok_or_else(missing)?;
    if given.split_whitespace().next() != Some(ALGORITHM) {
        return Err(missing());
    }
    let authorization = header::parse(given).map_err(malformed)?;
    if let Some(name) = NEEDED.iter().find(|name| !authorization.signed.iter().any(|signed| signed == *name)) {
        return Err(malformed(format!("The header {name} is not among SignedHeaders.")));
    }
    if text(request.headers, "x-cnc-auth-method") != Some("AKSK") {
        return Err(malformed("The header x-cnc-auth-method is not AKSK."));
    }
    let unknown = |why: &str| error(StatusCode::UNAUTHORIZED, "InvalidAccessKey", why);
    if text(request.headers, "x-cnc-accesskey") != Some(authorization.access.as_str()) {
        return Err(unknown("The header x-cnc-accessKey is not the access key of Credential."));
    }
    if authorization.access != access {
        return Err(unknown("The access key does not exist."));
    }
    let timestamp = text(request.headers, TIMESTAMP).unwrap_or_default();
    let seconds = Some(timestamp).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit())).and_then(|text| text.parse().ok());
    let seconds: i64 = seconds.ok_or_else(|| malformed("The header x-cnc-timestamp is no time in seconds."))?;
    if seconds.abs_diff(now.as_second()) > WINDOW.unsigned_abs() {
        return Err(forbidden(
            "RequestTimeTooSkewed",
            "The header x-cnc-timestamp is more than 5 minutes from the time of the service.",
        ));
    }
    let canonical = canonical::request(request, &authorization.signed);
    let signature = sign(secret, timestamp, &canonical);
    // Some write the digits in upper case.
    if signature != authorization.signature.to_ascii_lowercase() {
        return Err(forbidden("SignatureDoesNotMatch", "The signature is not that of the request."));
    }
    Ok(Proof { timestamp: seconds, signature })
}

fn sign(secret: &str, timestamp: &str, canonical: &[u8]) -> String {
    let text = format!("{ALGORITHM}\n{timestamp}\n{}", hex(&Sha256::digest(canonical)));
    // A key of this algorithm may have any length.
    let made = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map(|mut mac| {
        mac.update(text.as_bytes());
        hex(&mac.finalize().into_bytes())
    });
    made.unwrap_or_default()
}

#[cfg(test)]
mod tests;
