use std::fmt;

use cloudimg_core::Error;

use super::ImportState;

/// How much of an error's own words is kept, so that there is room for a ticket.
const LONGEST_CAUSE: usize = 300;

/// An import whose wait ended before it did: the source of the error that ended the wait.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unfinished {
    /// What [`Images::attach_import`](super::super::Images::attach_import) takes to wait for it again.
    pub ticket: String,
    /// What was seen of it last.
    pub state: Option<ImportState>,
    pub(super) cause: Option<Error>,
}

impl Unfinished {
    /// The import that goes on though `error` ended its wait, if there is one.
    #[must_use]
    pub fn of(error: &Error) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref()
    }

    /// `error` with this as its source.
    pub(super) fn told_by(mut self, error: Error) -> Error {
        let mut words = error.message().to_owned();
        if let Some((end, _)) = words.char_indices().nth(LONGEST_CAUSE) {
            words.truncate(end);
            words.push('…');
        }
        let what = format!("{words}; {self}");
        self.cause = Some(error.clone());
        error.with_message(what).with_operation("import_image").with_source(self)
    }
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the import goes on")?;
        if let Some(state) = &self.state {
            write!(f, " ({state})")?;
        }
        write!(f, ", to be waited for again by `attach_import` with the ticket \"{}\"", self.ticket)
    }
}

impl std::error::Error for Unfinished {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}
