//! What `deny.toml` says, in the format of cargo-deny.
//!
//! A key that is not checked here is refused, so that the file never promises
//! more than the gate holds.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use spdx::{LicenseReq, Licensee};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    /// Which features are looked at.
    #[serde(default)]
    pub(crate) graph: GraphPolicy,
    /// Which licences are fine.
    pub(crate) licenses: Licenses,
    /// Which crates are not.
    #[serde(default)]
    pub(crate) bans: Bans,
    /// Where crates may come from.
    #[serde(default)]
    pub(crate) sources: Sources,
}

/// `[graph]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct GraphPolicy {
    /// Looks at the dependencies of all features, not of the default ones.
    #[serde(default)]
    pub(crate) all_features: bool,
}

/// `[licenses]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Licenses {
    /// Fine in every crate.
    pub(crate) allow: Vec<License>,
    /// Fine in one crate.
    #[serde(default)]
    pub(crate) exceptions: Vec<Exception>,
}

/// Licences that are fine in one crate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exception {
    /// The crate.
    #[serde(rename = "crate")]
    pub(crate) name: String,
    /// Its licences, beside those that are fine everywhere.
    pub(crate) allow: Vec<License>,
}

/// `[bans]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Bans {
    /// What to do about a crate that is there in several versions.
    #[serde(default)]
    pub(crate) multiple_versions: Level,
    /// Crates that are refused.
    #[serde(default)]
    pub(crate) deny: Vec<Ban>,
}

/// A crate that is refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ban {
    /// The crate.
    #[serde(rename = "crate")]
    pub(crate) name: String,
    /// Crates that may depend on it all the same.
    #[serde(default)]
    pub(crate) wrappers: Vec<String>,
    /// Why.
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

/// `[sources]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Sources {
    /// Crates from other registries than crates.io.
    #[serde(default)]
    pub(crate) unknown_registry: Level,
    /// Crates from git.
    #[serde(default)]
    pub(crate) unknown_git: Level,
}

/// What a finding leads to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// Nothing.
    Allow,
    /// A line in the output.
    #[default]
    Warn,
    /// Failure.
    Deny,
}

/// One licence, maybe with an exception: `Apache-2.0 WITH LLVM-exception`.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct License(Licensee);

impl TryFrom<String> for License {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        // The parser's message shows the text and marks the place in it.
        Licensee::parse(&text).map(Self).map_err(|error| format!("not an SPDX licence:\n{error}"))
    }
}

impl License {
    /// Whether a crate that asks for `wanted` is content with this one.
    pub(crate) fn satisfies(&self, wanted: &LicenseReq) -> bool {
        self.0.satisfies(wanted)
    }
}

impl Policy {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    /// Reads the text of the file.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        Ok(toml::from_str(text)?)
    }
}
