//! Query strings, read and written as the services do.

use std::fmt::Write as _;

/// The pairs of a query, in order, repeated names kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(raw: &str) -> Self {
        let pairs = raw
            .split('&')
            .filter(|part| !part.is_empty())
            .map(|part| {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                let read = |s| unescape(s, true).unwrap_or_else(|| s.to_owned());
                (read(name), read(value))
            })
            .collect();
        Self(pairs)
    }

    /// Takes the first pair of that name out.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(n, _)| n == name)?;
        Some(self.0.remove(at).1)
    }

    /// Takes all pairs of that name out.
    pub(crate) fn take_all(&mut self, name: &str) -> Vec<String> {
        std::iter::from_fn(|| self.take(name)).collect()
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    /// The last value of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// One pair a name: in the place of the first, with the value of the last. Links to further
    /// pages are made from this, and so lose repeated parameters.
    pub(crate) fn flattened(&self) -> Self {
        let mut flat: Vec<(String, String)> = Vec::new();
        for (name, value) in &self.0 {
            match flat.iter_mut().find(|(n, _)| n == name) {
                Some(pair) => pair.1.clone_from(value),
                None => flat.push((name.clone(), value.clone())),
            }
        }
        Self(flat)
    }

    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// `path?query`, or `path` alone.
    pub(crate) fn link(&self, path: &str) -> String {
        let pairs: Vec<String> = self.0.iter().map(|(n, v)| format!("{}={}", escape(n), escape(v))).collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }
}

/// Takes the percent escapes out; `None` if what remains is not UTF-8.
pub(crate) fn unescape(s: &str, plus_is_space: bool) -> Option<String> {
    let bytes = s.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |i: usize| bytes.get(i).and_then(|b| char::from(*b).to_digit(16));
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'%'));
                at += 3;
                continue;
            }
            (b'+', ..) if plus_is_space => out.push(b' '),
            (other, ..) => out.push(other),
        }
        at += 1;
    }
    String::from_utf8(out).ok()
}

/// `quote_plus` of Python.
pub(crate) fn escape(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for byte in s.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
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
    fn links_lose_repeated_parameters() {
        let query = Query::parse("tag=x&limit=2&tag=a%20b%26&flag&sort=name:asc");
        assert_eq!(query.flattened().link("/v2/images"), "/v2/images?tag=a+b%26&limit=2&flag=&sort=name%3Aasc");
        assert_eq!(query.get("tag"), Some("a b&"));
        assert_eq!(Query::parse("").link("/x"), "/x");
    }

    #[test]
    fn takes_in_order() {
        let mut query = Query::parse("limit=1&limit=2&tag=a&tag=b");
        assert_eq!(query.take("limit").as_deref(), Some("1"));
        assert_eq!(query.get("limit"), Some("2"));
        assert_eq!(query.take_all("tag"), ["a", "b"]);
    }

    #[test]
    fn escapes() {
        assert_eq!(unescape("a%2Fb%zz+", false).as_deref(), Some("a/b%zz+"));
        assert_eq!(unescape("a+b", true).as_deref(), Some("a b"));
        assert_eq!(unescape("%ff", true), None);
    }
}
