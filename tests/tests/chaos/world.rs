//! A sandbox, and those who use it past the proxy.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use cloudimg_core::credentials::CncAkSk;
use cloudimg_core::retry::{RetryPolicy, Standard};
use cloudimg_core::{Session, Timeouts};
use cloudimg_sandbox::Sandbox;
use reqwest::{Client, Method, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::clock::QuickClock;

/// A limit of any call: no wait between attempts is as long.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);
/// The bytes of all images with data.
pub(crate) const BYTES: &[u8] = b"forty-four bytes that are no disk whatsoever";
/// A server, a volume, a backup or a vault of IMS.
pub(crate) const SOMETHING: &str = "877a2cda-ba63-4e1e-b95f-e67e48b6129a";

pub(crate) fn retry() -> Standard {
    Standard::default().with_waits(Duration::from_millis(10), Duration::from_secs(1)).with_patience(LIMIT * 1000)
}

pub(crate) fn timeouts() -> Timeouts {
    Timeouts::default().with_head(LIMIT).with_idle(LIMIT).with_total(LIMIT * 1000)
}

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: QuickClock,
    pub(crate) session: Session,
    http: Client,
    pub(crate) tokens: BTreeMap<&'static str, String>,
    /// Those of VMP, which know of all that was signed with them.
    pub(crate) keys: CncAkSk,
    names: Cell<u32>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with_retry(retry()).await
    }

    /// One whose generated clients have another retry policy.
    pub(crate) async fn with_retry(retry: impl RetryPolicy) -> Self {
        let builder = Sandbox::builder().task_step(Duration::from_millis(1)).ims_image_quota(100_000);
        let builder = builder.agency("images", "other").id_token("idp", "jwt", "demo").projects_are_listed();
        let time = cloudimg_sandbox::Clock::manual("2026-01-02T03:04:05Z".parse().unwrap());
        let sandbox = builder.clock(time.clone()).start().await.unwrap();
        let clock = QuickClock::new(time);
        let (access, secret) = sandbox.vmp_access_key();
        let keys = CncAkSk::new(access, secret).unwrap();
        let session = Session::builder().clock(clock.clone()).retry(retry).timeouts(timeouts()).build().unwrap();
        let http = Client::builder().no_proxy().build().unwrap();
        let mut world = Self { sandbox, clock, session, http, tokens: BTreeMap::new(), keys, names: Cell::new(0) };
        for user in ["demo", "admin", "other"] {
            let token = world.token(user).await;
            world.tokens.insert(user, token);
        }
        // Whatever a pool of connections needs for itself is there from now on.
        let client = cloudimg_glance_v2::Client::new(&world.sandbox.image_url(), world.session.clone());
        client.list_versions().send().await.unwrap();
        world
    }

    /// A new token for the project of the user's name.
    pub(crate) async fn token(&self, user: &str) -> String {
        let call = self.http.post(format!("{}/auth/tokens", self.sandbox.auth_url())).json(&self.sign_in(user));
        let answer = call.send().await.unwrap();
        answer.headers()["x-subject-token"].to_str().unwrap().to_owned()
    }

    pub(crate) fn sign_in(&self, user: &str) -> Value {
        let domain = json!({"id": "default"});
        json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": user, "domain": domain, "password": self.sandbox.password()
            }}},
            "scope": {"project": {"name": user, "domain": domain}},
        }})
    }

    pub(crate) fn project(&self, user: &str) -> String {
        self.sandbox.project_id(user).unwrap().to_owned()
    }

    pub(crate) fn user(&self, user: &str) -> String {
        self.sandbox.user_id(user).unwrap().to_owned()
    }

    /// A name that nothing else has.
    pub(crate) fn name(&self, what: &str) -> String {
        self.names.set(self.names.get() + 1);
        format!("{what}-{}", self.names.get())
    }

    async fn send(&self, user: &str, method: &str, url: String, body: Option<(&str, Vec<u8>)>) -> Response {
        let call = self.http.request(Method::from_bytes(method.as_bytes()).unwrap(), &url);
        let call = call.header("x-auth-token", &self.tokens[user]);
        let call = match body {
            Some((media, body)) => call.header("content-type", media).body(body),
            None => call,
        };
        let answer = call.send().await.unwrap();
        match answer.status().is_success() {
            true => answer,
            false => panic!("{method} {url}: {} {}", answer.status(), answer.text().await.unwrap()),
        }
    }

    async fn json(&self, user: &str, method: &str, url: String, body: Value) -> Value {
        let body = (!body.is_null()).then(|| ("application/json", body.to_string().into_bytes()));
        let answer = self.send(user, method, url, body).await.bytes().await.unwrap();
        if answer.is_empty() { Value::Null } else { serde_json::from_slice(&answer).unwrap() }
    }

    /// Calls Keystone past the proxy, below its version.
    pub(crate) async fn keystone(&self, user: &str, method: &str, path: &str, body: Value) -> Value {
        self.json(user, method, format!("{}{path}", self.sandbox.auth_url()), body).await
    }

    /// Calls Glance past the proxy.
    pub(crate) async fn glance(&self, user: &str, method: &str, path: &str, body: Value) -> Value {
        self.json(user, method, format!("{}{path}", self.sandbox.image_url()), body).await
    }

    /// Calls IMS past the proxy.
    pub(crate) async fn ims(&self, user: &str, method: &str, path: &str, body: Value) -> Value {
        self.json(user, method, format!("{}{path}", self.sandbox.ims_url()), body).await
    }

    /// A client of VMP past the proxy.
    pub(crate) fn vmp(&self) -> cloudimg_cdnetworks_vmp::Client {
        cloudimg_cdnetworks_vmp::Client::new(&self.sandbox.vmp_url(), self.session.with_credentials(self.keys.clone()))
    }

    /// Puts the bytes of an image to `file` or `stage`.
    pub(crate) async fn put(&self, id: &str, place: &str) {
        let url = format!("{}/v2/images/{id}/{place}", self.sandbox.image_url());
        self.send("demo", "PUT", url, Some(("application/octet-stream", BYTES.to_vec()))).await;
    }
}

/// What the values of `key` in the rows below `list` are.
pub(crate) fn column(answer: &Value, list: &str, key: &str) -> Vec<String> {
    answer[list].as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().to_owned()).collect()
}

/// A body of that type.
pub(crate) fn from<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// The services of the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    Keystone,
    Glance,
    Ims,
    Vmp,
}

impl Server {
    pub(crate) fn address(self, sandbox: &Sandbox) -> SocketAddr {
        let url = match self {
            Self::Keystone => sandbox.auth_url(),
            Self::Glance => sandbox.image_url(),
            Self::Ims => sandbox.ims_url(),
            Self::Vmp => sandbox.vmp_url(),
        };
        url.trim_start_matches("http://").split('/').next().unwrap().parse().unwrap()
    }
}
