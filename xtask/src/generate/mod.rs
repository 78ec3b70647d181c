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
pub mod pager;
pub mod parts;
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
    let made: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = services.iter().map(|service| scope.spawn(|| make(root, service))).collect();
        threads.into_iter().map(|thread| thread.join()).collect()
    });
    let made: Vec<_> = made
        .into_iter()
        .map(|result| result.unwrap_or_else(|_| Err(anyhow::anyhow!("the generator panicked; this is a mistake in xtask"))))
        .collect::<Result<_, _>>()?;
    let mut same = true;
    for (service, (files, spec)) in services.into_iter().zip(made) {
        same &= settle(root, &service, &spec, &files, args.check)?;
    }
    Ok(same)
}

/// One service in memory.
fn make(root: &Path, service: &Service) -> anyhow::Result<(Files, Spec)> {
    let shown = service.spec().display().to_string();
    let spec = Spec::read(&root.join(service.spec()), &shown)?;
    Ok((files_of(&spec, service.name)?, spec))
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
    types::file(&source, &model, &mut files);
    types::builders(&mut source, &model, &mut files)?;
    files.insert("client.rs".into(), client::file(&source, &model)?);
    files.insert("facts.rs".into(), facts::file(&model));
    for (module, text) in operations::files(&source, &model)? {
        files.insert(format!("{module}.rs"), text);
    }
    files.insert("mod.rs".into(), client::root(&model));
    files::check_sizes(&files)?;
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    #[test]
    fn types_too_many_for_a_file_are_split() {
        let mut text = include_str!("../../tests/bad/base.yaml").to_owned();
        for number in 0..400 {
            let _ = write!(text, "    Many{number}:\n      type: object\n      properties:\n");
            for field in 0..8 {
                let _ = writeln!(text, "        field_{field}: {{type: string, description: One of many.}}");
            }
        }
        let spec = Spec::parse(&text, "many.yaml").unwrap();
        let files = files_of(&spec, "many").unwrap();
        assert!(files.contains_key("types/part_2.rs") && files.contains_key("types/builder/part_2.rs"), "{:?}", files.keys());
        assert!(files["types.rs"].contains("mod part_2;\npub use part_2::*;"));
        assert!(files["types/builder/part_2.rs"].contains("super::super::Many"));
    }
}
