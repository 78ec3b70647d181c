use cloudimg_core::Secret;
use cloudimg_core::credentials::cdnetworks::{Request, check, sign};
use serde_json::{Value, json};

use crate::fixture::{self, text};

#[test]
fn fixture_cdnetworks_signing_vectors() {
    fixture::run("cdnetworks-signing-vectors.json", 20, compare);
}

fn compare(vector: &Value) -> Result<(), String> {
    let url = text(vector, "url")?;
    let rest = url.split_once("://").ok_or("the URL has no scheme")?.1;
    let (host, target) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let wanted = vector["headers"].as_object().ok_or("the vector has no headers")?;
    // What the signer makes itself is not handed to it.
    let own = ["host", "x-cnc-accesskey", "x-cnc-auth-method", "x-cnc-timestamp"];
    let given: Vec<(&str, &str)> = wanted
        .iter()
        .filter(|(name, _)| !own.contains(&name.to_lowercase().as_str()))
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    let signed_headers: Vec<&str> =
        vector["signed_headers"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let request = Request {
        method: text(vector, "method")?,
        target,
        host,
        headers: &given,
        signed_headers: &signed_headers,
        body: text(vector, "body")?.as_bytes(),
        timestamp: vector["timestamp"].as_u64().ok_or("the vector has no timestamp")?,
    };
    let signed =
        sign(text(vector, "access_key")?, &Secret::new(text(vector, "secret_key")?), &request).map_err(|e| e.to_string())?;

    let mut sent: serde_json::Map<String, Value> = given.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    sent.extend(signed.headers().filter(|(name, _)| *name != "Authorization").map(|(name, value)| (name.to_owned(), json!(value))));
    fixture::compare(&json!({ "headers": wanted }), &[("headers", Value::Object(sent))])?;
    if signed.signed_headers() != signed_headers.join(";") {
        return Err(format!("signed_headers: {}", signed.signed_headers()));
    }
    fixture::compare(
        &vector["expected"],
        &[
            ("canonical_request", json!(signed.canonical_request())),
            ("string_to_sign", json!(signed.string_to_sign())),
            ("signature", json!(signed.signature())),
            ("authorization", json!(signed.authorization())),
        ],
    )
}

#[test]
fn of_the_vectors_those_that_libraries_sign_differently_are_refused_beforehand() {
    let refused: Vec<String> = fixture::vectors("cdnetworks-signing-vectors.json")
        .iter()
        .filter(|vector| {
            let rest = vector["url"].as_str().unwrap().split_once("://").unwrap().1;
            check(&rest[rest.find('/').unwrap()..]).is_err()
        })
        .map(|vector| vector["name"].as_str().unwrap().to_owned())
        .collect();
    for name in ["get-list-bare-plus", "get-list-malformed-percent"] {
        assert!(refused.iter().any(|other| other == name), "{name} is not refused");
    }
    assert!(!refused.iter().any(|name| name == "get-list-space-and-plus-encoded"), "{refused:?}");
}
