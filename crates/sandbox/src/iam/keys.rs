//! Access keys that end.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::later;

/// How many are kept before those that have ended are given up.
const MANY: usize = 10_000;

/// An access key, and whose it is.
#[derive(Debug, Clone)]
pub(crate) struct AccessKey {
    pub(crate) access: String,
    pub(crate) secret: String,
    pub(crate) user_id: String,
    pub(crate) project_id: String,
    /// `None` for one that lasts.
    pub(crate) end: Option<End>,
}

/// The end of a temporary key.
#[derive(Debug, Clone)]
pub(crate) struct End {
    pub(crate) time: Timestamp,
    /// What has to come with each request.
    pub(crate) token: String,
}

/// Temporary keys by their names.
#[derive(Debug, Default)]
pub(super) struct Keys(HashMap<String, AccessKey>);

impl Keys {
    pub(super) fn get(&self, access: &str) -> Option<&AccessKey> {
        self.0.get(access)
    }

    pub(super) fn issue(&mut self, user_id: &str, project_id: &str, life: Duration, now: Timestamp) -> AccessKey {
        if self.0.len() > MANY {
            self.0.retain(|_, key| key.end.as_ref().is_some_and(|end| end.time > now));
        }
        let (access, secret) = new_pair();
        let end = End { time: later(now, life), token: format!("gQpjbi1ub3J0aC00i{}{}", random(), random()) };
        let key = AccessKey { access, secret, user_id: user_id.to_owned(), project_id: project_id.to_owned(), end: Some(end) };
        self.0.insert(key.access.clone(), key.clone());
        key
    }
}

fn random() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// A new access key and its secret.
pub(super) fn new_pair() -> (String, String) {
    let access: String = random().to_uppercase().chars().take(20).collect();
    let tail: String = random().chars().take(8).collect();
    (access, format!("{}{tail}", random()))
}
