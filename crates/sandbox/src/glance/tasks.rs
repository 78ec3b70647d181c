//! Tasks: those of an image for everybody, all of them for administrators.

use axum::body::Body;
use axum::http::{Method, Response, StatusCode};

use super::error::{ApiError, Result};
use super::listing::{page, parse_limit};
use super::model::Task;
use super::ok;
use super::policy::Who;
use crate::cloud::Cloud;
use crate::http::Call;
use crate::json::{Json, object};

const ACCESS: &str = "tasks_api_access";

/// The tasks of an image, oldest first. Those that others started are not shown.
pub(super) fn of_image(cloud: &Cloud, who: &Who, id: &str) -> Result<Response<Body>> {
    let state = cloud.glance.state();
    let image = state.visible(who, id).map_err(|_| ApiError::nowhere())?;
    if !who.may_read(image) {
        return Err(ApiError::nowhere());
    }
    let own = |task: &&Task| who.admin || task.owner == who.project;
    let tasks = state.tasks.iter().filter(|t| t.image_id == id).filter(own);
    ok(&object([("tasks", Json::List(tasks.map(Task::image_view).collect()))]))
}

pub(super) fn list(cloud: &Cloud, call: &Call, who: &Who) -> Result<Response<Body>> {
    who.must_be_admin(ACCESS)?;
    let mut query = call.query.clone();
    let limit = query.take("limit").map(|limit| parse_limit(&limit)).transpose()?;
    let marker = query.take("marker");
    let settings = &cloud.glance.settings;
    let limit = limit.unwrap_or(settings.default_page).min(settings.max_page);
    let state = cloud.glance.state();
    let wanted = |task: &&Task| {
        query.get("status").is_none_or(|v| v == task.status.as_str())
            && query.get("type").is_none_or(|v| v == task.kind)
            && query.get("owner").is_none_or(|v| Some(v) == task.owner.as_deref())
    };
    let newest_first = state.tasks.iter().rev();
    let start = match &marker {
        None => 0,
        Some(marker) => {
            let at = newest_first.clone().position(|t| t.id == *marker);
            let gone = || ApiError::bad_request(format!("Could not find task {marker}"));
            at.ok_or_else(gone)? + 1
        }
    };
    let tasks: Vec<&Task> = newest_first.skip(start).filter(wanted).take(limit).collect();
    let more = if tasks.len() == limit { tasks.last().map(|t| t.id.clone()) } else { None };
    let views = tasks.into_iter().map(|t| t.view(false)).collect();
    ok(&page("tasks", views, call.query.flattened(), more))
}

pub(super) fn show(cloud: &Cloud, who: &Who, id: &str) -> Result<Response<Body>> {
    who.must_be_admin(ACCESS)?;
    let state = cloud.glance.state();
    let task = state.tasks.iter().find(|t| t.id == id);
    ok(&task.ok_or_else(|| ApiError::not_found(format!("Could not find task {id}")))?.view(true))
}

/// Tasks cannot be deleted, and the sandbox has none to be made by hand.
pub(super) fn refuse(call: &Call, who: &Who) -> Result<Response<Body>> {
    who.must_be_admin(ACCESS)?;
    if call.method == Method::DELETE {
        let text = "This operation is currently not permitted on Glance Tasks. They are auto deleted after reaching the time based on their expires_at property.";
        return Err(ApiError::plain(StatusCode::METHOD_NOT_ALLOWED, text).with_header("allow", "GET"));
    }
    Err(ApiError::method_not_allowed(call.method.as_str(), "GET, POST"))
}
