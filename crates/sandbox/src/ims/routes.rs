//! From method and path to a handler.

use axum::body::Body;
use axum::http::{Method, Response};

use super::access::{self, Principal};
use super::error::{Result, no_api};
use super::{
    copy, create, data_image, export, jobs, listing, member_jobs, members, native, os_versions, quota, tag_query, tags, update,
    versions, whole,
};
use crate::cloud::Cloud;
use crate::http::Call;

pub(super) async fn answer(cloud: &Cloud, call: &mut Call) -> Result<Response<Body>> {
    let path = call.path.clone();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    // Open to everybody; but who signs has to do it well.
    if parts == [""] && call.method == Method::GET && !call.headers.contains_key("authorization") {
        return versions::answer(cloud, None);
    }
    let caller = access::identify(cloud, call).await?;
    if let Some(refusal) = cloud.ims.take_refusal(call.method.as_str(), &path) {
        return Err(refusal);
    }
    match parts.as_slice() {
        // The schema of images is no project.
        ["v2", project, "images", rest @ ..] if !matches!(*project, "images" | "cloudimages" | "schemas") => {
            tagging(cloud, call, &caller, project, rest).await.map_err(|error| error.flat())
        }
        [""] if call.method == Method::GET => versions::answer(cloud, None),
        [version] if call.method == Method::GET => versions::answer(cloud, Some(version)),
        ["v1", "cloudimages", rest @ ..] => first(cloud, call, &caller, rest).await,
        ["v1", project, rest @ ..] => of_project(cloud, call, &caller, project, rest).await,
        ["v2", "cloudimages", rest @ ..] => second(cloud, call, &caller, rest).await,
        ["v2.1", "cloudimages", rest @ ..] if cloud.ims.is_huawei() => safe(cloud, call, &caller, rest).await,
        _ => match native::is_native(&path) {
            Some(below) => native::answer(cloud, call, &caller, below).await,
            None => Err(no_api()),
        },
    }
}

/// `/v1/cloudimages/...`
async fn first(cloud: &Cloud, call: &mut Call, caller: &Principal, rest: &[&str]) -> Result<Response<Body>> {
    let huawei = cloud.ims.is_huawei();
    match (call.method.clone().as_str(), rest) {
        ("POST", ["dataimages", "action"]) => data_image::create(cloud, call, caller).await,
        ("POST", ["wholeimages", "action"]) => whole::create(cloud, call, caller).await,
        ("GET", ["job", id]) if huawei => jobs::show(cloud, caller, id, true),
        ("POST", ["members"]) => member_jobs::add_members(cloud, call, caller).await,
        ("PUT", ["members"]) => member_jobs::answer(cloud, call, caller).await,
        ("DELETE", ["members"]) => member_jobs::remove_members(cloud, call, caller).await,
        ("GET", ["os_version"]) if huawei => os_versions::list(call),
        ("GET", ["quota"]) => quota::show(cloud, caller),
        ("GET", ["tags"]) => tags::list_all(cloud, call, caller),
        ("PUT", ["tags"]) => tags::put_one(cloud, call, caller).await,
        ("POST", [id, "copy"]) => copy::in_region(cloud, call, caller, id).await,
        ("POST", [id, "cross_region_copy"]) if huawei => copy::cross_region(cloud, call, caller, id).await,
        ("POST", [id, "file"]) => export::export(cloud, call, caller, id).await,
        ("PUT", [id, "upload"]) => export::register(cloud, call, caller, id).await,
        _ => Err(no_api()),
    }
}

/// `/v1/{project}/...`
async fn of_project(cloud: &Cloud, call: &mut Call, caller: &Principal, project: &str, rest: &[&str]) -> Result<Response<Body>> {
    let huawei = cloud.ims.is_huawei();
    let known = match (call.method.as_str(), rest) {
        ("GET", ["jobs", _]) => true,
        ("GET", ["cloudimages", _, "members"] | ["cloudimages", _, "members", _]) => huawei,
        ("DELETE", ["cloudimages", _, "tags", "delete"]) => huawei,
        _ => false,
    };
    if !known {
        return Err(no_api());
    }
    caller.must_be_in(project)?;
    match rest {
        ["jobs", id] => jobs::show(cloud, caller, id, false),
        ["cloudimages", id, "members"] => members::list(cloud, call, caller, id),
        ["cloudimages", id, "members", member] => members::show(cloud, caller, id, member),
        ["cloudimages", id, ..] => tags::delete_some(cloud, call, caller, id).await,
        _ => Err(no_api()),
    }
}

/// `/v2/cloudimages/...`
async fn second(cloud: &Cloud, call: &mut Call, caller: &Principal, rest: &[&str]) -> Result<Response<Body>> {
    match (call.method.clone().as_str(), rest) {
        ("GET", []) => listing::list(cloud, call, caller),
        ("POST", ["action"]) => create::create(cloud, call, caller).await,
        ("POST", ["quickimport", "action"]) => create::quick_import(cloud, call, caller).await,
        ("PATCH", [id]) => update::update(cloud, call, caller, id).await,
        _ => Err(no_api()),
    }
}

/// `/v2.1/cloudimages/...`: calls of the others, under this version too.
async fn safe(cloud: &Cloud, call: &mut Call, caller: &Principal, rest: &[&str]) -> Result<Response<Body>> {
    match (call.method.clone().as_str(), rest) {
        ("POST", ["action"]) => create::create(cloud, call, caller).await,
        ("POST", ["dataimages", "action"]) => data_image::create(cloud, call, caller).await,
        ("POST", ["quickimport", "action"]) => create::quick_import(cloud, call, caller).await,
        ("POST", [id, "copy"]) => copy::in_region(cloud, call, caller, id).await,
        ("POST", [id, "file"]) => export::export(cloud, call, caller, id).await,
        _ => Err(no_api()),
    }
}

/// `/v2/{project}/images/...`
async fn tagging(cloud: &Cloud, call: &mut Call, caller: &Principal, project: &str, rest: &[&str]) -> Result<Response<Body>> {
    let known = matches!(
        (call.method.as_str(), rest),
        ("POST", ["resource_instances", "action"] | [_, "tags"] | [_, "tags", "action"])
            | ("GET", ["tags"] | [_, "tags"])
            | ("DELETE", [_, "tags", _])
    );
    if !known {
        return Err(no_api());
    }
    caller.must_be_in(project)?;
    match (call.method.clone().as_str(), rest) {
        ("POST", ["resource_instances", "action"]) => tag_query::find(cloud, call, caller).await,
        ("GET", ["tags"]) => tag_query::of_project(cloud, caller),
        ("GET", [id, "tags"]) => tags::list(cloud, caller, id),
        ("POST", [id, "tags"]) => tags::add(cloud, call, caller, id).await,
        ("POST", [id, "tags", "action"]) => tags::act(cloud, call, caller, id).await,
        ("DELETE", [id, "tags", key]) => tags::delete(cloud, caller, id, key),
        _ => Err(no_api()),
    }
}
