//! Settings of clouds: as openstacksdk resolves them, file for file and variable for variable.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod case;
mod compare;
#[path = "../../../crates/core/tests/server/mod.rs"]
mod server;

use cloudimg_tests::fixtures;
use serde_json::Value;

use crate::case::Case;

const FILE: &str = "clouds-yaml-cases.json";

#[tokio::test]
async fn fixture_clouds_yaml_cases() {
    let documents = fixtures::documents(FILE);
    let cases = documents.iter().flat_map(|document| document["cases"].as_array().expect("a list of cases"));
    let (mut count, mut wrong) = (0, Vec::new());
    for case in cases {
        count += 1;
        if let Err(difference) = check(case).await {
            let name = case["name"].as_str().unwrap_or("a case without a name");
            println!("{name}: {difference}");
            wrong.push(format!("{name}: {difference}"));
        }
    }
    println!("fixture {FILE}: {} passed, {} failed", count - wrong.len(), wrong.len());
    assert!(count >= 40, "only {count} cases");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

async fn check(raw: &Value) -> Result<(), String> {
    let case = Case::new(raw)?;
    let resolved = case.resolve();
    match (raw.get("expected"), raw.get("expected_error")) {
        (Some(expected), None) => {
            let config = resolved.map_err(|error| format!("an error: {error}"))?;
            compare::all(&case.filled(expected), &config).await
        }
        (None, Some(expected)) => match resolved {
            Ok(config) => Err(format!("an error is expected, {expected}, not the cloud `{}`", config.name)),
            Err(error) => compare::situation(expected, &error),
        },
        _ => Err("the case expects nothing".to_owned()),
    }
}
