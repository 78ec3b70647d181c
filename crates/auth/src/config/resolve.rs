//! From everything that is known to the settings of one cloud.

use cloudimg_core::{Error, ErrorKind, Result};

use super::Loader;
use super::cloud::CloudConfig;
use super::legacy::Legacy;
use super::place::{Origin, choices, listed, near};
use super::placeholders;
use super::plugins::{self, Plugin};
use super::profiles::{self, State};
use super::regions;
use super::sources::{Sources, defaults};
use super::value::{Map, Value, normalised};

/// Settings after all rules: what is top-level, and how to sign in.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) config: Map,
    pub(crate) auth: Map,
    pub(crate) auth_type: String,
}

pub(crate) fn cloud(loader: &Loader, mut sources: Sources, name: Option<&str>, region: Option<&str>) -> Result<CloudConfig> {
    let name = chosen(loader, &mut sources, name)?;
    let is_environment = !sources.variables.is_empty() && name == sources.environment_name;
    let origin = Origin {
        files: [&sources.config_file, &sources.secure_file].into_iter().flatten().cloned().collect(),
        variables: is_environment.then(|| sources.variables.clone()),
        searched: loader.files,
        cloud: name,
    };
    let entry = match sources.clouds.shift_remove(&origin.cloud) {
        Some(Value::Map(entry)) => entry,
        Some(other) => return Err(origin.error(&format!("it is {}; a cloud is a mapping of settings", other.kind()))),
        None => return Err(origin.error("it is not there")),
    };
    let profile = profile(&entry, &mut sources, &origin)?;
    let region = regions::choose(&entry, &profile, region, &origin, &mut sources.notes)?;

    let mut config = defaults(loader.strict);
    let mut auth = Map::new();
    for layer in [profile, entry, region.values.into_iter().filter(|(_, value)| !value.is_null()).collect()] {
        lay(&mut config, &mut auth, layer, &origin)?;
    }
    config.shift_remove("cloud");
    config.shift_remove("regions");
    config.insert("region_name".to_owned(), Value::text(region.name));

    let mut legacy = Legacy { config, auth, origin: &origin, strict: loader.strict };
    legacy.fix()?;
    let (mut config, mut auth) = (normalised(&legacy.config), normalised(&legacy.auth));
    let auth_type = sign_in(loader, &mut config, &mut auth, &origin, &mut sources)?;
    config.insert("auth".to_owned(), Value::Map(auth.clone()));
    fill(loader, &mut config, &origin, &mut sources)?;
    CloudConfig::new(loader, Resolved { config, auth, auth_type }, origin, sources)
}

/// The name of the cloud that is meant.
fn chosen(loader: &Loader, sources: &mut Sources, asked: Option<&str>) -> Result<String> {
    let by_variable = loader.variable("OS_CLOUD").filter(|name| !name.is_empty());
    let asked = asked.filter(|name| !name.is_empty());
    let names: Vec<String> = sources.names().into_iter().map(str::to_owned).collect();
    if let Some(name) = asked.or(by_variable) {
        if sources.clouds.contains_key(name) {
            return Ok(name.to_owned());
        }
        let by = if asked.is_none() { " (OS_CLOUD)" } else { "" };
        return Err(wrong(format!("there is no cloud `{name}`{by}{}", known(sources, &names, name))));
    }
    if !sources.variables.is_empty() {
        if !names.is_empty() {
            let variables = sources.variables.join(", ");
            let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            sources.notes.warn(format!(
                "the cloud is made by the variables {variables}; {listed} of the files must be named, as by OS_CLOUD, while they are set"
            ));
        }
        return Ok(sources.environment_name.clone());
    }
    match names.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(wrong(format!(
            "no cloud is known{}; write one, or set OS_AUTH_URL and the other OS_* variables",
            known(sources, &names, "")
        ))),
        _ => Err(wrong(format!(
            "no cloud is chosen{}; name one, as by OS_CLOUD, or set OS_AUTH_URL and the other OS_* variables",
            known(sources, &names, "")
        ))),
    }
}

/// Which clouds there are, or where they were looked for.
fn known(sources: &Sources, names: &[String], near: &str) -> String {
    let files: Vec<_> = [&sources.config_file, &sources.secure_file].into_iter().flatten().cloned().collect();
    let mut text = match (files.is_empty(), names.is_empty()) {
        (true, _) if sources.searched.is_empty() => String::new(),
        (true, _) => format!(": no clouds.yaml is in {}", listed(&sources.searched)),
        (false, true) => format!(": {} has none", listed(&files)),
        (false, false) => format!(": {} has {}", listed(&files), choices(near, names.iter().map(String::as_str))),
    };
    if !sources.notes.skipped.is_empty() {
        text += &format!("; skipped {}", sources.notes.skipped.join("; "));
    }
    text
}

/// The settings of the profile that a cloud names.
fn profile(entry: &Map, sources: &mut Sources, origin: &Origin) -> Result<Map> {
    let (key, value) = match (entry.get("profile"), entry.get("cloud")) {
        (Some(value), _) => ("profile", value),
        (None, Some(value)) => ("cloud", value),
        (None, None) => return Ok(Map::new()),
    };
    if !value.is_something() {
        return Ok(Map::new());
    }
    let Some(name) = value.as_text() else {
        return Err(origin.error(&format!("`{key}` is {}; it must be text", value.kind())));
    };
    if name == sources.environment_name {
        return Ok(Map::new());
    }
    if entry.contains_key("cloud") && origin.variables.is_none() {
        sources.notes.warn(format!("{}: `cloud` is deprecated for naming a profile; write `profile`", origin.name()));
    }
    match sources.profiles.get(name) {
        Some(Value::Map(profile)) => return Ok(profile.clone()),
        Some(other) => return Err(origin.error(&format!("the profile \"{name}\" is {}; it must be a mapping", other.kind()))),
        None => {}
    }
    let missing = |address: &str| {
        format!(
            "{}: the profile \"{name}\" is published at {address}/.well-known/openstack/api, which is not fetched; lay what it says under `public-clouds` in clouds-public.yaml",
            origin.name()
        )
    };
    match profiles::find(name).map(|known| (known, known.state)) {
        Some((_, State::Shutdown(reason))) => {
            Err(origin.error(&format!("the profile \"{name}\" is that of a cloud that no longer exists: {reason}")))
        }
        Some((_, State::Remote(address))) => {
            sources.notes.warn(missing(address));
            Ok(Map::new())
        }
        Some((known, state)) => {
            if let State::Deprecated(reason) = state {
                sources.notes.warn(format!("{}: the profile \"{name}\" is deprecated: {reason}", origin.name()));
            }
            Ok(known.settings())
        }
        None if name.contains("://") => {
            sources.notes.warn(missing(name.trim_end_matches('/')));
            Ok(Map::new())
        }
        None => {
            sources.notes.warn(format!("{}: no profile \"{name}\" is known; it is passed over", origin.name()));
            Ok(Map::new())
        }
    }
}

/// Lays settings upon others: `auth` key by key, everything else as a whole.
fn lay(config: &mut Map, auth: &mut Map, layer: Map, origin: &Origin) -> Result<()> {
    for (key, value) in layer {
        match value {
            Value::Map(options) if key == "auth" => auth.extend(options),
            other if key == "auth" => return Err(origin.error(&format!("`auth` is {}; it must be a mapping", other.kind()))),
            value => {
                config.insert(key, value);
            }
        }
    }
    Ok(())
}

/// Settles how to sign in, and brings all options for it into `auth`.
fn sign_in(loader: &Loader, config: &mut Map, auth: &mut Map, origin: &Origin, sources: &mut Sources) -> Result<String> {
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
        kinder(auth, sources, origin);
    }
    check(plugin, &options, auth, origin, sources, strict)?;
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
fn kinder(auth: &mut Map, sources: &mut Sources, origin: &Origin) {
    let url = auth.get("auth_url").and_then(Value::as_text).filter(|url| !url.contains("://"));
    if let Some(url) = url.map(|url| format!("https://{url}")) {
        sources.notes.warn(format!("{}: `auth_url` has no scheme; https is taken", origin.name()));
        auth.insert("auth_url".to_owned(), Value::text(url));
    }
}

/// That nothing is missing, and nothing there that means nothing.
fn check(
    plugin: &Plugin,
    options: &[&'static str],
    auth: &mut Map,
    origin: &Origin,
    sources: &mut Sources,
    strict: bool,
) -> Result<()> {
    for option in plugin.required {
        if !auth.contains_key(*option) {
            return Err(origin.error(&format!("`{option}` is missing: it holds {}", plugins::meaning(option))));
        }
    }
    let odd: Vec<String> = auth.keys().filter(|key| !options.contains(&key.as_str()) && !plugin.takes(key)).cloned().collect();
    for key in odd {
        if !strict && plugins::is_option(&key) {
            sources.notes.warn(format!(
                "{}: `{key}` is passed over: a sign-in by \"{}\" has no use for it",
                origin.name(),
                plugin.name
            ));
            auth.shift_remove(&key);
            continue;
        }
        let hint = near(&key, options.iter().copied());
        return Err(
            origin.error(&format!("`auth` has the key `{key}`, which a sign-in by \"{}\" does not take{hint}", plugin.name))
        );
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

/// Fills placeholders in all top-level texts but the password.
fn fill(loader: &Loader, config: &mut Map, origin: &Origin, sources: &mut Sources) -> Result<()> {
    let keys: Vec<String> = config.keys().filter(|key| *key != "password").cloned().collect();
    for key in keys {
        let Some(text) = config.get(&key).and_then(Value::as_text).filter(|text| text.contains(['{', '}'])) else { continue };
        match placeholders::filled(text, config) {
            Ok(text) => {
                config.insert(key, Value::text(text));
            }
            Err(problem) if loader.strict => return Err(origin.error(&format!("`{key}`: {problem}"))),
            Err(problem) => sources.notes.warn(format!("{}: `{key}`: {problem}; it is taken as it stands", origin.name())),
        }
    }
    Ok(())
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
