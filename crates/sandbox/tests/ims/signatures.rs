//! Signed requests, byte for byte: the vectors of Huawei's SDK, requests of our own, and each with one byte changed.

use cloudimg_sandbox::{Clock, Sandbox};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const VECTORS: &str = include_str!("../../../../tests/fixtures/huawei-signing-vectors.json");
/// The one vector whose order of values only those know who know that they were numbers.
const NUMBERS: &str = "query-int-list-numeric-order";
pub const ACCESS: &str = "EXAMPLEACCESSKEY0001";
pub const SECRET: &str = "example-secret-key-for-test-vectors-only";
pub const NOW: &str = "20260102T030405Z";
const FORGED: &str = "Incorrect IAM authentication information: verify aksk signature fail";

/// A request as it goes over the wire.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

async fn send(sandbox: &Sandbox, request: &Request) -> (u16, Value) {
    send_to(&sandbox.ims_url(), request).await
}

/// Sends to the service at `url`, whose path does not count.
pub async fn send_to(url: &str, request: &Request) -> (u16, Value) {
    let address = url.trim_start_matches("http://").split('/').next().unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    for (name, value) in &request.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\nConnection: close\r\n\r\n", request.body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&request.body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// What the verifier said: nothing, if the signature was good.
async fn refusal(sandbox: &Sandbox, request: &Request) -> Option<String> {
    let (status, body) = send(sandbox, request).await;
    if status != 401 {
        return None;
    }
    assert_eq!(body["error_code"], "APIGW.0301");
    Some(body["error_msg"].as_str().unwrap().to_owned())
}

pub fn clock(time: &str) -> Clock {
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", time).unwrap();
    Clock::manual(time.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp())
}

async fn start(time: &str) -> Sandbox {
    Sandbox::builder().clock(clock(time)).access_key("demo", ACCESS, SECRET).start().await.unwrap()
}

fn base64(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

fn from_vector(vector: &Value) -> Request {
    let pair = |pair: &Value| (pair[0].as_str().unwrap().to_owned(), pair[1].as_str().unwrap().to_owned());
    let expected = &vector["expected"];
    let added: Vec<(String, String)> = expected["wire_headers_added_by_signer"].as_array().unwrap().iter().map(pair).collect();
    let is_added = |name: &str| added.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    let given = vector["headers"].as_array().unwrap().iter().map(pair).filter(|(name, _)| !is_added(name));
    let mut headers: Vec<(String, String)> = given.chain(added.clone()).collect();
    for (name, value) in &mut headers {
        if name == "Authorization" {
            *value = expected["authorization"].as_str().unwrap().to_owned();
        }
    }
    let body = match (&vector["body"], &vector["body_base64"]) {
        (Value::String(text), _) => text.clone().into_bytes(),
        (_, Value::String(text)) => base64(text),
        _ => Vec::new(),
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Request { method: text(&vector["method"]), target: text(&expected["wire_request_target"]), headers, body }
}

#[tokio::test]
async fn the_vectors_of_the_sdk() {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 30);
    for vector in vectors {
        let name = vector["name"].as_str().unwrap();
        assert_eq!((vector["ak"].as_str(), vector["sk"].as_str()), (Some(ACCESS), Some(SECRET)), "{name}");
        let sandbox = start(vector["timestamp"].as_str().unwrap()).await;
        let request = from_vector(vector);
        let said = refusal(&sandbox, &request).await;
        if name == NUMBERS {
            assert_eq!(said.as_deref(), Some(FORGED));
        } else if vector["security_token"].is_string() {
            // The signature is good; the token belongs to keys that are not there.
            assert!(said.as_ref().is_some_and(|said| said.contains("security token")), "{name}: {said:?}");
        } else {
            assert_eq!(said, None, "{name}");
        }
        let mut forged = request;
        for (name, value) in &mut forged.headers {
            if name == "Authorization" {
                let last = value.pop().unwrap();
                value.push(if last == '0' { '1' } else { '0' });
            }
        }
        assert_eq!(refusal(&sandbox, &forged).await.as_deref(), Some(FORGED), "{name}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn sign(request: Request, secret: &str, date: &str) -> Request {
    sign_as(request, ACCESS, secret, date)
}

/// Signs a request whose path and query are canonical as they stand.
pub fn sign_as(mut request: Request, access: &str, secret: &str, date: &str) -> Request {
    request.headers.push(("X-Sdk-Date".to_owned(), date.to_owned()));
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let path = if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
    let mut headers: Vec<(String, String)> = request.headers.iter().map(|(n, v)| (n.to_lowercase(), v.clone())).collect();
    headers.sort();
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names = headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
    let given = headers.iter().find(|(name, _)| name == "x-sdk-content-sha256").map(|(_, value)| value.clone());
    let hash = given.unwrap_or_else(|| hex(&Sha256::digest(&request.body)));
    let canonical = format!("{}\n{path}\n{query}\n{lines}\n{names}\n{hash}", request.method);
    let text = format!("SDK-HMAC-SHA256\n{date}\n{}", hex(&Sha256::digest(canonical.as_bytes())));
    let signature = hex(&mac(secret.as_bytes(), text.as_bytes()));
    let value = format!("SDK-HMAC-SHA256 Access={access}, SignedHeaders={names}, Signature={signature}");
    request.headers.push(("Authorization".to_owned(), value));
    request
}

pub fn plain(method: &str, target: &str, content_type: &str, body: &str) -> Request {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![header("Host", "ims.example.com"), header("Content-Type", content_type), header("X-Trace", "first")];
    Request { method: method.to_owned(), target: target.to_owned(), headers, body: body.as_bytes().to_vec() }
}

fn create() -> Request {
    let body = r#"{"name": "signed", "instance_id": "877a2cda-ba63-4e1e-b95f-e67e48b6129a"}"#;
    plain("POST", "/v2/cloudimages/action?a=1&b=2", "application/json", body)
}

type Change = fn(&mut Request);

#[tokio::test]
async fn one_changed_byte_is_one_too_many() {
    let sandbox = start(NOW).await;
    let good = sign(create(), SECRET, NOW);
    let changes: [(&str, Change); 8] = [
        ("path", |r| r.target = r.target.replace("/action", "/actioo")),
        ("query", |r| r.target = r.target.replace("b=2", "b=3")),
        ("query, one more", |r| r.target.push_str("&c=")),
        ("header", |r| r.headers[2].1 = "fjrst".to_owned()),
        ("header, not there", |r| drop(r.headers.remove(2))),
        ("body", |r| r.body[10] = b'z'),
        ("body, none", |r| r.body.clear()),
        ("method", |r| r.method = "PUT".to_owned()),
    ];
    for (what, change) in changes {
        let mut request = good.clone();
        change(&mut request);
        assert_eq!(refusal(&sandbox, &request).await.as_deref(), Some(FORGED), "{what}");
    }
    let (status, body) = send(&sandbox, &good).await;
    assert_eq!(status, 200, "{body}");
    assert!(body["job_id"].is_string());
    // Who sends the same again is not refused: the gateway keeps no list of what it has seen.
    assert_eq!(send(&sandbox, &good).await.0, 200);
}

#[tokio::test]
async fn other_things_that_do_not_fit() {
    let sandbox = start(NOW).await;
    let said = async |request: Request| refusal(&sandbox, &request).await.unwrap_or_default();
    assert_eq!(said(sign(create(), "another secret", NOW)).await, FORGED);
    for (time, fits) in [("20260102T025000Z", true), ("20260102T024904Z", false), ("20260102T031906Z", false), ("now", false)] {
        let said = refusal(&sandbox, &sign(create(), SECRET, time)).await;
        assert_eq!(said.is_none(), fits, "{time}: {said:?}");
    }
    let authorized = |change: fn(&str) -> String| {
        let mut request = sign(create(), SECRET, NOW);
        let header = request.headers.last_mut().unwrap();
        header.1 = change(&header.1);
        request
    };
    assert!(said(authorized(|text| text.replace("KEY0001", "KEY0002"))).await.contains("not exist"));
    assert!(said(authorized(|text| text.replace("SDK-HMAC-SHA256", "SDK-HMAC-SM3"))).await.contains("not supported"));
    assert!(said(authorized(|text| text.replace(";x-sdk-date", ""))).await.contains("x-sdk-date"));
    assert!(said(authorized(|text| text[..text.rfind(',').unwrap()].to_owned())).await.contains("Signature"));
    let with = |name: &str, value: &str| {
        let mut request = create();
        request.headers.push((name.to_owned(), value.to_owned()));
        sign(request, SECRET, NOW)
    };
    assert!(said(with("X-Security-Token", "token")).await.contains("security token"));
    // The key's own project fits; another's does not.
    let (own, other) = (sandbox.project_id("demo").unwrap(), sandbox.project_id("other").unwrap());
    assert_eq!(send(&sandbox, &with("X-Project-Id", own)).await.0, 200);
    let (status, body) = send(&sandbox, &with("X-Project-Id", other)).await;
    assert_eq!((status, body["error_code"].as_str()), (403, Some("APIGW.0302")));
}

#[tokio::test]
async fn a_signed_upload_arrives() {
    let sandbox = start(NOW).await;
    let body = r#"{"name": "signed", "disk_format": "raw", "container_format": "bare"}"#;
    let (status, image) = send(&sandbox, &sign(plain("POST", "/v2/images", "application/json", body), SECRET, NOW)).await;
    assert_eq!(status, 201, "{image}");
    let path = format!("/v2/images/{}", image["id"].as_str().unwrap());
    let mut upload = plain("PUT", &format!("{path}/file"), "application/octet-stream", "four");
    upload.headers.push(("X-Sdk-Content-Sha256".to_owned(), "UNSIGNED-PAYLOAD".to_owned()));
    assert_eq!(send(&sandbox, &sign(upload, SECRET, NOW)).await.0, 204);
    let (_, image) = send(&sandbox, &sign(plain("GET", &path, "application/json", ""), SECRET, NOW)).await;
    assert_eq!((image["status"].as_str(), image["size"].as_i64()), (Some("active"), Some(4)));
    assert_eq!(image["checksum"], "8cbad96aced40b3838dd9f07f6ef5772");
}

#[tokio::test]
async fn what_may_stand_for_the_body() {
    let sandbox = start(NOW).await;
    let with_hash = |mut request: Request, hash: &str| {
        request.headers.push(("X-Sdk-Content-Sha256".to_owned(), hash.to_owned()));
        sign(request, SECRET, NOW)
    };
    let said = async |request: Request| refusal(&sandbox, &request).await;
    let json = create();
    assert!(said(with_hash(json.clone(), "UNSIGNED-PAYLOAD")).await.unwrap().contains("JSON"));
    let hash = hex(&Sha256::digest(&json.body));
    let good = with_hash(json, &hash);
    assert_eq!(said(good.clone()).await, None);
    let mut changed = good;
    changed.body[10] = b'z';
    assert!(said(changed).await.unwrap().contains("hash of the body"));
    // What is not JSON may go unsigned, and then nobody minds what it is.
    let stream = plain("PUT", "/v2/images/x/file", "application/octet-stream", "data");
    let mut stream = with_hash(stream, "UNSIGNED-PAYLOAD");
    assert_eq!(said(stream.clone()).await, None);
    stream.body[0] = b'D';
    assert_eq!(said(stream).await, None);
    // As is a patch, by the media type of Glance; but only if the header says so.
    let patch = plain("PATCH", "/v2/images/x", "application/openstack-images-v2.1-json-patch", "[]");
    assert_eq!(said(with_hash(patch.clone(), "UNSIGNED-PAYLOAD")).await, None);
    assert_eq!(said(sign(patch, SECRET, NOW)).await, None);
    let large = plain("PUT", "/v2/images/x/file", "application/octet-stream", &"x".repeat((12 << 20) + 1));
    assert!(said(with_hash(large, "UNSIGNED-PAYLOAD")).await.unwrap().contains("body too large"));
}
