//! What a spec must be before it is generated from.
//!
//! The generator underneath panics at much of what OpenAPI allows, and names no operation when it does; and some mistakes give
//! code that does not compile, or does not do what the spec says. All of that is refused here, in terms of the spec.

pub mod bodies;
pub mod document;
pub mod names;
pub mod operation;
pub mod parameters;
pub mod schema;

use crate::spec::{Node, Place, Problem, Problems, Spec};

use std::path::Path;
use std::process::ExitCode;

pub use bodies::{Media, is_success, media};

/// `cargo xtask lint`.
#[derive(clap::Args)]
pub struct Args {
    /// The service; all of them if left out.
    service: Option<String>,
}

/// Lints the services; exit code 2 if anything is wrong.
pub fn run(root: &Path, args: &Args) -> ExitCode {
    let services = match crate::services::select(args.service.as_deref()) {
        Ok(services) => services,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(2);
        }
    };
    let mut failed = false;
    for service in services {
        let shown = service.spec().display().to_string();
        match Spec::read(&root.join(service.spec()), &shown).and_then(checked) {
            Ok(spec) => println!("{shown}: {} operations, nothing to say", spec.operations().count()),
            Err(problems) => {
                failed = true;
                eprintln!("{problems}");
            }
        }
    }
    if failed { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

/// Everything that can be said of a spec without generating from it.
fn checked(spec: Spec) -> Result<Spec, Problems> {
    lint(&spec)?;
    crate::normalise::normalise(&spec, "")?;
    Ok(spec)
}

/// Checks the whole document.
pub fn lint(spec: &Spec) -> Result<(), Problems> {
    let mut linter = Linter { spec, problems: Vec::new() };
    linter.document();
    if linter.problems.is_empty() {
        // Everything below trusts the frame of the document, and that references lead somewhere.
        linter.components();
        linter.operations();
    }
    Problems::check(&spec.file, linter.problems)
}

/// One run over one document.
struct Linter<'a> {
    spec: &'a Spec,
    problems: Vec<Problem>,
}

impl<'a> Linter<'a> {
    fn report(&mut self, node: &Node, place: &Place, message: impl Into<String>) {
        self.problems.push(place.problem(node, message));
    }

    /// Reports keys that are neither in `known` nor extensions of other people; our own extensions must be in `known`.
    fn keys(&mut self, node: &Node, place: &Place, known: &[&str]) {
        for (key, value) in node.entries() {
            if key.starts_with("x-") && !key.starts_with("x-cloudimg") || known.contains(&key.as_str()) {
                continue;
            }
            self.report(value, &place.at(key), format!("`{key}` is not known here"));
        }
    }

    /// The text under a key that must be there and say something.
    fn demand_text(&mut self, node: &'a Node, place: &Place, key: &str) -> Option<&'a str> {
        match node.get(key) {
            None => self.report(node, place, format!("`{key}` is missing")),
            Some(value) => match value.as_str() {
                Some(text) if !text.trim().is_empty() => return Some(text),
                _ => self.report(value, &place.at(key), format!("`{key}` must be a text")),
            },
        }
        None
    }
}
