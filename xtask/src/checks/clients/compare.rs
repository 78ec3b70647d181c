//! What two clouds made of the same story, side by side.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::generate::files::difference;

/// A command of the story and what came of it, as `clients_story.py` writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Outcome {
    program: String,
    cloud: String,
    command: String,
    /// The exit status that the story wants.
    wanted: i64,
    status: i64,
    stdout: String,
    stderr: String,
}

impl Outcome {
    /// What is compared, one text each.
    fn parts(&self) -> [(&'static str, String); 3] {
        [("status", format!("{}\n", self.status)), ("stdout", self.stdout.clone()), ("stderr", self.stderr.clone())]
    }

    fn is_same_command(&self, other: &Self) -> bool {
        (&self.program, &self.cloud, &self.command, self.wanted) == (&other.program, &other.cloud, &other.command, other.wanted)
    }
}

/// Reads one line of JSON for each command.
pub(super) fn read(path: &Path) -> Result<Vec<Outcome>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text)
}

fn parse(text: &str) -> Result<Vec<Outcome>> {
    text.lines().map(|line| serde_json::from_str(line).context("the story wrote a line that is no outcome")).collect()
}

/// How the sandbox's outcomes compare to the real servers'.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// Commands compared.
    pub(super) commands: usize,
    /// Commands that differ, or that ended as the story does not want it.
    pub(super) bad: usize,
    /// A line for each bad command.
    pub(super) table: String,
    /// What differs, in unified form.
    pub(super) differences: String,
    /// How many commands each program had.
    pub(super) programs: BTreeMap<String, usize>,
}

impl Comparison {
    /// `openstack 90, glance 80`
    pub(super) fn counts(&self) -> String {
        let each: Vec<_> = self.programs.iter().map(|(name, count)| format!("{name} {count}")).collect();
        each.join(", ")
    }
}

/// Compares command for command. It is an error if the stories differ.
pub(super) fn compare(real: &[Outcome], sandbox: &[Outcome]) -> Result<Comparison> {
    ensure!(
        real.len() == sandbox.len() && real.iter().zip(sandbox).all(|(one, other)| one.is_same_command(other)),
        "the two were not told the same story: {} and {} commands",
        real.len(),
        sandbox.len()
    );
    let mut comparison = Comparison { commands: real.len(), ..Comparison::default() };
    for (number, (real, sandbox)) in (1..).zip(real.iter().zip(sandbox)) {
        *comparison.programs.entry(real.program.clone()).or_default() += 1;
        let mut wrong = Vec::new();
        let mut shown = String::new();
        for ((name, one), (_, other)) in real.parts().into_iter().zip(sandbox.parts()) {
            if one != other {
                wrong.push(name.to_owned());
                shown += &difference(&format!("{name}, real"), &format!("{name}, sandbox"), &one, &other);
            }
        }
        // What fails alike on both, and should not, proves nothing.
        if real.status != real.wanted {
            wrong.push(format!("status {} instead of {}", real.status, real.wanted));
            let _ = writeln!(shown, "{}{}", real.stdout, real.stderr);
        }
        if !wrong.is_empty() {
            comparison.bad += 1;
            let Outcome { program, cloud, command, .. } = real;
            let _ = writeln!(comparison.table, "{number:>4}  {program:<13} {cloud:<13} {:<24} {command}", wrong.join(" "));
            let _ = writeln!(comparison.differences, "== {number}: {program} ({cloud}) {command}\n{shown}");
        }
    }
    Ok(comparison)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(command: &str) -> Outcome {
        let line = format!(
            r#"{{"program": "glance", "cloud": "demo", "command": "{command}", "wanted": 0, "status": 0,
               "seconds": 0.1, "stdout": "| a |\n| b |\n", "stderr": ""}}"#
        );
        parse(&line.replace('\n', "")).unwrap().remove(0)
    }

    #[test]
    fn equal_outcomes_are_equal() {
        let all = [outcome("image-list"), outcome("usage")];
        let got = compare(&all, &all).unwrap();
        assert_eq!((got.commands, got.bad, got.table.as_str()), (2, 0, ""));
        assert_eq!(got.counts(), "glance 2");
    }

    #[test]
    fn every_difference_counts_and_is_shown() {
        type Change = fn(&mut Outcome);
        let changes: [(&str, Change, &str); 3] = [
            ("stdout", |it| it.stdout = "| a |\n| c |\n".into(), "-| b |\n+| c |\n"),
            ("stderr", |it| it.stderr = "no\n".into(), "+no\n"),
            ("status", |it| it.status = 1, "-0\n+1\n"),
        ];
        for (name, change, shown) in changes {
            let real = [outcome("image-list"), outcome("usage")];
            let mut sandbox = real.clone();
            change(&mut sandbox[1]);
            let got = compare(&real, &sandbox).unwrap();
            assert_eq!((got.commands, got.bad), (2, 1));
            assert!(got.table.starts_with("   2  glance "), "{}", got.table);
            assert!(got.table.contains(name) && got.table.ends_with(" usage\n"), "{}", got.table);
            assert!(got.differences.contains(shown), "{}", got.differences);
        }
    }

    #[test]
    fn what_fails_alike_against_the_story_counts() {
        let mut real = outcome("image-list");
        real.status = 2;
        real.stderr = "usage: glance\n".to_owned();
        let got = compare(&[real.clone()], &[real]).unwrap();
        assert_eq!(got.bad, 1);
        assert!(got.table.contains("status 2 instead of 0"), "{}", got.table);
        assert!(got.differences.contains("usage: glance"), "{}", got.differences);
    }

    #[test]
    fn a_story_cut_short_is_an_error() {
        let real = [outcome("image-list"), outcome("usage")];
        assert!(compare(&real, &real[..1]).is_err());
        assert!(compare(&real, &[outcome("image-list"), outcome("explain")]).is_err());
        assert!(parse("Traceback\n").is_err());
    }
}
