//! What services repeat of the secrets that they were sent, in whichever spelling.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::fault::unmarked;
use crate::secret::Secret;

/// Texts that are shorter are no secrets but parts of words.
const SHORTEST: usize = 4;
/// What stands in the place of a secret.
const MASK: &str = "***";

/// Secrets in all their spellings, the longest first.
pub(super) struct Spellings(Vec<Zeroizing<String>>);

impl Spellings {
    pub(super) fn of<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut all: Vec<_> = secrets.into_iter().filter(|secret| secret.expose().len() >= SHORTEST).flat_map(spellings).collect();
        all.retain(|text| text.len() >= SHORTEST);
        all.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        all.dedup();
        Self(all)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `text` without the secrets, or `None` if it holds none. Where it was cut at its end, a secret's beginning there goes too.
    pub(super) fn masked(&self, text: &str, is_cut: bool) -> Option<String> {
        let mut masked = String::new();
        for spelling in &self.0 {
            let told = if masked.is_empty() { text } else { &masked };
            if told.contains(spelling.as_str()) {
                masked = told.replace(spelling.as_str(), MASK);
            }
        }
        let told = if masked.is_empty() { text } else { &masked };
        let begun = if is_cut { self.begun(told.trim_end_matches('…').trim_end_matches('\u{fffd}')) } else { 0 };
        if begun > 0 {
            let end = told.trim_end_matches('…').trim_end_matches('\u{fffd}').len() - begun;
            masked = format!("{}{MASK}", told.get(..end).unwrap_or_default());
        }
        Some(masked).filter(|masked| !masked.is_empty())
    }

    /// How many bytes at the end of `text` are the beginning of a secret.
    fn begun(&self, text: &str) -> usize {
        let begins = |spelling: &str| {
            let ends = spelling.char_indices().map(|(at, _)| at).rev().take_while(|at| *at >= SHORTEST);
            ends.filter_map(|end| spelling.get(..end)).find(|start| text.ends_with(start)).map_or(0, str::len)
        };
        self.0.iter().map(|spelling| begins(spelling)).max().unwrap_or_default()
    }
}

/// As it is, on one line, and as JSON, Python, Rust, HTML, URLs, base64 and hexadecimal digits have it; quoted within a quotation too, and what
/// is left of it where markup is taken out.
fn spellings(secret: &Secret) -> Vec<Zeroizing<String>> {
    let plain = secret.expose();
    let mut all = vec![plain.to_owned(), plain.split_whitespace().collect::<Vec<_>>().join(" ")];
    for quoted in quotations(plain) {
        all.extend(quotations(&quoted).map(|mut twice| std::mem::take(&mut *twice)));
        all.push(quoted.to_string());
    }
    all.extend(unmarked(plain));
    all.push(html_escape::encode_safe(plain).into_owned());
    all.push(html_escape::encode_double_quoted_attribute(plain).replace('\'', "&#39;"));
    all.push(utf8_percent_encode(plain, NON_ALPHANUMERIC).to_string());
    all.push(url::form_urlencoded::byte_serialize(plain.as_bytes()).collect());
    all.extend([&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD].map(|engine| engine.encode(plain)));
    let hex = plain.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    all.extend([hex.to_uppercase(), hex]);
    all.into_iter().map(Zeroizing::new).collect()
}

/// As JSON, with and without other letters than ASCII's, Python and `Debug` have it between quotation marks.
fn quotations(plain: &str) -> [Zeroizing<String>; 4] {
    let within = |quoted: String| quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned();
    let json = within(serde_json::to_string(plain).unwrap_or_default());
    let python = plain.replace('\\', "\\\\").replace('\'', "\\'");
    [ascii(&json), json, python, within(format!("{plain:?}"))].map(Zeroizing::new)
}

/// JSON with escapes for all but ASCII, as Python writes it.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c.is_ascii() {
            true => out.push(c),
            false => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                let _ = write!(out, "\\u{unit:04x}");
            }),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_secret_goes() {
        let secret = Secret::new("pa\"ss é'w<rd\\");
        let spellings = Spellings::of([&secret]);
        for told in [
            "pa\"ss é'w<rd\\",
            r#"pa\"ss é'w<rd\\"#,
            r#"pa\"ss \u00e9'w<rd\\"#,
            r#"pa\\\"ss é'w<rd\\\\"#,
            r#"pa\\\"ss \\u00e9'w<rd\\\\"#,
            r#"pa\\"ss é\'w<rd\\\\"#,
            "pa&quot;ss é&#x27;w&lt;rd\\",
            "pa%22ss%20%C3%A9%27w%3Crd%5C",
            "pa%22ss+%C3%A9%27w%3Crd%5C",
            "cGEic3Mgw6kndzxyZFw=",
            "706122737320c3a927773c72645c",
        ] {
            assert_eq!(spellings.masked(&format!("a {told} b"), false).as_deref(), Some("a *** b"), "{told}");
        }
        assert_eq!(spellings.masked("a b", false), None);
    }

    #[test]
    fn what_was_cut_off_within_a_secret_goes_too() {
        let spellings = Spellings::of(&["hunter2-Tr0ub4dor".into(), "x".into()]);
        assert_eq!(spellings.masked("the hunter2-Tr…", true).as_deref(), Some("the ***"));
        assert_eq!(spellings.masked("the hunter2-Tr…", false), None);
        assert_eq!(spellings.masked("the hun…", true), None);
        assert_eq!(spellings.masked("the hunter2-Tr0ub4dor", true).as_deref(), Some("the ***"));
        assert!(Spellings::of(&["abc".into()]).is_empty());
    }
}
