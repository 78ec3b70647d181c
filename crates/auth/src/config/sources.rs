//! All clouds that files and variables know, before one of them is chosen.

use std::path::{Path, PathBuf};

use cloudimg_core::{Error, ErrorKind, Result};

use super::Loader;
use super::files::{self, Found, Notes};
use super::places::Place;
use super::value::{Map, Value};

/// Variables that choose or point, and make no cloud by being set.
const SELECTORS: [&str; 5] = ["OS_CLOUD", "OS_REGION_NAME", "OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE", "OS_CLOUD_NAME"];
/// Variables of test programs.
const FOREIGN: [&str; 3] = ["OS_TEST", "OS_STD", "OS_LOG"];

/// What every cloud has before anybody has said anything.
pub(crate) fn defaults(strict: bool) -> Map {
    let mut map = Map::new();
    for key in ["api_timeout", "cacert", "cert", "key"] {
        map.insert(key.to_owned(), Value::Null);
    }
    map.insert("verify".to_owned(), Value::Bool(true));
    // Without it, the keys that are there tell how to sign in.
    if strict {
        map.insert("auth_type".to_owned(), Value::text("password"));
    }
    map.insert("image_status_code_retries".to_owned(), Value::Integer("5".to_owned()));
    for (key, value) in [("interface", "public"), ("message", ""), ("status", "active")] {
        map.insert(key.to_owned(), Value::text(value));
    }
    map
}

#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) clouds: Map,
    pub(crate) config_file: Option<PathBuf>,
    pub(crate) secure_file: Option<PathBuf>,
    /// The name of the cloud that variables make, whether they make one or not.
    pub(crate) environment_name: String,
    /// The variables that make it.
    pub(crate) variables: Vec<String>,
    /// Profiles of the user's own.
    pub(crate) profiles: Map,
    /// Where `clouds.yaml` was looked for.
    pub(crate) searched: Vec<PathBuf>,
    pub(crate) notes: Notes,
}

impl Sources {
    pub(crate) fn load(loader: &Loader) -> Result<Self> {
        let mut sources = Self::default();
        if loader.files {
            sources.load_files(loader)?;
        }
        sources.add_environment(loader)?;
        Ok(sources)
    }

    fn load_files(&mut self, loader: &Loader) -> Result<()> {
        let notes = &mut self.notes;
        let places = loader.places("clouds", Some("OS_CLIENT_CONFIG_FILE"));
        let config = files::first(&places, notes)?;
        let secure = files::first(&loader.places("secure", Some("OS_CLIENT_SECURE_FILE")), notes)?;
        let public = files::first(&loader.places("clouds-public", None), notes)?;
        let named = places.first().filter(|place| place.named && config.as_ref().is_none_or(|found| found.path != place.path));
        if let Some(Place { path, .. }) = named {
            notes.warn(format!("OS_CLIENT_CONFIG_FILE names {}, which cannot be used; other places are searched", path.display()));
        }
        self.searched = loader.folders();
        self.config_file = config.as_ref().map(|found| found.path.clone());
        self.secure_file = secure.as_ref().map(|found| found.path.clone());
        let mut whole = document(config, notes)?;
        if let Some(secure) = secure {
            let path = secure.path.clone();
            let over = document(Some(secure), notes)?;
            merge(&mut whole, over).map_err(|key| {
                wrong(
                    &path,
                    &format!(
                        "`{key}` is a mapping here and something else in the other file; secure.yaml is laid over clouds.yaml"
                    ),
                )
            })?;
        }
        let file = self.config_file.as_deref().or(self.secure_file.as_deref());
        self.clouds = match (whole.shift_remove("clouds"), file) {
            (None, _) => Map::new(),
            (Some(Value::Map(clouds)), _) => clouds,
            (Some(Value::List(items)), _) if items.is_empty() => Map::new(),
            (Some(other), file) => {
                let message = format!("`clouds` is {}; it must be a mapping of names to clouds", other.kind());
                return Err(wrong(file.unwrap_or(Path::new("clouds.yaml")), &message));
            }
        };
        if let Some(Found { path, value: Value::Map(mut map) }) = public {
            match map.shift_remove("public-clouds") {
                Some(Value::Map(profiles)) => self.profiles = profiles,
                Some(other) => notes.warn(format!("{}: `public-clouds` is {}; it must be a mapping", path.display(), other.kind())),
                None => notes.warn(format!("{} has no `public-clouds`", path.display())),
            }
        }
        Ok(())
    }

    /// The cloud that `OS_*` variables make.
    fn add_environment(&mut self, loader: &Loader) -> Result<()> {
        self.environment_name = loader.variable("OS_CLOUD_NAME").unwrap_or("envvars").to_owned();
        if self.clouds.contains_key(&self.environment_name) {
            let file = self.config_file.as_deref().or(self.secure_file.as_deref()).unwrap_or(Path::new("clouds.yaml"));
            let message = format!(
                "the cloud `{}` has the name that the cloud of OS_* variables has: rename it, or give the other one a name by OS_CLOUD_NAME",
                self.environment_name
            );
            return Err(wrong(file, &message));
        }
        let ours = |name: &str| name.starts_with("OS_") && !FOREIGN.iter().any(|prefix| name.starts_with(prefix));
        let counts = |value: &str| loader.strict || !value.is_empty();
        let variables: Vec<_> = loader.variables().filter(|(name, value)| ours(name) && counts(value)).collect();
        let making = variables.iter().map(|(name, _)| *name).filter(|name| !SELECTORS.contains(name));
        self.variables = making.map(str::to_owned).collect();
        if self.variables.is_empty() {
            return Ok(());
        }
        let mut cloud = defaults(loader.strict);
        for (name, value) in variables {
            let key = name.strip_prefix("OS_").unwrap_or(name).to_lowercase();
            cloud.insert(key, Value::text(value));
        }
        self.clouds.insert(self.environment_name.clone(), Value::Map(cloud));
        Ok(())
    }

    /// The names of the clouds of files.
    pub(crate) fn names(&self) -> Vec<&str> {
        let is_environment = |name: &str| !self.variables.is_empty() && name == self.environment_name;
        self.clouds.keys().map(String::as_str).filter(|name| !is_environment(name)).collect()
    }
}

/// The mapping that a file holds; one that holds nothing has none.
fn document(found: Option<Found>, notes: &mut Notes) -> Result<Map> {
    match found {
        Some(Found { path, value: Value::Map(map) }) => {
            if !map.is_empty() && !map.contains_key("clouds") {
                notes.warn(format!("{} has no `clouds`", path.display()));
            }
            Ok(map)
        }
        Some(Found { path, value }) if value.is_something() => {
            Err(wrong(&path, &format!("holds {}; it must be a mapping with the key `clouds`", value.kind())))
        }
        _ => Ok(Map::new()),
    }
}

/// Lays `over` upon `under`, mapping by mapping; a key that is a mapping in one only is told.
fn merge(under: &mut Map, over: Map) -> Result<(), String> {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Map(under)), Value::Map(over)) => merge(under, over)?,
            (Some(_), Value::Map(_)) => return Err(key),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
    Ok(())
}

fn wrong(path: &Path, message: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("{}: {message}", path.display()))
}
