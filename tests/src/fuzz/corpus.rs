//! Stored inputs: a folder a target, a file an input.

use std::path::{Path, PathBuf};

/// Those of the repository, by the names of their files.
///
/// # Panics
/// If there is no such folder.
#[must_use]
pub fn stored(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    files(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

/// Those below `fuzz/TARGET` in the folder that `CLOUDIMG_EXTRA_FIXTURES` names, if it has any.
///
/// # Panics
/// If they cannot be read.
#[must_use]
pub fn further(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = std::env::var_os("CLOUDIMG_EXTRA_FIXTURES").map(|folder| PathBuf::from(folder).join("fuzz").join(target));
    let folder = folder.filter(|folder| folder.exists());
    folder.map(|folder| files(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))).unwrap_or_default()
}

fn files(folder: &Path) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            files.push((entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path())?));
        }
    }
    // The order of a folder is nobody's promise.
    files.sort();
    Ok(files)
}
