//! `POST /v2/images/{id}/import`: what is checked before a task begins.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::error::{ApiError, Result};
use super::jobs::{self, Plan, Source, TASK_LIFE, change_list};
use super::model::{FAILED, IMPORTING, Image, LOCK, Status};
use super::policy::Who;
use super::state::State;
use super::stores::{self, STORES, Store};
use super::task::{Task, TaskStatus};
use super::{info, read_json};
use crate::clock::later;
use crate::cloud::Cloud;
use crate::http::{Call, empty};
use crate::json::{Json, object};
use crate::python::repr;

/// How long a lock holds against a later request: a pending task's twice as long.
const LOCK_LIFE: i64 = 60 * 60;

pub(super) async fn start(cloud: &Cloud, call: &mut Call, who: &Who, id: &str) -> Result<Response<Body>> {
    let body = read_json(call).await?;
    let method = check_body(&body)?.to_owned();
    let flag = |name: &str, default| body.get(name).and_then(Json::as_bool).unwrap_or(default);
    let all_stores = flag("all_stores", false);

    let mut state = cloud.glance.state();
    let image = state.visible(who, id)?;
    check_status(image, &method)?;
    if method == "copy-image" {
        who.may_administer(image, "copy_image")?;
    } else {
        who.may_change(image, "modify_image")?;
    }
    check_lock(cloud, &mut state, id)?;
    let mut targets = targets(call, &body, all_stores)?;
    let image = state.visible(who, id)?;
    if method == "copy-image" {
        let has = |store: &Store| image.locations.iter().any(|l| l.store == store.id);
        if all_stores {
            targets.retain(|store| !has(store));
            if targets.is_empty() {
                return Ok(empty(StatusCode::ACCEPTED));
            }
        } else if let Some(store) = targets.iter().find(|store| has(store)) {
            let text = format!("Image is already present at store '{}'", store.id);
            return Err(ApiError::bad_request(text));
        }
    }
    let source = match method.as_str() {
        "glance-direct" => Source::Staged,
        "copy-image" => Source::Copy,
        _ => {
            let uri = body.get("method").and_then(|m| m.get("uri"));
            if uri.is_some_and(|uri| uri.as_str().is_none() && uri.is_truthy()) {
                return Err(ApiError::internal());
            }
            let uri = uri.and_then(Json::as_str);
            let shown = uri.unwrap_or("None");
            let allowed = uri.filter(|uri| is_allowed_uri(uri)).ok_or_else(|| {
                let text = format!("URI for web-download does not pass filtering: {shown}");
                ApiError::bad_request(text)
            })?;
            Source::Web(allowed.to_owned())
        }
    };
    let backend = targets.iter().map(|store| Json::from(store.id)).collect();
    let input = object([("image_id", id.into()), ("import_req", body.clone()), ("backend", Json::List(backend))]);
    let all_must_succeed = flag("all_stores_must_succeed", true);
    let task = add_task(cloud, &mut state, call, who, id, "api_image_import", input);
    drop(state);
    let plan = Plan { task, image: id.to_owned(), source, targets, all_must_succeed };
    tokio::spawn(jobs::import(Arc::clone(&cloud.glance), plan));
    Ok(empty(StatusCode::ACCEPTED))
}

/// Makes a task and gives it the image's lock; the id of the task.
pub(super) fn add_task(
    cloud: &Cloud,
    state: &mut State,
    call: &Call,
    who: &Who,
    image_id: &str,
    kind: &'static str,
    input: Json,
) -> String {
    let at = state.stamp(&cloud.clock);
    let id = uuid::Uuid::new_v4().to_string();
    if let Some(image) = state.image_mut(image_id) {
        image.set_extra(LOCK, id.clone());
    }
    state.tasks.push(Task {
        id: id.clone(),
        kind,
        status: TaskStatus::Pending,
        owner: who.project.clone(),
        expires_at: None,
        created_at: at,
        updated_at: at,
        image_id: Some(image_id.to_owned()),
        request_id: call.request_id.clone(),
        user_id: who.user.clone(),
        input,
        message: String::new(),
        deleted: false,
    });
    id
}

/// The method that is asked for.
fn check_body(body: &Json) -> Result<&str> {
    if body.as_map().is_none() {
        return Err(ApiError::internal());
    }
    let method = body.get("method").ok_or_else(|| ApiError::bad_request("Import request requires a 'method' field."))?;
    if method.as_map().is_none() {
        return Err(ApiError::internal());
    }
    let name = method.get("name").ok_or_else(|| ApiError::bad_request("Import request requires a 'name' field."))?;
    let Some(name) = name.as_str().filter(|name| info::IMPORT_METHODS.contains(name)) else {
        let name = plain(name);
        return Err(ApiError::bad_request(format!("Unknown import method name '{name}'.")));
    };
    for flag in ["all_stores_must_succeed", "all_stores"] {
        if body.get(flag).is_some_and(|v| v.as_bool().is_none()) {
            return Err(ApiError::bad_request(format!("'{flag}' must be boolean value only")));
        }
    }
    Ok(name)
}

fn check_status(image: &Image, method: &str) -> Result<()> {
    let active = image.status == Status::Active;
    let refused = if active && method != "copy-image" {
        "Image with status active cannot be target for import".to_owned()
    } else if !active && method == "copy-image" {
        "Only images with status active can be targeted for copying".to_owned()
    } else if image.status != Status::Queued && method == "web-download" {
        format!("Image needs to be in 'queued' state to use '{method}' method")
    } else if image.status != Status::Uploading && method == "glance-direct" {
        "Image needs to be staged before 'glance-direct' method can be used".to_owned()
    } else if image.container_format.is_none() {
        "'container_format' needs to be set before import".to_owned()
    } else if image.disk_format.is_none() {
        "'disk_format' needs to be set before import".to_owned()
    } else {
        return Ok(());
    };
    Err(ApiError::conflict(refused))
}

/// One task at a time, unless the one that holds the lock has been silent for too long.
pub(super) fn check_lock(cloud: &Cloud, state: &mut State, id: &str) -> Result<()> {
    let Some(lock) = state.images.get(id).and_then(|i| i.extra(LOCK)).map(str::to_owned) else {
        return Ok(());
    };
    let now = cloud.clock.now();
    if let Some(task) = state.tasks.iter_mut().find(|t| t.id == lock) {
        let life = if task.status == TaskStatus::Pending { 2 * LOCK_LIFE } else { LOCK_LIFE };
        if now.duration_since(task.updated_at).as_secs() < life {
            return Err(ApiError::conflict("Image has active task"));
        }
        if matches!(task.status, TaskStatus::Pending | TaskStatus::Processing) {
            task.status = TaskStatus::Failure;
            task.message = "Expired lock preempted".to_owned();
            task.updated_at = now;
            task.expires_at = Some(later(now, TASK_LIFE));
        }
    }
    let stale = state.tasks.iter().find(|t| t.id == lock).and_then(|t| t.input.get("backend"));
    let stores: Vec<String> = stale.and_then(Json::as_list).unwrap_or_default().iter().map(plain).collect();
    if let Some(image) = state.image_mut(id) {
        image.remove_extra(LOCK);
        // What the other task left of its progress goes too.
        let stores: Vec<&str> = stores.iter().map(String::as_str).collect();
        for key in [IMPORTING, FAILED] {
            if image.extra(key).is_some() {
                change_list(image, key, &[], &stores);
            }
        }
    }
    Ok(())
}

/// The stores that the data shall go to.
fn targets(call: &Call, body: &Json, all_stores: bool) -> Result<Vec<&'static Store>> {
    let header = call.header("x-image-meta-store");
    let listed = body.get("stores");
    if all_stores {
        if listed.is_some() || header.is_some() {
            return Err(ApiError::bad_request(
                "All_stores parameter can't be used with x-image-meta-store header or stores parameter",
            ));
        }
        return Ok(STORES.iter().filter(|store| !store.read_only).collect());
    }
    let names: Vec<String> = match listed {
        None => vec![header.unwrap_or(stores::DEFAULT).to_owned()],
        Some(_) if header.is_some() => {
            return Err(ApiError::bad_request("Stores parameter and x-image-meta-store header can't be both specified"));
        }
        // Whatever can be gone through is.
        Some(Json::List(list)) => list.iter().map(plain).collect(),
        Some(Json::Str(text)) => text.chars().map(String::from).collect(),
        Some(Json::Map(members)) => members.iter().map(|(name, _)| name.clone()).collect(),
        Some(_) => return Err(ApiError::internal()),
    };
    names.iter().map(|name| stores::find(name).map_err(ApiError::conflict)).collect()
}

/// `str()` of a value.
fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| repr(value), str::to_owned)
}

/// Imports are from this machine only. The host is looked at as it is written: other ways to write the same address do not pass.
pub(super) fn is_allowed_uri(uri: &str) -> bool {
    let Ok(url) = url::Url::parse(uri) else { return false };
    let authority = uri.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let host = authority.rsplit('@').next().and_then(|host| host.split(':').next()).unwrap_or_default();
    matches!(url.scheme(), "http" | "https")
        && matches!(url.host_str(), Some("127.0.0.1" | "localhost"))
        && url.host_str() == Some(host.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_uris_pass() {
        for good in ["http://127.0.0.1:1/x", "http://localhost/x", "https://localhost:8443/"] {
            assert!(is_allowed_uri(good), "{good}");
        }
        for bad in ["http://example.com/", "ftp://127.0.0.1/x", "nope", "http://127.0.0.2/", "http://127.1/", "http://0x7f.1/", ""]
        {
            assert!(!is_allowed_uri(bad), "{bad}");
        }
    }
}
