//! From the specs to the clients.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use crate::lint::lint;
use crate::normalise::normalise;
use crate::services::{Service, select};
use crate::spec::{Problems, Spec};
use files::{Files, Outcome};

pub mod backend;
pub mod client;
pub mod facts;
pub mod files;
pub mod open_types;
pub mod operations;
pub mod paths;
pub mod print;
pub mod skeleton;
pub mod types;

/// `cargo xtask generate`.
#[derive(clap::Args)]
pub struct Args {
    /// The service; all of them if left out.
    service: Option<String>,
    /// Writes nothing; shows what would change and fails if anything would.
    #[arg(long)]
    check: bool,
    /// A spec outside the table, to try it out; needs --into.
    #[arg(long, value_name = "FILE", requires = "into", conflicts_with = "service")]
    spec: Option<PathBuf>,
    /// Where the files of --spec go.
    #[arg(long, value_name = "FOLDER", requires = "spec")]
    into: Option<PathBuf>,
}

/// Generates; exit code 1 if `--check` found a difference, 2 if a spec is wrong.
pub fn run(root: &Path, args: &Args) -> ExitCode {
    let started = Instant::now();
    let result = match (&args.spec, &args.into) {
        (Some(spec), Some(into)) => one_spec(spec, into),
        _ => all(root, args),
    };
    match result {
        Ok(true) => {
            println!("done in {:.2} s", started.elapsed().as_secs_f64());
            ExitCode::SUCCESS
        }
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let text = format!("{error:#}");
            // Problems of a spec bring their own prefix, one for each.
            eprintln!("{}{text}", if text.starts_with("error: ") { "" } else { "error: " });
            ExitCode::from(2)
        }
    }
}

fn all(root: &Path, args: &Args) -> anyhow::Result<bool> {
    let services = select(args.service.as_deref()).map_err(anyhow::Error::msg)?;
    // First everything is made, then it is written: a spec that is wrong changes no file, not even of another service.
    let mut made = Vec::new();
    for service in services {
        let shown = service.spec().display().to_string();
        let spec = Spec::read(&root.join(service.spec()), &shown)?;
        made.push((service, files_of(&spec, service.name)?, spec));
    }
    let mut same = true;
    for (service, files, spec) in made {
        same &= settle(root, &service, &spec, &files, args.check)?;
    }
    Ok(same)
}

/// Writes or compares one service; `false` if `--check` found a difference.
fn settle(root: &Path, service: &Service, spec: &Spec, files: &Files, check: bool) -> anyhow::Result<bool> {
    let folder = root.join(service.folder());
    let generated = folder.join("src").join("generated");
    let shown = service.folder().join("src").join("generated").display().to_string();
    if check {
        let mut outcome = files::compare(&generated, &shown, files)?;
        outcome.differences.extend(
            skeleton::missing(&folder).into_iter().map(|name| format!("{}/{name} is missing\n", service.folder().display())),
        );
        return Ok(report_check(service.name, &outcome));
    }
    for name in skeleton::write(&folder, service.name, spec)? {
        println!("{}: made {}/{name}", service.name, service.folder().display());
    }
    let outcome = files::write(&generated, files)?;
    println!("{}: {} files, {} written, {} removed", service.name, files.len(), outcome.written, outcome.removed);
    Ok(true)
}

fn report_check(name: &str, outcome: &Outcome) -> bool {
    if outcome.differences.is_empty() {
        println!("{name}: up to date");
        return true;
    }
    for difference in &outcome.differences {
        print!("{difference}");
    }
    eprintln!("error: the generated code of {name} is not what its spec says; repair it with `cargo xtask generate {name}`");
    false
}

fn one_spec(path: &Path, into: &Path) -> anyhow::Result<bool> {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let shown = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let spec = Spec::read(path, &shown)?;
    files::write(into, &files_of(&spec, &name)?)?;
    Ok(true)
}

/// All files of one client, from a spec that may still be wrong.
fn files_of(spec: &Spec, service: &str) -> anyhow::Result<Files> {
    lint(spec)?;
    let model = normalise(spec, service)?;
    let tokens = backend::tokens(&model).map_err(|message| {
        Problems::one(&spec.file, crate::spec::Problem::of_file(format!("the generator underneath refuses it: {message}")))
    })?;
    let mut source = operations::split(tokens, &model)?;
    let mut files = Files::new();
    files.insert("types.rs".into(), types::file(&mut source, &model)?);
    if let Some(builders) = types::builders(&mut source, &model)? {
        files.insert("types/builder.rs".into(), builders);
    }
    files.insert("client.rs".into(), client::file(&source, &model)?);
    files.insert("facts.rs".into(), facts::file(&model));
    for (module, text) in operations::files(&source, &model)? {
        files.insert(format!("{module}.rs"), text);
    }
    files.insert("mod.rs".into(), client::root(&model));
    files::check_sizes(&files)?;
    Ok(files)
}
