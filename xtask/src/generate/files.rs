//! Generated files on disk: written only where they differ, compared for `--check`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use similar::TextDiff;

/// Texts by their paths inside the folder, with `/`.
pub type Files = BTreeMap<String, String>;

/// No file may grow larger: editors, reviews and rustdoc suffer.
pub const LIMIT: usize = 300_000;

/// So many lines of difference are shown for a file.
const SHOWN_LINES: usize = 60;

/// What was done, or would have been.
#[derive(Default)]
pub struct Outcome {
    /// Files written.
    pub written: usize,
    /// Files removed.
    pub removed: usize,
    /// For `--check`: a text for each file that differs.
    pub differences: Vec<String>,
}

/// Fails if a file is too large.
pub fn check_sizes(files: &Files) -> Result<()> {
    for (name, text) in files {
        ensure!(
            text.len() <= LIMIT,
            "{name} would be {} kB, more than {}: give some of its operations another tag",
            text.len() / 1000,
            LIMIT / 1000
        );
    }
    Ok(())
}

/// Makes the folder hold exactly these files.
pub fn write(folder: &Path, files: &Files) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for (name, text) in files {
        let path = folder.join(name);
        if read(&path)?.as_deref() == Some(text) {
            continue;
        }
        replace(&path, text)?;
        outcome.written += 1;
    }
    for name in stale(folder, files)? {
        let path = folder.join(&name);
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        // Fails on folders that still hold something, which is right.
        let _ = path.parent().map(fs::remove_dir);
        outcome.removed += 1;
    }
    Ok(outcome)
}

/// Says what `write` would change.
pub fn compare(folder: &Path, shown: &str, files: &Files) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for (name, text) in files {
        match read(&folder.join(name))? {
            None => outcome.differences.push(format!("{shown}/{name} is missing\n")),
            // A checkout may have turned the line ends round.
            Some(old) if old.replace("\r\n", "\n") == *text => {}
            Some(old) => {
                let path = format!("{shown}/{name}");
                let wanted = format!("{path} (as the spec has it)");
                outcome.differences.push(difference(&path, &wanted, &old.replace("\r\n", "\n"), text));
            }
        }
    }
    for name in stale(folder, files)? {
        outcome.differences.push(format!("{shown}/{name} is not generated any more\n"));
    }
    Ok(outcome)
}

/// The unified difference of two texts, not longer than a screen or two.
pub(crate) fn difference(old_name: &str, new_name: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let text = diff.unified_diff().context_radius(2).header(old_name, new_name).to_string();
    let lines = text.lines().count();
    if lines <= SHOWN_LINES {
        return text;
    }
    let head: Vec<_> = text.lines().take(SHOWN_LINES).collect();
    format!("{}\n... and {} lines more\n", head.join("\n"), lines - SHOWN_LINES)
}

fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Writes beside the file and renames, so that nobody ever sees half of it.
pub fn replace(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().context("a file without a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut name = path.file_name().context("a file without a name")?.to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = folder.join(name);
    fs::write(&temporary, text)
        .and_then(|()| fs::rename(&temporary, path))
        .inspect_err(|_| drop(fs::remove_file(&temporary)))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Files in the folder that are not among these.
fn stale(folder: &Path, files: &Files) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inside) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder.join(&inside)) else { continue };
        for entry in entries {
            let entry = entry?;
            let path = inside.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
            if !files.contains_key(&name) {
                found.push(name);
            }
        }
    }
    found.sort();
    Ok(found)
}
