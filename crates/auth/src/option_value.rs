//! The values of options.

use std::fmt;

use cloudimg_core::Secret;

/// The value of an option. It may be a secret, so it is not printed.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionValue {
    /// A text, or a number as text; an empty one counts as not given.
    Text(Secret),
    /// Yes or no.
    Flag(bool),
    /// Several texts.
    List(Vec<String>),
}

impl fmt::Debug for OptionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => fmt::Debug::fmt(text, f),
            Self::Flag(flag) => fmt::Debug::fmt(flag, f),
            Self::List(list) => write!(f, "[{} texts]", list.len()),
        }
    }
}

impl From<&str> for OptionValue {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for OptionValue {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for OptionValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Vec<String>> for OptionValue {
    fn from(list: Vec<String>) -> Self {
        Self::List(list)
    }
}
