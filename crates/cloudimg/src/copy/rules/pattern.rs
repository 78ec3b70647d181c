use std::fmt;

/// The name of a field or property, or several by a star that stands for any characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(String);

impl Pattern {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What the star stands for in `name`, if that fits; nothing for a pattern without a star.
    pub(super) fn matches<'a>(&self, name: &'a str) -> Option<&'a str> {
        match self.0.split_once('*') {
            Some((head, tail)) => name.strip_prefix(head)?.strip_suffix(tail),
            None => (self.0 == name).then_some(""),
        }
    }

    /// The name with `star` in the place of the star.
    pub(super) fn filled(&self, star: &str) -> String {
        self.0.replacen('*', star, 1)
    }

    pub(super) fn stars(&self) -> usize {
        self.0.matches('*').count()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
