//! The vectors of the vendor's SDK, held against the verifier alone.

use std::str::FromStr as _;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::*;

const VECTORS: &str = include_str!("../../../../../tests/fixtures/cdnetworks-signing-vectors.json");

#[test]
fn all_vectors_are_good_and_none_of_them_forged() {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 20);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let name = text("name");
        let mut headers = HeaderMap::new();
        for (header, value) in vector["headers"].as_object().unwrap() {
            headers.insert(HeaderName::from_str(header).unwrap(), HeaderValue::from_str(value.as_str().unwrap()).unwrap());
        }
        let expected = &vector["expected"];
        let authorization = expected["authorization"].as_str().unwrap();
        headers.insert("authorization", HeaderValue::from_str(authorization).unwrap());
        let url = text("url");
        let target = &url[url.find("/vmp/").unwrap()..];
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let signed = Signed { method: text("method"), path, query, headers: &headers, body: text("body").as_bytes() };
        let names: Vec<String> =
            vector["signed_headers"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().into()).collect();
        let canonical = canonical::request(&signed, &names);
        assert_eq!(String::from_utf8(canonical).unwrap(), expected["canonical_request"].as_str().unwrap(), "{name}");

        let timestamp = vector["timestamp"].as_i64().unwrap();
        let now = Timestamp::from_second(timestamp).unwrap();
        let key = (text("access_key"), text("secret_key"));
        let signature = expected["signature"].as_str().unwrap().to_owned();
        assert_eq!(verify(&signed, key, now), Ok(Proof { timestamp, signature }), "{name}");
        let forged = verify(&Signed { path: "/vmp/image", ..signed }, key, now);
        assert_eq!(forged.unwrap_err().code, "SignatureDoesNotMatch", "{name}");
    }
}
