//! What a maintainer does, in a temporary copy of the workspace: a field, a value of an enum, an operation and a whole service are
//! added by editing YAML and one line of the table, and the result compiles and runs. And the code of every golden compiles.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{tree, xtask};

/// The workspace itself.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A fresh copy of the workspace, always in the same place, so that cargo's cache does not grow with every run.
fn copy_of_the_workspace(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if root.exists() {
        fs::remove_dir_all(&root).unwrap();
    }
    copy(&workspace(), &root);
    // Cargo tells the crates of two workspaces apart by name and version only, not by folder: without this it would take what it built
    // of the copy for ours, and the other way round.
    edit(&root.join("Cargo.toml"), |text| {
        let start = text.find("\nversion = \"").unwrap() + "\nversion = \"".len();
        let end = start + text[start..].find('"').unwrap();
        format!("{}+{name}{}", &text[..end], &text[end..])
    });
    root
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if name == "target" || name == ".git" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(name));
        } else {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

/// Runs cargo in the copy. It builds where we were built, so that what both depend on is built once.
fn cargo(copy: &Path, arguments: &[&str]) -> String {
    let target = Path::new(env!("CARGO_BIN_EXE_xtask")).ancestors().nth(2).unwrap();
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(copy)
        .arg("--offline")
        .args(arguments)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "cargo {arguments:?}:\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn edit(path: &Path, change: impl FnOnce(&str) -> String) {
    let text = fs::read_to_string(path).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed, "{} was not changed", path.display());
    fs::write(path, changed).unwrap();
}

/// Puts `new` behind the first line that is `line`, searching from where `after` stands.
fn insert(text: &str, after: &str, line: &str, new: &str) -> String {
    let start = text.find(after).unwrap_or_else(|| panic!("no `{after}`"));
    let line = format!("\n{line}\n");
    let end = start + text[start..].find(&line).unwrap_or_else(|| panic!("no `{line}` behind `{after}`")) + line.len();
    format!("{}{new}{}", &text[..end], &text[end..])
}

/// Adds a value to the first `enum` behind `after`, in either way of writing it.
fn add_value(text: &str, after: &str, value: &str) -> String {
    let start = text.find(after).unwrap_or_else(|| panic!("no `{after}`"));
    let at = start + text[start..].find("enum:").unwrap() + "enum:".len();
    let rest = &text[at..];
    let new = match rest.trim_start_matches(' ').strip_prefix('[') {
        Some(_) => rest.replacen('[', &format!("[{value}, "), 1),
        None => {
            let item = rest.lines().nth(1).unwrap();
            let indent = &item[..item.len() - item.trim_start().len()];
            format!("\n{indent}- {value}{rest}")
        }
    };
    format!("{}{new}", &text[..at])
}

/// The manifest of a program that uses these crates of the workspace.
fn manifest(name: &str, crates: &[&str]) -> String {
    let mut text = format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n");
    for name in crates {
        text.push_str(&format!("cloudimg-{name} = {{ path = \"../{name}\", default-features = false }}\n"));
    }
    for name in ["progenitor-client", "reqwest", "serde", "serde_json"] {
        text.push_str(&format!("{name}.workspace = true\n"));
    }
    text.push_str("tokio = { workspace = true, features = [\"macros\", \"rt\", \"net\", \"time\"] }\n");
    text
}

#[test]
fn a_change_of_the_api_is_a_change_of_yaml() {
    let root = &copy_of_the_workspace("maintainer");
    // The program of the copy is called otherwise: it must not take the place of the one that other tests run.
    edit(&root.join("xtask/Cargo.toml"), |text| {
        text.replace(
            "publish = false\n",
            "publish = false\nautobins = false\n\n[[bin]]\nname = \"xtask-of-the-copy\"\npath = \"src/main.rs\"\n",
        )
    });
    let before = tree(root);

    let glance = root.join("specs/glance-v2.yaml");
    edit(&glance, |text| {
        let text = insert(text, "openapi:", "paths:", include_str!("maintainer/operation.yaml"));
        let field = "        weather_report:\n          type: string\n          description: What a maintainer added.\n";
        add_value(&insert(&text, "\n    Image:\n", "      properties:", field), "\n    ImageStatus:\n", "sunny")
    });
    fs::write(root.join("specs/toy-v1.yaml"), include_str!("maintainer/toy-v1.yaml")).unwrap();
    edit(&root.join("xtask/src/services.rs"), |text| {
        text.replacen("Service::named(\"glance-v2\")", "Service::named(\"toy-v1\"), Service::named(\"glance-v2\")", 1)
    });
    cargo(root, &["run", "--quiet", "--package", "xtask", "--bin", "xtask-of-the-copy", "--", "generate"]);

    let after = tree(root);
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let changed: Vec<_> = names.into_iter().filter(|name| before.get(*name) != after.get(*name)).map(String::as_str).collect();
    // The lock file is cargo's.
    let made = |name: &str| name.contains("/generated/") || name.starts_with("crates/toy-v1/") || name == "Cargo.lock";
    let by_hand: Vec<_> = changed.iter().copied().filter(|name| !made(name)).collect();
    assert_eq!(by_hand, ["specs/glance-v2.yaml", "specs/toy-v1.yaml", "xtask/src/services.rs"]);
    assert!(changed.contains(&"crates/toy-v1/Cargo.toml") && changed.contains(&"crates/toy-v1/src/lib.rs"), "{changed:?}");

    let demo = root.join("crates/demo");
    fs::create_dir_all(demo.join("src")).unwrap();
    fs::write(demo.join("Cargo.toml"), manifest("maintainers-demo", &["core", "glance-v2", "toy-v1"])).unwrap();
    fs::write(demo.join("src/main.rs"), include_str!("maintainer/program.rs")).unwrap();
    assert_eq!(cargo(root, &["run", "--quiet", "--package", "maintainers-demo"]), "it runs\n");
}

#[test]
fn every_golden_compiles_without_a_warning() {
    let root = &copy_of_the_workspace("goldens");
    let source = root.join("crates/goldens/src");
    fs::create_dir_all(&source).unwrap();
    fs::write(source.parent().unwrap().join("Cargo.toml"), manifest("goldens", &["core"])).unwrap();
    let mut library = String::from("#![deny(warnings)]\n");
    let goldens = workspace().join("xtask/tests/golden");
    for name in tree(&goldens).into_keys().filter_map(|name| name.strip_suffix(".yaml").map(str::to_owned)) {
        let spec = goldens.join(format!("{name}.yaml"));
        let into = source.join(&name).join("generated");
        let run = xtask(root, &["generate", "--spec", spec.to_str().unwrap(), "--into", into.to_str().unwrap()]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let module = "pub mod generated;\ncloudimg_core::service_hooks!(generated::Client, generated::facts);\n";
        fs::write(source.join(&name).join("mod.rs"), module).unwrap();
        library.push_str(&format!("pub mod {name};\n"));
    }
    fs::write(source.join("lib.rs"), library).unwrap();
    cargo(root, &["check", "--quiet", "--package", "goldens"]);
}
