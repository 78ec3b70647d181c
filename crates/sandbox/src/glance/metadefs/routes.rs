//! From method and path to a handler.

use axum::body::Body;
use axum::http::{Method, Response};

use super::super::error::{ApiError, Result};
use super::super::policy::Who;
use super::super::read_json;
use super::body::undecodable;
use super::{namespaces, objects, properties, resource_types, tags};
use crate::cloud::Cloud;
use crate::http::Call;
use crate::http::query::unescape;

/// The methods of a path below `metadefs`, as its `Allow` header lists them.
pub(in crate::glance) fn allowed(parts: &[&str]) -> Option<&'static str> {
    Some(match parts {
        ["resource_types"] => "GET",
        ["namespaces"] | ["namespaces", _, "resource_types"] => "GET, POST",
        ["namespaces", _, "resource_types", _] => "DELETE",
        ["namespaces", _] | ["namespaces", _, "objects" | "properties", _] => "GET, PUT, DELETE",
        ["namespaces", _, "objects" | "properties" | "tags"] => "GET, POST, DELETE",
        ["namespaces", _, "tags", _] => "GET, POST, PUT, DELETE",
        _ => return None,
    })
}

/// Whether a body with this request is a mistake.
pub(in crate::glance) fn rejects_body(method: &Method, parts: &[&str]) -> bool {
    match (method.as_str(), parts) {
        ("GET", ["namespaces"] | ["namespaces", _, "objects" | "tags"]) => false,
        ("DELETE", ["namespaces", _, "objects" | "properties" | "tags"]) => false,
        (_, ["namespaces", _, "properties", _]) => false,
        ("GET" | "DELETE", _) | ("POST", ["namespaces", _, "tags", _]) => true,
        _ => false,
    }
}

/// Whether the query is looked at, and so has to be UTF-8.
fn reads_query(method: &Method, parts: &[&str]) -> bool {
    method == Method::GET
        && matches!(
            parts,
            ["namespaces"] | ["namespaces", _] | ["namespaces", _, "objects" | "tags"] | ["namespaces", _, "properties", _]
        )
}

pub(in crate::glance) async fn dispatch(cloud: &Cloud, call: &mut Call, who: &Who, parts: &[&str]) -> Result<Response<Body>> {
    let method = call.method.clone();
    if reads_query(&method, parts) && unescape(&call.raw_query, true).is_none() {
        return Err(undecodable());
    }
    if method == Method::DELETE && call.has_body() {
        // Read although nobody asked for it, and then one argument too many.
        read_json(call).await?;
        return Err(ApiError::internal());
    }
    match (method.as_str(), parts) {
        ("GET", ["resource_types"]) => resource_types::list(cloud, who),
        ("GET", ["namespaces"]) => namespaces::list(cloud, call, who),
        ("POST", ["namespaces"]) => namespaces::create(cloud, call, who).await,
        ("GET", ["namespaces", ns]) => namespaces::show(cloud, call, who, ns),
        ("PUT", ["namespaces", ns]) => namespaces::update(cloud, call, who, ns).await,
        ("DELETE", ["namespaces", ns]) => namespaces::delete(cloud, who, ns),
        ("GET", ["namespaces", ns, "resource_types"]) => resource_types::of_namespace(cloud, who, ns),
        ("POST", ["namespaces", ns, "resource_types"]) => resource_types::associate(cloud, call, who, ns).await,
        ("DELETE", ["namespaces", ns, "resource_types", name]) => resource_types::dissociate(cloud, who, ns, name),
        ("DELETE", ["namespaces", ns, kind]) => namespaces::empty(cloud, who, ns, kind),
        ("GET", ["namespaces", ns, "objects"]) => objects::list(cloud, call, who, ns),
        ("POST", ["namespaces", ns, "objects"]) => objects::create(cloud, call, who, ns).await,
        ("GET", ["namespaces", ns, "objects", name]) => objects::show(cloud, who, ns, name),
        ("PUT", ["namespaces", ns, "objects", name]) => objects::update(cloud, call, who, ns, name).await,
        ("DELETE", ["namespaces", ns, "objects", name]) => objects::delete(cloud, who, ns, name),
        ("GET", ["namespaces", ns, "properties"]) => properties::list(cloud, who, ns),
        ("POST", ["namespaces", ns, "properties"]) => properties::create(cloud, call, who, ns).await,
        ("GET", ["namespaces", ns, "properties", name]) => properties::show(cloud, call, who, ns, name),
        ("PUT", ["namespaces", ns, "properties", name]) => properties::update(cloud, call, who, ns, name).await,
        ("DELETE", ["namespaces", ns, "properties", name]) => properties::delete(cloud, who, ns, name),
        ("GET", ["namespaces", ns, "tags"]) => tags::list(cloud, call, who, ns),
        ("POST", ["namespaces", ns, "tags"]) => tags::replace(cloud, call, who, ns).await,
        ("GET", ["namespaces", ns, "tags", name]) => tags::show(cloud, who, ns, name),
        ("POST", ["namespaces", ns, "tags", name]) => tags::create(cloud, who, ns, name),
        ("PUT", ["namespaces", ns, "tags", name]) => tags::update(cloud, call, who, ns, name).await,
        ("DELETE", ["namespaces", ns, "tags", name]) => tags::delete(cloud, who, ns, name),
        _ => Err(ApiError::nowhere()),
    }
}
