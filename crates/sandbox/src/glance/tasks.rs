//! Tasks: those of an image for everybody, all of them for administrators.

use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use axum::body::Body;
use axum::http::{Response, StatusCode};
use jiff::Timestamp;

use super::error::{ApiError, Result};
use super::import::is_allowed_uri;
use super::listing::{page, parse_limit};
use super::policy::Who;
use super::state::State;
use super::task::{Task, TaskStatus};
use super::{info, jobs, ok, read_json};
use crate::clock::micros;
use crate::cloud::Cloud;
use crate::http::query::Query;
use crate::http::{Call, json, set};
use crate::json::{Json, object};
use crate::python::repr;

const ACCESS: &str = "tasks_api_access";

/// The tasks of an image, oldest first. Those that others started are not shown.
pub(super) fn of_image(cloud: &Cloud, who: &Who, id: &str) -> Result<Response<Body>> {
    let now = cloud.clock.now();
    let mut state = cloud.glance.state();
    let image = state.visible(who, id).map_err(|_| ApiError::nowhere())?;
    if !who.may_read(image) {
        return Err(ApiError::nowhere());
    }
    discard(&mut state.tasks, who, now);
    let shown = |task: &&Task| !task.is_over(now) && (who.admin || task.owner == who.project);
    let tasks = state.tasks.iter().filter(|t| t.image_id.as_deref() == Some(id)).filter(shown);
    ok(&object([("tasks", Json::List(tasks.map(Task::image_view).collect()))]))
}

/// Whoever looks at tasks makes the expired ones of their project go.
fn discard(tasks: &mut [Task], who: &Who, now: Timestamp) {
    for task in tasks.iter_mut().filter(|t| t.owner == who.project && t.is_over(now)) {
        task.deleted = true;
    }
}

/// What the records of tasks can be sorted and filtered by, as texts that sort like what they stand for.
fn column(task: &Task, name: &str) -> Option<Option<String>> {
    Some(match name {
        "id" => Some(task.id.clone()),
        "type" => Some(task.kind.to_owned()),
        "status" => Some(task.status.as_str().to_owned()),
        "owner" => task.owner.clone(),
        "image_id" => task.image_id.clone(),
        "request_id" => Some(task.request_id.clone()),
        "user_id" => Some(task.user_id.clone()),
        "expires_at" => task.expires_at.map(micros),
        "created_at" => Some(micros(task.created_at)),
        "updated_at" => Some(micros(task.updated_at)),
        "deleted" | "deleted_at" => None,
        _ => return None,
    })
}

pub(super) fn list(cloud: &Cloud, call: &Call, who: &Who) -> Result<Response<Body>> {
    who.must_be_admin(ACCESS)?;
    let mut query = call.query.clone();
    let limit = query.take("limit");
    let marker = query.take("marker");
    let descending = match query.take("sort_dir").as_deref() {
        None | Some("desc") => true,
        Some("asc") => false,
        Some(other) => return Err(ApiError::bad_request(format!("Invalid sort direction: {other}"))),
    };
    let sort_key = query.take("sort_key").unwrap_or_else(|| "created_at".to_owned());
    check_filter(&query, "status", &["pending", "processing", "success", "failure"])?;
    // The newer kinds cannot be asked for.
    check_filter(&query, "type", &["import"])?;
    if marker.as_deref().is_some_and(|marker| !marker.is_empty() && !is_like_uuid(marker)) {
        return Err(ApiError::bad_request("Invalid marker format"));
    }
    let limit = limit.map(|limit| parse_limit(&limit)).transpose()?;
    let settings = &cloud.glance.settings;
    let limit = limit.unwrap_or(settings.default_page).min(settings.max_page);

    let mut state = cloud.glance.state();
    discard(&mut state.tasks, who, cloud.clock.now());
    let order = |task: &Task| [sort_key.as_str(), "created_at", "id"].map(|key| column(task, key).flatten());
    let marker = match &marker {
        None => None,
        Some(id) => {
            let gone = || ApiError::bad_request(format!("Task with the given id {id} was not found"));
            Some(order(state.tasks.iter().find(|t| t.id == *id).ok_or_else(gone)?))
        }
    };
    if !SORT_KEYS.contains(&sort_key.as_str()) {
        return Err(ApiError::bad_request("Sort key supplied was not valid."));
    }
    let wanted = |task: &&Task| {
        let fits = |(name, value): &(String, String)| match name.as_str() {
            "deleted" => true,
            // A time is compared with a text, and never equal.
            "created_at" | "updated_at" | "expires_at" | "deleted_at" => false,
            name => column(task, name).is_none_or(|v| v.as_ref() == Some(value)),
        };
        !task.deleted && query.pairs().iter().all(fits)
    };
    let directed = |ordering: Ordering| if descending { ordering.reverse() } else { ordering };
    let mut tasks: Vec<&Task> = state.tasks.iter().filter(wanted).collect();
    tasks.retain(|task| marker.as_ref().is_none_or(|marker| directed(order(task).cmp(marker)).is_gt()));
    tasks.sort_by(|a, b| directed(order(a).cmp(&order(b))));
    tasks.truncate(limit);
    let more = if tasks.len() == limit { tasks.last().map(|t| t.id.clone()) } else { None };
    let views = tasks.into_iter().map(|t| t.view(false)).collect();
    ok(&page("tasks", views, call.query.flattened(), more))
}

const SORT_KEYS: [&str; 12] = [
    "id",
    "type",
    "status",
    "owner",
    "image_id",
    "request_id",
    "user_id",
    "expires_at",
    "created_at",
    "updated_at",
    "deleted",
    "deleted_at",
];

fn check_filter(query: &Query, name: &str, known: &[&str]) -> Result<()> {
    match query.get(name) {
        Some(value) if !value.is_empty() && !known.contains(&value) => {
            Err(ApiError::bad_request(format!("Invalid {name} value: {value}")))
        }
        _ => Ok(()),
    }
}

/// 32 hex digits, with whatever people put between and around them.
fn is_like_uuid(text: &str) -> bool {
    let plain = text.to_lowercase().replace("urn:", "").replace("uuid:", "").replace('-', "");
    let plain = plain.trim_matches(|c| matches!(c, '{' | '}'));
    plain.len() == 32 && plain.bytes().all(|b| b.is_ascii_hexdigit())
}

/// What a request is checked against: nothing beyond what the schema tells.
static SCHEMA: LazyLock<Json> = LazyLock::new(|| {
    let mut members = info::schema_of("task").as_map().unwrap_or_default().to_vec();
    members.push(("additionalProperties".to_owned(), false.into()));
    Json::Map(members)
});

/// Makes a task by hand.
pub(super) async fn create(cloud: &Cloud, call: &mut Call, who: &Who) -> Result<Response<Body>> {
    who.must_be_admin(ACCESS)?;
    let body = read_json(call).await?;
    if body.as_list().is_some_and(|list| ["type", "input"].iter().all(|name| list.contains(&Json::from(*name)))) {
        return Err(ApiError::internal());
    }
    for name in ["type", "input"] {
        if body.get(name).is_none() {
            return Err(ApiError::bad_request(format!("Task '{name}' is required")));
        }
    }
    info::check(&SCHEMA, &body)?;
    let kinds = ["import", "api_image_import", "location_import"];
    let kind = body.get("type").and_then(Json::as_str);
    let kind = kinds.into_iter().find(|k| Some(*k) == kind).ok_or_else(ApiError::internal)?;
    let input = body.get("input").cloned().unwrap_or(Json::Null);
    if kind == "import" {
        check_source(input.get("import_from"))?;
    }
    let given = input.as_map().map(|_| input.get("image_id")).ok_or_else(ApiError::internal)?;
    let image_id = given.and_then(Json::as_str).filter(|id| !id.is_empty()).map(str::to_owned);

    let mut state = cloud.glance.state();
    let why = doomed(&state, kind, &input);
    let at = state.stamp(&cloud.clock);
    let task = Task {
        id: uuid::Uuid::new_v4().to_string(),
        kind,
        status: TaskStatus::Pending,
        owner: who.project.clone(),
        expires_at: None,
        created_at: at,
        updated_at: at,
        image_id,
        request_id: call.request_id.clone(),
        user_id: who.user.clone(),
        input,
        message: String::new(),
        deleted: false,
    };
    let mut response = json(StatusCode::CREATED, &task.view(true));
    set(&mut response, "location", &format!("{}/v2/tasks/{}", cloud.image_url(), task.id));
    tokio::spawn(jobs::fail(Arc::clone(&cloud.glance), task.id.clone(), why));
    state.tasks.push(task);
    Ok(response)
}

/// Where an old import may take its data from.
fn check_source(from: Option<&Json>) -> Result<()> {
    let invalid = |shown: &str| Err(ApiError::bad_request(format!("Invalid location: {shown}")));
    let uri = match from {
        None | Some(Json::Null) => return invalid("None"),
        Some(Json::Str(uri)) if uri.is_empty() => return invalid(""),
        Some(Json::Str(uri)) => uri,
        Some(other) if !other.is_truthy() => return invalid(&repr(other)),
        Some(_) => return Err(ApiError::internal()),
    };
    if uri.starts_with("http://") || uri.starts_with("https://") {
        if is_allowed_uri(uri) {
            return Ok(());
        }
        return Err(ApiError::bad_request(format!("URI for legacy import task does not pass filtering: {uri}")));
    }
    Err(ApiError::bad_request(if uri.starts_with("file:///") || uri.starts_with("filesystem:///") {
        "File based imports are not allowed. Please use a non-local source of image data."
    } else {
        "The given uri is not valid. Please specify a valid uri from the following list of supported uri ['http']"
    }))
}

/// Why a task made by hand will fail.
fn doomed(state: &State, kind: &str, input: &Json) -> String {
    let empty = input.as_map().is_none_or(<[_]>::is_empty);
    let needed: &[&str] = match kind {
        "api_image_import" | "location_import" if empty => return format!("Input to {kind} task is empty."),
        "api_image_import" if input.get("image_id").is_none() => return "Missing required 'image_id' field".to_owned(),
        "api_image_import" => &[],
        "location_import" => &["image_id", "loc_url", "validation_data"],
        _ => &["import_from", "import_from_format", "image_properties"],
    };
    match needed.iter().find(|key| input.get(key).is_none()) {
        Some(key) => format!("Input does not contain '{key}' field"),
        None if kind == "api_image_import" && lacks_lock(state, input) => "Task was aborted externally".to_owned(),
        None => jobs::INTERNAL_ERROR.to_owned(),
    }
}

/// An import gets so far as to ask for its lock if it is whole and there is such an image.
fn lacks_lock(state: &State, input: &Json) -> bool {
    let method = input.get("import_req").and_then(|request| request.get("method"));
    let image = input.get("image_id").and_then(Json::as_str).and_then(|id| state.images.get(id));
    method.is_some_and(|method| method.get("name").is_some()) && image.is_some_and(|image| !image.deleted)
}

pub(super) fn show(cloud: &Cloud, who: &Who, id: &str) -> Result<Response<Body>> {
    who.must_be_admin(ACCESS)?;
    let state = cloud.glance.state();
    let task = state.tasks.iter().find(|t| t.id == id);
    ok(&task.ok_or_else(|| ApiError::not_found(format!("Could not find task {id}")))?.view(true))
}

/// Tasks cannot be deleted.
pub(super) fn refuse(who: &Who) -> Result<Response<Body>> {
    who.must_be_admin(ACCESS)?;
    let text = "This operation is currently not permitted on Glance Tasks. They are auto deleted after reaching the time based on their expires_at property.";
    Err(ApiError::plain(StatusCode::METHOD_NOT_ALLOWED, text).with_header("allow", "GET"))
}
