//! Recordings of a real Keystone and Glance, replayed in their order: the same status, the same
//! JSON.
mod compare;
mod further;
mod wire;

use std::net::SocketAddr;
use std::time::Duration;

use cloudimg_sandbox::{Clock, Sandbox};
pub(crate) use compare::ids;
use compare::{Names, differ, same_text};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Recordings that come out otherwise, and why. Each must.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("cache-list-as-admin", "recorded while images of somebody else were in the cache"),
    ("cache-list-after-queue", "recorded while images of somebody else were in the cache"),
    ("keystone-auth-domain-scope", "nobody in the sandbox has a role on a domain"),
    ("keystone-auth-domains-with-one", "nobody in the sandbox has a role on a domain"),
    ("keystone-auth-trust-scope", "the sandbox has no trusts"),
    ("keystone-auth-receipt", "no user of the sandbox needs two methods"),
    ("keystone-auth-receipt-continued", "no user of the sandbox needs two methods"),
    ("list-with-body", "recorded while images of somebody else were there"),
];

/// When the recordings were made; one of them asks for images made since.
pub(crate) const START: &str = "2026-11-21T09:27:54Z";
/// Whose token is the one that is revoked.
const DOOMED: &str = "doomed";
const STEP: Duration = Duration::from_secs(1);

pub(crate) struct Replay {
    sandbox: Sandbox,
    identity: SocketAddr,
    image: SocketAddr,
    files: SocketAddr,
    names: Names,
    tokens: Vec<(&'static str, String)>,
    /// A token that is revoked.
    doomed: String,
    /// Whether the sandbox was told to do what takes time.
    works: bool,
}

fn addr(url: &str) -> SocketAddr {
    url.trim_start_matches("http://").trim_end_matches("/v3").parse().unwrap()
}

impl Replay {
    /// A sandbox of its own, whose clock stands at `start`.
    pub(crate) async fn start(start: Timestamp) -> Self {
        let sandbox = Sandbox::builder().clock(Clock::manual(start)).task_step(STEP).start().await.unwrap();
        let (identity, image) = (addr(&sandbox.auth_url()), addr(&sandbox.image_url()));
        let files = wire::file_server(b"from the web ".repeat(1000));
        let mut this = Self {
            sandbox,
            identity,
            image,
            files,
            names: Names::default(),
            tokens: Vec::new(),
            doomed: String::new(),
            works: false,
        };
        for (user, project) in [("demo", "demo"), ("admin", "admin"), ("other", "other"), ("viewer", "demo")] {
            let token = this.sign_in(user, Some(project));
            this.tokens.push((user, token));
        }
        let unscoped = this.sign_in("demo", None);
        this.tokens.push(("unscoped", unscoped));
        this.doomed = this.sign_in("demo", Some("demo"));
        this
    }

    fn sign_in(&self, user: &str, project: Option<&str>) -> String {
        let domain = json!({"id": "default"});
        let password = self.sandbox.password();
        let user = json!({"name": user, "domain": domain, "password": password});
        let identity = json!({"methods": ["password"], "password": {"user": user}});
        let mut body = json!({"auth": {"identity": identity}});
        if let Some(project) = project {
            body["auth"]["scope"] = json!({"project": {"name": project, "domain": domain}});
        }
        let headers = [("Content-Type".to_owned(), "application/json".to_owned())];
        let body = body.to_string();
        let answer = wire::send(self.identity, "POST", "/v3/auth/tokens", &headers, Some(body.as_bytes()), false);
        assert_eq!(answer.status, 201);
        answer.header("x-subject-token").unwrap().to_owned()
    }

    fn token(&self, user: &str) -> &str {
        if user == DOOMED {
            return &self.doomed;
        }
        let found = self.tokens.iter().find(|(name, _)| *name == user);
        found.map_or("of nobody", |(_, token)| token.as_str())
    }

    /// A call that was made and not recorded.
    fn glance(&self, user: &str, method: &str, path: &str, media: &str, body: &Value) -> Value {
        let headers = [
            ("Accept".to_owned(), "application/json".to_owned()),
            ("Content-Type".to_owned(), media.to_owned()),
            ("X-Auth-Token".to_owned(), self.token(user).to_owned()),
        ];
        let text = body.to_string();
        let body = (!body.is_null()).then_some(text.as_bytes());
        let answer = wire::send(self.image, method, path, &headers, body, false);
        assert!(answer.status < 300, "{method} {path}: {}", answer.status);
        serde_json::from_slice(&answer.body).unwrap_or(Value::Null)
    }

    fn create(&self, name: &str, formats: bool, disk_format: &str, tags: &[&str]) -> String {
        let mut body = json!({"name": name});
        if formats {
            body["disk_format"] = disk_format.into();
            body["container_format"] = "bare".into();
        }
        if !tags.is_empty() {
            body["tags"] = json!(tags);
        }
        let image = self.glance("demo", "POST", "/v2/images", "application/json", &body);
        image["id"].as_str().unwrap().to_owned()
    }

    /// Placeholders of a recording filled in with what they are here.
    fn fill(&self, name: &str, text: &str) -> String {
        // Recorded under the same placeholder: a port on which nothing listens.
        let files = if name == "import-web-download-unreachable" { "127.0.0.1:1".to_owned() } else { self.files.to_string() };
        let mut text = self.names.replace(text);
        for (placeholder, value) in [
            ("{password}", self.sandbox.password()),
            ("{keystone}", &self.identity.to_string()),
            ("{glance}", &self.image.to_string()),
            ("{fileserver}", &files),
            ("{token}", self.token("demo")),
            ("{receipt}", "nope"),
        ] {
            text = text.replace(placeholder, value);
        }
        text
    }

    /// What was done between recordings, or waited for.
    fn prepare(&mut self, recording: &Value) {
        let name = recording["name"].as_str().unwrap();
        let path = recording["request"]["path"].as_str().unwrap();
        let recorded = path.split('/').nth(3).unwrap_or_default().to_owned();
        let made = match name {
            "list-page-1" => {
                for i in 0..5 {
                    let tags: &[&str] = if i % 2 == 0 { &["lst", "even"] } else { &["lst"] };
                    self.create(&format!("list-{i}"), true, "raw", tags);
                }
                None
            }
            name if name.starts_with("keystone-auth-application-credential")
                && recording["request"]["body"].to_string().contains("\"id\":") =>
            {
                let id = &recording["request"]["body"]["auth"]["identity"]["application_credential"]["id"];
                let here = self.sandbox.application_credential().0.to_owned();
                if let Some(id) = id.as_str() {
                    self.names.bind(id, &here);
                }
                None
            }
            "upload-without-formats" => Some(self.create("no-formats", false, "", &[])),
            "upload-content-not-of-disk-format" => Some(self.create("not-qcow", true, "qcow2", &[])),
            "upload-size-header-mismatch" => Some(self.create("x-size", true, "raw", &[])),
            "member-add-to-private" => {
                self.bind_other(recording);
                let path = self.names.replace(path.trim_end_matches("/members"));
                self.patch(&path, "/visibility", json!("private"));
                None
            }
            "import-before-stage" => Some(self.create("glance-direct", true, "raw", &[])),
            "import-web-download" => Some(self.create("web-download", true, "raw", &[])),
            "import-web-download-forbidden-host" => Some(self.create("web-download-refused", true, "raw", &[])),
            "location-add" => Some(self.create("location", true, "raw", &[])),
            "show-after-import-two-stores"
            | "show-after-web-download"
            | "show-after-failed-web-download"
            | "show-after-copy-image"
            | "show-after-location-add" => {
                self.wait_for_task(&self.names.replace(path));
                None
            }
            "keystone-revoke-own-token" => {
                self.doomed = self.sign_in("demo", Some("demo"));
                None
            }
            "list-filter-os-hash-algo" => {
                self.create("spec-rec", true, "raw", &["spec-rec"]);
                None
            }
            "stage-without-formats" => Some(self.create("spec-rec", false, "", &[])),
            "import-no-token" => Some(self.create("spec-rec", true, "raw", &["spec-rec"])),
            "image-tasks-as-other-project" => Some(self.create("spec-rec", true, "raw", &[])),
            "member-add-as-reader" => {
                self.bind_other(recording);
                None
            }
            "member-show-as-member" => {
                let (members, member) = path.rsplit_once('/').unwrap();
                self.share(members, &[self.names.replace(member)]);
                None
            }
            "member-add-too-many" => {
                let members: Vec<String> = (0..127).map(|i| format!("project-{i}")).collect();
                self.share(path, &members);
                None
            }
            "tag-add-too-many" => {
                let path = self.names.replace(path.trim_end_matches("/tags/one-more"));
                let tags: Vec<String> = (0..128).map(|i| format!("tag-{i}")).collect();
                self.patch(&path, "/tags", json!(tags));
                None
            }
            "image-tasks-while-importing" => {
                let id = self.create("spec-rec", true, "raw", &["spec-rec"]);
                self.stage(&id, &b"s".repeat(4_000_000));
                let import = json!({"method": {"name": "glance-direct"}, "all_stores": true,
                    "all_stores_must_succeed": false});
                let path = format!("/v2/images/{id}/import");
                self.glance("demo", "POST", &path, "application/json", &import);
                self.step_until(&format!("/v2/images/{id}/tasks"), "processing");
                Some(id)
            }
            "image-tasks-while-importing-with-progress" => {
                self.step_until(&self.names.replace(path), "Copied");
                None
            }
            "cache-queue-active" => {
                self.glance("admin", "DELETE", "/v2/cache", "application/json", &Value::Null);
                None
            }
            "cache-list-one" => {
                self.until("admin", path, |cache| cache["queued_images"] == json!([]));
                None
            }
            "task-show-after-create" => {
                self.until("admin", &self.names.replace(path), |task| task["status"] == "failure");
                None
            }
            "location-list-after-add" => {
                let path = self.names.replace(path.trim_end_matches("/locations"));
                self.until("admin", &path, is_unlocked);
                None
            }
            "show-after-import-all-stores" => {
                self.wait_for_task(&self.names.replace(path));
                None
            }
            "metadef-resource-types" => {
                let namespace = json!({"namespace": "once", "resource_type_associations": [{"name": "New::Type"}]});
                self.glance("admin", "POST", "/v2/metadefs/namespaces", "application/json", &namespace);
                self.glance("admin", "DELETE", "/v2/metadefs/namespaces/once", "application/json", &Value::Null);
                None
            }
            _ => None,
        };
        if let Some(made) = made {
            self.names.bind(&recorded, &made);
        }
    }

    fn bind_other(&mut self, recording: &Value) {
        let other = self.sandbox.project_id("other").unwrap().to_owned();
        let id = recording["request"]["body"]["member"].as_str().unwrap();
        self.names.bind(id, &other);
    }

    fn share(&self, members: &str, with: &[String]) {
        let path = self.names.replace(members);
        for member in with {
            let body = json!({"member": member});
            self.glance("demo", "POST", &path, "application/json", &body);
        }
    }

    fn patch(&self, path: &str, key: &str, value: Value) {
        let patch = json!([{"op": "replace", "path": key, "value": value}]);
        let media = "application/openstack-images-v2.1-json-patch";
        self.glance("demo", "PATCH", path, media, &patch);
    }

    fn stage(&self, id: &str, data: &[u8]) {
        let headers = [
            ("Content-Type".to_owned(), "application/octet-stream".to_owned()),
            ("X-Auth-Token".to_owned(), self.token("demo").to_owned()),
        ];
        let path = format!("/v2/images/{id}/stage");
        let answer = wire::send(self.image, "PUT", &path, &headers, Some(data), false);
        assert_eq!(answer.status, 204);
    }

    /// Moves the clock on until the task is over.
    fn wait_for_task(&self, path: &str) {
        self.until("demo", path, is_unlocked);
    }

    /// Moves the clock on until an answer holds that text.
    fn step_until(&self, path: &str, text: &str) {
        self.until("demo", path, |answer| answer.to_string().contains(text));
    }

    fn until(&self, user: &str, path: &str, holds: impl Fn(&Value) -> bool) {
        for turn in 0..500 {
            let answer = self.glance(user, "GET", path, "application/json", &Value::Null);
            if holds(&answer) {
                return;
            }
            // A task needs a moment between two steps to do its work.
            if turn % 10 == 0 {
                self.sandbox.clock().advance(STEP);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{path}: it does not come to pass");
    }

    /// Whether the answer is the recorded one, or differs as the lists say; otherwise what is wrong.
    pub(crate) fn judge(&mut self, recording: &Value) -> Result<(), String> {
        let name = recording["name"].as_str().unwrap();
        let reason = EXCEPTIONS.iter().find(|(n, _)| *n == name).map(|(_, why)| *why);
        match (self.run(recording), reason) {
            (None, None) | (Some(_), Some(_)) => Ok(()),
            (Some(difference), None) => Err(difference),
            (None, Some(why)) => Err(format!("equal, although {why}")),
        }
    }

    fn run(&mut self, recording: &Value) -> Option<String> {
        self.prepare(recording);
        self.ask(recording)
    }

    /// Sends a recorded request; the first difference of the answer.
    fn ask(&mut self, recording: &Value) -> Option<String> {
        let name = recording["name"].as_str().unwrap();
        let request = &recording["request"];
        let path = self.names.replace(request["path"].as_str().unwrap());
        let mut headers = Vec::new();
        for (key, value) in request["headers"].as_object().unwrap() {
            let value = value.as_str().unwrap();
            let value = match value.strip_prefix("{token:").and_then(|v| v.strip_suffix('}')) {
                Some(user) => self.token(user).to_owned(),
                None if name == "keystone-revoke-token-of-another-user" => self.fill(name, value),
                // Also the token that is sent once more afterwards.
                None if name.starts_with("keystone-revoke") && key == "X-Subject-Token" => {
                    let value = if value == "{token}" { &self.doomed } else { value };
                    value.to_owned()
                }
                None => self.fill(name, value),
            };
            headers.push((key.clone(), value));
        }
        let body = body(request).map(|b| match String::from_utf8(b) {
            Ok(text) => self.fill(name, &text).into_bytes(),
            Err(other) => other.into_bytes(),
        });
        let chunked = request["headers"].get("Transfer-Encoding").is_some();
        let server = if recording["service"] == "keystone" { self.identity } else { self.image };
        let method = request["method"].as_str().unwrap();
        let answer = wire::send(server, method, &path, &headers, body.as_deref(), chunked);

        let recorded = &recording["response"];
        if recorded["status"] != answer.status {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            return Some(format!("status {} instead of {}: {text}", answer.status, recorded["status"]));
        }
        let filled = self.fill_json(name, &recorded["body"]);
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        match &filled {
            Value::Null => (!text.is_empty()).then(|| format!("a body: {text}")),
            Value::String(wanted) => {
                let same = same_text(wanted, &text, &mut self.names);
                (!same).then(|| format!("{text:?} instead of {wanted:?}"))
            }
            wanted => match serde_json::from_str(&text) {
                Ok(here) => differ("", wanted, &here, &mut self.names),
                Err(_) => Some(format!("no JSON: {text}")),
            },
        }
    }

    /// Addresses filled in; ids are left to the comparison, which learns new ones.
    fn fill_json(&self, name: &str, value: &Value) -> Value {
        match value {
            Value::String(s) => {
                let names = Self::addresses(self, name);
                names.iter().fold(s.clone(), |s, (from, to)| s.replace(from, to)).into()
            }
            Value::Array(items) => items.iter().map(|v| self.fill_json(name, v)).collect(),
            Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), self.fill_json(name, v))).collect(),
            other => other.clone(),
        }
    }

    fn addresses(&self, name: &str) -> [(&'static str, String); 3] {
        let unreachable = name == "image-tasks-of-failed-import";
        let files = if unreachable { "127.0.0.1:1".to_owned() } else { self.files.to_string() };
        [("{keystone}", self.identity.to_string()), ("{glance}", self.image.to_string()), ("{fileserver}", files)]
    }
}

fn is_unlocked(image: &Value) -> bool {
    image.get("os_glance_import_task").is_none()
}

/// The body as it was sent.
fn body(request: &Value) -> Option<Vec<u8>> {
    match &request["body"] {
        Value::Null => None,
        // Too long to be recorded; these are what the recorder sent.
        Value::String(s) if s == "<450 bytes>" => Some([b"abc".repeat(100), b"def".repeat(50)].concat()),
        Value::String(s) if s == "<1900 bytes>" => Some(b"certainly not qcow2".repeat(100)),
        Value::String(s) => Some(s.clone().into_bytes()),
        json => Some(json.to_string().into_bytes()),
    }
}
