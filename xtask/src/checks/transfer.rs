//! `cargo xtask transfer`: a large image up and down in constant memory.
//!
//! The sandbox and the client run in processes of their own, both optimised. The
//! client sends random bytes as a stream, fetches them, and compares the SHA-512
//! of what it sent and of what it got; here its peak memory is held to a limit.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::program::{self, Profile, Program};
use super::sandbox::{self, Sandbox};
use crate::live::process::{self, Failed, Group};

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
    let peak = match drive(&mut command) {
        Ok(peak) => peak,
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

/// Runs the client with its output passed on; returns its peak memory in bytes.
fn drive(command: &mut Command) -> Result<u64> {
    let mut group = Group::spawn(command.stdout(Stdio::piped()))?;
    let output = group.take_stdout().context("the client has no output")?;
    let reader = std::thread::spawn(move || {
        let mut own = None;
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            own = own.max(parse_peak(&line));
            println!("  {line}");
        }
        own
    });
    // The kernel's own figure too, which the client cannot get wrong. It only
    // ever rises, so the last look before the end is the one that counts.
    let mut seen = None;
    let status = group.wait(|id| {
        let text = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        seen = seen.max(text.lines().find_map(parse_peak));
    })?;
    let own = reader.join().ok().flatten();
    if !status.success() {
        bail!(Failed::from_status("the client", status));
    }
    let own = own.context("the client did not say its peak memory")?;
    Ok(own.max(seen.unwrap_or(0)))
}

/// The bytes in `VmHWM:     12345 kB`.
fn parse_peak(line: &str) -> Option<u64> {
    let kib = line.trim().strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?;
    kib.trim().parse::<u64>().ok()?.checked_mul(1024)
}

fn parse_size(text: &str) -> Result<u64, String> {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("", 1_u64)];
    units
        .into_iter()
        .find_map(|(unit, factor)| {
            let number = text.strip_suffix(unit)?.trim_end().parse::<u64>().ok()?;
            number.checked_mul(factor)
        })
        .filter(|size| *size > 0)
        .ok_or_else(|| format!("`{text}` is no size such as 3GiB, 64MiB or 1048576"))
}

// Exact up to 8 PiB.
#[allow(clippy::cast_precision_loss)]
fn to_mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn show(bytes: u64) -> String {
    format!("{:.1} MiB", to_mib(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(parse_size("3GiB"), Ok(3 << 30));
        assert_eq!(parse_size("64 MiB"), Ok(64 << 20));
        assert_eq!(parse_size("1000"), Ok(1000));
        for bad in ["", "0", "3GB", "GiB", "-1", "99999999999GiB"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn peaks() {
        assert_eq!(parse_peak("VmHWM:\t   12345 kB"), Some(12345 * 1024));
        assert_eq!(parse_peak("VmRSS:\t   12345 kB"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_kernel_s_figure_counts_as_well() {
        // The program understates its peak: 1 kB.
        let mut command = Command::new("sh");
        let peak = drive(command.args(["-c", "sleep 0.2; echo 'VmHWM: 1 kB'"])).unwrap();
        assert!(peak > 100 * 1024, "{peak}");
        assert!(drive(Command::new("sh").args(["-c", "echo nothing"])).is_err());
    }
}
