//! Hashes and their text, as both ways of signing use them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderValue;
use sha2::{Digest as _, Sha256};

use crate::error::{Error, ErrorKind};

/// The SHA-256 of no bytes.
pub(super) const OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

pub(super) fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

pub(super) fn hmac_sha256(key: &[u8], data: &[u8]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { unreachable!("a key for HMAC may have any length") };
    mac.update(data);
    mac.finalize().into_bytes().into()
}

/// Writes `digest` to the end of `out`, in lower-case hexadecimal.
pub(super) fn push_hex(out: &mut String, digest: &[u8; 32]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in digest {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// A header's value, marked so that no log prints it where it is `secret`.
pub(super) fn header_value(name: &str, value: &str, secret: bool) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| {
        Error::new(ErrorKind::InvalidRequest, format!("the value of {name} holds characters that a header cannot carry"))
    })?;
    value.set_sensitive(secret);
    Ok(value)
}

/// Refuses a part of the credentials that would break the headers it is written into.
pub(super) fn check_plain(what: &str, value: &str) -> Result<(), Error> {
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',') {
        let message = format!("the {what} is empty or holds characters other than printable ASCII without comma and space");
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    Ok(())
}
