//! Python for what is written in Python: the real servers, the established
//! client, the independent validator. One virtual environment for each file of
//! pinned requirements, made once and kept in the cache.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::{lock, process};

/// Tries the version and both modules that making an environment needs.
const PROBE: &str = "\
import sys, venv, ensurepip
if sys.version_info < (3, 11): sys.exit(1)
print('%d.%d' % sys.version_info[:2], sys.executable)";

const MISSING: &str = "\
needs Python 3.11 or newer with its venv module, and found none.
Install it (Debian, Ubuntu: apt-get install python3 python3-venv; Fedora: dnf install python3; \
macOS: brew install python@3.11), or name one: CLOUDIMG_PYTHON=/path/to/python3";

/// Variables that would lead our Python or pip elsewhere.
const UNWANTED: [&str; 7] = ["PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PIP_PREFIX", "PIP_TARGET", "PIP_USER", "VIRTUAL_ENV"];

/// A usable interpreter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Interpreter {
    path: PathBuf,
    /// `3.11`
    version: String,
}

/// Finds an interpreter; says what to install when there is none.
pub(crate) fn find() -> Result<Interpreter> {
    if let Some(named) = std::env::var_os("CLOUDIMG_PYTHON") {
        return find_among([named.clone()]).with_context(|| format!("CLOUDIMG_PYTHON={}", named.display()));
    }
    // The pins were chosen with 3.11, so that one comes first.
    find_among(["python3.11", "python3", "python3.12", "python3.13"].map(OsString::from))
}

fn find_among(names: impl IntoIterator<Item = OsString>) -> Result<Interpreter> {
    names.into_iter().find_map(|name| probe(&name)).context(MISSING)
}

fn probe(name: &OsStr) -> Option<Interpreter> {
    let output = clean(Command::new(name)).args(["-c", PROBE]).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8(output.stdout).ok()?;
    let (version, path) = text.trim_end().split_once(' ')?;
    Some(Interpreter { path: PathBuf::from(path), version: version.to_owned() })
}

fn clean(mut command: Command) -> Command {
    for name in UNWANTED {
        command.env_remove(name);
    }
    command
}

/// A virtual environment in which the wanted packages are installed.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Makes the environment `name` in the cache `home`, unless it is there
    /// already with just these requirements.
    pub(crate) fn ensure(home: &Path, name: &str, requirements: &str) -> Result<Self> {
        let venvs = home.join("venvs");
        fs::create_dir_all(&venvs).with_context(|| format!("cannot make {}", venvs.display()))?;
        let _lock = lock::take(&venvs.join(format!("{name}.lock")))?;
        let folder = venvs.join(name);
        let made = Self { folder: folder.clone() };
        let stamp = folder.join("installed");
        let want = digest(&[requirements, name]);
        // An environment dies with the interpreter that it was made from.
        if fs::read_to_string(&stamp).is_ok_and(|have| have == want) && probe(made.program("python").as_os_str()).is_some() {
            return Ok(made);
        }
        let python = find()?;
        println!("installing Python packages ({name}) with Python {} into {}", python.version, folder.display());
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        let log = venvs.join(format!("{name}.log"));
        let list = venvs.join(format!("{name}.txt"));
        fs::write(&list, requirements).with_context(|| format!("cannot write {}", list.display()))?;
        let mut command = clean(Command::new(&python.path));
        process::run_logged(command.args(["-m", "venv"]).arg(&folder), "python -m venv", &log)?;
        let mut command = made.command("python");
        command.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--requirement"]).arg(&list);
        process::run_logged(&mut command, "pip install", &log).with_context(|| {
            format!("the pinned packages could not be installed with Python {}; they were chosen with 3.11", python.version)
        })?;
        // Last, so that an installation that was cut off is begun anew.
        fs::write(&stamp, want).with_context(|| format!("cannot write {}", stamp.display()))?;
        Ok(made)
    }

    /// Where the environment is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn program(&self, name: &str) -> PathBuf {
        let folder = if cfg!(windows) { "Scripts" } else { "bin" };
        self.folder.join(folder).join(name)
    }

    /// A command for one of the environment's programs.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = clean(Command::new(self.program(name)));
        // Output in order with ours, and no write into a source folder.
        command.env("PYTHONUNBUFFERED", "1").env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }
}

/// A short name for texts: changes when any of them does.
pub(crate) fn digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hash.update(text.len().to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The folder that all of this is cached in: `$CLOUDIMG_LIVE_HOME`, or
/// `cloudimg-live` in the user's cache.
pub(crate) fn cache_home() -> Result<PathBuf> {
    let filled = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = filled("CLOUDIMG_LIVE_HOME")
        .or_else(|| Some(filled("XDG_CACHE_HOME")?.join("cloudimg-live")))
        .or_else(|| Some(filled("HOME")?.join(".cache").join("cloudimg-live")))
        .context("no cache folder: set CLOUDIMG_LIVE_HOME, XDG_CACHE_HOME or HOME")?;
    fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
    let home = home.canonicalize().with_context(|| format!("cannot read {}", home.display()))?;
    check_path(&home)?;
    Ok(home)
}

/// The servers' configuration languages give these characters a meaning.
fn check_path(home: &Path) -> Result<()> {
    let text = home.to_str().context("the cache folder's name is not valid UTF-8")?;
    if let Some(bad) = text.chars().find(|c| c.is_whitespace() || c.is_control() || "%$#;?\"'\\,".contains(*c)) {
        bail!("the cache folder {text} contains {bad:?}; set CLOUDIMG_LIVE_HOME to a plainer path");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_python_says_what_to_install() {
        let error = find_among(["cloudimg-no-such-python".into()]).unwrap_err().to_string();
        assert!(error.contains("Python 3.11"), "{error}");
        assert!(error.contains("apt-get install python3 python3-venv"), "{error}");
        assert!(error.contains("CLOUDIMG_PYTHON"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn an_old_python_is_passed_over() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let fake = |name: &str, script: &str| {
            let path = folder.path().join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            path.into_os_string()
        };
        let old = fake("old", "exit 1");
        let new = fake("new", "echo 3.12 /usr/bin/python3.12");
        let found = find_among([old, new]).unwrap();
        assert_eq!(found.version, "3.12");
        assert_eq!(found.path, Path::new("/usr/bin/python3.12"));
    }

    #[test]
    fn paths_that_configurations_would_misread_are_refused() {
        assert!(check_path(Path::new("/home/jörg/.cache/cloudimg-live")).is_ok());
        for bad in ["/a b", "/a%b", "/a;b", "/a#b"] {
            let error = check_path(Path::new(bad)).unwrap_err().to_string();
            assert!(error.contains("CLOUDIMG_LIVE_HOME"), "{error}");
        }
    }

    #[test]
    fn digests_tell_texts_apart() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_eq!(digest(&["a"]).len(), 16);
    }
}
