//! Whether the suite called every operation of the services that run, with success and with refusal.
//!
//! The tests note each answered call in a folder that `CLOUDIMG_COVERAGE_DIR` names, as it went over the wire: the operation and the status.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

/// The services whose servers run.
const SERVICES: [&str; 2] = ["glance-v2", "keystone-v3"];

/// The tag `iam` of the identity service.
const IAM_ONLY: &str = "a call of Huawei Cloud's IAM, which no Keystone has in this form";

/// What no call can show on these servers, and why.
const NEVER: &[(&str, Answer, &str)] = &[
    ("assume_agency_with_oidc", Answer::Success, IAM_ONLY),
    ("assume_agency_with_oidc", Answer::Refusal, IAM_ONLY),
    ("create_temporary_access_key", Answer::Success, IAM_ONLY),
    ("create_temporary_access_key", Answer::Refusal, IAM_ONLY),
    ("delete_task", Answer::Success, "services know the call and refuse it always"),
    ("import_image_glance_download", Answer::Success, "needs a second cloud"),
    ("issue_token_by_id_token", Answer::Success, IAM_ONLY),
    ("issue_token_by_id_token", Answer::Refusal, IAM_ONLY),
    ("list_projects", Answer::Success, IAM_ONLY),
    ("list_projects", Answer::Refusal, IAM_ONLY),
    ("list_versions", Answer::Refusal, "told to anybody"),
    ("list_versions_root", Answer::Refusal, "told to anybody"),
    ("show_version", Answer::Refusal, "told to anybody"),
];

/// How a call was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    Success,
    Refusal,
}

impl Answer {
    const ALL: [Self; 2] = [Self::Success, Self::Refusal];

    fn of(status: u16) -> Self {
        if status < 400 { Self::Success } else { Self::Refusal }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Refusal => "refusal",
        }
    }
}

/// The folder for the notes of one run.
pub(super) struct Notes {
    folder: PathBuf,
}

impl Notes {
    /// An empty folder in `home`.
    pub(super) fn begin(home: &Path) -> Result<Self> {
        let folder = home.join("coverage");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("emptying {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        Ok(Self { folder })
    }

    /// The folder, for the environment of the tests.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Fails if an operation lacks an answer that these servers can give.
    pub(super) fn judge(&self, root: &Path) -> Result<()> {
        let mut operations = BTreeSet::new();
        for service in SERVICES {
            operations.extend(operations_of(root, service)?);
        }
        let seen = self.read()?;
        let faults = faults(&operations, &seen);
        if !faults.is_empty() {
            bail!("the suite does not cover the services:\n  {}", faults.join("\n  "));
        }
        println!(
            "each of {} operations was called with success and with refusal, but for {} answers that none of them can have",
            operations.len(),
            NEVER.len()
        );
        Ok(())
    }

    fn read(&self) -> Result<Calls> {
        let mut calls = Calls::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            for line in text.lines() {
                let (operation, status) = line.split_once(' ').with_context(|| format!("{}: `{line}`", path.display()))?;
                let status = status.parse().with_context(|| format!("{}: `{line}`", path.display()))?;
                calls.entry(operation.to_owned()).or_default().insert(Answer::of(status));
            }
        }
        Ok(calls)
    }
}

/// The answers that each operation had.
type Calls = BTreeMap<String, BTreeSet<Answer>>;

/// The operations of a generated client.
fn operations_of(root: &Path, service: &str) -> Result<Vec<String>> {
    let path = root.join("crates").join(service).join("src/generated/facts.rs");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let operations = operations_in(&text);
    ensure!(!operations.is_empty(), "no operations in {}", path.display());
    Ok(operations)
}

fn operations_in(facts: &str) -> Vec<String> {
    let ids = facts.lines().filter_map(|line| line.trim().strip_prefix("id: \"")?.strip_suffix("\","));
    ids.map(str::to_owned).collect()
}

/// What is missing, and what stands among the exceptions without need.
fn faults(operations: &BTreeSet<String>, seen: &Calls) -> Vec<String> {
    let mut faults = Vec::new();
    for operation in operations {
        for answer in Answer::ALL {
            let was_seen = seen.get(operation).is_some_and(|answers| answers.contains(&answer));
            let excused = NEVER.iter().any(|(name, never, _)| name == operation && *never == answer);
            match (was_seen, excused) {
                (false, false) => faults.push(format!("{operation}: no {}", answer.name())),
                (true, true) => faults.push(format!("{operation}: had a {}, which its list of exceptions denies", answer.name())),
                _ => {}
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(lines: &[(&str, u16)]) -> Calls {
        let mut calls = Calls::new();
        for (operation, status) in lines {
            calls.entry((*operation).to_owned()).or_default().insert(Answer::of(*status));
        }
        calls
    }

    #[test]
    fn an_operation_needs_both_answers() {
        let operations = BTreeSet::from(["show_image".to_owned(), "list_versions".to_owned(), "delete_task".to_owned()]);
        let seen = calls(&[("show_image", 200), ("show_image", 404), ("list_versions", 300), ("delete_task", 405)]);
        assert_eq!(faults(&operations, &seen), [""; 0]);
        let seen = calls(&[("show_image", 500), ("list_versions", 200), ("delete_task", 204)]);
        let expected = [
            "delete_task: had a success, which its list of exceptions denies",
            "delete_task: no refusal",
            "show_image: no success",
        ];
        assert_eq!(faults(&operations, &seen), expected);
    }

    #[test]
    fn operations_are_those_of_the_committed_clients() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let mut all = BTreeSet::new();
        for service in SERVICES {
            all.extend(operations_of(root, service).expect("facts"));
        }
        assert!(all.len() > 80 && all.contains("import_image_copy_image"), "{all:?}");
        for (operation, _, _) in NEVER {
            assert!(all.contains(*operation), "{operation} is excused and does not exist");
        }
    }

    #[test]
    fn notes_are_read_back() {
        let home = tempfile::tempdir().expect("a folder");
        let notes = Notes::begin(home.path()).expect("notes");
        fs::write(notes.folder().join("1.calls"), "show_image 200\nshow_image 404\n").expect("a note");
        fs::write(notes.folder().join("2.calls"), "list_images 200\n").expect("a note");
        assert_eq!(notes.read().expect("notes"), calls(&[("show_image", 200), ("show_image", 404), ("list_images", 200)]));
        let again = Notes::begin(home.path()).expect("notes");
        assert!(again.read().expect("notes").is_empty());
        fs::write(again.folder().join("1.calls"), "nonsense\n").expect("a note");
        assert!(again.read().is_err());
    }
}
