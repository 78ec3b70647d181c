//! Which options each way to sign in has.

use super::value::{Map, Value};

/// A way to sign in.
pub(crate) struct Plugin {
    pub(crate) name: &'static str,
    options: &'static [&'static [&'static str]],
    /// Taken within `auth` only.
    more: &'static [&'static str],
    /// It does not even begin without these.
    pub(crate) required: &'static [&'static str],
    /// Nor without these, which are asked for once it is known that nothing else is there.
    pub(crate) proof: &'static [&'static str],
}

const SCOPE: &[&str] = &[
    "auth_url",
    "system_scope",
    "domain_id",
    "domain_name",
    "project_id",
    "project_name",
    "project_domain_id",
    "project_domain_name",
    "trust_id",
];
const DEFAULT_DOMAIN: &[&str] = &["default_domain_id", "default_domain_name"];
const USER: &[&str] = &["user_id", "username", "user_domain_id", "user_domain_name"];
const CREDENTIAL: &[&str] = &["application_credential_secret", "application_credential_id", "application_credential_name"];
const KEYS: &[&str] = &["access_key", "secret_key"];
const MORE: &[&str] = &["unscoped", "reauthenticate", "include_catalog"];

const fn plugin(
    name: &'static str,
    options: &'static [&'static [&'static str]],
    more: &'static [&'static str],
    required: &'static [&'static str],
    proof: &'static [&'static str],
) -> Plugin {
    Plugin { name, options, more, required, proof }
}

/// Those of openstacksdk that cloudimg has, then our own.
static PLUGINS: &[Plugin] = &[
    plugin("password", &[SCOPE, DEFAULT_DOMAIN, USER, &["password"]], &["reauthenticate"], &["auth_url"], &[]),
    plugin("token", &[SCOPE, DEFAULT_DOMAIN, &["token"]], &["reauthenticate"], &["auth_url"], &["token"]),
    plugin("v3password", &[SCOPE, USER, &["password"]], MORE, &["auth_url"], &["password"]),
    plugin("v3token", &[SCOPE, &["token"]], MORE, &["auth_url"], &["token"]),
    plugin("v3applicationcredential", &[SCOPE, USER, CREDENTIAL], MORE, &["auth_url", "application_credential_secret"], &[]),
    plugin("v3totp", &[SCOPE, USER, &["passcode"]], MORE, &["auth_url"], &["passcode"]),
    plugin("v3multifactor", &[SCOPE, &["auth_methods"]], MORE, &["auth_url", "auth_methods"], &[]),
    plugin("admin_token", &[&["endpoint", "token"]], &[], &[], &["endpoint", "token"]),
    plugin("none", &[&["endpoint"]], &[], &[], &[]),
    plugin("http_basic", &[&["username", "password", "endpoint"]], &[], &[], &[]),
];
static OURS: &[Plugin] = &[
    plugin(
        "aksk",
        &[KEYS, &["security_token", "project_id", "domain_id", "iam_endpoint", "auth_url", "endpoint"]],
        &["profile"],
        &[],
        &[],
    ),
    plugin("cnc", &[KEYS, &["endpoint"]], &[], &[], &[]),
];

/// Older names of options, each for those that have the newer one.
const OLDER: [(&str, &str); 7] = [
    ("user_name", "username"),
    ("tenant_id", "project_id"),
    ("tenant_name", "project_name"),
    ("url", "endpoint"),
    ("ak", "access_key"),
    ("sk", "secret_key"),
    ("default_domain", "default_domain_id"),
];

pub(crate) fn find(name: &str, strict: bool) -> Option<&'static Plugin> {
    all(strict).find(|plugin| plugin.name == name)
}

/// All that may be named.
pub(crate) fn all(strict: bool) -> impl Iterator<Item = &'static Plugin> {
    PLUGINS.iter().chain(if strict { &[] } else { OURS })
}

impl Plugin {
    /// The names of its options, those of further methods of a sign-in by several among them.
    pub(crate) fn options(&self, methods: &[&'static Plugin]) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = Vec::new();
        for option in
            std::iter::once(self).chain(methods.iter().copied()).flat_map(|plugin| plugin.options.iter().copied().flatten())
        {
            if !names.contains(option) {
                names.push(option);
            }
        }
        names
    }

    /// Whether it takes a key within `auth` that is none of its options.
    pub(crate) fn takes(&self, key: &str) -> bool {
        self.more.contains(&key)
    }

    /// Brings the value of each option into `auth`: the one there wins over the one outside, and what is empty counts as absent.
    pub(crate) fn gather(&self, options: &[&'static str], config: &mut Map, auth: &mut Map, strict: bool) {
        for option in options {
            let names: Vec<&str> = std::iter::once(*option).chain(self.older(option, strict)).collect();
            let winner = |map: &Map| names.iter().find_map(|name| map.get(*name)).filter(|value| value.is_something()).cloned();
            let value = winner(auth).or_else(|| winner(config));
            for name in &names {
                auth.shift_remove(*name);
                config.shift_remove(*name);
            }
            if let Some(value) = value {
                auth.insert((*option).to_owned(), value);
            }
        }
    }

    fn older(&self, option: &str, strict: bool) -> Option<&'static str> {
        let (older, _) = OLDER.iter().find(|(_, newer)| *newer == option)?;
        let known = match *older {
            "url" => self.name == "admin_token",
            "default_domain" => !strict,
            _ => true,
        };
        known.then_some(*older)
    }
}

/// How to sign in with the keys that are there, where nobody has said it.
pub(crate) fn inferred(config: &Map, auth: &Map) -> &'static str {
    let has = |keys: &[&str]| {
        let there = |map: &Map, key: &str| map.get(key).is_some_and(Value::is_something);
        keys.iter().any(|key| there(auth, key) || there(config, key) || there(auth, &key.replace('_', "-")))
    };
    if has(&["application_credential_id", "application_credential_name", "application_credential_secret"]) {
        "v3applicationcredential"
    } else if has(&["auth_methods"]) {
        "v3multifactor"
    } else if has(&["passcode"]) {
        if has(&["password"]) { "v3multifactor" } else { "v3totp" }
    } else if has(&["password"]) {
        "password"
    } else if has(&["access_key", "secret_key", "ak", "sk"]) {
        "aksk"
    } else if has(&["token"]) {
        if has(&["endpoint"]) && !has(&["auth_url"]) { "admin_token" } else { "token" }
    } else {
        "password"
    }
}

/// Whether a name is that of an option of some way to sign in.
pub(crate) fn is_option(name: &str) -> bool {
    all(false).any(|plugin| plugin.options.iter().any(|group| group.contains(&name)))
}

impl Plugin {
    /// Whether it can be one of several methods at once.
    pub(crate) fn is_factor(&self) -> bool {
        matches!(self.name, "v3password" | "v3token" | "v3applicationcredential" | "v3totp")
    }
}

/// What an option is there for.
pub(crate) fn meaning(option: &str) -> &'static str {
    match option {
        "auth_url" => "the URL of the identity service, such as https://cloud.example/identity/v3",
        "endpoint" => "the URL of the service",
        "token" => "the token to sign in with",
        "password" => "the user's password",
        "passcode" => "the passcode of the moment",
        "auth_methods" => "the methods to sign in with, such as v3password and v3totp",
        "application_credential_id" => "the id of the application credential (`application_credential_name` does as well)",
        "application_credential_secret" => "the secret of the application credential",
        _ => "what the sign-in needs",
    }
}
