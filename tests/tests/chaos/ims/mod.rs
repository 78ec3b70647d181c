//! The Image Management Service.

pub(crate) mod jobs;
pub(crate) mod signed;
pub(crate) mod version_1;
pub(crate) mod version_2;

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::world::{SOMETHING, World};

impl World {
    /// Begins a job of `demo` and gives its id.
    pub(crate) async fn begin(&self, path: &str, body: Value) -> String {
        self.ims("demo", "POST", path, body).await["job_id"].as_str().unwrap().to_owned()
    }

    /// The job's record once it has succeeded.
    pub(crate) async fn ended(&self, job: &str) -> Value {
        let path = format!("/v1/{}/jobs/{job}", self.project("demo"));
        loop {
            let state = self.ims("demo", "GET", &path, Value::Null).await;
            match state["status"].as_str().unwrap() {
                "SUCCESS" => return state,
                "FAIL" => panic!("{state}"),
                _ => {
                    self.clock.advance(Duration::from_millis(1));
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    /// An image of a server, made by a job of that id: job and image.
    pub(crate) async fn job(&self) -> (String, String) {
        let job = self.begin("/v2/cloudimages/action", json!({"name": self.name("image"), "instance_id": SOMETHING})).await;
        let state = self.ended(&job).await;
        (job, state["entities"]["image_id"].as_str().unwrap().to_owned())
    }

    /// An image of a server.
    pub(crate) async fn server_image(&self) -> String {
        self.job().await.1
    }

    /// One with the tag `k`.
    pub(crate) async fn tagged_image(&self) -> String {
        let id = self.server_image().await;
        let path = format!("/v2/{}/images/{id}/tags", self.project("demo"));
        self.ims("demo", "POST", &path, json!({"tag": {"key": "k", "value": "v"}})).await;
        id
    }

    /// One that is shared with `other`.
    pub(crate) async fn offered_image(&self) -> String {
        let id = self.server_image().await;
        let job = self.begin("/v1/cloudimages/members", json!({"images": [id], "projects": [self.project("other")]})).await;
        self.ended(&job).await;
        id
    }

    /// The record of an image without data.
    pub(crate) async fn record(&self) -> String {
        let body = json!({
            "name": self.name("record"), "disk_format": "zvhd2", "container_format": "bare", "__os_version": "CentOS 7.9 64bit"
        });
        self.ims("demo", "POST", "/v2/images", body).await["id"].as_str().unwrap().to_owned()
    }

    /// Five images of one name, the newest first.
    pub(crate) async fn listed(&self) -> (String, Vec<String>) {
        let name = self.name("listed");
        let mut ids = Vec::new();
        for _ in 0..5 {
            let job = self.begin("/v2/cloudimages/action", json!({"name": name, "instance_id": SOMETHING})).await;
            ids.push(self.ended(&job).await["entities"]["image_id"].as_str().unwrap().to_owned());
        }
        ids.reverse();
        (name, ids)
    }
}

fn map(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}
