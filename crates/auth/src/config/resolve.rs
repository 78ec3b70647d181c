//! From everything that is known to the settings of one cloud.

use cloudimg_core::Result;

use super::Loader;
use super::cloud::CloudConfig;
use super::legacy::Legacy;
use super::place::Origin;
use super::sources::{Sources, defaults};
use super::value::{Map, Value, normalised};
use super::{choose, placeholders, profiles, regions, sign_in};

/// Settings after all rules: what is top-level, and how to sign in.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) config: Map,
    pub(crate) auth: Map,
    pub(crate) auth_type: String,
}

pub(crate) fn cloud(loader: &Loader, mut sources: Sources, name: Option<&str>, region: Option<&str>) -> Result<CloudConfig> {
    let name = choose::chosen(loader, &mut sources, name)?;
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
    let profile = profiles::of(&entry, &mut sources, &origin)?;
    let region = regions::choose(&entry, &profile, region, &origin, &mut sources.notes, loader.strict)?;

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
    let auth_type = sign_in::settle(loader, &mut config, &mut auth, &origin, &mut sources.notes)?;
    config.insert("auth".to_owned(), Value::Map(auth.clone()));
    fill(loader, &mut config, &origin, &mut sources)?;
    CloudConfig::new(loader, Resolved { config, auth, auth_type }, origin, sources)
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
