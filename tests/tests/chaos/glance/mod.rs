//! The image service.

pub(crate) mod data;
mod images;
mod metadefs;
mod metadefs_more;
mod rest;
mod schemas;
mod sharing;

use serde_json::{Value, json};

use crate::story::Story;
use crate::world::World;

pub(crate) const STORIES: &[&[Story]] =
    &[images::STORIES, data::STORIES, sharing::STORIES, rest::STORIES, schemas::STORIES, metadefs::STORIES, metadefs_more::STORIES];

impl World {
    /// An image of `demo` without data.
    pub(crate) async fn queued(&self) -> String {
        self.image(json!({})).await
    }

    /// One with more to it.
    pub(crate) async fn image(&self, more: Value) -> String {
        let mut body = json!({"name": self.name("image"), "disk_format": "raw", "container_format": "bare"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.glance("demo", "POST", "/v2/images", body).await["id"].as_str().unwrap().to_owned()
    }

    /// One with data.
    pub(crate) async fn active(&self) -> String {
        let id = self.queued().await;
        self.put(&id, "file").await;
        id
    }

    /// One whose data is staged.
    pub(crate) async fn staged(&self) -> String {
        let id = self.queued().await;
        self.put(&id, "stage").await;
        id
    }

    /// One that is shared with the project `other`.
    pub(crate) async fn shared(&self) -> String {
        let id = self.queued().await;
        let body = json!({"member": self.project("other")});
        self.glance("demo", "POST", &format!("/v2/images/{id}/members"), body).await;
        id
    }

    /// A namespace of metadata definitions, with five things named `a` to `e` in one of its parts.
    pub(crate) async fn namespace(&self, part: &str) -> String {
        let name = self.name("namespace");
        self.glance("admin", "POST", "/v2/metadefs/namespaces", json!({"namespace": name, "visibility": "public"})).await;
        for thing in ["a", "b", "c", "d", "e"] {
            let path = format!("/v2/metadefs/namespaces/{name}/{part}");
            match part {
                "objects" => self.glance("admin", "POST", &path, json!({"name": thing})).await,
                "properties" => self.glance("admin", "POST", &path, json!({"name": thing, "type": "string", "title": "t"})).await,
                "tags" => self.glance("admin", "POST", &format!("{path}/{thing}"), Value::Null).await,
                "resource_types" => self.glance("admin", "POST", &path, json!({"name": format!("Chaos::{thing}")})).await,
                _ => break,
            };
        }
        name
    }
}

/// The names of the things in a namespace.
fn things() -> Vec<String> {
    ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec()
}
