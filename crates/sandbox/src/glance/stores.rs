//! The stores: what they are, and taking an image out of one.

use axum::body::Body;
use axum::http::Response;

use super::error::{ApiError, Result};
use super::model::Status;
use super::policy::Who;
use super::{no_content, ok};
use crate::cloud::Cloud;
use crate::json::{Json, object};

/// A place for data.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) id: &'static str,
    description: &'static str,
    kind: &'static str,
    weight: i64,
    pub(super) read_only: bool,
}

pub(crate) const DEFAULT: &str = "fast";

pub(super) static STORES: [Store; 3] = [
    Store { id: DEFAULT, description: "first file store, the default", kind: "file", weight: 10, read_only: false },
    Store { id: "slow", description: "second file store", kind: "file", weight: 0, read_only: false },
    Store { id: "web", description: "read-only http store", kind: "http", weight: 0, read_only: true },
];

/// Stores of the server's own that no caller may use; they are told all the same where an image is made.
pub(super) const RESERVED_STORES: [&str; 2] = ["os_glance_staging_store", "os_glance_tasks_store"];

/// The store of that name, or the text that says that there is none.
pub(super) fn find(id: &str) -> std::result::Result<&'static Store, String> {
    STORES.iter().find(|store| store.id == id).ok_or_else(|| format!("Store for identifier {id} not found"))
}

pub(super) fn weight(id: &str) -> i64 {
    find(id).map_or(0, |store| store.weight)
}

impl Store {
    fn view(&self) -> Vec<(String, Json)> {
        let mut members = vec![("id".to_owned(), self.id.into()), ("description".to_owned(), self.description.into())];
        // Texts, and only where they hold.
        if self.id == DEFAULT {
            members.push(("default".to_owned(), "true".into()));
        }
        if self.read_only {
            members.push(("read-only".to_owned(), "true".into()));
        }
        members
    }
}

pub(super) fn list() -> Result<Response<Body>> {
    let stores = STORES.iter().map(|store| Json::Map(store.view())).collect();
    ok(&object([("stores", Json::List(stores))]))
}

pub(super) fn detail(cloud: &Cloud, who: &Who) -> Result<Response<Body>> {
    who.must_be_admin("stores_info_detail")?;
    let stores = STORES.iter().map(|store| {
        let properties = if store.kind == "file" {
            object([
                ("data_dir", cloud.glance.folder.join(store.id).display().to_string().into()),
                ("chunk_size", 65_536_i64.into()),
                ("thin_provisioning", false.into()),
            ])
        } else {
            object([])
        };
        let mut members = store.view();
        members.push(("type".to_owned(), store.kind.into()));
        members.push(("properties".to_owned(), properties));
        members.push(("weight".to_owned(), store.weight.into()));
        Json::Map(members)
    });
    ok(&object([("stores", Json::List(stores.collect()))]))
}

/// Takes an image out of one of its stores.
pub(super) fn remove(cloud: &Cloud, who: &Who, store: &str, id: &str) -> Result<Response<Body>> {
    if find(store).is_err() {
        let text = format!("The selected store {store} is not available on this node.");
        return Err(ApiError::conflict(text));
    }
    let mut state = cloud.glance.state();
    let at = state.stamp(&cloud.clock);
    let image = state.visible_mut(who, id).map_err(|_| ApiError::not_found(format!("Failed to find image {id}")))?;
    who.may_inspect(image, "get_image_location")?;
    who.may_administer(image, "delete_image_location")?;
    if image.status != Status::Active {
        return Err(ApiError::conflict("It's not allowed to remove image data from store if image status is not 'active'"));
    }
    if image.locations.len() == 1 {
        return Err(ApiError::forbidden(
            "Cannot delete image data from the only store containing it. Consider deleting the image instead.",
        ));
    }
    let place = image
        .locations
        .iter()
        .position(|l| l.store == store)
        .ok_or_else(|| ApiError::not_found(format!("Image {id} is not stored in store {store}.")))?;
    image.locations.remove(place);
    image.updated_at = at;
    no_content()
}
