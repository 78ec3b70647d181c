//! Signed requests, byte for byte: the vectors of the vendor's SDK, requests of our own, and each with something changed.

use cloudimg_sandbox::{Clock, Sandbox};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{ACCESS, IMAGES, SECRET, authorization, hash, sign, signature};

const VECTORS: &str = include_str!("../../../../tests/fixtures/cdnetworks-signing-vectors.json");
const HOST: &str = "api.cdnetworks.com";

/// A request as it goes over the wire.
#[derive(Debug, Clone)]
struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Request {
    fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    fn authorization(&mut self) -> &mut String {
        &mut self.headers.iter_mut().find(|(name, _)| name == "Authorization").unwrap().1
    }
}

async fn send(sandbox: &Sandbox, request: &Request) -> (u16, Value) {
    let address = sandbox.vmp_url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    for (name, value) in &request.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\nConnection: close\r\n\r\n", request.body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(request.body.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("x-cnc-request-id: "), "{head}");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// What the verifier said: nothing, if the signature was good.
async fn refusal(sandbox: &Sandbox, request: &Request) -> Option<(u16, String)> {
    let (status, body) = send(sandbox, request).await;
    let code = body["code"].as_str().unwrap_or_default().to_owned();
    matches!(status, 401 | 403).then_some((status, code))
}

fn forged() -> Option<(u16, String)> {
    Some((403, "SignatureDoesNotMatch".to_owned()))
}

fn repeated() -> Option<(u16, String)> {
    Some((403, "RequestRepeated".to_owned()))
}

async fn start(second: i64) -> Sandbox {
    let clock = Clock::manual(jiff::Timestamp::from_second(second).unwrap());
    let sandbox = Sandbox::builder().clock(clock).vmp_access_key(ACCESS, SECRET).start().await.unwrap();
    sandbox.vmp().put_instance("0f4c1d9e-5b1a-4a53-9d0b-6a2f1e7c8b90");
    sandbox
}

fn from_vector(vector: &Value) -> Request {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let url = text(&vector["url"]);
    let mut headers: Vec<(String, String)> =
        vector["headers"].as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))).collect();
    headers.push(("Authorization".to_owned(), text(&vector["expected"]["authorization"])));
    let target = url[url.find("/vmp/").unwrap()..].to_owned();
    Request { method: text(&vector["method"]), target, headers, body: text(&vector["body"]) }
}

/// All of them can arrive over HTTP: raw UTF-8, a plus and a broken escape in a query, and bodies with DELETE.
#[tokio::test]
async fn the_vectors_of_the_sdk() {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 20);
    for vector in vectors {
        let name = vector["name"].as_str().unwrap();
        assert_eq!((vector["access_key"].as_str(), vector["secret_key"].as_str()), (Some(ACCESS), Some(SECRET)), "{name}");
        let sandbox = start(vector["timestamp"].as_i64().unwrap()).await;
        let request = from_vector(vector);
        assert_eq!(refusal(&sandbox, &request).await, None, "{name}");
        assert_eq!(refusal(&sandbox, &request).await, repeated(), "{name}");
        let mut changed = request;
        let value = changed.authorization();
        let last = value.pop().unwrap();
        value.push(if last == '0' { '1' } else { '0' });
        assert_eq!(refusal(&sandbox, &changed).await, forged(), "{name}");
    }
}

const NOW: i64 = 1_800_000_000;

fn request(method: &str, target: &str, body: &str, stamp: i64) -> Request {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![
        header("Host", HOST),
        header("Content-Type", "application/json"),
        header("x-cnc-auth-method", "AKSK"),
        header("x-cnc-accessKey", ACCESS),
        header("x-cnc-timestamp", &stamp.to_string()),
        header("Authorization", &authorization(&signature(method, target, HOST, body.as_bytes(), stamp))),
    ];
    Request { method: method.to_owned(), target: target.to_owned(), headers, body: body.to_owned() }
}

type Change = fn(&mut Request);

#[tokio::test]
async fn one_changed_byte_is_one_too_many() {
    let sandbox = start(NOW).await;
    let good = request("PUT", "/vmp/images/preHeating?a=1&b=2", r#"{"imageId": "x", "nodeNames": ["y"]}"#, NOW);
    let changes: [(&str, Change); 11] = [
        ("path", |r| r.target = r.target.replace("preHeating", "preHeatinh")),
        ("path, escaped", |r| r.target = r.target.replace("preH", "pre%48")),
        ("path, dots", |r| r.target = r.target.replace("/images", "/./images")),
        ("query", |r| r.target = r.target.replace("b=2", "b=3")),
        ("query, order", |r| r.target = r.target.replace("a=1&b=2", "b=2&a=1")),
        ("query, none", |r| r.target = r.target.replace("?a=1&b=2", "")),
        ("host", |r| r.set("Host", "api.cdnetworks.com:8443")),
        ("content-type", |r| r.set("Content-Type", "application/json; charset=UTF-8")),
        ("body", |r| r.body = r.body.replace('y', "z")),
        ("method", |r| r.method = "DELETE".to_owned()),
        ("time", |r| r.set("x-cnc-timestamp", &(NOW + 1).to_string())),
    ];
    for (what, change) in changes {
        let mut request = good.clone();
        change(&mut request);
        assert_eq!(refusal(&sandbox, &request).await, forged(), "{what}");
    }
    assert_eq!(refusal(&sandbox, &good).await, None);
    let mut longer = good;
    *longer.authorization() = longer.authorization().replace("Signature=", "Signature=00");
    assert_eq!(refusal(&sandbox, &longer).await, forged());
}

#[tokio::test]
async fn what_a_signature_is_not_about() {
    let sandbox = start(NOW).await;
    // The query of a POST, the body of a GET, the letters' case of the host, of escapes and of the signature.
    let mut post = request("POST", "/vmp/images?dryRun=true", "{}", NOW);
    post.target = "/vmp/images?dryRun=false&more".to_owned();
    assert_eq!(refusal(&sandbox, &post).await, None);
    let mut get = request("GET", "/vmp/images?name=%e9%95%9c", "", NOW);
    get.target = "/vmp/images?name=%E9%95%9c".to_owned();
    get.body = "{}".to_owned();
    get.set("Host", "API.CDNetworks.com");
    assert_eq!(refusal(&sandbox, &get).await, None);
    let mut upper = request("GET", "/vmp/images", "", NOW);
    let signature = signature("GET", "/vmp/images", HOST, b"", NOW);
    *upper.authorization() = authorization(&signature.to_uppercase()).replace(", Signature", ",  Signature");
    assert_eq!(refusal(&sandbox, &upper).await, None);
    *upper.authorization() = authorization(&signature);
    assert_eq!(refusal(&sandbox, &upper).await, repeated());
}

#[tokio::test]
async fn other_things_that_do_not_fit() {
    let sandbox = start(NOW).await;
    let good = request("GET", IMAGES, "", NOW);
    let with = |change: &dyn Fn(&mut Request)| {
        let mut request = good.clone();
        change(&mut request);
        request
    };
    let without = |name: &str| with(&|r| r.headers.retain(|(other, _)| other != name));
    let authorized = |from: &str, to: &str| with(&|r| *r.authorization() = r.authorization().replace(from, to));
    for (request, status, code) in [
        (without("Authorization"), 401, "MissingAuthorization"),
        (authorized("CNC-HMAC-SHA256", "SDK-HMAC-SHA256"), 401, "MissingAuthorization"),
        (authorized("CNC-HMAC-SHA256", "cnc-hmac-sha256"), 401, "MissingAuthorization"),
        (authorized("SignedHeaders=content-type;host, ", ""), 401, "InvalidAuthorization"),
        (authorized("content-type;host", "host;content-type"), 401, "InvalidAuthorization"),
        (authorized("content-type;host", "content-type"), 401, "InvalidAuthorization"),
        (authorized("content-type;host", "host"), 401, "InvalidAuthorization"),
        (authorized("content-type;host", "Content-Type;Host"), 401, "InvalidAuthorization"),
        (authorized("Signature=", "Signed="), 401, "InvalidAuthorization"),
        (without("x-cnc-auth-method"), 401, "InvalidAuthorization"),
        (with(&|r| r.set("x-cnc-auth-method", "APIKEY")), 401, "InvalidAuthorization"),
        (without("x-cnc-timestamp"), 401, "InvalidAuthorization"),
        (with(&|r| r.set("x-cnc-timestamp", "now")), 401, "InvalidAuthorization"),
        (with(&|r| r.set("x-cnc-timestamp", "-1800000000")), 401, "InvalidAuthorization"),
        (with(&|r| r.set("x-cnc-timestamp", "1800000000000")), 403, "RequestTimeTooSkewed"),
        (without("x-cnc-accessKey"), 401, "InvalidAccessKey"),
        (with(&|r| r.set("x-cnc-accessKey", "another")), 401, "InvalidAccessKey"),
        (with(&|r| r.headers.iter_mut().for_each(|(_, v)| *v = v.replace(ACCESS, "another"))), 401, "InvalidAccessKey"),
        // One more header that is said to be signed and is not.
        (authorized("content-type;host", "content-type;host;x-cnc-timestamp"), 403, "SignatureDoesNotMatch"),
        (without("Content-Type"), 403, "SignatureDoesNotMatch"),
    ] {
        assert_eq!(refusal(&sandbox, &request).await, Some((status, code.to_owned())), "{request:?}");
    }
    assert_eq!(refusal(&sandbox, &good).await, None);
    assert_eq!(sandbox.vmp().calls().last().map(|call| call.status), Some(200));
}

#[tokio::test]
async fn reading_calls_have_a_type_too() {
    let sandbox = start(NOW).await;
    let mut request = request("GET", IMAGES, "", NOW);
    // A signed header that is not there has an empty value.
    let canonical = format!("GET\n{IMAGES}\n\ncontent-type:\nhost:{HOST}\n\ncontent-type;host\n{}", hash(b""));
    *request.authorization() = authorization(&sign(&canonical, NOW));
    request.headers.retain(|(name, _)| name != "Content-Type");
    let (status, body) = send(&sandbox, &request).await;
    assert_eq!((status, body["code"].as_str()), (415, Some("UnsupportedMediaType")), "{body}");
}
