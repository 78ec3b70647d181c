//! What an IAM has that a Keystone has not: access keys, those for some hours, and the metadata service that gives them to machines.

mod keys;
pub(crate) mod metadata;
pub(crate) mod routes;
mod temporary;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::cloud::Cloud;
use crate::http::Call;
use crate::keystone::directory::Directory;
use crate::signature::{self, Signed};
pub(crate) use keys::AccessKey;
use keys::Keys;

/// What may be set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// Access and secret key, by the name of the user.
    pub(crate) keys: HashMap<String, (String, String)>,
    /// The names of users, by the names of the agencies that let others act as them.
    pub(crate) agencies: HashMap<String, String>,
    /// The names of users, by identity provider and token.
    pub(crate) id_tokens: HashMap<(String, String), String>,
    /// Whose keys the metadata service gives, and how long they last.
    pub(crate) metadata: Option<(String, Duration)>,
    pub(crate) metadata_needs_token: bool,
    pub(crate) projects_are_listed: bool,
    pub(crate) catalog_has_obs: bool,
}

/// Access keys, and who may have some.
#[derive(Debug)]
pub(crate) struct Iam {
    settings: Settings,
    /// Those that last.
    lasting: Vec<AccessKey>,
    /// Those that do not.
    temporary: Mutex<Keys>,
    metadata: Mutex<metadata::State>,
}

impl Iam {
    pub(crate) fn new(settings: Settings, directory: &Directory) -> Self {
        let lasting = ["demo", "other"].iter().filter_map(|name| {
            let (user, project) = (directory.user_named(name)?, directory.project_named(name)?);
            let (access, secret) = settings.keys.get(*name).cloned().unwrap_or_else(keys::new_pair);
            Some(AccessKey { access, secret, user_id: user.id.clone(), project_id: project.id.clone(), end: None })
        });
        let lasting = lasting.collect();
        Self { settings, lasting, temporary: Mutex::default(), metadata: Mutex::default() }
    }

    pub(crate) fn access_key(&self, user_id: &str) -> Option<(&str, &str)> {
        let key = self.lasting.iter().find(|key| key.user_id == user_id)?;
        Some((&key.access, &key.secret))
    }

    fn temporary(&self) -> MutexGuard<'_, Keys> {
        self.temporary.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn key(&self, access: &str) -> Option<AccessKey> {
        let lasting = self.lasting.iter().find(|key| key.access == access).cloned();
        lasting.or_else(|| self.temporary().get(access).cloned())
    }

    /// A key for some time that stands for a user in a project.
    fn issue(&self, user_id: &str, project_id: &str, life: Duration, now: Timestamp) -> AccessKey {
        self.temporary().issue(user_id, project_id, life, now)
    }
}

/// The key that a request was signed with, or what is wrong with the signature.
pub(crate) fn signer(cloud: &Cloud, call: &Call, body: &[u8]) -> Result<AccessKey, String> {
    let now = cloud.clock.now();
    let secret_of = |access: &str| cloud.iam.key(access).map(|key| key.secret);
    let access = signature::verify(&Signed::of(call, body), secret_of, now)?;
    let key = cloud.iam.key(&access).ok_or("ak not exist")?;
    let given = call.header("x-security-token").filter(|token| !token.is_empty());
    match (&key.end, given) {
        (None, None) => Ok(key),
        (Some(end), Some(given)) if end.token == given => {
            if end.time <= now {
                return Err("the security token has expired".to_owned());
            }
            Ok(key)
        }
        (Some(_), None) => Err("the ak is temporary and x-security-token not found".to_owned()),
        _ => Err("the security token is not that of the ak".to_owned()),
    }
}
