use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloudimg_core::credentials::AkSk;
use cloudimg_core::credentials::huawei::{Payload, Query, Request, Value as Parameter, sign};
use cloudimg_core::wire::Timestamp;
use serde_json::{Value, json};

use crate::fixture::{self, text};

#[test]
fn fixture_huawei_signing_vectors() {
    fixture::run("huawei-signing-vectors.json", 30, |vector| {
        let (authority, path, query) = split(text(vector, "url")?);
        check(vector, authority, text(vector, "resource_path")?, typed(&vector["query"]))
            .map_err(|e| format!("from parts: {e}"))?;
        // A URL no longer tells a number from its digits.
        if orders_numbers(&vector["query"]) {
            return Ok(());
        }
        let query = Query::parse(query).map_err(|e| e.to_string())?;
        check(vector, authority, path, query).map_err(|e| format!("from the URL: {e}"))
    });
}

fn check(vector: &Value, authority: &str, path: &str, query: Query<'_>) -> Result<(), String> {
    let keys = keys(vector)?;
    let headers: Vec<(&str, &str)> = vector["headers"]
        .as_array()
        .ok_or("the vector has no headers")?
        .iter()
        .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
        .collect();
    let body = match (vector["body"].as_str(), vector["body_base64"].as_str()) {
        (Some(text), _) => text.as_bytes().to_vec(),
        (None, Some(coded)) => STANDARD.decode(coded).map_err(|e| e.to_string())?,
        (None, None) => Vec::new(),
    };
    let is_stream = vector["body_is_stream"].as_bool().unwrap_or(false);
    let t = text(vector, "timestamp")?;
    let iso = format!("{}-{}-{}T{}:{}:{}Z", &t[..4], &t[4..6], &t[6..8], &t[9..11], &t[11..13], &t[13..15]);
    let request = Request {
        method: text(vector, "method")?,
        authority,
        path,
        query,
        headers: &headers,
        payload: if is_stream { Payload::Stream } else { Payload::Bytes(&body) },
        time: Timestamp::from(iso).time().ok_or("the timestamp is no time")?,
    };
    let signed = sign(&keys, &request).map_err(|e| e.to_string())?;

    let is_unsigned = signed.canonical_request().ends_with("\nUNSIGNED-PAYLOAD");
    if vector["unsigned_payload"].as_bool() != Some(is_unsigned) {
        return Err(format!("unsigned_payload is {is_unsigned}"));
    }
    let target = if signed.query().is_empty() { path.to_owned() } else { format!("{path}?{}", signed.query()) };
    let authorization = signed.headers().find(|(name, _)| *name == "Authorization").map(|(_, value)| value.to_owned());
    let given = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host")).map(|(_, value)| *value);
    let host = given.or_else(|| signed.headers().find(|(name, _)| *name == "Host").map(|(_, value)| value));
    let mut added: Vec<[&str; 2]> =
        signed.headers().map(|(name, value)| [name, if name == "Authorization" { "<authorization>" } else { value }]).collect();
    added.sort_unstable();
    fixture::compare(
        &vector["expected"],
        &[
            ("canonical_request", json!(signed.canonical_request())),
            ("string_to_sign", json!(signed.string_to_sign())),
            ("signature", json!(signed.signature())),
            ("authorization", json!(authorization)),
            ("signed_headers", json!(signed.signed_headers().split(';').collect::<Vec<_>>())),
            ("request_uri", json!(target)),
            ("wire_request_target", json!(target)),
            ("wire_host", json!(host)),
            ("wire_headers_added_by_signer", json!(added)),
        ],
    )
}

fn keys(vector: &Value) -> Result<AkSk, String> {
    let mut keys = AkSk::builder(text(vector, "ak")?, text(vector, "sk")?);
    if let Some(id) = vector["project_id"].as_str() {
        keys = keys.project_id(id);
    }
    if let Some(id) = vector["domain_id"].as_str() {
        keys = keys.domain_id(id);
    }
    if let Some(token) = vector["security_token"].as_str() {
        keys = keys.security_token(token);
    }
    if let Some(scope) = vector.get("derived").filter(|scope| !scope.is_null()) {
        keys = keys.derived(text(scope, "region")?, text(scope, "service")?);
    }
    keys.build().map_err(|e| e.to_string())
}

/// Authority, path and query of a URL, each as it is written.
fn split(url: &str) -> (&str, &str, &str) {
    let rest = url.split_once("://").unwrap().1;
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = before.split_at(before.find('/').unwrap_or(before.len()));
    (authority, path, query)
}

fn typed(pairs: &Value) -> Query<'static> {
    flat(pairs).into_iter().filter_map(|(key, value)| Some((key, parameter(&value)?))).collect()
}

/// Names and values, a pair for each value of a list.
fn flat(pairs: &Value) -> Vec<(String, Value)> {
    let pairs = pairs.as_array().into_iter().flatten();
    let flat = pairs.flat_map(|pair| {
        let values = pair[1].as_array().cloned().unwrap_or_else(|| vec![pair[1].clone()]);
        values.into_iter().map(|value| (pair[0].as_str().unwrap().to_owned(), value))
    });
    flat.collect()
}

fn parameter(value: &Value) -> Option<Parameter<'static>> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => (*value).into(),
        Value::String(text) => text.clone().into(),
        other => other.as_i64().map_or_else(|| other.to_string().into(), Parameter::from),
    })
}

/// Whether a name has several values, numbers among them.
fn orders_numbers(pairs: &Value) -> bool {
    let flat = flat(pairs);
    flat.iter().any(|(key, value)| value.is_number() && flat.iter().filter(|(other, _)| other == key).count() > 1)
}
