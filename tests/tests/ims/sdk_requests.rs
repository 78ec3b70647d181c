//! What the SDK of Huawei Cloud sends for its operations, and what our clients send for the same arguments.

use std::collections::BTreeSet;
use std::path::Path;

use cloudimg_core::Session;
use serde_json::{Value, json};

use crate::calls::{self, Made};
use crate::sample::{Request, Sent, decoded_path};
use crate::server::{Server, status};
use crate::session;

/// Arguments that our clients have no place for: the operation, the place in the record and the argument.
const UNSAYABLE: [(&str, &str, &str); 1] = [("GlanceCreateImageMetadata", "/body/min_disk", "much")];

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"))
}

fn records() -> Vec<Value> {
    let text = std::fs::read(folder().join("huaweicloudsdkims-requests.json")).unwrap();
    let file: Value = serde_json::from_slice(&text).unwrap();
    file["requests"].as_array().unwrap().clone()
}

fn is_unsayable(record: &Value) -> bool {
    UNSAYABLE.iter().any(|(operation, place, argument)| {
        record["operation"] == *operation && record.pointer(place).is_some_and(|value| value == argument)
    })
}

/// The arguments of a record, as the calls take them.
fn request(record: &Value) -> Result<Request, String> {
    let text = |name: &str| record[name].as_str().ok_or_else(|| format!("no `{name}`"));
    let media_type = record["headers"]["content-type"].as_str();
    // The SDK names a charset, which JSON does not have.
    let headers = match media_type.filter(|media| !media.starts_with("application/json")) {
        Some(media) => json!({"content-type": media}),
        None => json!({}),
    };
    let path = format!("{}?{}", decoded_path(text("path")?), text("query")?);
    let request = json!({"method": text("method")?, "path": path, "headers": headers, "body": record["body"]});
    serde_json::from_value(request).map_err(|error| error.to_string())
}

/// The first thing in which the clients differ from the record.
async fn judge(record: &Value, session: &Session) -> Result<usize, String> {
    let operation = record["operation"].as_str().ok_or("no operation")?;
    let request = request(record)?;
    let server = Server::answering(|_| status(404)).await;
    let made = calls::all(operation, &request, server.url(), session).await?;
    if made.is_empty() || server.count() != made.len() {
        return Err(format!("{} calls sent {} requests", made.len(), server.count()));
    }
    // Calls of version 2.1 that take what those of 1 and 2 take are made too; one must be the recorded one.
    if !made.iter().any(|made| made.path == request.path()) {
        return Err(format!("no call goes to {}", request.path()));
    }
    for (index, Made { call, path, .. }) in made.iter().enumerate() {
        request.compare(path, &Sent::of(&server, index)).map_err(|error| format!("{call}: {error}"))?;
    }
    Ok(made.len())
}

#[tokio::test]
async fn sdk_requests_are_ours() {
    let session = session();
    let (mut equal, mut wrong) = (0, Vec::new());
    for record in records().iter().filter(|record| !is_unsayable(record)) {
        match judge(record, &session).await {
            Ok(_) => equal += 1,
            Err(difference) => wrong.push(format!("{} {}: {difference}", record["operation"], record["path"])),
        }
    }
    println!("{equal} requests of the SDK are equal to ours, {} differ", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for unsayable in records().iter().filter(|record| is_unsayable(record)) {
        assert!(judge(unsayable, &session).await.is_err(), "can be said: {unsayable}");
    }
}

#[test]
fn sdk_requests_are_of_every_operation() {
    let operations: Vec<Value> = serde_json::from_slice(&std::fs::read(folder().join("ims-operations.json")).unwrap()).unwrap();
    let records: Vec<_> = records().into_iter().filter(|record| !is_unsayable(record)).collect();
    let of = |record: &Value| record["operation"].as_str().unwrap().to_owned();
    let recorded: BTreeSet<_> = records.iter().map(of).collect();
    let missing: Vec<_> = operations.iter().map(of).filter(|name| !recorded.contains(name)).collect();
    assert!(missing.is_empty(), "nothing was recorded of {missing:?}");
}

#[tokio::test]
async fn sdk_requests_that_differ_are_found() {
    let (records, session) = (records(), session());
    let wrong: [(&str, &str, Value, &str); 8] = [
        ("ListImages", "/operation", json!("ListPictures"), "0 calls sent"),
        ("ListImages", "/method", json!("POST"), "sent GET"),
        ("ListImages", "/query", json!("colour=red"), "no parameter `colour`"),
        ("ShowImageQuota", "/query", json!("limit=1"), "sent the query"),
        ("ShowImageQuota", "/path", json!("/v1/cloudimages/quotas"), "in place of GET /v1/cloudimages/quotas"),
        ("UpdateImage", "/body/0/from", json!("/x"), "from is lost"),
        ("BatchDeleteMembers", "/body", Value::Null, "the request body"),
        ("CopyImageInRegion", "/body/name", json!(7), "the request body"),
    ];
    for (operation, place, value, expected) in wrong {
        let mut record = records.iter().find(|record| record["operation"] == operation).unwrap().clone();
        let (holder, key) = place.rsplit_once('/').unwrap();
        record.pointer_mut(holder).unwrap()[key] = value;
        let found = judge(&record, &session).await.expect_err(place);
        assert!(found.contains(expected), "{operation} {place}: {found}");
    }
}
