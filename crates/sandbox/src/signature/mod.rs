//! Requests signed with an access key: SDK-HMAC-SHA256 and V11-HMAC-SHA256, checked from the rules.

mod canonical;
mod header;

use std::time::Duration;

use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::glance::hashing::hex;
use crate::http::Call;
use header::Authorization;

/// How far the time of a request may be from ours.
const SKEW: Duration = Duration::from_secs(15 * 60);
/// In place of the hash of a body that is not signed.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
/// SHA-256 of nothing.
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const CONTENT_HASH: &str = "x-sdk-content-sha256";
const DATE: &str = "x-sdk-date";

/// What a signature is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    /// As it came, escapes and all.
    pub(crate) path: &'a str,
    /// As it came.
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

impl<'a> Signed<'a> {
    pub(crate) fn of(call: &'a Call, body: &'a [u8]) -> Self {
        Self { method: call.method.as_str(), path: &call.raw_path, query: &call.raw_query, headers: &call.headers, body }
    }
}

/// Whether a request says that it is signed, whatever comes of that.
pub(crate) fn is_signed(authorization: Option<&str>) -> bool {
    let scheme = authorization.and_then(|text| text.split_whitespace().next()).unwrap_or_default();
    scheme.contains("-HMAC-") || scheme.starts_with("SDK-")
}

/// Checks a signature; gives the access key it was made with, or says what is wrong.
pub(crate) fn verify(
    request: &Signed<'_>,
    secret_of: impl Fn(&str) -> Option<String>,
    now: Timestamp,
) -> std::result::Result<String, String> {
    let given = text(request.headers, "authorization").ok_or("no authorization header")?;
    let authorization = header::parse(&given)?;
    let secret = secret_of(&authorization.access).ok_or_else(|| format!("ak {} not exist", authorization.access))?;
    if !authorization.signed.iter().any(|name| name == DATE) {
        return Err("x-sdk-date is not among the signed headers".to_owned());
    }
    let date = text(request.headers, DATE).ok_or("x-sdk-date not found")?;
    check_time(&date, now)?;
    let hashes = body_hashes(request)?;
    let good = hashes.iter().any(|hash| {
        let canonical = canonical::request(request, &authorization.signed, hash);
        canonical.is_some_and(|canonical| is_made_with(&authorization, &secret, &date, &canonical))
    });
    if good { Ok(authorization.access) } else { Err("verify aksk signature fail".to_owned()) }
}

/// A header as text; values beyond ASCII are UTF-8.
fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?;
    Some(std::str::from_utf8(value.as_bytes()).ok()?.trim().to_owned())
}

fn check_time(date: &str, now: Timestamp) -> std::result::Result<(), String> {
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok();
    let time = time.filter(|_| date.len() == 16).and_then(|t| t.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let time = time.ok_or("x-sdk-date is not a time of the form YYYYMMDDTHHMMSSZ")?.timestamp();
    if time.duration_since(now).unsigned_abs() > SKEW {
        return Err("x-sdk-date is more than 15 minutes from the time of the server".to_owned());
    }
    Ok(())
}

/// What may stand for the body. Only a body that is not JSON may go unsigned, and a hash that the caller gives has to be true.
fn body_hashes(request: &Signed<'_>) -> std::result::Result<Vec<String>, String> {
    let given = text(request.headers, CONTENT_HASH);
    if request.body.is_empty() {
        // One SDK signs the hash of nothing here, another the header's value.
        return Ok(std::iter::once(NOTHING.to_owned()).chain(given).collect());
    }
    let real = hex(&Sha256::digest(request.body));
    match given.as_deref() {
        None => Ok(vec![real]),
        Some(UNSIGNED) if is_json(request.headers) => Err("a body of JSON has to be signed".to_owned()),
        Some(UNSIGNED) => Ok(vec![UNSIGNED.to_owned()]),
        Some(given) if given.eq_ignore_ascii_case(&real) => Ok(vec![given.to_owned()]),
        Some(_) => Err("x-sdk-content-sha256 is not the hash of the body".to_owned()),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = text(headers, "content-type").unwrap_or_default().to_ascii_lowercase();
    kind.is_empty() || kind.starts_with("application/json") || kind.starts_with("application/bson")
}

fn mac(key: &[u8], message: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(message);
    Some(mac)
}

fn is_made_with(authorization: &Authorization, secret: &str, date: &str, canonical: &str) -> bool {
    let hash = hex(&Sha256::digest(canonical.as_bytes()));
    let made = match &authorization.scope {
        None => mac(secret.as_bytes(), format!("SDK-HMAC-SHA256\n{date}\n{hash}").as_bytes()),
        Some(scope) => {
            // A signature for another day, made with the key of that day.
            if scope.split('/').next() != date.get(..8) {
                return false;
            }
            derive(&authorization.access, secret, scope)
                .and_then(|key| mac(key.as_bytes(), format!("V11-HMAC-SHA256\n{date}\n{scope}\n{hash}").as_bytes()))
        }
    };
    let given = header::bytes_of(&authorization.signature);
    made.zip(given).is_some_and(|(made, given)| made.verify_slice(&given).is_ok())
}

/// The key for a day, a region and a service, in hex.
fn derive(access: &str, secret: &str, scope: &str) -> Option<String> {
    let drawn = mac(access.as_bytes(), secret.as_bytes())?.finalize().into_bytes();
    let mut info = scope.as_bytes().to_vec();
    info.push(1);
    Some(hex(&mac(&drawn, &info)?.finalize().into_bytes()))
}
