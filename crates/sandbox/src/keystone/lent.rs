//! What users lend to programs and to each other: application credentials and trusts.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

/// A secret by which a program signs in for a user.
#[derive(Debug, Clone)]
pub(crate) struct AppCredential {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) secret: String,
    pub(crate) description: Option<String>,
    pub(crate) user_id: String,
    /// `None` if the token that made it had no project: then it lends nothing.
    pub(crate) project_id: Option<String>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) unrestricted: Option<bool>,
}

/// The roles of one user in one project, lent to another user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trust {
    pub(crate) id: String,
    pub(crate) trustor_id: String,
    pub(crate) trustee_id: String,
    pub(crate) project_id: String,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Lent {
    credentials: Mutex<Vec<AppCredential>>,
    trusts: Mutex<Vec<Trust>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lent {
    pub(crate) fn new(credential: AppCredential) -> Self {
        Self { credentials: Mutex::new(vec![credential]), trusts: Mutex::default() }
    }

    pub(crate) fn credential(&self, id: &str) -> Option<AppCredential> {
        locked(&self.credentials).iter().find(|c| c.id == id).cloned()
    }

    pub(crate) fn credentials_of(&self, user_id: &str) -> Vec<AppCredential> {
        locked(&self.credentials).iter().filter(|c| c.user_id == user_id).cloned().collect()
    }

    /// Keeps a credential, unless its user has one of that name.
    pub(crate) fn keep(&self, credential: AppCredential) -> bool {
        let mut credentials = locked(&self.credentials);
        let is_new = !credentials.iter().any(|c| c.user_id == credential.user_id && c.name == credential.name);
        if is_new {
            credentials.push(credential);
        }
        is_new
    }

    pub(crate) fn delete(&self, user_id: &str, id: &str) -> bool {
        let mut credentials = locked(&self.credentials);
        let before = credentials.len();
        credentials.retain(|c| c.id != id || c.user_id != user_id);
        credentials.len() < before
    }

    pub(crate) fn trust(&self, id: &str) -> Option<Trust> {
        locked(&self.trusts).iter().find(|t| t.id == id).cloned()
    }

    pub(crate) fn lend(&self, trust: Trust) {
        locked(&self.trusts).push(trust);
    }
}
