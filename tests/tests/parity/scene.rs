//! A cloud on a socket: its identity service and its image services answer as real ones do, and keep what they were sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use cloudimg::{Cloud, Named, Scope, Settings, User};
use serde_json::{Value, json};

use crate::entry::Recorded;
use crate::server::{Reply, Request, Server, ok, status};

/// What the image service is like.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    /// What its address in the catalog has behind the host.
    pub(crate) address: String,
    /// Whether it tells its versions at `/`.
    pub(crate) tells_versions: bool,
    /// Whether there is nothing of what single images and members are asked for.
    pub(crate) is_missing: bool,
    /// The markers of the second and further pages of a list of images.
    pub(crate) markers: Vec<String>,
    /// The image that is created.
    pub(crate) id: String,
    /// Whether data were sent to an image.
    pub(crate) has_data: Arc<AtomicBool>,
}

/// An image that is there.
pub(crate) const IMAGE: &str = "6f9e2c1a-4b7d-4e35-8a90-1c2d3e4f5a6b";

/// A job that runs.
pub(crate) const JOB: &str = "ff8080816c2f5d4b016c3a1b2c3d4e5f";

impl Default for Scene {
    fn default() -> Self {
        let (address, id) = (String::new(), IMAGE.to_owned());
        Self { address, tells_versions: true, is_missing: false, markers: Vec::new(), id, has_data: Arc::default() }
    }
}

impl Scene {
    /// One in which the recorded requests would have come about.
    pub(crate) fn of(expected: &[Recorded], ending: &str) -> Self {
        let of_marker =
            |request: &Recorded| request.query.iter().find(|(name, _)| name == "marker").map(|(_, value)| value.clone());
        let created = expected.get(1).and_then(|request| request.segments().get(3).cloned());
        let asked = expected.first().and_then(|request| Some(request.body.get("id")?.as_str()?.to_owned()));
        Self {
            address: ending.to_owned(),
            markers: expected.iter().skip(1).filter_map(of_marker).collect(),
            id: created.or(asked).unwrap_or_else(|| IMAGE.to_owned()),
            ..Self::default()
        }
    }

    /// Opens it, lets `play` call it, and gives what was sent beside the sign-in, and what came of it.
    pub(crate) async fn played(self, play: impl AsyncFnOnce(Cloud) -> Result<()>) -> (Vec<Recorded>, Result<()>) {
        let (server, cloud) = self.open().await;
        let outcome = play(cloud).await;
        (sent(&server), outcome)
    }

    /// Opens it for somebody who is signed out.
    pub(crate) async fn open(self) -> (Server, Cloud) {
        let server = Server::answering(move |request| self.answer(request)).await;
        let user = User::Name { name: "demo".into(), domain: Some(Named::Id("default".into())) };
        let settings = Settings::new(server.url(), user, "word", Scope::ProjectId("p1".into()));
        let cloud = Cloud::builder(settings).build().unwrap();
        (server, cloud)
    }

    fn answer(&self, request: &Request) -> Reply {
        let path = request.path.split('?').next().unwrap_or_default();
        let prefix = self.prefix();
        match path.strip_prefix(prefix).unwrap_or_default() {
            _ if path == "/v3/auth/tokens" => status(201).header("x-subject-token", "t1").body(&self.token(request).to_string()),
            "/" | "" if self.tells_versions => {
                let links = json!([{"rel": "self", "href": format!("http://inside{prefix}/v2/")}]);
                let versions = json!({"versions": [{"id": "v2.9", "status": "CURRENT", "links": links}]});
                status(300).body(&versions.to_string())
            }
            inner => self.image_service(request, inner),
        }
    }

    /// What the paths of the image service have before the version.
    fn prefix(&self) -> &str {
        let address = self.address.trim_end_matches('/');
        let versioned = address.rsplit_once('/').filter(|(_, last)| last.starts_with('v'));
        versioned.map_or(address, |(parent, _)| parent)
    }

    fn token(&self, request: &Request) -> Value {
        let host = request.header("host").unwrap_or_default();
        let url = format!("http://{host}{}", self.address);
        let endpoint = json!({"id": "e1", "interface": "public", "region": "One", "region_id": "One", "url": url});
        json!({"token": {"catalog": [{"type": "image", "id": "s1", "name": "glance", "endpoints": [endpoint]}]}})
    }

    fn image_service(&self, request: &Request, path: &str) -> Reply {
        let segments: Vec<_> = path.split('/').skip(1).collect();
        match (request.method.as_str(), segments.as_slice()) {
            ("GET", ["v2", "images"]) => self.page(&read(request)),
            ("POST", ["v2", "images"]) => status(201).body(&image(&self.id, "n").to_string()),
            ("GET", ["v2", "images", _, "members"]) => {
                ok(&json!({"members": [member("8989447062e04a818baf9e073fd04fa7")], "schema": "/v2/schemas/members"}).to_string())
            }
            (_, ["v2", "images", ..]) if self.is_missing => {
                status(404).body(r#"{"message": "Not found", "code": "404 Not Found"}"#)
            }
            ("GET", ["v2", "images", id]) if self.has_data.load(Ordering::SeqCst) => {
                let mut active = image(id, "n");
                active["status"] = "active".into();
                ok(&active.to_string())
            }
            ("GET" | "PATCH", ["v2", "images", id]) => ok(&image(id, "n").to_string()),
            ("POST", ["v2", "images", _, "members"]) => ok(&member("m").to_string()),
            ("GET" | "PUT", ["v2", "images", _, "members", id]) => ok(&member(id).to_string()),
            ("PUT", ["v2", "images", _, "file"]) => {
                self.has_data.store(true, Ordering::SeqCst);
                status(204)
            }
            ("PUT", ["v2", "images", _, "tags", _]) => status(204),
            ("DELETE", ["v2", "images", ..]) => status(204),
            ("GET", ["v2", "cloudimages"]) => ok(&json!({"images": [image(IMAGE, "n")]}).to_string()),
            ("PATCH", ["v2", "cloudimages", id]) => ok(&image(id, "n").to_string()),
            ("POST" | "PUT", ["v1" | "v2", "cloudimages", ..]) => ok(&json!({"job_id": JOB}).to_string()),
            ("GET", ["v1", _, "jobs", id]) => {
                ok(&json!({"job_id": id, "status": "RUNNING", "job_type": "imsImportImageJob"}).to_string())
            }
            _ => status(404).body(r#"{"message": "The resource could not be found.", "code": "404 Not Found"}"#),
        }
    }

    /// A page of the list, of images that have the name asked for; its link has lost all conditions, as those of real services lose some.
    fn page(&self, request: &Recorded) -> Reply {
        let asked = |name: &str| request.query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let place = asked("marker").and_then(|marker| self.markers.iter().position(|m| m == marker)).map_or(0, |n| n + 1);
        let images = match (self.is_missing, asked("os_hidden")) {
            (true, _) | (_, Some("true")) => json!([]),
            _ => json!([image(IMAGE, asked("name").unwrap_or("n"))]),
        };
        let mut page = json!({"images": images, "first": "/v2/images", "schema": "/v2/schemas/images"});
        if let Some(marker) = self.markers.get(place) {
            page["next"] = format!("/v2/images?limit=1&marker={marker}").into();
        }
        ok(&page.to_string())
    }
}

/// What arrived beside the sign-in, the questions for versions, and the looks at the record and at another image's that an upload takes.
pub(crate) fn sent(server: &Server) -> Vec<Recorded> {
    let all = server.each(read);
    let is_upload = all.iter().any(|request| request.method == "PUT" && request.path.ends_with("/file"));
    let is_look = |request: &Recorded| is_upload && request.method == "GET" && request.path.contains("/v2/images");
    all.into_iter().filter(|request| !request.path.starts_with("/v3/auth/") && !request.is_probe() && !is_look(request)).collect()
}

/// A request as the fixture would have it.
pub(crate) fn read(request: &Request) -> Recorded {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let is_json = request.header("content-type").is_some_and(|media| media.contains("json"));
    let body = match request.body.as_slice() {
        [] => Value::Null,
        bytes if is_json => serde_json::from_slice(bytes).unwrap_or_default(),
        bytes => json!({"text": String::from_utf8_lossy(bytes)}),
    };
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    Recorded { query, ..Recorded::new(&request.method, path, body) }
}

fn image(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "status": "queued", "visibility": "shared", "protected": false, "min_ram": 0, "min_disk": 0, "tags": [],
        "disk_format": "raw", "container_format": "bare", "created_at": "2026-11-21T09:27:54Z", "updated_at": "2026-11-21T09:27:54Z"})
}

fn member(id: &str) -> Value {
    json!({"member_id": id, "image_id": IMAGE, "status": "pending", "created_at": "2026-11-21T09:27:54Z", "updated_at": "2026-11-21T09:27:54Z",
        "schema": "/v2/schemas/member"})
}
