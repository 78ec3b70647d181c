//! Where a file is to be, and whether it can be there.

use std::fs::{self, Permissions};
use std::io;
use std::path::{Path, PathBuf};

use cloudimg_core::{Error, ErrorKind, Result};

/// How long the file's own name may be in the names beside it: 255 bytes are the limit of most file systems.
const LONGEST_NAME: usize = 160;

/// A place for a file that is known to be free, or may be taken.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(super) path: PathBuf,
    pub(super) folder: PathBuf,
    /// The file until it is right.
    pub(super) part: PathBuf,
    pub(super) journal: PathBuf,
    overwriting: bool,
    /// Those of the file that is replaced.
    pub(super) permissions: Option<Permissions>,
}

impl Target {
    /// The place `path`, for what is named `key` where it comes from.
    ///
    /// # Errors
    /// `Conflict` if there is a file that may not be overwritten; `Io` if it is no place for a file.
    pub(crate) fn new(path: &Path, key: &str, overwriting: bool) -> Result<Self> {
        let wrong = |why: &str| Error::new(ErrorKind::Io, format!("{}: {why}; nothing was sent", path.display()));
        // A link stays, and what it points to is replaced.
        let path = match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_symlink() => {
                fs::canonicalize(path).map_err(|e| wrong(&format!("this link leads nowhere: {e}")))?
            }
            _ => path.to_owned(),
        };
        let name = path.file_name().ok_or_else(|| wrong("this names no file"))?.to_string_lossy().into_owned();
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let key: String = key.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).take(36).collect();
        let part = folder.join(format!(".{}.{key}.part", &name[..name.floor_char_boundary(LONGEST_NAME)]));
        let journal = part.with_added_extension("journal");
        let mut target = Self { path, folder, part, journal, overwriting, permissions: None };
        match fs::metadata(&target.folder) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Err(wrong(&format!("{} is no folder", target.folder.display()))),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Err(wrong(&format!("there is no folder {}", target.folder.display())));
            }
            Err(e) => return Err(wrong(&e.to_string()).with_source(e)),
        }
        target.permissions = target.check()?;
        Ok(target)
    }

    /// Whether the place is free or may be taken; the permissions of what is there.
    pub(super) fn check(&self) -> Result<Option<Permissions>> {
        let path = self.path.display();
        match fs::metadata(&self.path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::new(ErrorKind::Io, format!("{path}: {e}; nothing was sent")).with_source(e)),
            Ok(metadata) if metadata.is_dir() => {
                let what = format!("{path}: this is a folder; name the file in it that is to be; nothing was sent");
                Err(Error::new(ErrorKind::Io, what))
            }
            Ok(metadata) if !metadata.is_file() => {
                let what = format!("{path}: this is no regular file; open it and take `to_writer`; nothing was sent");
                Err(Error::new(ErrorKind::Io, what))
            }
            Ok(_) if !self.overwriting => Err(self.taken("nothing was sent")),
            Ok(metadata) => Ok(Some(metadata.permissions())),
        }
    }

    /// Puts the part in its place.
    pub(super) fn put(&self) -> Result<()> {
        let moved =
            if self.overwriting { fs::rename(&self.part, &self.path) } else { super::system::rename_anew(&self.part, &self.path) };
        match moved {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && !self.overwriting => {
                Err(self.taken(&format!("it was made meanwhile; all bytes are at {}", self.part.display())))
            }
            Err(e) => Err(self.failed(&self.path, e)),
        }
    }

    fn taken(&self, and: &str) -> Error {
        Error::new(
            ErrorKind::Conflict,
            format!("{}: there is such a file already; take `overwriting()` to replace it; {and}", self.path.display()),
        )
    }

    /// The error that a failure at `path` is.
    pub(super) fn failed(&self, path: &Path, error: io::Error) -> Error {
        use io::ErrorKind as K;
        let path = path.display();
        let what = match error.kind() {
            K::PermissionDenied => format!("{path}: the folder {} may not be written to: {error}", self.folder.display()),
            K::ReadOnlyFilesystem => format!("{path}: the file system of {} is read-only", self.folder.display()),
            _ => format!("{path}: {error}"),
        };
        Error::new(ErrorKind::Io, what).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_again_by_the_name_of_its_file_and_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let target = |name: &str, key| Target::new(&folder.path().join(name), key, false).unwrap();
        let part = target("disk.img", "1a-2b").part;
        assert_eq!(part.file_name().unwrap(), ".disk.img.1a-2b.part");
        assert_eq!(target("disk.img", "../x").part.file_name().unwrap(), ".disk.img.___x.part");
        let long = target(&"ä".repeat(120), "1a").journal;
        assert!(long.file_name().unwrap().len() < 255);
        assert_eq!(long.parent().unwrap(), folder.path());
    }

    #[test]
    fn what_is_no_place_for_a_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("there"), "x").unwrap();
        for (name, kind, why) in [
            ("", ErrorKind::Io, "this is a folder"),
            ("there", ErrorKind::Conflict, "`overwriting()`"),
            ("none/file", ErrorKind::Io, "there is no folder"),
            ("there/file", ErrorKind::Io, "is no folder"),
            ("none/..", ErrorKind::Io, "names no file"),
        ] {
            let error = Target::new(&folder.path().join(name), "1", false).unwrap_err();
            assert_eq!(error.kind(), kind, "{name}: {error}");
            assert!(error.message().contains(why) && error.message().contains("nothing was sent"), "{name}: {error}");
        }
        assert!(Target::new(&folder.path().join("there"), "1", true).is_ok());
    }
}
