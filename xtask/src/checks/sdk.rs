//! `cargo xtask sdk`: openstacksdk, as PyPI has it, against the sandbox.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::program::{self, Profile};
use super::sandbox::{self, Sandbox};
use super::script;
use crate::live::process::{self, Failed};

const REQUIREMENTS: &str = "tests/python/requirements-openstacksdk.txt";
const STORY: &str = "tests/python/openstacksdk_story.py";

/// Runs unmodified openstacksdk through the life of an image on the sandbox.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Uses the servers of this folder's clouds.yaml, and starts none.
    #[arg(long, value_name = "FOLDER")]
    config_dir: Option<PathBuf>,
}

/// Runs the command; `root` is the workspace.
pub(crate) fn run(args: Args, root: &Path) -> Result<()> {
    process::note_interrupts()?;
    let environment = script::environment(&root.join(REQUIREMENTS))?;
    let sandbox = if args.config_dir.is_some() {
        None
    } else {
        let built = program::build(root, Profile::Dev, &[sandbox::PROGRAM])?;
        Some(Sandbox::start(built.path(sandbox::PROGRAM.1)?)?)
    };
    let client = args.config_dir.or_else(|| sandbox.as_ref().map(Sandbox::client)).context("no folder of clouds.yaml")?;
    let mut command = environment.command("python");
    sandbox::point_at(command.arg(root.join(STORY)), &client, "demo");
    let status = process::run(&mut command)?;
    if status.success() {
        return Ok(());
    }
    if let Some(sandbox) = &sandbox {
        println!("what the sandbox said last:\n{}", sandbox.said());
    }
    Err(Failed::from_status("openstacksdk's story", status).into())
}
