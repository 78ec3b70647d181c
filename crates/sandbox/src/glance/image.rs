//! Images: create, show, delete, deactivate, reactivate.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::error::{ApiError, Result};
use super::model::{Image, RESERVED, Status};
use super::policy::Who;
use super::stores::{RESERVED_STORES, STORES};
use super::{MAX_PROPERTIES, MAX_TAGS, check_three_bytes, has_four_byte_char, info, no_content, ok, read_json};
use crate::cloud::Cloud;
use crate::http::{Call, json, set};
use crate::json::Json;

/// Members that only answers have.
const ONLY_IN_ANSWERS: [&str; 5] = ["direct_url", "self", "file", "schema", "stores"];
/// Members that the server alone sets.
const READ_ONLY: [&str; 6] = ["created_at", "updated_at", "status", "checksum", "size", "virtual_size"];

/// Checks a whole or partial image against the schema.
pub(super) fn check_schema(image: &Json) -> Result<()> {
    info::check(info::schema_of("image"), image)
}

pub(super) async fn create(cloud: &Cloud, call: &mut Call, who: &Who) -> Result<Response<Body>> {
    let Json::Map(mut body) = read_json(call).await? else { return Err(ApiError::internal()) };
    let given = |body: &[(String, Json)], name: &str| body.iter().any(|(k, _)| k == name);
    if let Some(name) = ONLY_IN_ANSWERS.iter().find(|name| given(&body, name)) {
        return Err(ApiError::forbidden(format!("Attribute '{name}' is read-only.")));
    }
    let whole = Json::Map(std::mem::take(&mut body));
    check_schema(&whole)?;
    let Json::Map(mut body) = whole else { return Err(ApiError::internal()) };
    let mut take = |name: &str| {
        let at = body.iter().position(|(k, _)| k == name)?;
        Some(body.remove(at).1)
    };
    let text = |value: Option<Json>| match value {
        Some(Json::Str(s)) => Some(s),
        _ => None,
    };
    let flag = |value: Option<Json>| value.as_ref().and_then(Json::as_bool).unwrap_or(false);
    let number = |value: Option<Json>| value.as_ref().and_then(Json::as_i64).unwrap_or(0);

    let tags = take("tags");
    let read_only = READ_ONLY.iter().filter(|name| take(name).is_some()).copied().next();
    let id = text(take("id"));
    let owner = take("owner").map_or_else(|| who.project.clone(), |owner| text(Some(owner)));
    let visibility = text(take("visibility"));
    let name = text(take("name"));
    let (disk_format, container_format) = (text(take("disk_format")), text(take("container_format")));
    let (min_disk, min_ram) = (number(take("min_disk")), number(take("min_ram")));
    let (protected, os_hidden) = (flag(take("protected")), flag(take("os_hidden")));
    let mut extra = Vec::with_capacity(body.len());
    for (key, value) in body {
        check_new_key(&key)?;
        extra.push((key, text(Some(value)).unwrap_or_default()));
    }

    // A missing visibility is judged as private and becomes shared.
    who.may_add_image(owner.as_deref(), visibility.as_deref().unwrap_or("private"))?;
    let tags = tags.as_ref().and_then(Json::as_list).unwrap_or_default();
    if tags.len() > MAX_TAGS {
        return Err(ApiError::limit("tags", tags.len(), MAX_TAGS));
    }
    if let Some(name) = read_only {
        return Err(ApiError::forbidden(format!("Attribute '{name}' is read-only.")));
    }
    if extra.iter().any(|(key, _)| key == "locations") {
        return Err(ApiError::forbidden("Attribute 'locations' is reserved."));
    }
    check_not_negative("min_disk", min_disk)?;
    check_not_negative("min_ram", min_ram)?;
    let mut image = Image {
        id: id.unwrap_or_else(|| uuid::Uuid::new_v4().to_string()),
        name,
        status: Status::Queued,
        visibility: visibility.unwrap_or_else(|| "shared".to_owned()),
        owner,
        protected,
        os_hidden,
        min_disk,
        min_ram,
        disk_format,
        container_format,
        size: None,
        virtual_size: None,
        checksum: None,
        os_hash_algo: None,
        os_hash_value: None,
        created_at: cloud.clock.now(),
        updated_at: cloud.clock.now(),
        tags: unique(tags),
        extra,
        locations: Vec::new(),
        strays: Vec::new(),
        members: Vec::new(),
        staged: None,
        deleted: false,
    };
    check_texts(&image)?;
    if image.extra_count() > MAX_PROPERTIES {
        return Err(ApiError::limit("properties", image.extra_count(), MAX_PROPERTIES));
    }

    let mut state = cloud.glance.state();
    if state.images.contains_key(&image.id) {
        return Err(ApiError::conflict(format!("Image ID {} already exists!", image.id)));
    }
    image.created_at = state.stamp(&cloud.clock);
    image.updated_at = image.created_at;
    let mut response = json(StatusCode::CREATED, &image.view());
    set(&mut response, "location", &format!("{}/v2/images/{}", cloud.image_url(), image.id));
    set(&mut response, "openstack-image-import-methods", &info::IMPORT_METHODS.join(","));
    let stores: Vec<&str> = STORES.iter().map(|s| s.id).chain(RESERVED_STORES).collect();
    set(&mut response, "openstack-image-store-ids", &stores.join(","));
    state.images.insert(image.id.clone(), image);
    Ok(response)
}

fn check_new_key(key: &str) -> Result<()> {
    if key.chars().count() > 255 {
        return Err(ApiError::bad_request("Custom property should not be greater than 255 characters."));
    }
    if matches!(key, "location" | "deleted" | "deleted_at") || key.starts_with(RESERVED) {
        let text = format!("Attribute '{key}' is reserved.");
        return Err(ApiError::detailed(StatusCode::FORBIDDEN, text));
    }
    Ok(())
}

pub(super) fn check_not_negative(name: &str, value: i64) -> Result<()> {
    if value < 0 {
        return Err(ApiError::bad_request(format!("Invalid value '{value}' for parameter '{name}': Cannot be a negative value")));
    }
    Ok(())
}

/// The database takes no characters beyond the basic plane.
pub(super) fn check_texts(image: &Image) -> Result<()> {
    if let Some(name) = &image.name {
        check_three_bytes("name", name)?;
    }
    if image.tags.iter().any(|tag| has_four_byte_char(tag)) {
        return Err(ApiError::bad_request("Param values can't contain 4 byte unicode."));
    }
    image.extra.iter().try_for_each(|(key, value)| check_three_bytes(key, value))
}

/// The texts of a list, each once.
pub(super) fn unique(tags: &[Json]) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags.iter().filter_map(Json::as_str) {
        if !out.iter().any(|t| t == tag) {
            out.push(tag.to_owned());
        }
    }
    out
}

pub(super) fn show(cloud: &Cloud, who: &Who, id: &str) -> Result<Response<Body>> {
    let state = cloud.glance.state();
    let image = state.visible(who, id)?;
    if !who.may_read(image) {
        return Err(ApiError::nowhere());
    }
    ok(&image.view())
}

pub(super) fn delete(cloud: &Cloud, who: &Who, id: &str) -> Result<Response<Body>> {
    let mut state = cloud.glance.state();
    let at = state.stamp(&cloud.clock);
    let image = state.visible_mut(who, id).map_err(|_| ApiError::not_found(format!("Failed to find image {id} to delete")))?;
    who.may_change(image, "delete_image")?;
    if image.protected {
        return Err(ApiError::forbidden(format!("Image {id} is protected and cannot be deleted.")));
    }
    state.forget(id, at);
    no_content()
}

pub(super) fn act(cloud: &Cloud, who: &Who, id: &str, action: &str) -> Result<Response<Body>> {
    let mut state = cloud.glance.state();
    let at = state.stamp(&cloud.clock);
    let image = state.visible_mut(who, id)?;
    who.may_change(image, action)?;
    if !matches!(image.status, Status::Active | Status::Deactivated) {
        let status = image.status.as_str();
        let text = format!("Not allowed to {action} image in status '{status}'");
        return Err(ApiError::forbidden(text));
    }
    image.status = if action == "deactivate" { Status::Deactivated } else { Status::Active };
    image.updated_at = at;
    no_content()
}
