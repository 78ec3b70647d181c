//! From method and path to a handler.

use axum::body::Body;
use axum::http::{Method, Response};

use super::error::{ApiError, Result};
use super::policy::Who;
use super::{cache, data, image, import, info, listing, locations, members, metadefs, patch, read_json, stores, tags, tasks};
use crate::cloud::Cloud;
use crate::http::Call;

/// The methods of a path, as its `Allow` header lists them; `None` if there is no such path.
fn allowed(parts: &[&str]) -> Option<&'static str> {
    Some(match parts {
        ["images"] | ["tasks"] => "GET, POST",
        ["images", _] => "GET, PATCH, DELETE",
        ["images", _, "file"] => "GET, PUT",
        ["images", _, "stage"] => "PUT",
        ["images", _, "import" | "locations"] => "POST",
        ["images", _, "actions", "deactivate" | "reactivate"] => "POST",
        ["images", _, "members"] => "GET, POST",
        ["images", _, "members", _] => "GET, PUT, DELETE",
        ["images", _, "tags", _] => "PUT, DELETE",
        ["tasks", _] => "GET, DELETE",
        ["images", _, "tasks"] | ["info", "usage"] => "GET",
        ["info", "import" | "stores"] | ["info", "stores", "detail"] => "GET",
        ["schemas", _] | ["schemas", "metadefs", _] if info::has_schema(&parts[1..]) => "GET",
        ["stores", _, _] => "DELETE",
        ["cache"] => "GET, DELETE",
        ["cache", "clean" | "prune"] => "POST",
        ["cache", "nodes", _] => "GET",
        ["cache", _] => "DELETE, PUT",
        ["metadefs", rest @ ..] => return metadefs::allowed(rest),
        _ => return None,
    })
}

/// Whether a body with this request is a mistake.
fn rejects_body(method: &Method, parts: &[&str]) -> bool {
    match (method.as_str(), parts) {
        (_, ["images"] | ["tasks"]) => false,
        (_, ["metadefs", rest @ ..]) => metadefs::rejects_body(method, rest),
        ("GET" | "DELETE", _) | ("POST", ["images", _, "actions", _]) | ("PUT", ["images", _, "tags", _]) => true,
        _ => false,
    }
}

/// Whether a body is read and handed to a handler that does not expect it.
fn fails_on_body(method: &Method, parts: &[&str]) -> bool {
    match parts {
        ["cache", ..] => method != Method::GET,
        ["tasks", _] => true,
        ["images", _, "locations"] => method == Method::GET,
        _ => false,
    }
}

pub(super) async fn dispatch(cloud: &Cloud, call: &mut Call, who: &Who, path: &str) -> Result<Response<Body>> {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
        return Err(ApiError::nowhere());
    }
    let allow = allowed(&parts).ok_or_else(ApiError::nowhere)?;
    let method = call.method.clone();
    let hidden = match parts.as_slice() {
        // Routed, but not told.
        ["images", _, "locations"] => method == Method::GET,
        // These two do not say which methods they take.
        ["images", _, "tasks"] | ["info", "usage"] if method != Method::GET => {
            return Err(ApiError::nowhere());
        }
        _ => false,
    };
    if !hidden && !allow.split(", ").any(|m| m == method.as_str()) {
        return Err(ApiError::method_not_allowed(method.as_str(), allow));
    }
    let may_be_chunked = matches!(method, Method::POST | Method::PUT | Method::PATCH);
    let has_body = call.has_body() && (may_be_chunked || call.content_length().is_some());
    if has_body && parts == ["info", "usage"] {
        return Err(ApiError::internal());
    }
    if has_body && fails_on_body(&method, &parts) {
        read_json(call).await?;
        return Err(ApiError::internal());
    }
    if has_body && rejects_body(&method, &parts) {
        return Err(ApiError::bad_request("A body is not expected with this request."));
    }
    match (method.as_str(), parts.as_slice()) {
        ("GET", ["images"]) => listing::list(cloud, call, who),
        ("POST", ["images"]) => image::create(cloud, call, who).await,
        ("GET", ["images", id]) => image::show(cloud, who, id),
        ("PATCH", ["images", id]) => patch::update(cloud, call, who, id).await,
        ("DELETE", ["images", id]) => image::delete(cloud, who, id),
        ("GET", ["images", id, "file"]) => data::download(cloud, call, who, id).await,
        ("PUT", ["images", id, "file"]) => data::upload(cloud, call, who, id).await,
        ("PUT", ["images", id, "stage"]) => data::stage(cloud, call, who, id).await,
        ("POST", ["images", id, "import"]) => import::start(cloud, call, who, id).await,
        ("POST", ["images", id, "actions", action]) => image::act(cloud, who, id, action),
        ("PUT", ["images", id, "tags", tag]) => tags::add(cloud, who, id, tag),
        ("DELETE", ["images", id, "tags", tag]) => tags::remove(cloud, who, id, tag),
        ("GET", ["images", id, "members"]) => members::list(cloud, who, id),
        ("POST", ["images", id, "members"]) => members::add(cloud, call, who, id).await,
        ("GET", ["images", id, "members", member]) => members::show(cloud, who, id, member),
        ("PUT", ["images", id, "members", member]) => members::answer(cloud, call, who, id, member).await,
        ("DELETE", ["images", id, "members", member]) => members::remove(cloud, who, id, member),
        ("GET", ["images", id, "tasks"]) => tasks::of_image(cloud, who, id),
        ("GET", ["images", id, "locations"]) => locations::list(cloud, who, id),
        ("POST", ["images", id, "locations"]) => locations::add(cloud, call, who, id).await,
        ("GET", ["tasks"]) => tasks::list(cloud, call, who),
        ("GET", ["tasks", id]) => tasks::show(cloud, who, id),
        ("POST", ["tasks"]) => tasks::create(cloud, call, who).await,
        ("DELETE", ["tasks", _]) => tasks::refuse(who),
        ("DELETE", ["stores", store, id]) => stores::remove(cloud, who, store, id),
        ("GET", ["cache"]) => cache::list(cloud, who),
        ("DELETE", ["cache"]) => cache::clear(cloud, call, who),
        ("POST", ["cache", what]) => cache::tidy(who, what),
        ("GET", ["cache", "nodes", id]) => cache::nodes(cloud, who, id),
        ("PUT", ["cache", id]) => cache::queue(cloud, who, id),
        ("DELETE", ["cache", id]) => cache::remove(cloud, who, id),
        ("GET", ["info", "import"]) => info::import_methods(),
        ("GET", ["info", "stores"]) => stores::list(),
        ("GET", ["info", "stores", "detail"]) => stores::detail(cloud, who),
        ("GET", ["info", "usage"]) => info::usage(),
        ("GET", ["schemas", ..]) => info::schema(&parts[1..]),
        (_, ["metadefs", rest @ ..]) => metadefs::dispatch(cloud, call, who, rest).await,
        _ => Err(ApiError::nowhere()),
    }
}
