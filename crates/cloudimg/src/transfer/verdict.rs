use std::fmt;

use super::Algorithm;

/// What is known of bytes that went from one place to another. Bytes that are known to be wrong are an error of the kind
/// [`Corrupt`](crate::ErrorKind::Corrupt) instead.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub enum Verdict {
    /// The hash of the bytes on this side is the one that the service tells.
    Verified(Algorithm),
    /// Nothing to compare with; the reason in one sentence. All bytes came, as far as their number is known.
    Unverifiable(String),
}

impl Verdict {
    /// Whether the bytes are known to be right.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        matches!(self, Self::Verified(_))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verified(algorithm) => write!(f, "verified by {algorithm}"),
            Self::Unverifiable(reason) => write!(f, "unverifiable: {reason}"),
        }
    }
}
