//! `cargo xtask huawei-sdk`: huaweicloudsdkims, as PyPI has it, against the IMS of the sandbox.

use std::path::Path;

use anyhow::Result;

use super::program::{self, Profile};
use super::sandbox::{self, Sandbox};
use super::script;
use crate::live::process::{self, Failed};

const REQUIREMENTS: &str = "tests/python/requirements-huaweicloudsdk.txt";
const STORY: &str = "tests/python/huaweicloudsdk_story.py";
const RECORDED: &str = "tests/fixtures/huaweicloudsdkims-requests.json";

/// Runs unmodified huaweicloudsdkims, with an access key, through all its operations on the sandbox.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Writes the requests that it sends into the fixture of them.
    #[arg(long)]
    record: bool,
}

/// Runs the command; `root` is the workspace.
pub(crate) fn run(args: Args, root: &Path) -> Result<()> {
    process::note_interrupts()?;
    let environment = script::environment(&root.join(REQUIREMENTS))?;
    let built = program::build(root, Profile::Dev, &[sandbox::PROGRAM])?;
    let sandbox = Sandbox::start(built.path(sandbox::PROGRAM.1)?)?;
    let mut command = environment.command("python");
    sandbox::point_at(command.arg(root.join(STORY)).arg(sandbox.client()), &sandbox.client(), "demo");
    // It leaves a file behind in its user's home.
    command.env("HOME", sandbox.client());
    if args.record {
        command.arg("--record").arg(root.join(RECORDED));
    }
    let status = process::run(&mut command)?;
    if status.success() {
        return Ok(());
    }
    println!("what the sandbox said last:\n{}", sandbox.said());
    Err(Failed::from_status("the story of huaweicloudsdkims", status).into())
}
