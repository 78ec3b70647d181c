//! `clouds.yaml`.

use std::path::Path;

use cloudimg_auth::config::{Access, Loader};
use cloudimg_core::{Error, ErrorKind, Result};

use super::check_line;

/// The password of inputs that have one.
const SECRET: &str = "hunter2";

thread_local! {
    static FOLDER: tempfile::TempDir = tempfile::tempdir().unwrap_or_else(|error| panic!("a folder: {error}"));
}

pub(super) fn run(data: &[u8]) {
    FOLDER.with(|folder| {
        let file = folder.path().join("clouds.yaml");
        std::fs::write(&file, data).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let told = read(folder.path(), Loader::new());
        assert_eq!(told, read(folder.path(), Loader::new()), "the same file is read in two ways");
        read(folder.path(), Loader::new().strict());
        if is_plain(data) {
            assert!(told.iter().all(|text| !text.contains(SECRET)), "told: {told:?}");
        }
    });
}

/// All that is said of the clouds in `folder`.
fn read(folder: &Path, loader: Loader) -> Vec<String> {
    let loader = loader.working_directory(folder).system_folder(folder.join("none"));
    let names = loader.clouds();
    let mut told: Vec<String> = names.as_ref().err().map(refused).into_iter().collect();
    let names = names.unwrap_or_default();
    for name in [None].into_iter().chain(names.iter().take(4).map(Some)) {
        let cloud = loader.cloud(name.map(String::as_str), None);
        told.push(said(&cloud));
        let Ok(cloud) = cloud else { continue };
        assert!(name.is_none_or(|name| *name == cloud.name), "{name:?} became {}", cloud.name);
        told.extend(cloud.warnings.iter().cloned());
        let access = cloud.access();
        told.push(said(&access));
        if let Ok(Access::Keystone(settings)) = access {
            assert!(!settings.auth_url.is_empty() && !settings.methods.is_empty());
        }
    }
    told
}

fn said<T: std::fmt::Debug>(result: &Result<T>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => refused(error),
    }
}

fn refused(error: &Error) -> String {
    assert_eq!(error.kind(), ErrorKind::Configuration);
    check_line(&error.to_string(), super::MESSAGE);
    format!("{error} {error:?}")
}

/// Whether the secret stands nowhere but in the place of a password: a name, say, may be told.
fn is_plain(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let odd = |c: char| "\"'|>&*!{}[]#%@`?\t\r".contains(c) || !(c.is_ascii_graphic() || c == ' ' || c == '\n');
    let mut lines = text.lines().filter(|line| line.contains(SECRET));
    !text.contains(odd) && lines.all(|line| line.trim_start().strip_prefix("password: ").is_some_and(|rest| rest == SECRET))
}
