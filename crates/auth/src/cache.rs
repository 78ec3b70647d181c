//! Tokens that outlive the program that fetched them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cloudimg_core::Secret;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::catalog::Catalog;
use crate::methods::{ApplicationCredential, Method};
use crate::settings::Settings;
use crate::token::Token;

/// A folder in which tokens are kept from one run of a program to the next, each in a file of its own, with the catalog that came with
/// it.
///
/// Whoever can read such a file can act as its user: the folder is made for its owner alone (0700), and so are the files (0600). Neither is
/// trusted if it belongs to somebody else or is open to others: then no token is kept, and a warning says why. A file is found by a hash of
/// the identity service's URL, the user or credential, and the scope; passwords and other secrets have no part in it. Tokens that have ended,
/// or that a service has refused, are removed. What was signed in by a token is not kept.
///
/// It works on Unix-like systems; elsewhere nothing is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenCache {
    folder: PathBuf,
}

/// What is in a file.
#[derive(Serialize, Deserialize)]
struct Record {
    token: Secret,
    /// Seconds since the epoch.
    fetched: u64,
    /// Seconds since the epoch.
    expires: u64,
    project_id: Option<String>,
    user_id: Option<String>,
    catalog: Catalog,
}

impl TokenCache {
    /// Tokens in files of `folder`, which is made when it is needed.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The file for the tokens of `settings`; `None` for sign-ins whose token is not kept.
    pub(crate) fn file(&self, settings: &Settings) -> Option<PathBuf> {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        };
        let url = settings.auth_url.trim_end_matches('/');
        add(url.strip_suffix("/v3").unwrap_or(url));
        for method in &settings.methods {
            add(method.name());
            add(&match method {
                Method::Password { user, .. } | Method::Totp { user, .. } => format!("{user:?}"),
                Method::ApplicationCredential { credential: ApplicationCredential::Id(id), .. } => id.clone(),
                Method::ApplicationCredential { credential: ApplicationCredential::Name { name, user }, .. } => {
                    format!("{name:?} {user:?}")
                }
                Method::AssumeRole { .. } | Method::Token(_) => return None,
            });
        }
        add(&format!("{:?}", settings.scope));
        add(if settings.without_catalog { "" } else { "catalog" });
        let name: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Some(self.folder.join(format!("{name}.json")))
    }
}

/// The token in `file`, if there is one that has not ended.
pub(crate) async fn load(file: &Path, generation: u64, now: SystemTime) -> Option<Token> {
    let file = file.to_owned();
    aside(move || {
        let record = read(&file)?;
        let at = |seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
        let expires = at(record.expires)?;
        if expires <= now {
            files::remove(&file);
            return None;
        }
        Some(Token {
            secret: record.token,
            generation,
            fetched: at(record.fetched)?,
            expires: Some(expires),
            project_id: record.project_id,
            user_id: record.user_id,
            catalog: record.catalog,
        })
    })
    .await?
}

/// Keeps `token` in `file`; one of which nobody knows when it ends is not kept.
pub(crate) async fn store(file: &Path, token: &Arc<Token>) {
    let (file, token) = (file.to_owned(), Arc::clone(token));
    aside(move || {
        let seconds = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).ok().map(|since| since.as_secs());
        let (Some(fetched), Some(expires)) = (seconds(token.fetched), token.expires.and_then(seconds)) else { return };
        let record = Record {
            token: token.secret.clone(),
            fetched,
            expires,
            project_id: token.project_id.clone(),
            user_id: token.user_id.clone(),
            catalog: token.catalog.clone(),
        };
        match serde_json::to_string(&record) {
            Ok(text) => files::write(&file, &Secret::new(text)),
            Err(error) => tracing::warn!(%error, "the token cannot be kept"),
        }
    })
    .await;
}

/// Removes `file` if it holds `refused`; another program may have put a better one there.
pub(crate) async fn forget(file: &Path, refused: &Secret) {
    let (file, refused) = (file.to_owned(), refused.clone());
    aside(move || {
        if read(&file).is_some_and(|record| record.token == refused) {
            files::remove(&file);
        }
    })
    .await;
}

fn read(file: &Path) -> Option<Record> {
    let text = files::read(file)?;
    let record = serde_json::from_str(text.expose()).ok();
    if record.is_none() {
        tracing::warn!(file = %file.display(), "there is no token in this file of the token cache: it is passed over");
    }
    record
}

/// Runs what may wait for a disk where it holds up nobody.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

#[cfg(unix)]
#[path = "cache/unix.rs"]
mod files;

/// Without the owners and modes of Unix nobody could tell who reads along.
#[cfg(not(unix))]
mod files {
    use std::path::Path;

    use cloudimg_core::Secret;

    pub(super) fn read(_: &Path) -> Option<Secret> {
        None
    }

    pub(super) fn write(_: &Path, _: &Secret) {
        tracing::debug!("tokens are kept on Unix-like systems only");
    }

    pub(super) fn remove(_: &Path) {}
}
