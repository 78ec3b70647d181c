//! `cargo xtask live`: the behaviour suite on a real Keystone and a real Glance.
//!
//! Installs both from PyPI into a cache (once), starts them with empty databases
//! on free loopback ports, runs the suite with `CLOUDIMG_LIVE_CONFIG` naming the
//! folder of `clouds.yaml`, and stops them, whatever happens. After a whole
//! run it checks that every operation was called, and sends a large image there and back.

mod coverage;
pub(crate) mod layout;
pub(crate) mod lock;
pub(crate) mod process;
pub(crate) mod python;
pub(crate) mod servers;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use coverage::Notes;
use layout::Layout;
use process::Failed;
use python::Environment;
use servers::Servers;

use crate::checks::measure::parse_size;
use crate::checks::transfer;

/// The test target that must cover every operation.
const WHOLE_SUITE: &str = "behaviour";

/// Runs the behaviour suite on a real Keystone and a real Glance.
///
/// The servers are installed from PyPI into $CLOUDIMG_LIVE_HOME (default:
/// cloudimg-live in the user's cache folder) and listen on 127.0.0.1 only.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Lets the servers run on after the suite; `--only down` stops them.
    #[arg(long, conflicts_with = "only")]
    keep: bool,
    /// Does only this; may be given more than once.
    #[arg(long, value_enum)]
    only: Vec<Step>,
    /// The test target to run.
    #[arg(long, default_value = WHOLE_SUITE)]
    test: String,
    /// How large an image goes up and down after the whole suite: bytes, or with KiB, MiB or GiB.
    #[arg(long, default_value = "4GiB", value_parser = parse_size)]
    size: u64,
    /// Arguments for the test program, for example the name of one case.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// A part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Step {
    /// Install, start, create the users; print how to use the servers.
    Up,
    /// Run the suite on servers that run already.
    Test,
    /// Stop the servers.
    Down,
}

/// What a run consists of.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    up: bool,
    test: bool,
    down: bool,
}

impl Args {
    fn plan(&self) -> Plan {
        let wants = |step| self.only.is_empty() || self.only.contains(&step);
        Plan { up: wants(Step::Up), test: wants(Step::Test), down: wants(Step::Down) && !self.keep }
    }
}

/// Runs the command; `root` is the workspace.
pub(crate) fn run(args: Args, root: &Path) -> Result<()> {
    if !cfg!(unix) {
        bail!("`cargo xtask live` needs Linux or macOS: Keystone and Glance run nowhere else");
    }
    process::note_interrupts()?;
    let layout = Layout { home: python::cache_home()? };
    // One run at a time in one home.
    let _lock = lock::take(&layout.home.join("lock"))?;
    let plan = args.plan();
    if !plan.up {
        return without_start(&layout, &args, &plan, root);
    }

    let servers = start(&layout)?;
    let outcome = if plan.test { suite(&layout, &args, root) } else { Ok(()) };
    if plan.down {
        drop(servers);
        println!("stopped Keystone and Glance");
    } else {
        servers.keep();
        tell_how_to_use(&layout);
    }
    outcome
}

/// Installs the servers, unless they are, and starts them with empty databases.
/// Whoever calls this holds the lock of the layout's home.
pub(crate) fn start(layout: &Layout) -> Result<Servers<'_>> {
    let begun = Instant::now();
    let environment = Environment::ensure(&layout.home, "openstack", servers::REQUIREMENTS)?;
    if servers::stop(layout) {
        println!("stopped the servers of an earlier run");
    }
    let servers = Servers::start(layout, &environment)?;
    println!("ready after {:.1} s", begun.elapsed().as_secs_f32());
    Ok(servers)
}

fn without_start(layout: &Layout, args: &Args, plan: &Plan, root: &Path) -> Result<()> {
    let outcome = if !plan.test {
        Ok(())
    } else if servers::running(layout) {
        suite(layout, args, root)
    } else {
        bail!("no servers run in {}; `cargo xtask live --only up` starts them", layout.home.display());
    };
    if plan.down {
        let any = servers::stop(layout);
        println!("{}", if any { "stopped Keystone and Glance" } else { "nothing ran" });
    }
    outcome
}

fn suite(layout: &Layout, args: &Args, root: &Path) -> Result<()> {
    let notes = Notes::begin(&layout.home)?;
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(root)
        .args(["test", "--package", "cloudimg-tests", "--test", &args.test, "--"])
        .args(&args.arguments)
        .env("CLOUDIMG_LIVE_CONFIG", layout.client())
        .env("CLOUDIMG_COVERAGE_DIR", notes.folder());
    // The cloud comes from the folder and from nowhere else.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("OS_") {
            command.env_remove(name);
        }
    }
    let status = process::run(&mut command)?;
    if status.success() {
        // A part of the suite says nothing about the whole.
        let whole = args.arguments.is_empty() && args.test == WHOLE_SUITE;
        if !whole {
            return Ok(());
        }
        notes.judge(root)?;
        return transfer::on_real_servers(root, &layout.client(), args.size);
    }
    println!("what the servers said: {}", layout.log().display());
    Err(Failed::from_status("the suite on the real servers", status).into())
}

fn tell_how_to_use(layout: &Layout) {
    let client = layout.client();
    println!(
        "Keystone and Glance keep running. To use them, one of:
    . {0}/openrc
    export OS_CLIENT_CONFIG_FILE={0}/clouds.yaml OS_CLOUD=demo
further clouds: admin, other, viewer, demo-appcred. To stop them:
    cargo xtask live --only down",
        client.display()
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(only: &[Step], keep: bool) -> Plan {
        let args = Args { keep, only: only.to_vec(), test: WHOLE_SUITE.to_owned(), size: 1, arguments: Vec::new() };
        args.plan()
    }

    #[test]
    fn steps() {
        let of = |up, test, down| Plan { up, test, down };
        assert_eq!(plan(&[], false), of(true, true, true));
        assert_eq!(plan(&[], true), of(true, true, false));
        assert_eq!(plan(&[Step::Up], false), of(true, false, false));
        assert_eq!(plan(&[Step::Test, Step::Down], false), of(false, true, true));
    }
}
