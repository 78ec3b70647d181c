use std::fmt;

use cloudimg_core::{Error, ErrorKind};

use crate::glance::types::{Image, ImageStatus};

/// What became of an image whose upload failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageLeft {
    /// It is queued: data can be sent to it.
    Queued,
    /// It is queued, but what the store keeps of data that were refused stands in the way of any others: it has to be made anew.
    Spoiled,
    /// It is being written: somebody else does it, or the service has not noticed yet that this upload is over.
    Saving,
    /// Somebody else has begun to write it before.
    SomeoneElseWrites,
    /// It is active. After `Corrupt` with other bytes than were to be sent, else with somebody else's.
    Active,
    /// There is no such image, or no longer.
    Gone,
    /// It was deleted to clean up, as was asked for.
    Removed,
    /// It is in another state.
    Other(ImageStatus),
    /// The service did not tell.
    Unknown,
}

impl ImageLeft {
    pub(super) fn of(image: &Image) -> Self {
        match &image.status {
            // Hashes come with data: these were refused after they were stored.
            ImageStatus::Queued if image.os_hash_value.is_some() => Self::Spoiled,
            ImageStatus::Queued => Self::Queued,
            ImageStatus::Saving => Self::Saving,
            ImageStatus::Uploading | ImageStatus::Importing => Self::SomeoneElseWrites,
            ImageStatus::Active => Self::Active,
            ImageStatus::Deleted | ImageStatus::PendingDelete => Self::Gone,
            other => Self::Other(other.clone()),
        }
    }
}

impl fmt::Display for ImageLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queued => "the image is queued: data can be sent to it",
            Self::Spoiled => "the image is queued, but takes no data any more: delete it and make it anew",
            Self::Saving => "the image is being written, by somebody else or still by this upload: look again before another try",
            Self::SomeoneElseWrites => "somebody else writes the image",
            Self::Active => "the image is active",
            Self::Gone => "the image is gone",
            Self::Removed => "the image was deleted",
            Self::Other(status) => return write!(f, "the image is {status}"),
            Self::Unknown => "what state the image is in could not be found out",
        })
    }
}

/// What an [`Error`] of an upload tells besides: the state that the image was left in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UploadFailure {
    /// What became of the image.
    pub image: ImageLeft,
    /// How often data were sent to it, from their beginning.
    pub tries: u32,
    cause: Error,
}

impl UploadFailure {
    /// The failure that `error` tells of; `None` where the upload did not get as far as looking at the image, or it is no upload's.
    #[must_use]
    pub fn of(error: &Error) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref()
    }

    /// The error as it came from the call or the source.
    #[must_use]
    pub fn cause(&self) -> &Error {
        &self.cause
    }
}

impl fmt::Display for UploadFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.image)
    }
}

impl std::error::Error for UploadFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// An upload that failed, before it is told to the caller.
pub(super) struct Failed {
    pub(super) error: Error,
    /// What became of the image, where it was looked at.
    pub(super) left: Option<ImageLeft>,
    /// Whether what the image holds, if it holds anything, is of this upload.
    pub(super) is_ours: bool,
}

impl Failed {
    pub(super) fn new(error: Error, left: ImageLeft) -> Self {
        Self { error, left: Some(left), is_ours: false }
    }

    /// A call about the image failed.
    pub(super) fn of_call(error: Error) -> Self {
        let left = if error.kind() == ErrorKind::NotFound { ImageLeft::Gone } else { ImageLeft::Unknown };
        Self::new(error, left)
    }

    pub(super) fn ours(self) -> Self {
        Self { is_ours: true, ..self }
    }

    pub(super) fn into_error(self, operation: &str, tries: u32) -> Error {
        let error = self.error.with_operation(operation);
        let Some(image) = self.left else { return error };
        let message = format!("{}; {image}", error.message().trim_end_matches('.'));
        error.clone().with_message(message).with_source(UploadFailure { image, tries, cause: error })
    }
}

/// Nothing was asked of the service yet.
impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, left: None, is_ours: false }
    }
}
