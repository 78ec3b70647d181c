//! What maintainers run: `cargo xtask generate`, `cargo xtask lint`, and the checks of the gate.
//!
//! A library, so that its parts can be tested; the program is `main.rs`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod checks;
pub mod generate;
pub mod lint;
mod live;
pub mod names;
pub mod normalise;
pub mod services;
pub mod spec;

/// What maintainers of cloudimg run.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    /// The root of the workspace; by default the nearest folder upwards that holds `specs`.
    #[arg(long, global = true, value_name = "FOLDER")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes the clients from their specs.
    Generate(generate::Args),
    /// Checks the specs; writes nothing.
    Lint(lint::Args),
    Live(live::Args),
    Licences(checks::licences::Args),
    Clients(checks::clients::Args),
    HuaweiSdk(checks::huawei_sdk::Args),
    Transfer(checks::transfer::Args),
    TransferSpeed(checks::transfer_speed::Args),
    Python(checks::script::Args),
}

/// Does what the command line says. Exit code 0: done; 1: a check found a difference; 2: something is wrong.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let root = match cli.root.map_or_else(find_root, Ok) {
        Ok(root) => root,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::from(2);
        }
    };
    match cli.command {
        Command::Generate(args) => generate::run(&root, &args),
        Command::Lint(args) => lint::run(&root, &args),
        Command::Live(args) => finish(live::run(args, &root)),
        Command::Licences(args) => finish(checks::licences::run(args, &root)),
        Command::Clients(args) => finish(checks::clients::run(args, &root)),
        Command::HuaweiSdk(args) => finish(checks::huawei_sdk::run(args, &root)),
        Command::Transfer(args) => finish(checks::transfer::run(args, &root)),
        Command::TransferSpeed(args) => finish(checks::transfer_speed::run(&args, &root)),
        Command::Python(args) => finish(checks::script::run(args, &root)),
    }
}

/// Tells the error of a command; the exit code is that of the program it ran, or 1.
fn finish(outcome: anyhow::Result<()>) -> ExitCode {
    let Err(error) = outcome else {
        return ExitCode::SUCCESS;
    };
    eprintln!("error: {error:#}");
    ExitCode::from(live::process::exit_code(&error))
}

/// The nearest folder upwards that holds the specs.
fn find_root() -> anyhow::Result<PathBuf> {
    let here = std::env::current_dir()?;
    here.ancestors()
        .find(|folder| folder.join("specs").is_dir() && folder.join("Cargo.toml").is_file())
        .map(PathBuf::from)
        .ok_or_else(|| anyhow::anyhow!("no folder upwards of {} holds `specs`; give --root", here.display()))
}
