//! `cargo xtask transfer-speed`: how fast images go up and down, as ratios to
//! what the machine can do at all.
//!
//! A service that is no bottleneck, and each client, run in processes of their
//! own, all optimised. In rounds, one after the other: a SHA-512 pass over the
//! bytes, curl, and ours, which verifies. Then downloads over a slow link, with
//! one connection and with several.

mod contenders;
mod figures;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::measure::{parse_size, show};
use super::program::{self, Profile};
use crate::live::process;
use contenders::{Contenders, Link};
use figures::{Figures, Limit};

/// Ours may take this much of the time of the slower of curl and a SHA-512 pass.
const MOST_TIME: f64 = 1.15;
/// Several connections are to be this much faster over the slow link.
const LEAST_SPEED_UP: f64 = 3.5;
/// What the client's resident memory must stay below.
const MOST_MEMORY: u64 = 32 << 20;
/// How many connections "several" are.
const CONNECTIONS: usize = 4;
const LINK: Link = Link { round_trip_ms: 20, bytes_per_second: 50_000_000 };

/// Measures transfers against curl and a SHA-512 pass, and parallel ranges over a slow link.
///
/// Others' work on the machine shows in the figures: look at the rounds.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How much to send: bytes, or with KiB, MiB or GiB.
    #[arg(long, default_value = "2GiB", value_parser = parse_size)]
    size: u64,
    /// How many rounds count; one before them does not.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Where the files are; by default in memory, where there is room for them.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Leaves out what the others are measured by.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Fails where a limit is not kept.
    #[arg(long)]
    assert: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Upload,
    Download,
    Ranges,
}

impl Args {
    fn wants(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

/// Runs the command; `root` is the workspace.
pub(crate) fn run(args: &Args, root: &Path) -> Result<()> {
    if !Path::new("/proc/self/status").exists() {
        bail!("`cargo xtask transfer-speed` reads a process's peak memory from /proc, which only Linux has");
    }
    process::note_interrupts()?;
    let built = program::build(root, Profile::Release, &contenders::PROGRAMS)?;
    let folder = folder(args)?;
    println!("{} of random bytes in {}", show(args.size), folder.path().display());
    let contenders = Contenders::new(&built, folder.path(), args.size)?;
    contenders.check()?;
    println!("what arrived was hashed at both ends, untimed: equal");

    let mut figures = Figures::default();
    for round in 0..=args.rounds {
        let counts = round > 0;
        if args.wants(Part::Upload) || args.wants(Part::Download) {
            figures.note(counts, "sha512 pass", contenders.hash()?);
        }
        if args.wants(Part::Upload) {
            if let Some(run) = contenders.curl_upload()? {
                figures.note(counts, "curl, up", run);
            }
            figures.note(counts, "ours, up", contenders.upload()?);
        }
        if args.wants(Part::Download) {
            if let Some(run) = contenders.curl_download()? {
                figures.note(counts, "curl, down", run);
            }
            figures.note(counts, "ours, down to a path", contenders.download(1)?);
            figures.note(counts, "ours, down to nowhere", contenders.drain()?);
        }
    }
    if args.wants(Part::Ranges) {
        let slow = contenders.behind(LINK)?;
        figures.note(true, "slow link, 1 connection", slow.download(1)?);
        for _ in 0..args.rounds.min(3) {
            figures.note(true, "slow link, several", slow.download(CONNECTIONS)?);
        }
    }
    report(&figures, args)
}

fn report(figures: &Figures, args: &Args) -> Result<()> {
    figures.print();
    let mut limits = Vec::new();
    if args.wants(Part::Upload) {
        limits.push(figures.time("ours, up", &["curl, up", "sha512 pass"], MOST_TIME));
    }
    if args.wants(Part::Download) {
        for ours in ["ours, down to a path", "ours, down to nowhere"] {
            limits.push(figures.time(ours, &["curl, down", "sha512 pass"], MOST_TIME));
        }
    }
    if args.wants(Part::Ranges) {
        limits.push(figures.speed_up("slow link, several", "slow link, 1 connection", LEAST_SPEED_UP));
    }
    limits.push(figures.memory(MOST_MEMORY));
    let limits: Vec<Limit> = limits.into_iter().flatten().collect();
    println!();
    limits.iter().for_each(|limit| println!("{limit}"));
    if args.assert && !limits.iter().all(|limit| limit.kept) {
        bail!("a limit is not kept");
    }
    Ok(())
}

/// A new folder in the one that is asked for, else in memory if the files fit there several times, else on disk.
fn folder(args: &Args) -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    let parent = match &args.folder {
        Some(folder) => folder.clone(),
        None if memory.is_dir() && available()? / 4 > args.size => memory.to_owned(),
        None => std::env::temp_dir(),
    };
    TempDir::with_prefix_in("cloudimg-speed-", &parent).with_context(|| format!("no folder in {}", parent.display()))
}

/// The memory that programs may still have, in bytes.
fn available() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").context("no /proc/meminfo")?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:")?.trim().strip_suffix("kB"));
    let kib: u64 = line.context("no MemAvailable in /proc/meminfo")?.trim().parse()?;
    Ok(kib * 1024)
}
