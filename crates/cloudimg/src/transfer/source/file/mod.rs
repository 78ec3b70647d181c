//! Files as sources: holes are skipped, changes are found.

mod extents;
mod stamp;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use bytes::Bytes;
use cloudimg_core::data::BLOCK;

use super::pump::{self, Blocks, ReadBlocks};
use super::reading::Reading;
use crate::transfer::sniff::TAIL;
use crate::{Error, ErrorKind, Result};
use extents::Extents;
use stamp::Stamp;

/// A file to be read, perhaps several times.
pub(super) struct FileSource {
    path: PathBuf,
    /// The file as it was opened first, until it is read: a pipe cannot be opened twice.
    first: Option<File>,
    kind: Kind,
    length: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Regular,
    /// A block device: its length is known, and its stamps say nothing.
    Device,
    /// A pipe, a terminal and what else is read once.
    Stream,
}

impl FileSource {
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        let (file, kind, length) = open(&path)?;
        Ok(Self { path, first: Some(file), kind, length })
    }

    pub(super) fn length(&self) -> Option<u64> {
        self.length
    }

    pub(super) fn is_reopenable(&self) -> bool {
        self.kind != Kind::Stream
    }

    /// Begins to read from the beginning, as the file is now.
    pub(super) async fn read(&mut self) -> Result<Reading> {
        let (path, first, kind) = (self.path.clone(), self.first.take(), self.kind);
        if first.is_none() && kind == Kind::Stream {
            let what = format!("{}: it was read already, and cannot be read again from its beginning", path.display());
            return Err(Error::new(ErrorKind::Io, what));
        }
        pump::blocking(move || begin(path, first)).await
    }
}

fn open(path: &Path) -> Result<(File, Kind, Option<u64>)> {
    let failed = |e| failed(path, e);
    let mut file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(Error::new(ErrorKind::Io, format!("{}: this is a directory; an image is one file", path.display())));
    }
    if metadata.is_file() {
        return Ok((file, Kind::Regular, Some(metadata.len())));
    }
    if stamp::is_block_device(&metadata) {
        let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
        file.rewind().map_err(failed)?;
        return Ok((file, Kind::Device, Some(length)));
    }
    Ok((file, Kind::Stream, None))
}

fn begin(path: PathBuf, first: Option<File>) -> Result<Reading> {
    let (mut file, kind, length) = match first {
        Some(file) => {
            let metadata = file.metadata().map_err(|e| failed(&path, e))?;
            if metadata.is_file() {
                (file, Kind::Regular, Some(metadata.len()))
            } else if stamp::is_block_device(&metadata) {
                open(&path)?
            } else {
                (file, Kind::Stream, None)
            }
        }
        None => open(&path)?,
    };
    let Some(length) = length else {
        return Ok(Reading::new(pump::pump(ReadBlocks(file))?, None));
    };
    let before = match kind {
        Kind::Regular => Some(Stamp::of(&file).map_err(|e| failed(&path, e))?),
        _ => None,
    };
    let length = before.as_ref().map_or(length, Stamp::length);
    let tail = tail(&mut file, length).map_err(|e| failed(&path, e))?;
    let extents = Extents::new(&file, kind == Kind::Regular);
    let blocks = FileBlocks { path, file, before, extents, length, at: 0 };
    Ok(Reading::new(pump::pump(blocks)?, Some(length)).with_tail(Some(tail)))
}

fn tail(file: &mut File, length: u64) -> std::io::Result<Bytes> {
    let mut tail = Vec::with_capacity(TAIL);
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL as u64)))?;
    file.take(TAIL as u64).read_to_end(&mut tail)?;
    file.rewind()?;
    Ok(tail.into())
}

fn failed(path: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{}: {error}", path.display())).with_source(error)
}

/// The blocks of a file of known length.
struct FileBlocks {
    path: PathBuf,
    file: File,
    /// The file's stamp before anything was read, where it has one.
    before: Option<Stamp>,
    extents: Extents,
    length: u64,
    at: u64,
}

impl Blocks for FileBlocks {
    fn next(&mut self) -> Result<Option<Bytes>> {
        if self.at >= self.length {
            self.check()?;
            return Ok(None);
        }
        let (end, is_hole) = self.extents.run(&self.file, self.at, self.length).map_err(|e| failed(&self.path, e))?;
        let wanted = usize::try_from(end - self.at).unwrap_or(usize::MAX).min(BLOCK);
        let block = if is_hole {
            zeros(wanted)
        } else {
            extents::read_at(&mut self.file, self.at, wanted).map_err(|e| failed(&self.path, e))?
        };
        if block.is_empty() {
            self.check()?;
            return Err(self.changed(&format!("it ended after {} of {} bytes", self.at, self.length)));
        }
        self.at += block.len() as u64;
        Ok(Some(block))
    }
}

impl FileBlocks {
    /// Refuses to come to an end if the file is not what it was: what was read may be half of this and half of that.
    fn check(&self) -> Result<()> {
        let Some(before) = &self.before else { return Ok(()) };
        let after = Stamp::of(&self.file).map_err(|e| failed(&self.path, e))?;
        match before.difference(&after) {
            Some(what) => Err(self.changed(&what)),
            None => Ok(()),
        }
    }

    fn changed(&self, what: &str) -> Error {
        let what = format!("{}: the file was changed while it was read: {what}", self.path.display());
        Error::new(ErrorKind::Corrupt, what)
    }
}

/// A block of nothing but zeros; all of them share their memory.
fn zeros(length: usize) -> Bytes {
    static ZEROS: OnceLock<Bytes> = OnceLock::new();
    ZEROS.get_or_init(|| vec![0; BLOCK].into()).slice(..length)
}
