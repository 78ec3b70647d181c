//! Tokens: made, looked up, revoked.

use std::collections::HashMap;

use jiff::Timestamp;

use super::directory::{Directory, Role, Target, domain};
use super::lent::Trust;
use crate::clock::micros_z;
use crate::json::{Json, object};

/// What a token is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    Unscoped,
    Project(String),
    System,
    /// The one domain.
    Domain,
    /// The project of a trust, with the roles of the one who lends.
    Trust(Trust),
}

#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) user_id: String,
    pub(crate) methods: Vec<String>,
    /// Its own, then that of the token it came from.
    pub(crate) audit_ids: Vec<String>,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) scope: Scope,
    pub(crate) app_credential_id: Option<String>,
}

impl Token {
    /// The roles that the token carries.
    pub(crate) fn roles<'d>(&self, directory: &'d Directory) -> Vec<&'d Role> {
        match &self.scope {
            Scope::Unscoped => Vec::new(),
            Scope::Project(id) => directory.roles(&self.user_id, Target::Project(id)),
            Scope::System => directory.roles(&self.user_id, Target::System),
            Scope::Domain => directory.roles(&self.user_id, Target::Domain),
            Scope::Trust(trust) => directory.roles(&trust.trustor_id, Target::Project(&trust.project_id)),
        }
    }

    /// The project that it is good for.
    pub(crate) fn project_id(&self) -> Option<&str> {
        match &self.scope {
            Scope::Project(id) => Some(id),
            Scope::Trust(trust) => Some(&trust.project_id),
            Scope::Unscoped | Scope::System | Scope::Domain => None,
        }
    }

    /// The token as it is shown.
    pub(crate) fn view(&self, directory: &Directory, with_catalog: bool) -> Json {
        let user_name = directory.user(&self.user_id).map(|u| u.name.as_str());
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut put = |name: &str, value: Json| members.push((name.to_owned(), value));
        put("methods", Json::List(self.methods.iter().map(|m| m.as_str().into()).collect()));
        put(
            "user",
            object([
                ("domain", domain()),
                ("id", self.user_id.as_str().into()),
                ("name", user_name.into()),
                ("password_expires_at", Json::Null),
            ]),
        );
        put("audit_ids", Json::List(self.audit_ids.iter().map(|a| a.as_str().into()).collect()));
        put("expires_at", micros_z(self.expires_at).into());
        put("issued_at", micros_z(self.issued_at).into());
        if let Scope::Trust(trust) = &self.scope {
            put(
                "OS-TRUST:trust",
                object([
                    ("id", trust.id.as_str().into()),
                    ("trustor_user", object([("id", trust.trustor_id.as_str().into())])),
                    ("trustee_user", object([("id", trust.trustee_id.as_str().into())])),
                    ("impersonation", false.into()),
                ]),
            );
        }
        if let Some(id) = self.project_id() {
            let name = directory.project(id).map(|p| p.name.as_str());
            put("project", object([("domain", domain()), ("id", id.into()), ("name", name.into())]));
        }
        if matches!(self.scope, Scope::Project(_)) {
            put("is_domain", false.into());
        }
        if self.scope == Scope::Domain {
            put("domain", domain());
        }
        if self.scope != Scope::Unscoped {
            let roles = self
                .roles(directory)
                .into_iter()
                .map(|role| object([("id", role.id.as_str().into()), ("name", role.name.as_str().into())]));
            put("roles", Json::List(roles.collect()));
        }
        if self.scope == Scope::System {
            put("system", object([("all", true.into())]));
        }
        if with_catalog && self.scope != Scope::Unscoped {
            put("catalog", directory.catalog());
        }
        if let Some(credential) = self.app_credential_id.as_deref().and_then(|id| directory.lent.credential(id)) {
            put(
                "application_credential",
                object([
                    ("id", credential.id.as_str().into()),
                    ("name", credential.name.as_str().into()),
                    ("restricted", (credential.unrestricted != Some(true)).into()),
                ]),
            );
        }
        object([("token", Json::Map(members))])
    }
}

/// Why there is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoToken {
    /// Never issued here.
    Unknown,
    /// Revoked or expired.
    Over,
}

/// The tokens issued so far.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    issued: HashMap<String, Token>,
    revoked: std::collections::HashSet<String>,
}

impl Tokens {
    /// Keeps a token and gives its secret text.
    pub(crate) fn issue(&mut self, token: Token, now: Timestamp) -> String {
        // Long-lived sandboxes must not grow without bound; a day later nobody asks any more.
        if self.issued.len() > 10_000 {
            self.issued.retain(|_, t| t.expires_at > now);
            self.revoked.retain(|id| self.issued.contains_key(id));
        }
        let id = format!("gAAAAA{}", random_text(174));
        self.issued.insert(id.clone(), token);
        id
    }

    pub(crate) fn get(&self, id: &str, now: Timestamp) -> Result<&Token, NoToken> {
        let token = self.issued.get(id).ok_or(NoToken::Unknown)?;
        if token.expires_at <= now || self.revoked.contains(id) {
            return Err(NoToken::Over);
        }
        Ok(token)
    }

    pub(crate) fn revoke(&mut self, id: &str) {
        self.revoked.insert(id.to_owned());
    }

    /// Revokes every token.
    pub(crate) fn revoke_all(&mut self) {
        self.revoked.extend(self.issued.keys().cloned());
    }
}

/// A new audit id.
pub(crate) fn new_audit_id() -> String {
    random_text(22)
}

/// So many characters of the URL-safe alphabet.
pub(super) fn random_text(length: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::with_capacity(length);
    while out.len() < length {
        // 6 of a UUID's 128 bits are fixed; those bytes are skipped.
        let bytes = *uuid::Uuid::new_v4().as_bytes();
        let random = bytes.iter().enumerate().filter(|(i, _)| *i != 6 && *i != 8);
        out.extend(random.map(|(_, b)| char::from(ALPHABET[usize::from(b & 63)])));
    }
    out.truncate(length);
    out
}
