//! `cargo xtask transfer`: a large image up and down in constant memory.
//!
//! The sandbox and the client run in processes of their own, both optimised. The
//! client sends random bytes as a stream, fetches them, and compares the SHA-512
//! of what it sent and of what it got; here its peak memory is held to a limit.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Result, bail};

use super::measure::{drive, parse_size, show, to_mib};
use super::program::{self, Profile, Program};
use super::sandbox::{self, Sandbox};
use crate::live::process;

/// The client: `tests/src/bin/transfer.rs`. Takes `--size BYTES` and the cloud
/// from OS_* variables; its last line is that of VmHWM in /proc/self/status.
const CLIENT: Program = ("cloudimg-tests", "transfer");

/// Sends and fetches a large image; holds the client's memory to a limit.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How much to send: bytes, or with KiB, MiB or GiB.
    #[arg(long, default_value = "3GiB", value_parser = parse_size)]
    size: u64,
    /// What the client's resident memory must stay below.
    #[arg(long, default_value = "64MiB", value_parser = parse_size)]
    limit: u64,
}

/// Runs the command; `root` is the workspace.
pub(crate) fn run(args: Args, root: &Path) -> Result<()> {
    if !Path::new("/proc/self/status").exists() {
        bail!("`cargo xtask transfer` reads a process's peak memory from /proc, which only Linux has");
    }
    process::note_interrupts()?;
    let built = program::build(root, Profile::Release, &[sandbox::PROGRAM, CLIENT])?;
    let sandbox = Sandbox::start(built.path(sandbox::PROGRAM.1)?)?;

    let mut command = Command::new(built.path(CLIENT.1)?);
    sandbox::point_at(&mut command, &sandbox.client(), "demo");
    command
        .env_remove("OS_CLOUD")
        .env_remove("OS_CLIENT_CONFIG_FILE")
        .envs(sandbox::read_openrc(&sandbox.client().join("openrc"))?)
        .args(["--size", &args.size.to_string()])
        .stdin(Stdio::null());
    let begun = Instant::now();
    let peak = match drive(&mut command, |line| println!("  {line}")) {
        Ok(run) => run.peak,
        Err(error) => {
            println!("what the sandbox said last:\n{}", sandbox.said());
            return Err(error);
        }
    };
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{} up and down in {seconds:.1} s, {:.0} MiB/s both ways together; the client's peak memory {}",
        show(args.size),
        to_mib(2 * args.size) / seconds,
        show(peak),
    );
    if peak >= args.limit {
        bail!("the client's peak memory {} is not under {}", show(peak), show(args.limit));
    }
    Ok(())
}
