//! Secrets in the spellings in which they might be told; made apart from core's own code for that.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::server::Request;

pub(crate) fn percent(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

pub(crate) fn hex(text: &str) -> String {
    text.bytes().map(|b| format!("{b:02x}")).collect()
}

pub(crate) fn json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    quoted[1..quoted.len() - 1].to_owned()
}

pub(crate) fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#x27;")
}

pub(crate) fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

/// Every spelling; of the plain one its beginning is enough.
pub(crate) fn spellings(secret: &str) -> Vec<String> {
    let start: String = secret.chars().take(14).collect();
    let form = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let base64 = base64(secret);
    // What follows changes the last digits.
    let base64_start = base64.trim_end_matches('=')[..base64.len() - 6].to_owned();
    vec![
        start,
        json(secret),
        json(&json(secret)),
        html(secret),
        percent(secret),
        form,
        hex(secret),
        hex(secret).to_uppercase(),
        base64_start,
        URL_SAFE_NO_PAD.encode(secret),
    ]
}

/// All of a request as one text.
pub(crate) fn sent(request: &Request) -> String {
    let headers: String = request.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    format!("{} {}\n{headers}{}\n", request.method, request.path, String::from_utf8_lossy(&request.body))
}
