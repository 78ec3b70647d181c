//! `cargo xtask python`: a Python script with the packages it needs.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::live::process::{self, Failed};
use crate::live::python::{self, Environment};

/// Runs a Python script in a cached environment with pinned packages.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file of pinned requirements.
    requirements: PathBuf,
    /// The script.
    script: PathBuf,
    /// Arguments for the script.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Runs the command; paths are those of the workspace `root`.
pub(crate) fn run(args: Args, root: &Path) -> Result<()> {
    process::note_interrupts()?;
    let environment = environment(&root.join(&args.requirements))?;
    let mut command = environment.command("python");
    command.current_dir(root).arg(&args.script).args(&args.arguments);
    let status = process::run(&mut command)?;
    if status.success() {
        return Ok(());
    }
    Err(Failed::from_status(&args.script.display().to_string(), status).into())
}

/// The environment for a file of requirements, named like the file.
pub(crate) fn environment(requirements: &Path) -> Result<Environment> {
    let text = fs::read_to_string(requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    let name = requirements.file_stem().and_then(|name| name.to_str());
    let name = name.context("the file of requirements has no name")?;
    Environment::ensure(&python::cache_home()?, name, &text)
}
