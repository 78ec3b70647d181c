//! Path segments, escaped so that a value can never become two segments or none.

use std::fmt::Write;

/// Marks a value that no escaping can save; [`crate::session`] refuses every path that holds it.
pub(crate) const UNSENDABLE: &str = "%00";

/// Percent-encodes `value` for use as one path segment.
///
/// The values that URL parsers take for path syntax (the empty one, `.` and `..`, also when escaped) cannot be escaped at all: they are
/// marked, and the session refuses to send them.
#[must_use]
pub fn encode_path(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len() + 3);
    if matches!(value, "" | "." | "..") {
        encoded.push_str(UNSENDABLE);
    }
    for byte in value.bytes() {
        // The unreserved characters of RFC 3986, and of the reserved ones those that are plain data in a segment; to Java servers `..;x` is `..`.
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,=:@".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntax_is_escaped_and_plain_text_is_not() {
        assert_eq!(encode_path("a-b_c.d~e"), "a-b_c.d~e");
        assert_eq!(encode_path("OS::Compute"), "OS::Compute");
        assert_eq!(encode_path("a/b\\c d?#%"), "a%2Fb%5Cc%20d%3F%23%25");
        assert_eq!(encode_path("中"), "%E4%B8%AD");
        assert_eq!(encode_path("..;x"), "..%3Bx");
    }

    #[test]
    fn what_cannot_be_escaped_is_marked() {
        assert_eq!(encode_path(""), "%00");
        assert_eq!(encode_path("."), "%00.");
        assert_eq!(encode_path(".."), "%00..");
        assert_eq!(encode_path("..."), "...");
    }
}
