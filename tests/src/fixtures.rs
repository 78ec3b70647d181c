//! Recorded and published exchanges: files of JSON, most of them lists.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Those of the repository, by the name of their file.
///
/// # Panics
///
/// If there is no such file, or something else in it.
#[must_use]
pub fn own(name: &str) -> Vec<Value> {
    list(&own_file(name))
}

/// Those of the file of the same name in the folder that `CLOUDIMG_EXTRA_FIXTURES` names, if it has any.
///
/// # Panics
///
/// If there is something else in the file.
#[must_use]
pub fn further(name: &str) -> Vec<Value> {
    further_file(name).map(|file| list(&file)).unwrap_or_default()
}

/// Both files as they are: the one of the repository, then the further one, if there is any.
///
/// # Panics
///
/// If there is no such file, or no JSON in one.
#[must_use]
pub fn documents(name: &str) -> Vec<Value> {
    [own_file(name)].iter().chain(&further_file(name)).map(|file| read(file)).collect()
}

fn own_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn further_file(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("CLOUDIMG_EXTRA_FIXTURES");
    folder.map(|folder| Path::new(&folder).join(name)).filter(|file| file.exists())
}

fn list(path: &Path) -> Vec<Value> {
    match read(path) {
        Value::Array(items) => items,
        _ => panic!("{}: no list", path.display()),
    }
}

fn read(path: &Path) -> Value {
    let text = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
