//! The one text that both sides make of a request.

use sha2::{Digest, Sha256};

use super::Signed;
use crate::glance::hashing::hex;

/// The text that is signed. It may hold bytes that are not UTF-8, as queries may.
pub(super) fn request(request: &Signed<'_>, signed: &[String]) -> Vec<u8> {
    let mut out = format!("{}\n{}\n", request.method.to_ascii_uppercase(), request.path).into_bytes();
    out.extend(query(request.method, request.query));
    out.push(b'\n');
    for name in signed {
        out.extend(name.bytes());
        out.push(b':');
        out.extend(value(request, name));
        out.push(b'\n');
    }
    // Whatever comes with a GET is not signed.
    let body = if request.method.eq_ignore_ascii_case("GET") { &[] } else { request.body };
    out.extend(format!("\n{}\n{}", signed.join(";"), hex(&Sha256::digest(body))).bytes());
    out
}

/// The whole query unescaped as one text: nothing is split or put in order. With POST it is not signed, and one with a broken
/// escape counts as none.
fn query(method: &str, raw: &str) -> Vec<u8> {
    if method.eq_ignore_ascii_case("POST") { Vec::new() } else { unescape(raw).unwrap_or_default() }
}

/// In lower case; nothing if the header is not there.
fn value(request: &Signed<'_>, name: &str) -> Vec<u8> {
    let bytes = request.headers.get(name).map(|value| value.as_bytes()).unwrap_or_default();
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_lowercase().into_bytes(),
        Err(_) => bytes.to_ascii_lowercase(),
    }
}

/// `None` if a percent sign is not followed by two digits.
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                digit()? << 4 | digit()?
            }
            b'+' => b' ',
            other => other,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries() {
        for (raw, plain) in [
            ("b=2&a=1&b", "b=2&a=1&b"),
            ("name=a%26b%3Dc", "name=a&b=c"),
            ("name=my+image%2Bv2%20", "name=my image+v2 "),
            ("name=%e9%95%9c", "name=镜"),
            ("a?b", "a?b"),
            ("name=50%ZZ", ""),
            ("name=50%2", ""),
            ("name=50%", ""),
        ] {
            assert_eq!(query("GET", raw), plain.as_bytes(), "{raw}");
            assert_eq!(query("POST", raw), b"", "{raw}");
        }
        assert_eq!(query("PUT", "%ff"), [0xff]);
    }
}
