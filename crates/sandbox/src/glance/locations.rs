//! Locations of their own: `GET` and `POST /v2/images/{id}/locations`.

use std::sync::{Arc, LazyLock};

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::error::{ApiError, Result};
use super::hashing::Algorithm;
use super::import::{add_task, check_lock, is_allowed_uri};
use super::locate::{Plan, locate};
use super::model::{Place, Status};
use super::policy::Who;
use super::{info, ok, read_json};
use crate::cloud::Cloud;
use crate::http::{Call, empty};
use crate::json::{Json, object};

/// What a request looks like; its own schema is not among those that the server tells.
static SCHEMA: LazyLock<Json> = LazyLock::new(|| Json::parse(include_bytes!("../../data/location.json")).unwrap_or(Json::Null));

pub(super) async fn add(cloud: &Cloud, call: &mut Call, who: &Who, id: &str) -> Result<Response<Body>> {
    let body = read_json(call).await?;
    let whole = object([("add_location", body.clone())]);
    info::check(&SCHEMA, &whole)?;
    let uri = body.get("url").and_then(Json::as_str).unwrap_or_default().to_owned();
    let validation = body.get("validation_data").cloned().unwrap_or_else(|| object([]));
    let mut state = cloud.glance.state();
    let image = state.visible(who, id)?;
    if image.status != Status::Queued {
        let status = image.status.as_str();
        return Err(ApiError::conflict(format!("It's not allowed to add locations if image status is {status}.")));
    }
    who.may_change(image, "add_image_location")?;
    if !uri.starts_with("http") {
        let text = "http store must be enabled to use location API by normal user.";
        return Err(ApiError::forbidden(text));
    }
    let expected = expected(&validation)?;
    if is_web(&uri) && !is_allowed_uri(&uri) {
        let text = format!("URI for add location does not pass filtering: {uri}");
        return Err(ApiError::bad_request(text));
    }
    check_lock(cloud, &mut state, id)?;
    let input = object([("image_id", id.into()), ("loc_url", uri.as_str().into()), ("validation_data", validation)]);
    let task = add_task(cloud, &mut state, call, who, id, "location_import", input);
    drop(state);
    let plan = Plan { task, image: id.to_owned(), uri, expected };
    tokio::spawn(locate(Arc::clone(&cloud.glance), plan));
    Ok(empty(StatusCode::ACCEPTED))
}

/// Whether the filter for web addresses is asked.
fn is_web(uri: &str) -> bool {
    let scheme = uri.split(':').next().unwrap_or_default().to_ascii_lowercase();
    matches!(scheme.as_str(), "http" | "https")
}

/// The hash that the caller promises; the schema has seen to it that there are both or none.
fn expected(validation: &Json) -> Result<Option<(Algorithm, String)>> {
    let text = |key| validation.get(key).and_then(Json::as_str);
    let (Some(hash), Some(algorithm)) = (text("os_hash_value"), text("os_hash_algo").and_then(Algorithm::named)) else {
        return Ok(None);
    };
    // Blanks between bytes are no offence.
    let digits: Vec<u8> = hash.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        let text = format!("os_hash_value ({hash}) is not a valid hexadecimal value");
        return Err(ApiError::bad_request(text));
    }
    let (name, length) = (algorithm.name(), algorithm.length());
    if digits.len() != 2 * length {
        return Err(ApiError::bad_request(format!(
            "os_hash_value: ({hash}) is not the correct size for ({name}) (should be ({length}) bytes)"
        )));
    }
    Ok(Some((algorithm, hash.to_owned())))
}

/// A bare list; for services and administrators.
pub(super) fn list(cloud: &Cloud, who: &Who, id: &str) -> Result<Response<Body>> {
    let state = cloud.glance.state();
    let image = state.visible(who, id)?;
    who.may_administer(image, "fetch_image_location")?;
    let locations = image.locations.iter().map(|location| {
        let url = match &location.place {
            Place::File(file) => format!("file://{}", file.0.display()),
            Place::Url(url) => url.clone(),
        };
        object([("url", url.into()), ("metadata", object([("store", location.store.into())]))])
    });
    ok(&Json::List(locations.collect()))
}
