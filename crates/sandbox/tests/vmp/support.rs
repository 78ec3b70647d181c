//! A client of VMP that says no more than a test needs, and signs by the rules of the vendor's page.

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use cloudimg_sandbox::{Clock, Sandbox, SandboxBuilder, Vmp};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const ACCESS: &str = "AKTESTEXAMPLE000000000000000000001";
pub const SECRET: &str = "Test/Example+Secret==0001";
pub const NOW: &str = "2026-01-02T03:04:05Z";
pub const BUILD: Duration = Duration::from_secs(30);
pub const NODE: Duration = Duration::from_secs(10);
pub const IMAGES: &str = "/vmp/images";
pub const PREHEAT: &str = "/vmp/images/preHeating";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The signature of a canonical request.
pub fn sign(canonical: &str, stamp: i64) -> String {
    let text = format!("CNC-HMAC-SHA256\n{stamp}\n{}", hash(canonical.as_bytes()));
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}

/// The signature of a request of which `Content-Type` and `Host` are signed, and whose query has no escapes but good ones.
pub fn signature(method: &str, target: &str, host: &str, body: &[u8], stamp: i64) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = if method == "POST" { String::new() } else { unescape(query) };
    let hash = hash(if method == "GET" { &[] } else { body });
    let headers = format!("content-type:application/json\nhost:{}\n", host.to_lowercase());
    sign(&format!("{method}\n{path}\n{query}\n{headers}\ncontent-type;host\n{hash}"), stamp)
}

fn unescape(text: &str) -> String {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        out.push(u8::from_str_radix(&part[..2], 16).unwrap());
        out.extend(part[2..].bytes());
    }
    String::from_utf8(out).unwrap()
}

pub fn authorization(signature: &str) -> String {
    format!("CNC-HMAC-SHA256 Credential={ACCESS}, SignedHeaders=content-type;host, Signature={signature}")
}

/// An answer, read to its end.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Answer {
    pub async fn read(answer: reqwest::Response) -> Self {
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        Self { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null), text }
    }

    #[track_caller]
    pub fn good(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.body
    }

    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.text);
        assert!(!self.body["message"].as_str().unwrap().is_empty());
        assert_eq!(self.body.as_object().unwrap().len(), 2);
        self.named();
    }

    /// Each answer has an id of its own.
    #[track_caller]
    pub fn named(&self) {
        assert_eq!(self.headers["x-cnc-request-id"].len(), 36);
    }

    #[track_caller]
    pub fn ids(self) -> Vec<String> {
        let body = self.good();
        body["images"].as_array().unwrap().iter().map(|image| image["id"].as_str().unwrap().to_owned()).collect()
    }
}

pub struct Cloud {
    pub sandbox: Sandbox,
    http: Client,
    used: Mutex<HashSet<(i64, String)>>,
}

impl Cloud {
    /// One whose time stands still.
    pub async fn start() -> Self {
        Self::with(|builder| builder).await
    }

    pub async fn with(settings: impl FnOnce(SandboxBuilder) -> SandboxBuilder) -> Self {
        Self::new(settings(Sandbox::builder().vmp_build_time(BUILD).vmp_node_time(NODE))).await
    }

    pub async fn new(builder: SandboxBuilder) -> Self {
        let clock = Clock::manual(NOW.parse().unwrap());
        let sandbox = builder.clock(clock).vmp_access_key(ACCESS, SECRET).start().await.unwrap();
        let http = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { sandbox, http, used: Mutex::default() }
    }

    pub fn vmp(&self) -> &Vmp {
        self.sandbox.vmp()
    }

    pub fn pass(&self, time: Duration) {
        self.sandbox.clock().advance(time);
    }

    pub fn now(&self) -> i64 {
        self.sandbox.clock().now().as_second()
    }

    /// A signed call, for the first second that such a call was not signed for yet.
    pub fn call(&self, method: &str, target: &str, body: &str) -> RequestBuilder {
        let sign = |stamp| signature(method, target, &self.host(), body.as_bytes(), stamp);
        let mut used = self.used.lock().unwrap();
        let now = self.now();
        let (stamp, signature) =
            (now..=now + 300).map(|stamp| (stamp, sign(stamp))).find(|proof| used.insert(proof.clone())).unwrap();
        self.signed(method, target, body, stamp, &signature)
    }

    pub fn host(&self) -> String {
        self.sandbox.vmp_url().trim_start_matches("http://").to_owned()
    }

    pub fn signed(&self, method: &str, target: &str, body: &str, stamp: i64, signature: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let call = self.http.request(method, format!("{}{target}", self.sandbox.vmp_url()));
        let call = call
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .header("x-cnc-auth-method", "AKSK")
            .header("x-cnc-accessKey", ACCESS)
            .header("x-cnc-timestamp", stamp)
            .header("Authorization", authorization(signature));
        if body.is_empty() { call } else { call.body(body.to_owned()) }
    }

    pub async fn text(&self, method: &str, target: &str, body: &str) -> Answer {
        Answer::read(self.call(method, target, body).send().await.unwrap()).await
    }

    pub async fn get(&self, target: &str) -> Answer {
        self.text("GET", target, "").await
    }

    pub async fn delete(&self, id: &str) -> Answer {
        self.text("DELETE", &format!("{IMAGES}/{id}"), "").await
    }

    pub async fn post(&self, body: Value) -> Answer {
        self.text("POST", IMAGES, &body.to_string()).await
    }

    pub async fn put(&self, body: Value) -> Answer {
        self.text("PUT", PREHEAT, &body.to_string()).await
    }

    /// A list with these conditions.
    pub async fn list(&self, query: &str) -> Answer {
        self.get(&format!("{IMAGES}?{query}")).await
    }

    /// An image as the list by its id has it.
    pub async fn listed(&self, id: &str) -> Value {
        let body = self.list(&format!("ids={id}")).await.good();
        assert_eq!(body["images"].as_array().unwrap().len(), 1, "{body}");
        body["images"][0].clone()
    }

    /// An image of an instance that is being made.
    pub async fn snapshot(&self, name: &str) -> String {
        let body = self.post(json!({"name": name, "instanceUuid": Vmp::INSTANCE})).await.good();
        body["id"].as_str().unwrap().to_owned()
    }
}
