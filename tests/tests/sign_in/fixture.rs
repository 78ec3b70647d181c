//! The recordings of established clients, those of the repository and those of the folder that `CLOUDIMG_EXTRA_FIXTURES` names.

use cloudimg_tests::fixtures;
use serde_json::Value;

use crate::{bodies, huawei};

const FILE: &str = "keystone-bodies.json";

/// What became of a case: its name, and the first difference if there is one.
pub(crate) type Outcome = (String, Result<(), String>);

/// The cases of one list of a document.
pub(crate) fn cases<'a>(document: &'a Value, list: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let named = |case: &'a Value| (case["name"].as_str().expect("a case has a name"), case);
    document[list].as_array().into_iter().flatten().map(named)
}

#[tokio::test]
async fn each_sign_in_is_sent_as_established_clients_send_it() {
    let mut outcomes: Vec<Outcome> = Vec::new();
    for document in fixtures::documents(FILE) {
        outcomes.extend(bodies::outcomes(&document).await);
        outcomes.extend(huawei::outcomes(&document).await);
    }
    let wrong: Vec<_> = outcomes.iter().filter_map(|(name, result)| Some(format!("{name}: {}", result.as_ref().err()?))).collect();
    println!("fixture {FILE}: {} passed, {} failed", outcomes.len() - wrong.len(), wrong.len());
    assert!(outcomes.len() >= 72, "only {} cases", outcomes.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
