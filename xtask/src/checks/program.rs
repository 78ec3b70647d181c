//! Programs of the workspace, built and then run without cargo in between, so
//! that what is watched, measured and stopped is the program itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::live::process::Failed;

/// A program: the package, the binary target in it.
pub(crate) type Program = (&'static str, &'static str);

/// Which profile to build with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quickly built.
    Dev,
    /// Optimised: for what is measured.
    Release,
}

/// Built programs by the name of their target.
#[derive(Debug, Default)]
pub(crate) struct Built(BTreeMap<String, PathBuf>);

impl Built {
    /// Where the program is.
    pub(crate) fn path(&self, name: &str) -> Result<&Path> {
        self.0.get(name).map(PathBuf::as_path).with_context(|| format!("cargo has built no program {name}"))
    }
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    executable: Option<PathBuf>,
    #[serde(default)]
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// Builds the programs; cargo's own output goes to the terminal.
pub(crate) fn build(root: &Path, profile: Profile, programs: &[Program]) -> Result<Built> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(["build", "--message-format=json-render-diagnostics"]);
    if profile == Profile::Release {
        command.arg("--release");
    }
    for (package, binary) in programs {
        command.args(["--package", package, "--bin", binary]);
    }
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().context("cannot start cargo")?;
    if !output.status.success() {
        bail!(Failed::from_status("cargo build", output.status));
    }
    Ok(parse(&String::from_utf8_lossy(&output.stdout)))
}

fn parse(messages: &str) -> Built {
    let artifacts = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .filter_map(|message| Some((message.target?.name, message.executable?)));
    Built(artifacts.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_among_cargo_s_messages() {
        let built = parse(concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"a_library"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"transfer"},"executable":"/t/transfer"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        ));
        assert_eq!(built.path("transfer").unwrap(), Path::new("/t/transfer"));
        assert!(built.path("a_library").is_err());
    }
}
