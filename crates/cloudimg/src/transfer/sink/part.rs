//! A file that is not whole yet.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::time::Duration;

use cloudimg_core::{Clock, Error, ErrorKind, Result};

use super::journal::{Journal, Known};
use super::stretches::Stretches;
use super::target::Target;
use super::{blocking, system};

/// A transfer that was given up may take a moment to let go of its file.
const PATIENCE: u32 = 100;
const NAP: Duration = Duration::from_millis(10);

/// A file under another name than it will have, locked against everybody else who would write it.
///
/// Dropped before anything was written to it, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Part {
    pub(super) target: Target,
    pub(super) file: File,
    pub(super) journal: Option<Journal>,
    /// Whether there was none before and nothing was written to it.
    pub(super) is_new: bool,
    /// How far there may be bytes already.
    pub(super) used: u64,
}

impl Part {
    /// Opens or makes the file, and locks it.
    ///
    /// # Errors
    /// `Conflict` if somebody else writes it, `Io` if it cannot be made.
    pub(crate) async fn open(target: Target, clock: &dyn Clock) -> Result<Self> {
        for _ in 0..PATIENCE {
            let target = target.clone();
            if let Some(part) = blocking(move || Self::try_open(&target)).await? {
                return Ok(part);
            }
            clock.sleep(NAP).await;
        }
        let what = format!(
            "{}: another download writes this file now, at {}; nothing was sent",
            target.path.display(),
            target.part.display()
        );
        Err(Error::new(ErrorKind::Conflict, what))
    }

    /// None while somebody else has it.
    fn try_open(target: &Target) -> Result<Option<Self>> {
        let failed = |e| target.failed(&target.part, e);
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        let (file, is_new) = match options.clone().create_new(true).open(&target.part) {
            Ok(file) => (file, true),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => match options.open(&target.part) {
                Ok(file) => (file, false),
                Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(e) => return Err(failed(e)),
            },
            Err(e) => return Err(failed(e)),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => tracing::warn!(%error, "this file system has no locks"),
        }
        // Whoever had it before may have put it in its place.
        if !system::is_same(&file, &target.part).map_err(failed)? {
            return Ok(None);
        }
        let used = file.metadata().map_err(failed)?.len();
        let part = Self { target: target.clone(), file, journal: None, is_new, used };
        part.target.check()?;
        if let (true, Some(permissions)) = (is_new, &part.target.permissions) {
            part.file.set_permissions(permissions.clone()).map_err(failed)?;
        }
        Ok(Some(part))
    }

    /// Goes on with what is there of the bytes that are told by `identity`, a text of one line, and says what that is; all of it begins anew where the
    /// file holds others.
    ///
    /// # Errors
    /// `Io`.
    pub(crate) fn take_up(&mut self, identity: &str) -> Result<Stretches> {
        let Some(mut known) = Journal::read(&self.target.journal, identity).filter(|_| !self.is_new) else {
            return self.begin(identity);
        };
        known.there.truncate(self.used);
        known.on_disk.truncate(self.used);
        let there = known.there.clone();
        self.journal = Some(Journal::begin(&self.target.journal, identity, known).map_err(|e| self.journal_failed(e))?);
        Ok(there)
    }

    /// Begins with nothing.
    ///
    /// # Errors
    /// `Io`.
    pub(crate) fn begin(&mut self, identity: &str) -> Result<Stretches> {
        self.journal = Some(Journal::begin(&self.target.journal, identity, Known::default()).map_err(|e| self.journal_failed(e))?);
        // The journal first: it must never tell of bytes that are gone.
        self.file.set_len(0).map_err(|e| self.target.failed(&self.target.part, e))?;
        self.used = 0;
        Ok(Stretches::default())
    }

    /// What is there.
    pub(crate) fn there(&self) -> Stretches {
        self.journal.as_ref().map(|journal| journal.there().clone()).unwrap_or_default()
    }

    /// A second handle, to read what was written.
    ///
    /// # Errors
    /// `Io`.
    pub(crate) fn reader(&self) -> Result<File> {
        File::open(&self.target.part).map_err(|e| self.target.failed(&self.target.part, e))
    }

    /// Makes all of it, `length` bytes, safe from a loss of power.
    ///
    /// # Errors
    /// `Io`.
    pub(crate) async fn synced(self, length: u64) -> Result<Self> {
        blocking(move || {
            let done = self.file.set_len(length).and_then(|()| self.file.sync_all());
            done.map_err(|e| self.target.failed(&self.target.part, e))?;
            Ok(self)
        })
        .await
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// `Conflict` if somebody made such a file meanwhile, `Io`.
    pub(crate) async fn publish(mut self) -> Result<()> {
        blocking(move || {
            self.is_new = false;
            self.target.put()?;
            self.remove_journal();
            system::sync_folder(&self.target.folder).map_err(|e| self.target.failed(&self.target.folder, e))
        })
        .await
    }

    /// Removes it.
    pub(crate) fn discard(mut self) {
        self.is_new = true;
    }

    fn remove_journal(&self) {
        // Without its file it means nothing, and the next journal takes its place.
        let _ = fs::remove_file(&self.target.journal);
        let _ = fs::remove_file(self.target.journal.with_added_extension("new"));
    }

    fn journal_failed(&self, error: io::Error) -> Error {
        self.target.failed(&self.target.journal, error)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.is_new {
            let _ = fs::remove_file(&self.target.part);
            self.remove_journal();
        }
    }
}
