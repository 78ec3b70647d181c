//! `cargo xtask transfer`: a large image up and down in constant memory.
//!
//! The cloud (the sandbox, or the real servers of `cargo xtask live`) and the
//! client run in processes of their own. The client sends random bytes as a
//! stream, fetches them as a stream and to a file, and compares the SHA-512 of what
//! it sent and of what it got; here its peak memory is held to a limit. Quickly
//! built programs will do: how fast transfers are is for `transfer-speed` to say.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::measure::{drive, parse_peak, parse_size, show};
use super::program::{self, Profile, Program};
use super::sandbox::{self, Sandbox};
use crate::live::process;

/// The client: `tests/src/bin/transfer.rs`. Takes `--size BYTES` and the cloud
/// from OS_* variables; its last line is that of VmHWM in /proc/self/status.
const CLIENT: Program = ("cloudimg-tests", "transfer");

/// How much memory the data may take, whatever their size.
const LIMIT: u64 = 32 << 20;

/// Sends and fetches a large image; holds the client's memory to a limit.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How much to send: bytes, or with KiB, MiB or GiB.
    #[arg(long, default_value = "3GiB", value_parser = parse_size)]
    size: u64,
    /// How much more memory than before the client may have at most while data flow.
    #[arg(long, default_value_t = LIMIT, value_parser = parse_size)]
    limit: u64,
}

/// Runs the command; `root` is the workspace.
pub(crate) fn run(args: Args, root: &Path) -> Result<()> {
    process::note_interrupts()?;
    let built = program::build(root, Profile::Dev, &[sandbox::PROGRAM, CLIENT])?;
    let sandbox = Sandbox::start(built.path(sandbox::PROGRAM.1)?)?;
    let outcome = there_and_back(built.path(CLIENT.1)?, &sandbox.client(), "the sandbox", args.size, args.limit);
    if outcome.is_err() {
        println!("what the sandbox said last:\n{}", sandbox.said());
    }
    outcome
}

/// The same on the cloud of the folder `client`.
pub(crate) fn on_real_servers(root: &Path, client: &Path, size: u64) -> Result<()> {
    let built = program::build(root, Profile::Dev, &[CLIENT])?;
    there_and_back(built.path(CLIENT.1)?, client, "the real Glance", size, LIMIT)
}

fn there_and_back(program: &Path, client: &Path, cloud: &str, size: u64, limit: u64) -> Result<()> {
    if !Path::new("/proc/self/status").exists() {
        bail!("a process's peak memory is read from /proc, which only Linux has");
    }
    let folder = tempfile::tempdir().context("a folder for the file that is fetched")?;
    let mut command = Command::new(program);
    sandbox::point_at(&mut command, client, "demo");
    command
        .env_remove("OS_CLOUD")
        .env_remove("OS_CLIENT_CONFIG_FILE")
        .envs(sandbox::read_openrc(&client.join("openrc"))?)
        .args(["--size", &size.to_string(), "--folder"])
        .arg(folder.path())
        .stdin(Stdio::null());
    let begun = Instant::now();
    let run = drive(&mut command, |line| println!("  {line}"))?;
    let before = parse_peak(run.value("before:")?).context("the client did not say its memory before")?;
    let taken = run.peak.saturating_sub(before);
    println!(
        "{} up to {cloud} and down twice in {:.1} s; the client's peak memory {}, {} more than before",
        show(size),
        begun.elapsed().as_secs_f64(),
        show(run.peak),
        show(taken),
    );
    if taken >= limit {
        bail!("the data took {} of the client's memory, which is not under {}", show(taken), show(limit));
    }
    Ok(())
}
