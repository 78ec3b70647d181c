use std::fmt;

use cloudimg_core::{Error, Result};

use crate::glance::Image;
use crate::transfer::Verdict;

/// What became of a copy, target by target.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use = "a target may have failed: see `whole` and `targets`"]
pub struct Copied {
    /// The image that was copied; one of IMS as it was exported, without the size and hashes that the service tells of its own form
    /// of it.
    pub source: Image,
    /// What is known of the bytes that were read; `None` if none had to be, or the last target failed before their end.
    pub verdict: Option<Verdict>,
    /// The targets in the order in which they were named.
    pub targets: Vec<TargetOutcome>,
}

impl Copied {
    /// All copies, if every target has its own.
    ///
    /// # Errors
    /// The error of the first target that failed.
    pub fn whole(self) -> Result<Vec<Arrived>> {
        self.targets.into_iter().map(|target| target.result).collect()
    }

    /// Whether every target has its copy.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.targets.iter().all(|target| target.result.is_ok())
    }
}

/// What became of the copy to one target.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TargetOutcome {
    /// Its label.
    pub target: String,
    /// The copy, or why there is none.
    pub result: Result<Arrived>,
    /// What is left there besides an image that is whole.
    pub remains: Remains,
}

/// A copy that is there, active and compared with its source.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Arrived {
    /// The copy; one of IMS by the members that both services know, the others as properties.
    pub image: Image,
    /// How many bytes went there: 0 if it was there already.
    pub bytes: u64,
    /// What is known of the bytes that the target has.
    pub verdict: Verdict,
    /// Whether it was there already, so that nothing was sent.
    pub skipped: bool,
    /// Tags and properties that it was to have and has not.
    pub left_out: Vec<LeftOut>,
}

/// Something that a copy was to have and has not.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LeftOut {
    /// `tags`, or the name of a property.
    pub name: String,
    /// Why, in one sentence.
    pub reason: String,
}

impl LeftOut {
    pub(super) fn new(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { name: name.into(), reason: reason.into() }
    }
}

/// What a copy has left at its target besides an image that is whole.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Remains {
    /// Nothing: no image was made, or it was deleted again. This is also that of a copy that went well, but where an object of its
    /// bucket could not be removed.
    Nothing,
    /// An image of this id, kept on request, or since it is complete and only its protection failed.
    Image(String),
    /// Perhaps an image of this id, or an object of a bucket (`bucket:object`): it could not be deleted, and this is why.
    Unknown(String, Error),
}

impl fmt::Display for Remains {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing is left there"),
            Self::Image(id) => write!(f, "the image {id} is left there"),
            Self::Unknown(id, error) => write!(f, "{id} may be left there, for it could not be deleted: {error}"),
        }
    }
}
