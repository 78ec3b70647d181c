//! Finding and reading files.

use std::fs::File;
use std::io::{ErrorKind as IoKind, Read as _};
use std::path::{Path, PathBuf};

use cloudimg_core::{Error, ErrorKind, Result};
use zeroize::Zeroizing;

use super::places::Place;
use super::value::{Map, Value};
use super::yaml::{self, Document, Failure};

/// How big a file may be; real ones hold a few KiB.
const LONGEST: u64 = 1024 * 1024;

/// Keys whose values nobody else should read.
const SECRETS: [&str; 8] = [
    "password",
    "token",
    "auth_token",
    "passcode",
    "application_credential_secret",
    "secret_key",
    "security_token",
    "client_secret",
];

/// A file that was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    pub(crate) value: Value,
}

/// What happened on the way to a cloud that its user should know.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) warnings: Vec<String>,
    /// Files that were there and could not be used.
    pub(crate) skipped: Vec<String>,
}

impl Notes {
    pub(crate) fn warn(&mut self, message: impl Into<String>) {
        let message = message.into();
        // Profiles are looked up more than once.
        if !self.warnings.contains(&message) {
            self.warnings.push(message);
        }
    }
}

/// The first file that is there and can be read.
///
/// # Errors
/// `Configuration` for a file that is too big, too deep or a bomb.
pub(crate) fn first(places: &[Place], notes: &mut Notes) -> Result<Option<Found>> {
    for place in places {
        let path = &place.path;
        match read(place) {
            Ok(None) => {}
            Ok(Some(document)) => {
                document.notes.iter().for_each(|note| notes.warn(format!("{}, {note}", path.display())));
                if readable_by_others(path) && document.value.as_map().is_some_and(holds_secrets) {
                    notes.warn(format!("{} holds secrets and can be read by everybody: chmod go= {0}", path.display()));
                }
                return Ok(Some(Found { path: path.clone(), value: document.value }));
            }
            Err(Failure::Broken(problem)) => {
                let skipped = format!("{}: {problem}", path.display());
                notes.warn(format!("skipped {skipped}"));
                notes.skipped.push(skipped);
            }
            Err(Failure::Refused(problem)) => {
                return Err(Error::new(ErrorKind::Configuration, format!("{}: {problem}", path.display())));
            }
        }
    }
    Ok(None)
}

fn read(place: &Place) -> Result<Option<Document>, Failure> {
    let path = &place.path;
    let unreadable = |error: std::io::Error| Failure::Broken(format!("cannot be read: {error}"));
    match path.metadata() {
        Err(error) if matches!(error.kind(), IoKind::NotFound | IoKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(unreadable(error)),
        // Reading a pipe that nobody fills would never end.
        Ok(facts) if facts.is_dir() || !(facts.is_file() || place.named) => return Err(Failure::Broken("is no file".to_owned())),
        Ok(_) => {}
    }
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LONGEST {
        return Err(Failure::Refused("is bigger than 1 MiB, which no file of clouds is".to_owned()));
    }
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
        Failure::Broken(format!("line {line}: is not UTF-8"))
    })?;
    if path.to_string_lossy().ends_with("json") { json(text).map(Some) } else { yaml::read(text).map(Some) }
}

fn json(text: &str) -> Result<Document, Failure> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value = serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        if message.starts_with("recursion limit") { Failure::Refused(message) } else { Failure::Broken(message) }
    })?;
    Ok(Document { value, notes: Vec::new() })
}

fn holds_secrets(map: &Map) -> bool {
    map.iter().any(|(key, value)| match value {
        Value::Map(map) => holds_secrets(map),
        Value::Text(text) => !text.is_empty() && SECRETS.contains(&key.replace('-', "_").as_str()),
        _ => false,
    })
}

#[cfg(unix)]
fn readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn readable_by_others(_: &Path) -> bool {
    false
}
