//! The dependencies, as `cargo metadata` tells them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// A package in one version.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Package {
    id: String,
    /// Its name in the registry.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// Its SPDX expression, if it gives one.
    #[serde(default)]
    pub(crate) license: Option<String>,
    /// Its licence's text, if it is none that SPDX names.
    #[serde(default)]
    pub(crate) license_file: Option<String>,
    /// Where it comes from; a package of the workspace comes from nowhere.
    #[serde(default)]
    pub(crate) source: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: BTreeSet<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    dependencies: Vec<String>,
}

/// All packages and who depends on whom.
#[derive(Debug)]
pub(crate) struct Graph {
    packages: BTreeMap<String, Package>,
    members: BTreeSet<String>,
    parents: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// Asks cargo, for every platform; the lock file is taken as it is.
    pub(crate) fn of_workspace(root: &Path, all_features: bool) -> Result<Self> {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(root).args(["metadata", "--format-version=1", "--locked"]);
        if all_features {
            command.arg("--all-features");
        }
        let output = command.output().context("cannot start cargo")?;
        if !output.status.success() {
            bail!("cargo metadata failed:\n{}", String::from_utf8_lossy(&output.stderr).trim_end());
        }
        Self::parse(&String::from_utf8_lossy(&output.stdout))
    }

    /// Reads what `cargo metadata` prints.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let metadata: Metadata = serde_json::from_str(text).context("cargo metadata says something unexpected")?;
        let mut parents: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut used = BTreeSet::new();
        for node in metadata.resolve.nodes {
            for dependency in &node.dependencies {
                parents.entry(dependency.clone()).or_default().insert(node.id.clone());
            }
            used.insert(node.id);
        }
        let packages = metadata
            .packages
            .into_iter()
            .filter(|package| used.contains(&package.id))
            .map(|package| (package.id.clone(), package))
            .collect();
        Ok(Self { packages, members: metadata.workspace_members, parents })
    }

    /// Every package, those of the workspace too.
    pub(crate) fn packages(&self) -> impl Iterator<Item = &Package> {
        self.packages.values()
    }

    /// The packages that depend on this one.
    pub(crate) fn parents(&self, package: &Package) -> impl Iterator<Item = &Package> {
        self.parents.get(&package.id).into_iter().flatten().filter_map(|id| self.packages.get(id))
    }

    /// A shortest way from a package of the workspace: `cloudimg > reqwest > x`.
    pub(crate) fn way_to(&self, package: &Package) -> String {
        let mut next: BTreeMap<&str, &str> = BTreeMap::new();
        let mut queue = VecDeque::from([package.id.as_str()]);
        while let Some(id) = queue.pop_front() {
            if self.members.contains(id) {
                let mut names = Vec::new();
                let mut at = Some(id);
                while let Some(id) = at {
                    names.extend(self.packages.get(id).map(|package| package.name.as_str()));
                    at = next.get(id).copied();
                }
                return names.join(" > ");
            }
            for parent in self.parents.get(id).into_iter().flatten() {
                if parent != &package.id && !next.contains_key(parent.as_str()) {
                    next.insert(parent, id);
                    queue.push_back(parent);
                }
            }
        }
        package.name.clone()
    }
}
