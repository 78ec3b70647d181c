use std::fs::{File, Metadata};
use std::io;
use std::time::SystemTime;

/// What changes when a file does.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Seconds and nanoseconds: unlike the time above, nobody can set this one back.
    status_changed: Option<(i64, i64)>,
}

impl Stamp {
    pub(super) fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self { length: metadata.len(), modified: metadata.modified().ok(), status_changed: status_changed(&metadata) })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// What is different in `after`, if anything is.
    pub(super) fn difference(&self, after: &Self) -> Option<String> {
        if self.length != after.length {
            return Some(format!("it had {} bytes and has {}", self.length, after.length));
        }
        if self.modified != after.modified {
            return Some("it was written to".to_owned());
        }
        // Replaced under its name, or written by somebody who hides it.
        (self != after).then(|| "its status was changed".to_owned())
    }
}

#[cfg(unix)]
fn status_changed(metadata: &Metadata) -> Option<(i64, i64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.ctime(), metadata.ctime_nsec()))
}

#[cfg(not(unix))]
fn status_changed(_: &Metadata) -> Option<(i64, i64)> {
    None
}

#[cfg(unix)]
pub(super) fn is_block_device(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    metadata.file_type().is_block_device()
}

#[cfg(not(unix))]
pub(super) fn is_block_device(_: &Metadata) -> bool {
    false
}
