//! `cargo xtask licences`: what `deny.toml` asks of every dependency.
//!
//! Reads the same file as cargo-deny and needs nothing installed. It trusts the
//! `license` field of each package, as its publisher gave it.

mod graph;
mod policy;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, bail};
use spdx::{Expression, ParseMode};

use graph::{Graph, Package};
use policy::{Level, Policy};

/// How a lock file names crates.io.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks licences, bans and sources of all dependencies against deny.toml.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Runs the command; `root` is the workspace.
pub(crate) fn run(_: Args, root: &Path) -> Result<()> {
    let policy = Policy::read(&root.join("deny.toml"))?;
    let graph = Graph::of_workspace(root, policy.graph.all_features)?;
    let report = check(&policy, &graph);
    for note in &report.notes {
        println!("note: {note}");
    }
    for error in &report.errors {
        eprintln!("error: {error}\n");
    }
    if !report.errors.is_empty() {
        bail!("{} of {} packages break the rules of deny.toml", report.errors.len(), report.checked);
    }
    println!("{} packages keep to deny.toml", report.checked);
    Ok(())
}

/// What was found.
#[derive(Debug, Default)]
struct Report {
    checked: usize,
    errors: Vec<String>,
    notes: Vec<String>,
}

impl Report {
    fn add(&mut self, level: Level, text: String) {
        match level {
            Level::Allow => {}
            Level::Warn => self.notes.push(text),
            Level::Deny => self.errors.push(text),
        }
    }
}

fn check(policy: &Policy, graph: &Graph) -> Report {
    let mut report = Report::default();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut excepted = BTreeSet::new();
    for package in graph.packages() {
        report.checked += 1;
        versions.entry(&package.name).or_default().insert(&package.version);
        match licence_of(policy, package) {
            Ok(true) => {
                excepted.insert(package.name.as_str());
            }
            Ok(false) => {}
            Err(problem) => report.errors.push(describe(graph, package, &problem)),
        }
        bans(policy, graph, package, &mut report);
        source(policy, graph, package, &mut report);
    }
    for exception in &policy.licenses.exceptions {
        if !excepted.contains(exception.name.as_str()) {
            report.notes.push(format!("deny.toml makes a licence exception for {}, which nothing needs", exception.name));
        }
    }
    for (name, versions) in versions.into_iter().filter(|(_, versions)| versions.len() > 1) {
        let list: Vec<&str> = versions.into_iter().collect();
        report.add(policy.bans.multiple_versions, format!("{name} is there in {} versions: {}", list.len(), list.join(", ")));
    }
    report
}

/// Name and version, what is wrong, the way to it.
fn describe(graph: &Graph, package: &Package, problem: &str) -> String {
    format!("{} {}: {problem}\n  comes through: {}", package.name, package.version, graph.way_to(package))
}

/// Whether the licence is fine, and if so whether only by an exception.
fn licence_of(policy: &Policy, package: &Package) -> Result<bool, String> {
    const ADVICE: &str = "use another crate, or accept the licence in [licenses] of deny.toml and say there why";
    let Some(text) = &package.license else {
        let file = package.license_file.as_deref().map(|file| format!(", only the file {file}"));
        return Err(format!("it names no licence{}\n  to do: {ADVICE}", file.unwrap_or_default()));
    };
    // Older packages write `MIT/Apache-2.0`.
    let expression = Expression::parse_mode(text, ParseMode::LAX)
        .map_err(|error| format!("its licence `{text}` is no SPDX expression: {}\n  to do: {ADVICE}", error.reason))?;
    let everywhere = &policy.licenses.allow;
    if expression.evaluate(|wanted| everywhere.iter().any(|licence| licence.satisfies(wanted))) {
        return Ok(false);
    }
    let here: Vec<_> = policy
        .licenses
        .exceptions
        .iter()
        .filter(|exception| exception.name == package.name)
        .flat_map(|exception| &exception.allow)
        .chain(everywhere)
        .collect();
    expression.evaluate_with_failures(|wanted| here.iter().any(|licence| licence.satisfies(wanted))).map(|()| true).map_err(
        |failures| {
            let refused: BTreeSet<String> = failures.iter().map(|failure| failure.req.to_string()).collect();
            let refused: Vec<String> = refused.into_iter().collect();
            format!("its licence `{text}` is not allowed (refused: {})\n  to do: {ADVICE}", refused.join(", "))
        },
    )
}

fn bans(policy: &Policy, graph: &Graph, package: &Package, report: &mut Report) {
    for ban in policy.bans.deny.iter().filter(|ban| ban.name == package.name) {
        let wrong: BTreeSet<&str> = graph
            .parents(package)
            .map(|parent| parent.name.as_str())
            .filter(|parent| !ban.wrappers.iter().any(|wrapper| wrapper == parent))
            .collect();
        if wrong.is_empty() && !ban.wrappers.is_empty() {
            continue;
        }
        let wrong: Vec<&str> = wrong.into_iter().collect();
        let mut problem = format!("it is banned: {}", ban.reason.as_deref().unwrap_or("deny.toml says so"));
        problem += &format!("\n  used by: {}", wrong.join(", "));
        problem += "\n  to do: drop that dependency, or the feature of it that asks for this one";
        if !ban.wrappers.is_empty() {
            problem += &format!(" (only {} may use it)", ban.wrappers.join(", "));
        }
        report.errors.push(describe(graph, package, &problem));
    }
}

fn source(policy: &Policy, graph: &Graph, package: &Package, report: &mut Report) {
    let Some(source) = &package.source else {
        return;
    };
    let (level, what) = if source == CRATES_IO {
        return;
    } else if source.starts_with("git+") {
        (policy.sources.unknown_git, "git")
    } else {
        (policy.sources.unknown_registry, "another registry than crates.io")
    };
    let problem = format!("it comes from {what}: {source}\n  to do: depend on a release from crates.io");
    report.add(level, describe(graph, package, &problem));
}

#[cfg(test)]
mod tests;
