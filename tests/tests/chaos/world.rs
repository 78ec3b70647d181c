//! A sandbox, those who use it past the proxy, and their clients through it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use cloudimg::ims::Ims;
use cloudimg::poller::Rhythm;
use cloudimg::vmp::Vmp;
use cloudimg::{Cloud, Named, Scope, Settings, User};
use cloudimg_core::credentials::{AkSk, CncAkSk, StaticToken};
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

fn retry() -> Standard {
    Standard::default().with_waits(Duration::from_millis(10), Duration::from_secs(1)).with_patience(LIMIT * 1000)
}

fn timeouts() -> Timeouts {
    Timeouts::default().with_head(LIMIT).with_idle(LIMIT).with_total(LIMIT * 1000)
}

/// Looks that do not wait for long.
fn rhythm() -> Rhythm {
    let mut rhythm = Rhythm::default();
    (rhythm.first, rhythm.longest) = (Duration::from_secs(1), Duration::from_secs(1));
    rhythm
}

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: QuickClock,
    session: Session,
    http: Client,
    tokens: BTreeMap<&'static str, String>,
    /// Those of VMP, which know of all that was signed with them.
    keys: CncAkSk,
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

/// The clients of one run, all of them through the proxy, each for the service that the run is about.
pub(crate) struct Scene {
    pub(crate) world: Rc<World>,
    url: String,
}

impl Scene {
    pub(crate) fn new(world: Rc<World>, url: String) -> Rc<Self> {
        Rc::new(Self { world, url })
    }

    fn session(&self, user: &str) -> Session {
        self.world.session.with_credentials(StaticToken::new(self.world.tokens[user].clone()))
    }

    /// The facade for `demo`; it signs in past the proxy.
    pub(crate) fn cloud(&self) -> Cloud {
        let auth_url = self.world.sandbox.auth_url();
        self.facade(|who| Settings::new(auth_url, who.0, who.1, who.2).with_endpoint("image", format!("{}/v2", self.url)))
    }

    /// The facade for `demo`, who signs in through the proxy and finds the services past it.
    pub(crate) fn signing_in(&self) -> Cloud {
        self.facade(|who| Settings::new(format!("{}/v3", self.url), who.0, who.1, who.2))
    }

    fn facade(&self, settings: impl FnOnce((User, &str, Scope)) -> Settings) -> Cloud {
        let user = User::Name { name: "demo".into(), domain: Some(Named::Id("default".into())) };
        let settings = settings((user, self.world.sandbox.password(), Scope::ProjectId(self.world.project("demo"))));
        Cloud::builder(settings).clock(self.world.clock.clone()).retry(retry()).timeouts(timeouts()).build().unwrap()
    }

    /// IMS of the facade for `demo`, who looks at jobs without waiting.
    pub(crate) fn ims(&self) -> Ims {
        let builder = Ims::builder().endpoint(&self.url).region("RegionOne").project_id(self.world.project("demo"));
        let builder = builder.token(self.world.tokens["demo"].clone());
        let builder = builder.clock(self.world.clock.clone()).retry(retry()).timeouts(timeouts());
        builder.build().unwrap().with_rhythm(rhythm())
    }

    /// VMP of the facade, which looks at what goes on without waiting.
    pub(crate) fn vmp_facade(&self) -> Vmp {
        let builder = Vmp::builder().endpoint(&self.url).keys(self.world.keys.clone()).pace(None);
        let builder = builder.clock(self.world.clock.clone()).retry(retry()).timeouts(timeouts());
        builder.build().unwrap().with_rhythm(rhythm())
    }

    pub(crate) fn keystone(&self, user: &str) -> cloudimg_keystone_v3::Client {
        cloudimg_keystone_v3::Client::new(&self.url, self.session(user))
    }

    pub(crate) fn glance(&self, user: &str) -> cloudimg_glance_v2::Client {
        cloudimg_glance_v2::Client::new(&self.url, self.session(user))
    }

    pub(crate) fn v1(&self, user: &str) -> cloudimg_ims_v1::Client {
        cloudimg_ims_v1::Client::new(&self.url, self.session(user))
    }

    pub(crate) fn v2(&self, user: &str) -> cloudimg_ims_v2::Client {
        cloudimg_ims_v2::Client::new(&self.url, self.session(user))
    }

    /// One of `demo`, who signs with an access key, or with one that is derived for a region.
    pub(crate) fn signed(&self, region: Option<&str>) -> cloudimg_ims_v2::Client {
        let (access, secret) = self.world.sandbox.access_key("demo").unwrap();
        let keys = AkSk::builder(access, secret).project_id(self.world.project("demo"));
        let keys = region.into_iter().fold(keys, |keys, region| keys.derived(region, "ims")).build().unwrap();
        cloudimg_ims_v2::Client::new(&self.url, self.world.session.with_credentials(keys))
    }

    pub(crate) fn vmp(&self) -> cloudimg_cdnetworks_vmp::Client {
        cloudimg_cdnetworks_vmp::Client::new(&self.url, self.world.session.with_credentials(self.world.keys.clone()))
    }
}
