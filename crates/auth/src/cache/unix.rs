//! Files for their owner alone.

use std::fs::{self, DirBuilder, File, Metadata};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::Path;

use cloudimg_core::Secret;

/// The longest file that is read: catalogs are long, but not that long.
const LONGEST: u64 = 8 << 20;

/// The text of `file`; `None` if there is none, or if it is not to be trusted.
pub(super) fn read(file: &Path) -> Option<Secret> {
    let folder = file.parent()?;
    match try_read(folder, file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => {
            tracing::warn!(file = %file.display(), %error, "this file of the token cache is passed over");
            None
        }
    }
}

fn try_read(folder: &Path, file: &Path) -> io::Result<Secret> {
    check(&fs::symlink_metadata(folder)?, true)?;
    check(&fs::symlink_metadata(file)?, false)?;
    let opened = File::open(file)?;
    // Once more, of what was opened: between the two looks it may have been exchanged.
    check(&opened.metadata()?, false)?;
    let mut text = String::new();
    opened.take(LONGEST).read_to_string(&mut text)?;
    Ok(Secret::new(text))
}

/// Puts `text` into `file`, whole or not at all.
pub(super) fn write(file: &Path, text: &Secret) {
    if let Some(folder) = file.parent()
        && let Err(error) = try_write(folder, file, text)
    {
        tracing::warn!(file = %file.display(), %error, "the token is not kept");
    }
}

fn try_write(folder: &Path, file: &Path, text: &Secret) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    check(&fs::symlink_metadata(folder)?, true)?;
    // Made with mode 0600, and removed again if anything fails.
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(text.expose().as_bytes())?;
    temporary.persist(file)?;
    Ok(())
}

pub(super) fn remove(file: &Path) {
    if let Err(error) = fs::remove_file(file)
        && error.kind() != ErrorKind::NotFound
    {
        tracing::warn!(file = %file.display(), %error, "an old token cannot be removed");
    }
}

/// Refuses what belongs to somebody else, what others may open, and what is no file or folder, such as a link.
fn check(found: &Metadata, is_folder: bool) -> io::Result<()> {
    let wrong = |what: &str| Err(io::Error::new(ErrorKind::PermissionDenied, what));
    match () {
        () if is_folder && !found.is_dir() => wrong("the folder of the token cache is none"),
        () if !is_folder && !found.is_file() => wrong("it is no file"),
        () if found.uid() != rustix::process::geteuid().as_raw() => wrong("it belongs to another user"),
        () if found.mode() & 0o077 != 0 => wrong(if is_folder {
            "the folder is open to others; it must be its owner's alone (mode 0700)"
        } else {
            "it is open to others; it must be its owner's alone (mode 0600)"
        }),
        () => Ok(()),
    }
}
