//! The thread that writes a file.

#[cfg(test)]
mod tests;

use std::fs::OpenOptions;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use cloudimg_core::{Error, ErrorKind, Result};
use tokio::sync::{mpsc, oneshot, watch};

use super::journal::Journal;
use super::part::Part;
use super::stretches::Stretches;
use super::system;

/// How many blocks may wait to be written; every connection has another one in hand.
const QUEUE: usize = 2;
/// So much is brought to the disk at a time, which also keeps the wait at the end short.
const SYNC_STEP: u64 = 64 << 20;
/// Zeroes are looked for in pieces of this size.
const PAGE: usize = 4096;
static ZEROES: [u8; PAGE] = [0; PAGE];

/// Writes blocks to a [`Part`] on a thread of its own. Dropped, it stops the thread, and what was written is known to the next one.
#[derive(Debug)]
pub(crate) struct Writer {
    blocks: mpsc::Sender<(u64, Bytes)>,
    part: oneshot::Receiver<Part>,
    shared: Arc<Shared>,
    prefix: watch::Receiver<u64>,
    _stop: Stop,
}

#[derive(Debug, Default)]
struct Shared {
    stopped: AtomicBool,
    failure: OnceLock<Error>,
}

#[derive(Debug)]
struct Stop(Arc<Shared>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.stopped.store(true, Ordering::Relaxed);
    }
}

impl Writer {
    /// Writes to `part`, of `size` bytes in the end if that is known; zeroes become holes if that is `sparse`.
    pub(crate) fn start(part: Part, size: Option<u64>, sparse: bool) -> Self {
        let (blocks, queue) = mpsc::channel(QUEUE);
        let (done, outcome) = oneshot::channel();
        let shared = Arc::new(Shared::default());
        let (told, prefix) = watch::channel(part.there().prefix());
        let work = Arc::clone(&shared);
        tokio::task::spawn_blocking(move || {
            let part = Thread::new(part, size, sparse, told).run(queue, &work);
            // Nobody waits where the transfer was given up.
            let _ = done.send(part);
        });
        Self { blocks, part: outcome, prefix, _stop: Stop(Arc::clone(&shared)), shared }
    }

    /// Writes `block` at `at`; waits while too many wait.
    ///
    /// # Errors
    /// `Io`, what stopped the thread.
    pub(crate) async fn write(&self, at: u64, block: Bytes) -> Result<()> {
        self.blocks.send((at, block)).await.map_err(|_| self.failure())
    }

    /// Tells up to where all is written.
    pub(crate) fn prefix(&self) -> watch::Receiver<u64> {
        self.prefix.clone()
    }

    /// The part, once all blocks are written.
    ///
    /// # Errors
    /// `Io`, what stopped the thread.
    pub(crate) async fn finish(self) -> Result<Part> {
        let Self { blocks, part, shared, _stop, .. } = self;
        drop(blocks);
        let part = part.await;
        match (shared.failure.get(), part) {
            (Some(error), _) => Err(error.clone()),
            (None, Ok(part)) => Ok(part),
            (None, Err(_)) => Err(gone()),
        }
    }

    fn failure(&self) -> Error {
        self.shared.failure.get().cloned().unwrap_or_else(gone)
    }
}

fn gone() -> Error {
    Error::new(ErrorKind::Io, "the thread that writes is gone: the runtime is being shut down")
}

struct Thread {
    part: Part,
    journal: Arc<Mutex<Option<Journal>>>,
    size: Option<u64>,
    sparse: bool,
    told: watch::Sender<u64>,
    /// Where the next byte would be written.
    at: u64,
    /// How long the file is.
    length: u64,
    /// Up to where there may be more than holes.
    used: u64,
    unsynced: u64,
    syncing: Arc<AtomicBool>,
}

impl Thread {
    fn new(mut part: Part, size: Option<u64>, sparse: bool, told: watch::Sender<u64>) -> Self {
        let journal = Arc::new(Mutex::new(part.journal.take()));
        let (length, used) = (part.used, part.used);
        Self { part, journal, size, sparse, told, at: u64::MAX, length, used, unsynced: 0, syncing: Arc::default() }
    }

    fn run(mut self, mut queue: mpsc::Receiver<(u64, Bytes)>, shared: &Shared) -> Part {
        if self.used == 0
            && let Some(size) = self.size
            && system::preallocate(&self.part.file, size)
        {
            self.used = size;
        }
        while let Some((at, block)) = queue.blocking_recv() {
            if shared.stopped.load(Ordering::Relaxed) {
                break;
            }
            if let Err(error) = self.take(at, &block) {
                let _ = shared.failure.set(self.explained(error));
                break;
            }
        }
        // Before the queue is closed, which those who wait take for the sign that the failure is known.
        if let Err(error) = self.note_all() {
            let _ = shared.failure.set(self.explained(error));
        }
        drop(queue);
        self.part.journal = lock(&self.journal).take();
        self.part.used = self.length;
        self.part
    }

    fn take(&mut self, at: u64, block: &[u8]) -> io::Result<()> {
        self.part.is_new = false;
        for (range, is_zero) in runs(at, block, self.sparse) {
            let from = at + range.start as u64;
            if !is_zero || !self.make_hole(from, range.len() as u64)? {
                self.write(from, &block[range])?;
            }
        }
        let end = at + block.len() as u64;
        self.unsynced += block.len() as u64;
        let is_due = lock(&self.journal).as_mut().is_some_and(|journal| journal.written(at..end));
        if is_due {
            self.note_all()?;
        }
        let prefix = lock(&self.journal).as_ref().map_or(0, |journal| journal.there().prefix());
        self.told.send_if_modified(|told| std::mem::replace(told, prefix) != prefix);
        if self.unsynced >= SYNC_STEP {
            self.sync();
        }
        Ok(())
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        if self.at != at {
            self.part.file.seek(SeekFrom::Start(at))?;
        }
        // Unknown, if it fails.
        self.at = u64::MAX;
        self.part.file.write_all(bytes)?;
        self.at = at + bytes.len() as u64;
        self.length = self.length.max(self.at);
        self.used = self.used.max(self.at);
        Ok(())
    }

    /// Sees to it that zeroes are read at `at`, and says whether it could.
    fn make_hole(&mut self, at: u64, length: u64) -> io::Result<bool> {
        let used = self.used.saturating_sub(at).min(length);
        if used > 0 && at + used > self.length {
            // Some file systems make no holes beyond the end, where room was taken in advance.
            self.part.file.set_len(at + used)?;
            self.length = at + used;
        }
        Ok(used == 0 || system::punch(&self.part.file, at, used).is_ok())
    }

    /// Writes down what is there. The file is made as long first: holes at its end are a part of it.
    fn note_all(&mut self) -> io::Result<()> {
        let mut journal = lock(&self.journal);
        let Some(journal) = journal.as_mut() else { return Ok(()) };
        let end = journal.there().end();
        if end > self.length {
            self.part.file.set_len(end)?;
            self.length = end;
        }
        journal.flush()
    }

    /// Has what is there brought to the disk, beside all else.
    fn sync(&mut self) {
        if self.syncing.swap(true, Ordering::AcqRel) {
            return;
        }
        self.unsynced = 0;
        let there: Stretches = lock(&self.journal).as_ref().map(|journal| journal.there().clone()).unwrap_or_default();
        let (journal, syncing, path) = (Arc::clone(&self.journal), Arc::clone(&self.syncing), self.part.target.part.clone());
        tokio::task::spawn_blocking(move || {
            // A handle of its own: a second one of the same would hold the lock.
            let synced = OpenOptions::new().write(true).open(path).and_then(|file| file.sync_data());
            if synced.is_ok()
                && let Some(journal) = lock(&journal).as_mut()
            {
                // It only spares bytes after a loss of power.
                let _ = journal.synced(&there);
            }
            syncing.store(false, Ordering::Release);
        });
    }

    fn explained(&self, error: io::Error) -> Error {
        use io::ErrorKind as K;
        let path = &self.part.target.part;
        if !matches!(error.kind(), K::StorageFull | K::QuotaExceeded | K::FileTooLarge) {
            return self.part.target.failed(path, error);
        }
        let there = lock(&self.journal).as_ref().map_or(0, |journal| journal.there().total());
        let missing = self.size.map(|size| format!(", {} are missing", size.saturating_sub(there))).unwrap_or_default();
        let what = format!(
            "{}: {error}: {there} bytes are here{missing}; make room, and the same call goes on from there",
            path.display()
        );
        Error::new(ErrorKind::Io, what).with_source(error)
    }
}

fn lock(journal: &Mutex<Option<Journal>>) -> MutexGuard<'_, Option<Journal>> {
    journal.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Parts a block, which begins at `at`, where zeroes begin and end; nowhere unless it is to be `sparse`.
fn runs(at: u64, block: &[u8], sparse: bool) -> Vec<(Range<usize>, bool)> {
    if !sparse {
        return vec![(0..block.len(), false)];
    }
    let mut runs: Vec<(Range<usize>, bool)> = Vec::new();
    let mut from = 0;
    // The first piece ends where a page of the file does.
    let mut next = PAGE - usize::try_from(at % PAGE as u64).unwrap_or(0);
    while from < block.len() {
        let to = next.min(block.len());
        let is_zero = block[from..to] == ZEROES[..to - from];
        match runs.last_mut() {
            Some((range, was_zero)) if *was_zero == is_zero => range.end = to,
            _ => runs.push((from..to, is_zero)),
        }
        (from, next) = (to, to + PAGE);
    }
    runs
}
