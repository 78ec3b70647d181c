//! How a cloud is signed in to, and whether all that it takes is there.

use cloudimg_core::{Error, Result};

use super::Loader;
use super::files::Notes;
use super::place::{Origin, choices, near};
use super::plugins::{self, Plugin};
use super::value::{Map, Value};

/// Settles how to sign in, and brings all options for it into `auth`.
pub(crate) fn settle(loader: &Loader, config: &mut Map, auth: &mut Map, origin: &Origin, notes: &mut Notes) -> Result<String> {
    let strict = loader.strict;
    let name = match config.get("auth_type") {
        None => {
            let inferred = plugins::inferred(config, auth);
            tracing::debug!(cloud = origin.cloud, auth_type = inferred, "the kind of sign-in follows from its options");
            inferred
        }
        Some(Value::Null) => "none",
        Some(Value::Text(text)) => match text.as_str() {
            "None" | "" => "none",
            "token_endpoint" => "admin_token",
            other => other,
        },
        Some(other) => return Err(origin.error(&format!("`auth_type` is {}; it must be text", other.kind()))),
    }
    .to_owned();
    let plugin = plugins::find(&name, strict).ok_or_else(|| unknown(&name, origin, strict))?;
    let mut methods = Vec::new();
    if name == "v3multifactor" {
        if !strict && !config.contains_key("auth_methods") && !auth.contains_key("auth_methods") {
            let both = ["v3password", "v3totp"].map(Value::text);
            auth.insert("auth_methods".to_owned(), Value::List(both.into()));
        }
        let listed = config.get("auth_methods").or_else(|| auth.get("auth_methods"));
        let Some(Value::List(listed)) = listed else {
            return Err(
                origin.error("`auth_methods` is missing: it lists the methods to sign in with, such as v3password and v3totp")
            );
        };
        for method in listed {
            let method = method.as_text().unwrap_or_default();
            let found = plugins::find(method, true).filter(|plugin| plugin.is_factor());
            methods.push(found.ok_or_else(|| {
                let choices = choices(method, plugins::all(true).filter(|plugin| plugin.is_factor()).map(|plugin| plugin.name));
                origin.error(&format!("`auth_methods` names \"{method}\"; it may hold {choices}"))
            })?);
        }
    }
    let options = plugin.options(&methods);
    if strict && !config.contains_key("auth_methods") {
        // openstacksdk learns of the methods too late to look for their options outside `auth`.
        plugin.gather(&plugin.options(&[]), config, auth, strict);
    } else {
        plugin.gather(&options, config, auth, strict);
    }
    if !strict {
        kinder(auth, notes, origin);
    }
    check(plugin, &options, auth, origin, notes, strict)?;
    config.insert("auth_type".to_owned(), Value::text(name.as_str()));
    Ok(name)
}

fn unknown(name: &str, origin: &Origin, strict: bool) -> Error {
    let hint = match name {
        "v2password" | "v2token" => "version 2 of the Identity API is gone everywhere; write \"password\" or \"token\"".to_owned(),
        _ => format!("known are {}", choices(name, plugins::all(strict).map(|plugin| plugin.name))),
    };
    origin.error(&format!("`auth_type` is \"{name}\", which is not known; {hint}"))
}

/// What people leave out where it is plain what they mean.
fn kinder(auth: &mut Map, notes: &mut Notes, origin: &Origin) {
    let url = auth.get("auth_url").and_then(Value::as_text).filter(|url| !url.contains("://"));
    if let Some(url) = url.map(|url| format!("https://{url}")) {
        notes.warn(format!("{}: `auth_url` has no scheme; https is taken", origin.name()));
        auth.insert("auth_url".to_owned(), Value::text(url));
    }
}

/// That nothing is missing, and nothing there that means nothing.
fn check(
    plugin: &Plugin,
    options: &[&'static str],
    auth: &mut Map,
    origin: &Origin,
    notes: &mut Notes,
    strict: bool,
) -> Result<()> {
    let missing = |option: &&str| origin.error(&format!("`{option}` is missing: it holds {}", plugins::meaning(option)));
    if let Some(option) = plugin.required.iter().find(|option| !auth.contains_key(**option)) {
        return Err(missing(option));
    }
    let odd: Vec<String> = auth.keys().filter(|key| !options.contains(&key.as_str()) && !plugin.takes(key)).cloned().collect();
    for key in odd {
        if !strict && plugins::is_option(&key) {
            notes.warn(format!("{}: `{key}` is passed over: a sign-in by \"{}\" has no use for it", origin.name(), plugin.name));
            auth.shift_remove(&key);
            continue;
        }
        let hint = near(&key, options.iter().copied());
        return Err(
            origin.error(&format!("`auth` has the key `{key}`, which a sign-in by \"{}\" does not take{hint}", plugin.name))
        );
    }
    if let Some(option) = plugin.proof.iter().find(|option| !auth.contains_key(**option)) {
        return Err(missing(option));
    }
    let has = |key: &str| auth.contains_key(key);
    let names_domain = |owner: &str| has(&format!("{owner}_domain_id")) || has(&format!("{owner}_domain_name"));
    let is_v3 = plugin.name.starts_with("v3");
    for (name, owner) in [("username", "user"), ("project_name", "project")] {
        // Version 3 by name wants domains; a token needs no user.
        let wanted = is_v3 && options.contains(&name) && has(name) && !names_domain(owner);
        if strict && wanted {
            return Err(origin.error(&format!(
                "`{owner}_domain_name` is missing: it holds the domain within which the name in `{name}` means something, often \"Default\""
            )));
        }
    }
    if plugin.name == "v3applicationcredential" && !has("application_credential_id") && !has("application_credential_name") {
        return Err(origin.error(&format!(
            "`application_credential_id` is missing: it holds {}",
            plugins::meaning("application_credential_id")
        )));
    }
    Ok(())
}
