//! One case, in a folder of its own.

use std::fs;

use cloudimg::{Error, Result};
use cloudimg_auth::config::{CloudConfig, Loader};
use serde_json::Value;
use tempfile::TempDir;

/// A case whose files are written.
pub(crate) struct Case<'a> {
    raw: &'a Value,
    root: TempDir,
}

impl<'a> Case<'a> {
    pub(crate) fn new(raw: &'a Value) -> Result<Self, String> {
        let root = tempfile::tempdir().map_err(|error| error.to_string())?;
        let case = Self { raw, root };
        for folder in ["home", "cwd", "etcxdg"] {
            fs::create_dir_all(case.root.path().join(folder)).map_err(|error| error.to_string())?;
        }
        for (path, text) in raw["files"].as_object().into_iter().flatten() {
            let path = case.root.path().join(path);
            let folder = path.parent().ok_or("a file without a folder")?;
            fs::create_dir_all(folder).map_err(|error| error.to_string())?;
            let text = case.in_root(text.as_str().ok_or("a file is no text")?);
            fs::write(&path, text).map_err(|error| error.to_string())?;
        }
        Ok(case)
    }

    /// The cloud that the case asks for, by the rules of openstacksdk alone.
    pub(crate) fn resolve(&self) -> Result<CloudConfig, Error> {
        let root = self.root.path();
        let mut variables = vec![("XDG_CONFIG_DIRS".to_owned(), root.join("etcxdg").display().to_string())];
        for (name, value) in self.raw["env"].as_object().into_iter().flatten() {
            variables.retain(|(other, _)| other != name);
            variables.push((name.clone(), self.in_root(value.as_str().unwrap_or_default())));
        }
        let home = variables.iter().find(|(name, _)| name == "HOME").map_or(root.join("home"), |(_, home)| home.into());
        let loader = Loader::new()
            .environment(variables)
            .home(home)
            .working_directory(root.join("cwd"))
            .system_folder(root.join("system"))
            .strict();
        loader.cloud(self.raw["cloud"].as_str(), self.raw["region_name"].as_str())
    }

    /// What is expected, with the folder of this run in it.
    pub(crate) fn filled(&self, expected: &Value) -> Value {
        match expected {
            Value::String(text) => Value::String(self.in_root(text)),
            Value::Array(items) => items.iter().map(|item| self.filled(item)).collect(),
            Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), self.filled(value))).collect(),
            other => other.clone(),
        }
    }

    fn in_root(&self, text: &str) -> String {
        text.replace("$ROOT", &self.root.path().display().to_string())
    }
}
