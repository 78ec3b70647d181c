//! Locations of their own: `GET` and `POST /v2/images/{id}/locations`.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::error::{ApiError, Result};
use super::import::{add_task, check_lock, is_allowed_uri};
use super::jobs::{self, Expected};
use super::model::{Place, Status};
use super::policy::Who;
use super::{ok, read_json};
use crate::cloud::Cloud;
use crate::http::{Call, empty};
use crate::json::{Json, object};

pub(super) async fn add(cloud: &Cloud, call: &mut Call, who: &Who, id: &str) -> Result<Response<Body>> {
    let body = read_json(call).await?;
    let uri = body.get("url").and_then(Json::as_str).map(str::to_owned);
    let uri =
        uri.ok_or_else(|| ApiError::bad_request("Provided object does not match schema 'location': 'url' is a required property"))?;
    let validation = body.get("validation_data").cloned().unwrap_or_else(|| object([]));
    let mut state = cloud.glance.state();
    let image = state.visible(who, id)?;
    if image.status != Status::Queued {
        let status = image.status.as_str();
        return Err(ApiError::conflict(format!("It's not allowed to add locations if image status is {status}.")));
    }
    who.may_change(image, "add_image_location")?;
    if !uri.starts_with("http://") && !uri.starts_with("https://") {
        let text = "http store must be enabled to use location API by normal user.";
        return Err(ApiError::forbidden(text));
    }
    let os_hash_value = validation.get("os_hash_value").and_then(Json::as_str).map(str::to_owned);
    if let Some(hash) = &os_hash_value {
        check_hash(hash)?;
    }
    if !is_allowed_uri(&uri) {
        let text = format!("URI for add location does not pass filtering: {uri}");
        return Err(ApiError::bad_request(text));
    }
    check_lock(cloud, &mut state, id)?;
    let input = object([("image_id", id.into()), ("loc_url", uri.as_str().into()), ("validation_data", validation)]);
    let task = add_task(cloud, &mut state, call, who, id, "location_import", input);
    drop(state);
    let expected = Expected { os_hash_value };
    tokio::spawn(jobs::locate(Arc::clone(&cloud.glance), task, id.to_owned(), uri, expected));
    Ok(empty(StatusCode::ACCEPTED))
}

fn check_hash(hash: &str) -> Result<()> {
    if !hash.len().is_multiple_of(2) || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        let text = format!("os_hash_value ({hash}) is not a valid hexadecimal value");
        return Err(ApiError::bad_request(text));
    }
    if hash.len() != 128 {
        return Err(ApiError::bad_request(format!(
            "os_hash_value: ({hash}) is not the correct size for (sha512) (should be (64) bytes)"
        )));
    }
    Ok(())
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
