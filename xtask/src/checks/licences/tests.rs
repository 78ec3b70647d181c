//! Rules against small dependency graphs.

use serde_json::{Value, json};

use super::*;

/// `(name, licence, source)`; the first is the workspace's, each depends on the next.
fn chain(packages: &[(&str, Option<&str>, Option<&str>)]) -> Graph {
    let rows: Vec<Value> = packages
        .iter()
        .map(|(name, license, source)| json!({"id": name, "name": name, "version": "1.0.0", "license": license, "source": source}))
        .collect();
    let nodes: Vec<Value> = packages
        .iter()
        .enumerate()
        .map(|(at, (name, ..))| {
            let next: Vec<&str> = packages.get(at + 1).map(|(next, ..)| *next).into_iter().collect();
            json!({"id": name, "dependencies": next})
        })
        .collect();
    let metadata = json!({
        "packages": rows,
        "workspace_members": [packages[0].0],
        "resolve": {"nodes": nodes},
    });
    Graph::parse(&metadata.to_string()).unwrap()
}

fn licensed(license: &str) -> Graph {
    chain(&[("ours", Some("MIT"), None), ("middle", Some("MIT"), Some(CRATES_IO)), ("theirs", Some(license), Some(CRATES_IO))])
}

const POLICY: &str = r#"
[licenses]
allow = ["MIT", "Apache-2.0", "ISC"]
exceptions = [{ crate = "theirs", allow = ["MPL-2.0"] }]
[bans]
multiple-versions = "deny"
deny = [
    { crate = "openssl-sys", wrappers = ["native-tls"], reason = "only the feature may" },
    { crate = "old", reason = "no longer maintained" },
]
[sources]
unknown-registry = "deny"
unknown-git = "deny"
"#;

fn errors(graph: &Graph) -> Vec<String> {
    check(&Policy::parse(POLICY).unwrap(), graph).errors
}

#[test]
fn expressions_are_understood() {
    for fine in [
        "MIT",
        "MIT OR GPL-3.0-only",
        "MIT/Apache-2.0",
        "Apache-2.0 AND ISC",
        "(GPL-2.0-only OR MIT) AND ISC",
        "Apache-2.0 WITH LLVM-exception OR MIT",
        "MPL-2.0 AND MIT",
    ] {
        assert_eq!(errors(&licensed(fine)), [""; 0], "{fine}");
    }
    for (refused, culprit) in [
        ("GPL-3.0-only", "GPL-3.0-only"),
        ("MIT AND GPL-3.0-only", "GPL-3.0-only"),
        ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception"),
        ("(GPL-2.0-only OR LGPL-2.1-only) AND MIT", "GPL-2.0-only, LGPL-2.1-only"),
    ] {
        let errors = errors(&licensed(refused));
        assert_eq!(errors.len(), 1, "{refused}");
        assert!(errors[0].starts_with("theirs 1.0.0: its licence"), "{}", errors[0]);
        assert!(errors[0].contains(&format!("`{refused}`")), "{}", errors[0]);
        assert!(errors[0].contains(&format!("refused: {culprit})")), "{}", errors[0]);
        assert!(errors[0].contains("to do: use another crate"), "{}", errors[0]);
        assert!(errors[0].ends_with("comes through: ours > middle > theirs"), "{}", errors[0]);
    }
}

#[test]
fn a_crate_must_say_its_licence() {
    let graph = chain(&[("ours", Some("MIT"), None), ("theirs", None, Some(CRATES_IO))]);
    assert!(errors(&graph)[0].contains("names no licence"));
    assert!(errors(&licensed("whatever you like"))[0].contains("no SPDX expression"));
}

#[test]
fn an_exception_is_for_one_crate() {
    assert_eq!(errors(&licensed("MPL-2.0")), [""; 0]);
    let graph = chain(&[("ours", Some("MIT"), None), ("another", Some("MPL-2.0"), Some(CRATES_IO))]);
    let report = check(&Policy::parse(POLICY).unwrap(), &graph);
    assert_eq!(report.errors.len(), 1);
    assert!(report.notes[0].contains("exception for theirs, which nothing needs"), "{:?}", report.notes);
}

#[test]
fn bans_know_who_may() {
    let through = |middle| {
        errors(&chain(&[
            ("ours", Some("MIT"), None),
            (middle, Some("MIT"), Some(CRATES_IO)),
            ("openssl-sys", Some("MIT"), Some(CRATES_IO)),
        ]))
    };
    assert_eq!(through("native-tls"), [""; 0]);
    let wrong = through("curl-sys");
    assert!(wrong[0].contains("only the feature may"), "{}", wrong[0]);
    assert!(wrong[0].contains("used by: curl-sys"), "{}", wrong[0]);
    let old = errors(&chain(&[("ours", Some("MIT"), None), ("old", Some("MIT"), Some(CRATES_IO))]));
    assert!(old[0].contains("no longer maintained"), "{}", old[0]);
}

#[test]
fn crates_come_from_crates_io() {
    for source in ["git+https://example.org/x#1", "registry+https://example.org/index"] {
        let graph = chain(&[("ours", Some("MIT"), None), ("theirs", Some("MIT"), Some(source))]);
        let errors = errors(&graph);
        assert_eq!(errors.len(), 1);
        assert!(errors[0].contains(source), "{}", errors[0]);
    }
}

#[test]
fn two_versions_are_told() {
    let metadata = json!({
        "packages": [
            {"id": "ours", "name": "ours", "version": "1.0.0", "license": "MIT"},
            {"id": "x1", "name": "x", "version": "1.0.0", "license": "MIT", "source": CRATES_IO},
            {"id": "x2", "name": "x", "version": "2.0.0", "license": "MIT", "source": CRATES_IO},
            {"id": "unused", "name": "unused", "version": "1.0.0", "license": "Nonsense", "source": CRATES_IO},
        ],
        "workspace_members": ["ours"],
        "resolve": {"nodes": [
            {"id": "ours", "dependencies": ["x1", "x2"]},
            {"id": "x1", "dependencies": []},
            {"id": "x2", "dependencies": []},
        ]},
    });
    let errors = errors(&Graph::parse(&metadata.to_string()).unwrap());
    assert_eq!(errors, ["x is there in 2 versions: 1.0.0, 2.0.0"]);
}

#[test]
fn a_rule_that_is_not_checked_is_refused() {
    let error = Policy::parse("[licenses]\nallow = []\nconfidence-threshold = 0.9\n").unwrap_err();
    assert!(error.to_string().contains("confidence-threshold"), "{error}");
    let error = Policy::parse("[licenses]\nallow = [\"MITT\"]\n").unwrap_err();
    assert!(error.to_string().contains("MITT"), "{error}");
}

#[test]
fn our_own_file_is_valid() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    Policy::read(&root.join("deny.toml")).unwrap();
}
