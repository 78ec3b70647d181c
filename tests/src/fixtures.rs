//! Recorded and published exchanges: files of JSON lists.

use std::path::Path;

use serde_json::Value;

/// Those of the repository, by the name of their file.
///
/// # Panics
///
/// If there is no such file, or something else in it.
#[must_use]
pub fn own(name: &str) -> Vec<Value> {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name))
}

/// Those of the file of the same name in the folder that `CLOUDIMG_EXTRA_FIXTURES` names, if it has any.
///
/// # Panics
///
/// If there is something else in the file.
#[must_use]
pub fn further(name: &str) -> Vec<Value> {
    let folder = std::env::var_os("CLOUDIMG_EXTRA_FIXTURES");
    let file = folder.map(|folder| Path::new(&folder).join(name)).filter(|file| file.exists());
    file.map(|file| read(&file)).unwrap_or_default()
}

fn read(path: &Path) -> Vec<Value> {
    let text = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
