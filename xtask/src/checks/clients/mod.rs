//! `cargo xtask clients`: python-openstackclient, python-glanceclient and
//! openstacksdk, as PyPI has them, on the sandbox and on real servers.
//!
//! Both clouds, fresh, are told one story (`tests/python/clients_story.py`), at
//! the same time. What the clients print, and how they end, must be the same.

mod compare;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use super::program::{self, Profile};
use super::sandbox::{self, Sandbox};
use super::script;
use crate::live;
use crate::live::layout::Layout;
use crate::live::lock;
use crate::live::process::{self, Failed, Group};
use crate::live::python::{self, Environment};

const REQUIREMENTS: &str = "tests/python/requirements-clients.txt";
const FOLDER: &str = "tests/python";
const STORY: &str = "clients_story.py";
/// A story with fewer commands is not the one that we promise.
const FEWEST: usize = 60;

/// Compares what established clients print on the sandbox and on real servers.
///
/// The real Keystone and Glance are those of `cargo xtask live`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Uses the real servers of this folder's clouds.yaml, and starts none; they should be fresh.
    #[arg(long, value_name = "FOLDER")]
    real_config: Option<PathBuf>,
    /// Uses the sandbox of this folder's clouds.yaml, and starts none.
    #[arg(long, value_name = "FOLDER")]
    sandbox_config: Option<PathBuf>,
    /// Leaves what both said in this folder: `real` and `sandbox`, a line of JSON for each command.
    #[arg(long, value_name = "FOLDER")]
    outcomes: Option<PathBuf>,
    /// Tells only these parts of the story (modules of tests/python/clients/story).
    parts: Vec<String>,
}

/// Runs the command; `root` is the workspace.
pub(crate) fn run(args: Args, root: &Path) -> Result<()> {
    if !cfg!(unix) {
        bail!("`cargo xtask clients` needs Linux or macOS: Keystone and Glance run nowhere else");
    }
    process::note_interrupts()?;
    let environment = script::environment(&root.join(REQUIREMENTS))?;
    test(&environment, root)?;

    let sandbox = if args.sandbox_config.is_some() {
        None
    } else {
        let built = program::build(root, Profile::Dev, &[sandbox::PROGRAM])?;
        Some(Sandbox::start(built.path(sandbox::PROGRAM.1)?)?)
    };
    let sandbox_client = args.sandbox_config.clone().or_else(|| sandbox.as_ref().map(Sandbox::client));
    let sandbox_client = sandbox_client.context("no sandbox")?;

    let compared = if let Some(real) = &args.real_config {
        tell(&environment, root, real, &sandbox_client, &args)
    } else {
        let layout = Layout { home: python::cache_home()? };
        // One run at a time in one home.
        let _lock = lock::take(&layout.home.join("lock"))?;
        let _servers = live::start(&layout)?;
        tell(&environment, root, &layout.client(), &sandbox_client, &args)
    };
    if let (Err(_), Some(sandbox)) = (&compared, &sandbox) {
        println!("what the sandbox said last:\n{}", sandbox.said());
    }
    judge(&compared?, args.parts.is_empty())
}

/// The story's own tests: of what it replaces before anything is compared.
fn test(environment: &Environment, root: &Path) -> Result<()> {
    let mut command = environment.command("python");
    command.current_dir(root.join(FOLDER)).args(["-m", "unittest", "--quiet", "clients.tests"]);
    let status = process::run(&mut command)?;
    ensure!(status.success(), Failed::from_status("the tests of the clients' story", status));
    Ok(())
}

/// Tells the story to both at once and compares.
fn tell(environment: &Environment, root: &Path, real: &Path, sandbox: &Path, args: &Args) -> Result<compare::Comparison> {
    let folder = TempDir::with_prefix("cloudimg-clients-").context("no temporary folder")?;
    let outcomes = args.outcomes.as_deref().unwrap_or_else(|| folder.path());
    fs::create_dir_all(outcomes).with_context(|| format!("cannot make {}", outcomes.display()))?;
    let outcomes = outcomes.canonicalize().with_context(|| format!("cannot read {}", outcomes.display()))?;
    println!("telling the story of the clients to both; this takes a minute or two");
    let begun = Instant::now();
    let mut groups = Vec::new();
    for (name, client) in [("real", real), ("sandbox", sandbox)] {
        let clouds = client.join("clouds.yaml");
        let clouds = clouds.canonicalize().with_context(|| format!("cannot read {}", clouds.display()))?;
        let mut command = environment.command("python");
        command
            .current_dir(root.join(FOLDER))
            .args([Path::new(STORY), &clouds, &outcomes.join(name)])
            .args(&args.parts)
            // Its files go with our folder, even if it is killed; sets in the same order each time.
            .env("TMPDIR", folder.path())
            .env("PYTHONHASHSEED", "0")
            .stdin(Stdio::null());
        groups.push((name, Group::spawn(&mut command)?));
    }
    for (name, mut group) in groups {
        let status = group.wait(|_| ())?;
        ensure!(status.success(), Failed::from_status(&format!("the story on the {name} side"), status));
    }
    let comparison = compare::compare(&compare::read(&outcomes.join("real"))?, &compare::read(&outcomes.join("sandbox"))?)?;
    println!("{} ({:.0} s)", comparison.counts(), begun.elapsed().as_secs_f32());
    Ok(comparison)
}

fn judge(compared: &compare::Comparison, whole: bool) -> Result<()> {
    let compare::Comparison { commands, bad, .. } = *compared;
    print!("{}{}", compared.differences, compared.table);
    println!("{} of {commands} commands give the same output", commands - bad);
    if bad > 0 {
        let message = format!("{bad} of {commands} commands give another output on the sandbox, or end as they should not");
        return Err(Failed { code: 1, message }.into());
    }
    ensure!(!whole || commands >= FEWEST, "a story of {commands} commands, where at least {FEWEST} are promised");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_fails_and_so_does_a_short_story() {
        let of = |commands, bad| compare::Comparison { commands, bad, ..Default::default() };
        assert!(judge(&of(FEWEST, 0), true).is_ok());
        let error = judge(&of(FEWEST, 1), true).unwrap_err();
        assert_eq!(process::exit_code(&error), 1);
        assert!(judge(&of(FEWEST - 1, 0), true).is_err());
        assert!(judge(&of(FEWEST - 1, 0), false).is_ok());
    }
}
