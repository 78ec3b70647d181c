//! Whatever proves who somebody is gets into no log, no `Debug`, no error and no panic, by every way to sign in, in whichever spelling.
//!
//! Each way is driven against a server that refuses and repeats what it was sent, spelled in turn as services do. A program of its own: what
//! is listened to is settled for a whole program.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod echo;
mod listen;
mod search;
#[path = "../../../crates/core/tests/server/mod.rs"]
mod server;
mod ways;

use std::collections::BTreeSet;
use std::path::Path;

use cloudimg_tests::Target;

use crate::ways::{WAYS, Wish};

#[tokio::test]
async fn nothing_tells_a_secret() {
    let log = listen::listen();
    let mut sent = String::new();
    for round in 0..echo::ROUNDS {
        let server = server::Server::answering(move |request| echo::refuse(request, round)).await;
        for way in WAYS {
            let wish = Wish { url: server.url().to_owned(), printed: Vec::new() };
            for text in (way.run)(wish).await {
                log.note(&format!("{}: {text}", way.name));
            }
        }
        sent.extend(server.each(search::sent));
    }
    let on_sandbox = sandbox(&log).await;
    let told = log.taken();
    assert!(told.contains("cloudimg.call") && told.contains("hyper") && told.contains("panicked: "), "nothing was listened to");
    assert!(told.contains("***"), "nothing was repeated");
    for secret in ways::SECRETS {
        assert!(search::spellings(secret).iter().any(|text| sent.contains(text)), "{secret} was not even sent");
    }
    let mut leaks = Vec::new();
    for secret in ways::SECRETS.into_iter().chain(ways::UNSENT).chain(on_sandbox.iter().map(String::as_str)) {
        for spelling in search::spellings(secret) {
            if let Some(at) = told.find(&spelling) {
                let (start, end) = (told.floor_char_boundary(at.saturating_sub(300)), told.ceil_char_boundary(at + 200));
                leaks.push(format!("{secret} is told as {spelling}: {}", &told[start..end]));
            }
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n\n"));
}

/// Signs in for real, and gives the secrets of that: what succeeds is as silent.
async fn sandbox(log: &listen::Log) -> Vec<String> {
    let target = Target::get().unwrap();
    let cloud = target.cloud("demo").unwrap();
    let keystone = cloud.keystone().unwrap();
    let token = keystone.token().await.unwrap();
    let missing = cloud.images().get("none").await.unwrap_err();
    log.note(&format!("{cloud:?} {keystone:?} {:?} {token:?} {missing:?} {missing}", keystone.session()));
    // The password there is a word that stands everywhere else too.
    vec![token.secret().expose().to_owned()]
}

/// The variants of an enum in a source file of the workspace.
fn variants(file: &str, name: &str) -> Vec<String> {
    let found = items(file).into_iter().find_map(|item| match item {
        syn::Item::Enum(found) if found.ident == name => Some(found),
        _ => None,
    });
    found.unwrap().variants.iter().map(|variant| format!("{name}::{}", variant.ident)).collect()
}

fn items(file: &str) -> Vec<syn::Item> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates").join(file);
    syn::parse_file(&std::fs::read_to_string(file).unwrap()).unwrap().items
}

/// The types with `impl Credentials for` in the source files below `folder`.
fn credentials(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            credentials(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let of = text.lines().filter_map(|line| line.strip_prefix("impl Credentials for "));
            found.extend(of.map(|rest| rest.trim_end_matches(" {").to_owned()));
        }
    }
}

#[test]
fn no_way_to_sign_in_is_forgotten() {
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    for (file, name) in [
        ("auth/src/methods.rs", "Method"),
        ("auth/src/methods.rs", "Scope"),
        ("auth/src/config/access.rs", "Access"),
        ("auth/src/huawei/chain.rs", "Link"),
        ("auth/src/huawei/federation.rs", "TokenSource"),
    ] {
        wanted.extend(variants(file, name));
    }
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    for folder in ["core/src", "auth/src", "cloudimg/src"] {
        credentials(&crates.join(folder), &mut wanted);
    }
    let covered: BTreeSet<String> = WAYS.iter().flat_map(|way| way.covers).map(|what| (*what).to_owned()).collect();
    let missing: Vec<_> = wanted.difference(&covered).collect();
    assert!(missing.is_empty(), "no way drives {missing:?}: add one to WAYS, with its secret in SECRETS");
    let unknown: Vec<_> = covered.difference(&wanted).collect();
    assert!(unknown.is_empty(), "{unknown:?} are no more");
}
