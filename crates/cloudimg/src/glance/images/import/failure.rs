use std::fmt;

use cloudimg_core::{Error, ErrorKind};

use crate::glance::types::{Image, ImageStatus, ImportMethodName};

/// Why an import failed and what it has left behind: the source of an [`Error`] of the kind `JobFailed`, and of a `Conflict` where another
/// import holds the image.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportFailure {
    /// The image's id.
    pub image_id: String,
    /// How it was imported.
    pub method: ImportMethodName,
    /// The id of the import's task, where it is known.
    pub task: Option<String>,
    /// The service's words, where they say more than that it failed.
    pub message: Option<String>,
    /// The stores of this import that have not got the data, as far as the service tells.
    pub failed: Vec<String>,
    /// What the image was left in.
    pub left: ImportLeft,
    /// Whether the ended task still holds the image: for an hour or two no other import may begin.
    pub is_locked: bool,
}

/// What an image was left in by an import that failed, and so what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportLeft {
    /// It is queued again: data may be imported or uploaded. What was staged is gone.
    Queued,
    /// Its bytes are staged still: it may be imported again.
    Uploading,
    /// It is `importing` for good, and takes no data any more: only to delete it and to make it anew helps.
    Importing,
    /// It is active and has its data, but not, or not all, in the stores that were meant.
    Active,
    /// Another import has it, or had it before this one ended; the id of that one's task.
    Another(String),
    /// It was deleted.
    Gone,
    /// Something else.
    Other(ImageStatus),
}

impl ImportLeft {
    pub(super) fn by(status: &ImageStatus) -> Self {
        match status {
            ImageStatus::Queued => Self::Queued,
            ImageStatus::Uploading => Self::Uploading,
            ImageStatus::Importing => Self::Importing,
            ImageStatus::Active => Self::Active,
            ImageStatus::Deleted | ImageStatus::PendingDelete => Self::Gone,
            other => Self::Other(other.clone()),
        }
    }
}

impl ImportFailure {
    /// The failure that `error` tells of, if it tells of one.
    #[must_use]
    pub fn of(error: &Error) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref()
    }

    /// The failure of an import that cannot begin since another one has the image; `None` if none has.
    pub(super) fn another(image: &Image, method: ImportMethodName) -> Option<Self> {
        let task = image.os_glance_import_task.clone().filter(|task| !task.is_empty())?;
        Some(Self { left: ImportLeft::Another(task), ..Self::new(image.id.clone(), method) })
    }

    pub(super) fn new(image_id: String, method: ImportMethodName) -> Self {
        Self { image_id, method, task: None, message: None, failed: Vec::new(), left: ImportLeft::Gone, is_locked: false }
    }

    /// What can be done about it.
    pub(super) fn advice(&self) -> String {
        let staged = self.method == ImportMethodName::GlanceDirect;
        match &self.left {
            ImportLeft::Queued if staged => "the image is queued again: stage its data anew, and import them again".to_owned(),
            ImportLeft::Queued => "the image is queued again: import it again".to_owned(),
            ImportLeft::Uploading => "the data are staged still: import them again".to_owned(),
            ImportLeft::Importing => "the image stays `importing` for good: delete it and make it anew".to_owned(),
            ImportLeft::Active if self.method == ImportMethodName::CopyImage => "the image is active as before".to_owned(),
            ImportLeft::Active => "the image is active all the same: look at it before you use it".to_owned(),
            ImportLeft::Another(task) => {
                format!("another import, task {task}, has the image: wait for its end before you try again")
            }
            ImportLeft::Gone => "the image was deleted meanwhile".to_owned(),
            ImportLeft::Other(status) => format!("the image is {status}"),
        }
    }
}

impl fmt::Display for ImportFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the import by {} ", self.method)?;
        match (&self.message, &self.left) {
            (Some(message), _) => write!(f, "failed: {message}")?,
            (None, ImportLeft::Another(_) | ImportLeft::Gone) => f.write_str("did not come to its end")?,
            (None, _) => f.write_str("failed, the service does not say why")?,
        }
        if !self.failed.is_empty() {
            write!(f, "; not in the stores {}", self.failed.join(", "))?;
        }
        write!(f, "; {}", self.advice())?;
        if self.is_locked {
            f.write_str("; the service holds it for this import still, for up to two hours")?;
        }
        Ok(())
    }
}

impl std::error::Error for ImportFailure {}

impl From<ImportFailure> for Error {
    fn from(failure: ImportFailure) -> Self {
        Self::new(ErrorKind::JobFailed, failure.to_string()).with_operation("import_image").with_source(failure)
    }
}
