//! The Image API's operations: in the list, in the spec, in the client.

use std::collections::BTreeSet;
use std::path::Path;

use cloudimg_core::Session;
use cloudimg_core::credentials::StaticToken;
use cloudimg_glance_v2::Client;
use progenitor_client::{ClientHooks, OperationInfo};
use serde::Deserialize;
use xtask::spec::{Node, Spec};

use super::spec;

/// What the routes and controllers of Glance have.
#[derive(Debug, Deserialize)]
struct Listed {
    group: String,
    operation: String,
    method: String,
    path: String,
    path_params: Vec<String>,
    /// `*` stands for parameters of any name.
    query: BTreeSet<String>,
    success: Vec<u16>,
}

/// Older routes of the cache, which the spec leaves out: the calls of group `cache` do the same.
const LEFT_OUT: &str = "legacy-cache";

/// The list without what is left out.
fn listed() -> Vec<Listed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/glance-operations.json");
    let all: Vec<Listed> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!((all.len(), all.iter().filter(|one| one.group == LEFT_OUT).count()), (90, 7));
    all.into_iter().filter(|one| one.group != LEFT_OUT).collect()
}

/// The names of an operation's parameters that stand in the path or the query, in their order.
fn parameters<'a>(spec: &'a Spec, holders: [&'a Node; 2], place: &str) -> Vec<&'a str> {
    let all = holders.into_iter().flat_map(|holder| holder.get("parameters").map_or(&[][..], Node::items));
    let all = all.filter_map(|parameter| spec.resolve(parameter)).filter(|parameter| parameter.text("in") == Some(place));
    all.filter_map(|parameter| parameter.text("name")).collect()
}

#[test]
fn the_spec_has_the_operations_of_the_list_and_no_others() {
    let spec = spec("glance-v2");
    let listed = listed();
    let mut wanted: Vec<_> = listed
        .iter()
        .map(|one| {
            let path: Vec<&str> = one.path_params.iter().map(String::as_str).collect();
            (one.operation.as_str(), one.method.to_lowercase(), one.path.as_str(), path)
        })
        .collect();
    let mut there: Vec<_> = spec
        .operations()
        .map(|(path, method, item, node)| {
            (node.text("operationId").unwrap(), method.to_owned(), path, parameters(&spec, [item, node], "path"))
        })
        .collect();
    wanted.sort();
    there.sort();
    assert_eq!(there, wanted);
    assert_eq!(there.len(), 83);
}

#[test]
fn statuses_and_queries_of_the_list_are_described() {
    let spec = spec("glance-v2");
    let mut wrong = Vec::new();
    for one in listed() {
        let found = spec.operations().find(|(.., node)| node.text("operationId") == Some(&one.operation));
        let (_, _, item, node) = found.unwrap();
        let described: BTreeSet<String> = parameters(&spec, [item, node], "query").into_iter().map(str::to_owned).collect();
        let lacks: Vec<_> = one.query.difference(&described).filter(|name| *name != "*").collect();
        let invented: Vec<_> = described.difference(&one.query).filter(|_| !one.query.contains("*")).collect();
        let lost: Vec<_> = one.success.iter().filter(|status| !node.get("responses").unwrap().has(&status.to_string())).collect();
        if !(lacks.is_empty() && invented.is_empty() && lost.is_empty()) {
            wrong.push(format!("{}: {lacks:?} {invented:?} {lost:?}", one.operation));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// What the client knows of an operation shows in what it refuses before sending: a path that is not the operation's.
#[tokio::test]
async fn the_client_knows_the_path_of_each_operation_of_the_list() {
    let session = Session::builder().credentials(StaticToken::new("token")).build().unwrap();
    let client = Client::new("http://127.0.0.1:9", session);
    for one in listed() {
        let path: Vec<&str> = one.path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect();
        let path = path.join("/");
        let info = OperationInfo { operation_id: Box::leak(one.operation.clone().into_boxed_str()) };
        let method: reqwest::Method = one.method.parse().unwrap();
        for (path, fits) in [(path.clone(), true), (format!("{path}/more/than/that"), false)] {
            let url = format!("http://127.0.0.1:9{path}").parse().unwrap();
            let outcome = client.pre::<()>(&mut reqwest::Request::new(method.clone(), url), &info).await;
            assert_eq!(outcome.is_ok(), fits, "{}: {path}", one.operation);
        }
    }
}
