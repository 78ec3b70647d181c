//! The one text that both sides make of a request.

use std::fmt::Write as _;

use super::{Signed, text};

/// The text that is signed; `None` if a header that was signed is not there.
pub(super) fn request(request: &Signed<'_>, signed: &[String], body_hash: &str) -> Option<String> {
    let mut out = format!("{}\n{}\n{}\n", request.method.to_ascii_uppercase(), path(request.path), query(request.query));
    for name in signed {
        let value = text(request.headers, name)?;
        let _ = writeln!(out, "{name}:{value}");
    }
    let _ = write!(out, "\n{}\n{body_hash}", signed.join(";"));
    Some(out)
}

/// Each part unescaped and escaped anew, with a slash at the end.
fn path(raw: &str) -> String {
    let plain = String::from_utf8_lossy(&unescape(raw, false)).into_owned();
    let mut out = plain.split('/').map(escape).collect::<Vec<_>>().join("/");
    if !out.ends_with('/') {
        out.push('/');
    }
    out
}

/// The pairs in the order of what they mean, not of how they are written.
fn query(raw: &str) -> String {
    let read = |text: &str| String::from_utf8_lossy(&unescape(text, true)).into_owned();
    let mut pairs: Vec<(String, String)> = raw
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (read(name), read(value)))
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect::<Vec<_>>().join("&")
}

fn unescape(text: &str, plus_is_space: bool) -> Vec<u8> {
    let bytes = text.as_bytes();
    let hex = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 2;
            }
            (b'+', ..) if plus_is_space => out.push(b' '),
            _ => out.push(*byte),
        }
        at += 1;
    }
    out
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        assert_eq!(path("/"), "/");
        assert_eq!(path("/v2/images/x/tags/a%2Fb"), "/v2/images/x/tags/a/b/");
        assert_eq!(path("/a%zz+//b/"), "/a%25zz%2B//b/");
    }

    #[test]
    fn queries() {
        assert_eq!(query("a0=2&a%3A=1&a-=3"), "a-=3&a0=2&a%3A=1");
        assert_eq!(query("tag=z&tag=a&flag"), "flag=&tag=a&tag=z");
        assert_eq!(query("name=a%20b~c%2Ad%2Be"), "name=a%20b~c%2Ad%2Be");
    }
}
