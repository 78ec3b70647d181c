//! Settings of clouds: as openstacksdk resolves them, file for file and variable for variable.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod case;
mod compare;
mod decided;
#[path = "../../../crates/core/tests/server/mod.rs"]
mod server;

use cloudimg_core::Session;
use cloudimg_tests::fixtures;
use futures::StreamExt as _;
use serde_json::Value;

use crate::case::Case;

#[tokio::test]
async fn fixture_clouds_yaml_cases() {
    run("clouds-yaml-cases.json", 40).await;
}

/// Cases of our own, which openstacksdk was asked about in the same way.
#[tokio::test]
async fn fixture_clouds_yaml_further() {
    run("clouds-yaml-further.json", 562).await;
}

async fn run(file: &str, least: usize) {
    let documents = fixtures::documents(file);
    let cases = documents.iter().flat_map(|document| document["cases"].as_array().expect("a list of cases"));
    // The session is built once: reading the machine's certificates takes its time.
    let session = Session::builder().build().unwrap();
    let told = async |case: &Value| {
        let name = case["name"].as_str().unwrap_or("a case without a name");
        check(case, &session).await.map_err(|difference| format!("{name}: {difference}"))
    };
    let outcomes: Vec<_> = futures::stream::iter(cases).map(told).buffered(16).collect().await;
    let count = outcomes.len();
    let wrong: Vec<String> = outcomes.into_iter().filter_map(Result::err).collect();
    wrong.iter().for_each(|difference| println!("{difference}"));
    println!("fixture {file}: {} passed, {} failed", count - wrong.len(), wrong.len());
    assert!(count >= least, "only {count} cases");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

async fn check(raw: &Value, session: &Session) -> Result<(), String> {
    let case = Case::new(raw)?;
    let resolved = case.resolve();
    match (raw.get("expected"), raw.get("expected_error")) {
        (Some(expected), None) => {
            let config = resolved.map_err(|error| format!("an error: {error}"))?;
            compare::all(&case.filled(expected), &config, session).await
        }
        (None, Some(expected)) => match resolved {
            Ok(config) => Err(format!("an error is expected, {expected}, not the cloud `{}`", config.name)),
            Err(error) => compare::situation(expected, &error),
        },
        _ => Err("the case expects nothing".to_owned()),
    }
}
