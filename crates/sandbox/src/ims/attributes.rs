//! The attributes that IMS gives the images of Glance.

use jiff::Timestamp;

use super::os_versions::describe;
use crate::clock::seconds;
use crate::glance::model::{Image, Status};
use crate::json::Json;

pub(super) const WHOLE: &str = "__whole_image";
pub(super) const BACKUP: &str = "__backup_id";
pub(super) const KEY: &str = "__system__cmkid";
pub(super) const PROJECT: &str = "enterprise_project_id";
pub(super) const OS_VERSION: &str = "__os_version";
pub(super) const DESCRIPTION: &str = "__description";
pub(super) const ENVIRONMENT: &str = "virtual_env_type";

/// An image that a job is to make.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) min_disk: i64,
    pub(super) min_ram: i64,
    pub(super) disk_format: String,
    pub(super) tags: Vec<String>,
    pub(super) attributes: Vec<(String, String)>,
}

impl Draft {
    pub(super) fn set(&mut self, key: &str, value: impl Into<String>) {
        self.attributes.retain(|(name, _)| name != key);
        self.attributes.push((key.to_owned(), value.into()));
    }

    pub(super) fn set_some(&mut self, key: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    /// The system, and what follows from it.
    pub(super) fn set_system(&mut self, label: &str) {
        self.attributes.extend(system(label));
    }

    /// The image, whose data is still to come.
    pub(super) fn image(self, id: String, owner: &str, at: Timestamp) -> Image {
        let mut image = Image {
            strays: Vec::new(),
            id,
            name: Some(self.name),
            status: Status::Saving,
            visibility: "private".to_owned(),
            owner: Some(owner.to_owned()),
            protected: false,
            os_hidden: false,
            min_disk: self.min_disk,
            min_ram: self.min_ram,
            disk_format: Some(self.disk_format),
            container_format: Some("bare".to_owned()),
            size: None,
            virtual_size: None,
            checksum: None,
            os_hash_algo: None,
            os_hash_value: None,
            created_at: at,
            updated_at: at,
            tags: self.tags,
            extra: Vec::new(),
            locations: Vec::new(),
            members: Vec::new(),
            staged: None,
            deleted: false,
        };
        for (key, value) in defaults().into_iter().chain(self.attributes) {
            image.set_extra(&key, value);
        }
        image
    }
}

/// What every image has of its own accord.
pub(super) fn defaults() -> [(String, String); 6] {
    [
        ("__image_source_type", "uds"),
        ("__imagetype", "private"),
        ("__isregistered", "true"),
        (ENVIRONMENT, "FusionCompute"),
        ("__support_kvm", "true"),
        (PROJECT, "0"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
}

pub(super) fn system(label: &str) -> [(String, String); 4] {
    let system = describe(label);
    let bits = system.bits.to_string();
    [(OS_VERSION, label), ("__os_type", system.family), ("__platform", system.platform), ("__os_bit", &bits)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
}

pub(super) fn is_whole(image: &Image) -> bool {
    image.extra(WHOLE) == Some("true")
}

pub(super) fn is_iso(image: &Image) -> bool {
    image.extra(ENVIRONMENT) == Some("IsoImage")
}

/// Who can see an image. Glance calls an image shared before it is; IMS from the first member on.
pub(super) fn visibility(image: &Image) -> &str {
    match image.visibility.as_str() {
        "shared" if image.members.is_empty() => "private",
        "community" => "public",
        other => other,
    }
}

/// Whose kind an image is of.
fn kind(image: &Image) -> &str {
    match (visibility(image), image.extra("__imagetype")) {
        (_, Some(given @ ("gold" | "market"))) => given,
        ("public", _) => "gold",
        ("shared", _) => "shared",
        _ => "private",
    }
}

fn status(image: &Image) -> &'static str {
    match image.status {
        Status::Uploading | Status::Importing | Status::Saving => "saving",
        other => other.as_str(),
    }
}

/// The image as IMS shows it, with what Glance's own images do not say of themselves.
pub(super) fn view(image: &Image) -> Json {
    let path = format!("/v2/images/{}", image.id);
    let mut members: Vec<(String, Json)> = Vec::new();
    let mut put = |key: &str, value: Json| match members.iter_mut().find(|(name, _)| name == key) {
        Some(member) => member.1 = value,
        None => members.push((key.to_owned(), value)),
    };
    put("schema", "/v2/schemas/image".into());
    put("min_disk", image.min_disk.into());
    put("created_at", seconds(image.created_at).into());
    put("container_format", image.container_format.as_deref().into());
    put("file", format!("{path}/file").into());
    put("updated_at", seconds(image.updated_at).into());
    put("protected", image.protected.into());
    put("checksum", image.checksum.as_deref().into());
    put("id", image.id.as_str().into());
    put("min_ram", image.min_ram.into());
    put("owner", image.owner.as_deref().into());
    put("visibility", visibility(image).into());
    put("tags", Json::List(image.tags.iter().map(|tag| tag.as_str().into()).collect()));
    put("size", image.size.unwrap_or(0).into());
    put("name", image.name.as_deref().into());
    put("self", path.into());
    put("disk_format", image.disk_format.as_deref().into());
    put("virtual_size", Json::Null);
    put("status", status(image).into());
    put("__image_size", image.size.unwrap_or(0).to_string().into());
    for (key, value) in defaults().into_iter().chain(system("Other(64 bit)")) {
        put(&key, value.into());
    }
    for (key, value) in &image.extra {
        put(key, value.as_str().into());
    }
    put("__imagetype", kind(image).into());
    Json::Map(members)
}
