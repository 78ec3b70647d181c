use std::borrow::Cow;
use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

use crate::error::{Error, ErrorKind};

/// All but the unreserved characters of RFC 3986.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Appends `text` with everything escaped that is not unreserved.
pub(super) fn push_encoded(out: &mut String, text: &str) {
    out.extend(utf8_percent_encode(text, ESCAPED));
}

/// The parameters of a request, in the order in which they are signed and sent: by name, then by value, both as they were before encoding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value<'a> {
    /// A number: among its like it is ordered by size.
    Integer(i64),
    /// Text.
    Text(Cow<'a, str>),
}

impl<'a> Query<'a> {
    /// Reads the query of a URL: escapes are decoded and a plus is a space, as forms and URL builders write it.
    ///
    /// # Errors
    /// `InvalidRequest` if a name or value is no UTF-8, since it would be signed as something else.
    pub fn parse(query: &'a str) -> Result<Self, Error> {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decoded(key)?, Value::Text(decoded(value)?)))
        });
        let mut pairs = pairs.collect::<Result<Vec<_>, Error>>()?;
        pairs.sort_unstable();
        Ok(Self(pairs))
    }

    /// Appends the one way in which this query is signed and sent.
    pub(super) fn push_canonical(&self, out: &mut String) {
        for (index, (key, value)) in self.0.iter().enumerate() {
            if index > 0 {
                out.push('&');
            }
            push_encoded(out, key);
            out.push('=');
            match value {
                Value::Integer(number) => drop(write!(out, "{number}")),
                Value::Text(text) => push_encoded(out, text),
            }
        }
    }

    /// As it is signed and sent.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        self.push_canonical(&mut out);
        out
    }
}

impl<'a, K: Into<Cow<'a, str>>, V: Into<Value<'a>>> FromIterator<(K, V)> for Query<'a> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut pairs: Vec<_> = pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        pairs.sort_unstable();
        Self(pairs)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Text(if value { "true" } else { "false" }.into())
    }
}

fn decoded(text: &str) -> Result<Cow<'_, str>, Error> {
    let no_text = || Error::new(ErrorKind::InvalidRequest, "the query holds bytes that are no UTF-8; nothing was sent");
    if !text.contains('+') {
        return percent_decode(text.as_bytes()).decode_utf8().map_err(|_| no_text());
    }
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes()).decode_utf8().map(|text| text.into_owned().into()).map_err(|_| no_text())
}
