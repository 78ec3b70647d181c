//! `PATCH /v2/cloudimages/{id}`.

use axum::body::Body;
use axum::http::Response;

use super::access::Principal;
use super::attributes::{self, DESCRIPTION};
use super::body::{self, Fields, missing};
use super::error::{Result, img};
use super::rules::{Tag, check_description, check_name, check_range, check_tags};
use super::{lookup, ok};
use crate::cloud::Cloud;
use crate::glance::model::Image;
use crate::http::Call;
use crate::json::Json;

/// What only the service sets.
const READ_ONLY: [&str; 22] = [
    "id",
    "status",
    "owner",
    "visibility",
    "created_at",
    "updated_at",
    "checksum",
    "size",
    "virtual_size",
    "self",
    "file",
    "schema",
    "disk_format",
    "container_format",
    "enterprise_project_id",
    "__imagetype",
    "__image_size",
    "__image_source_type",
    "__isregistered",
    "__backup_id",
    "__whole_image",
    "__system__cmkid",
];
/// What can be set besides the attributes that begin with `__`.
const OPEN: [&str; 6] =
    ["max_ram", "hw_firmware_type", "hw_vif_multiqueue_enabled", "os_shutdown_timeout", "architecture", "virtual_env_type"];
/// What every image has.
const FIXED: [&str; 5] = ["name", "protected", "min_disk", "min_ram", "tags"];

pub(super) async fn update(cloud: &Cloud, call: &mut Call, caller: &Principal, id: &str) -> Result<Response<Body>> {
    caller.must_write("ims:images:update")?;
    let body = body::read(call).await?;
    let operations = body.as_list().filter(|operations| !operations.is_empty());
    let operations = operations.ok_or_else(|| img("IMG.0001", "The message is not a list of operations."))?;
    let mut state = cloud.glance.state();
    let at = state.stamp(&cloud.clock);
    let stored = lookup::own_mut(&mut state, caller, id, "IMG.0047")?;
    lookup::must_be_active(stored)?;
    // All operations or none.
    let mut image = stored.clone();
    for operation in operations {
        apply(&mut image, Fields::of(operation)?)?;
    }
    image.updated_at = at;
    *stored = image;
    ok(&attributes::view(stored))
}

fn conflict(key: &str) -> super::error::ImsError {
    img("IMG.0035", format!("The attribute {key} does not exist."))
}

fn invalid(key: &str) -> super::error::ImsError {
    img("IMG.0001", format!("The value of {key} is invalid."))
}

fn apply(image: &mut Image, operation: Fields<'_>) -> Result<()> {
    let key = operation.need_text("path")?;
    let key = key.strip_prefix('/').filter(|key| !key.is_empty() && !key.contains('/'));
    let key = key.ok_or_else(|| img("IMG.0001", "The path is invalid."))?;
    if READ_ONLY.contains(&key) || !(key.starts_with("__") || OPEN.contains(&key) || FIXED.contains(&key)) {
        return Err(img("IMG.0001", format!("The attribute {key} cannot be changed.")));
    }
    let exists = FIXED.contains(&key) || image.extra(key).is_some();
    match operation.need_text("op")? {
        "remove" if FIXED.contains(&key) || !image.remove_extra(key) => Err(conflict(key)),
        "remove" => Ok(()),
        "replace" if !exists => Err(conflict(key)),
        "add" | "replace" => {
            let value = operation.get("value").ok_or_else(|| missing("value"))?;
            if FIXED.contains(&key) { set_fixed(image, key, value) } else { set_attribute(image, key, value) }
        }
        other => Err(img("IMG.0001", format!("The operation {other} is invalid."))),
    }
}

/// Clients send numbers and flags as such, or as texts.
fn set_fixed(image: &mut Image, key: &str, value: &Json) -> Result<()> {
    let text = scalar(value);
    let text = text.as_deref();
    let number = || text.and_then(|text| text.parse::<i64>().ok()).ok_or_else(|| invalid(key));
    match key {
        "name" => {
            let name = value.as_str().ok_or_else(|| invalid(key))?;
            check_name(name)?;
            image.name = Some(name.to_owned());
        }
        "protected" => image.protected = text.and_then(|text| text.parse().ok()).ok_or_else(|| invalid(key))?,
        "min_disk" => {
            image.min_disk = number()?;
            check_range(key, image.min_disk, 1, 2048)?;
        }
        "min_ram" => {
            image.min_ram = number()?;
            check_range(key, image.min_ram, 0, i64::from(i32::MAX))?;
        }
        _ => {
            let tags = value.as_list().ok_or_else(|| invalid(key))?;
            let tags = tags.iter().map(|tag| tag.as_str().map(Tag::read).ok_or_else(|| invalid(key)));
            let tags = tags.map(|tag| tag.and_then(|tag| Tag::new(&tag.key, &tag.value))).collect::<Result<Vec<_>>>()?;
            check_tags(&tags)?;
            image.tags = tags.iter().map(Tag::stored).collect();
        }
    }
    Ok(())
}

fn set_attribute(image: &mut Image, key: &str, value: &Json) -> Result<()> {
    let value = scalar(value).ok_or_else(|| invalid(key))?;
    match key {
        DESCRIPTION => check_description(&value)?,
        "max_ram" if value.parse::<u32>().is_err() => return Err(img("IMG.0055", "The max_ram is invalid.")),
        "hw_firmware_type" if !matches!(value.as_str(), "bios" | "uefi") => {
            return Err(img("IMG.0141", "The hw_firmware_type is invalid."));
        }
        attributes::OS_VERSION => {
            for (key, value) in attributes::system(&value) {
                image.set_extra(&key, value);
            }
        }
        _ => {}
    }
    image.set_extra(key, value);
    Ok(())
}

fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::Str(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
