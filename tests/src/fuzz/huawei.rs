//! Signing by SDK-HMAC-SHA256 and V11-HMAC-SHA256: see [`Described`](super::cdnetworks::Described) for the input.

use cloudimg_core::ErrorKind;
use cloudimg_core::credentials::AkSk;
use cloudimg_core::credentials::huawei::{Payload, Query, Request, sign};

use super::cdnetworks::{Described, check_signature};
use super::{check_error, now};

const KEYS: [&str; 3] = ["ACCESSKEY", "the-secret-key", "the-security-token"];

pub(super) fn run(data: &[u8]) {
    let described = Described::read(data);
    let plain = AkSk::builder(KEYS[0], KEYS[1]).security_token(KEYS[2]).build();
    let scoped = AkSk::builder(KEYS[0], KEYS[1]).derived("eu-de", "ims").build();
    for keys in [plain, scoped] {
        let keys = keys.unwrap_or_else(|error| panic!("{error}"));
        check(&described, &keys);
    }
}

fn check(described: &Described, keys: &AkSk) {
    let (path, query) = described.target.split_once('?').unwrap_or((&described.target, ""));
    let query = match Query::parse(query) {
        Ok(query) => query,
        Err(error) => return check_error(&error),
    };
    let once = query.canonical();
    let again = Query::parse(&once).map(|query| query.canonical());
    assert_eq!(again.ok().as_deref(), Some(&*once), "the canonical query is read as another");
    let headers = described.headers();
    let request = Request {
        method: &described.method,
        authority: &described.host,
        path,
        query,
        headers: &headers,
        payload: if described.body == b"stream" { Payload::Stream } else { Payload::Bytes(&described.body) },
        time: now(),
    };
    let signed = match sign(keys, &request) {
        Ok(signed) => signed,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            return check_error(&error);
        }
    };
    check_signature(signed.signature(), signed.authorization(), signed.signed_headers());
    let lines: Vec<&str> = signed.canonical_request().split('\n').collect();
    // Method, path, query, the headers, an empty line, their names, the hash.
    assert_eq!(lines.len(), 6 + signed.signed_headers().split(';').count(), "{}", signed.canonical_request());
    assert_eq!((lines[2], signed.query()), (&*once, &*once));
    let told = format!("{signed:?} {}", signed.string_to_sign());
    // Who writes the key into the request is not helped.
    let is_written = described.holds(KEYS[1]) || described.holds(KEYS[2]);
    assert!(is_written || !(told.contains(KEYS[1]) || told.contains(KEYS[2]) || signed.canonical_request().contains(KEYS[1])));

    // What the service makes of it in turn: the path as it was signed, the headers in another order.
    let canonical_path = lines[1];
    let turned: Vec<_> = headers.iter().rev().copied().collect();
    let same = sign(keys, &Request { path: canonical_path, headers: &turned, ..request.clone() });
    assert_eq!(same.map(|same| same.signature().to_owned()).ok().as_deref(), Some(signed.signature()));
    let other = sign(keys, &Request { method: "OTHER", ..request });
    assert!(other.is_ok_and(|other| described.method.eq_ignore_ascii_case("OTHER") || other.signature() != signed.signature()));
}
