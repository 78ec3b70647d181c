//! Tags that resources may be given.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::super::error::{ApiError, Result};
use super::super::policy::Who;
use super::super::{info, no_content, ok};
use super::body::{self, check_characters, items, text};
use super::model::{Namespace, Tag, Times};
use super::paging::{Order, check_visibility, limit};
use super::store::{check_protection, must_administer, must_read};
use crate::cloud::Cloud;
use crate::http::{Call, json};
use crate::json::{Json, object};

fn position(namespace: &Namespace, name: &str) -> Result<usize> {
    let gone = || ApiError::not_found(format!("Could not find metadata tag {name}"));
    namespace.tags.iter().position(|t| t.name == name).ok_or_else(gone)
}

pub(super) fn list(cloud: &Cloud, call: &Call, who: &Who, namespace: &str) -> Result<Response<Body>> {
    let mut query = call.query.clone();
    let limit_text = query.take("limit").filter(|text| !text.is_empty());
    let marker = query.take("marker").filter(|name| !name.is_empty());
    let order = Order::take(&mut query)?;
    check_visibility(&query, &["public", "private", "shared"])?;
    let limit = limit_text.map(|text| limit(&text, 0)).transpose()?;
    let mut store = cloud.glance.metadefs();
    let namespace = store.find(who, namespace)?;
    must_read(who, namespace)?;
    let marker = marker.map(|name| position(namespace, &name)).transpose()?.map(|at| &namespace.tags[at]);
    let tags = order.page(namespace.tags.iter(), marker, limit)?;
    ok(&tags_view(tags.into_iter().map(Tag::name_view).collect()))
}

fn tags_view(tags: Vec<Json>) -> Json {
    object([("tags", Json::List(tags))])
}

/// Puts tags in the place of those that are there, or to them.
pub(super) async fn replace(cloud: &Cloud, call: &mut Call, who: &Who, namespace: &str) -> Result<Response<Body>> {
    let body = body::read(call, &body::TAGS).await?;
    let append = call.header("x-openstack-append").unwrap_or_default().trim().to_ascii_lowercase();
    let append = matches!(append.as_str(), "1" | "t" | "true" | "on" | "y" | "yes");
    let mut store = cloud.glance.metadefs();
    must_administer(who, store.find(who, namespace)?, "add_metadef_tags")?;
    if body.get("tags").is_none() {
        return Err(ApiError::internal());
    }
    let names: Vec<String> = items(&body, "tags").iter().filter_map(|tag| text(tag, "name")).collect();
    let ids: Vec<u64> = names.iter().map(|_| store.new_id()).collect();
    let namespace = store.find(who, namespace)?;
    // No tags replace nothing.
    if !names.is_empty() {
        let before = namespace.tags.clone();
        if !append {
            namespace.tags.clear();
        }
        let now = cloud.clock.now();
        for (id, name) in ids.into_iter().zip(&names) {
            if let Err(error) = namespace.add_tag(id, name, now) {
                namespace.tags = before;
                return Err(error);
            }
        }
    }
    let views = names.iter().map(|name| object([("name", name.as_str().into())])).collect();
    Ok(json(StatusCode::CREATED, &tags_view(views)))
}

pub(super) fn create(cloud: &Cloud, who: &Who, namespace: &str, name: &str) -> Result<Response<Body>> {
    let mut store = cloud.glance.metadefs();
    let id = store.new_id();
    let namespace = store.find(who, namespace)?;
    info::check(body::tag_schema(), &object([("name", name.into())]))?;
    must_administer(who, namespace, "add_metadef_tag")?;
    Ok(json(StatusCode::CREATED, &namespace.add_tag(id, name, cloud.clock.now())?.view()))
}

pub(super) fn show(cloud: &Cloud, who: &Who, namespace: &str, name: &str) -> Result<Response<Body>> {
    let mut store = cloud.glance.metadefs();
    let namespace = store.find(who, namespace)?;
    must_read(who, namespace)?;
    ok(&namespace.tags[position(namespace, name)?].view())
}

pub(super) async fn update(cloud: &Cloud, call: &mut Call, who: &Who, namespace: &str, name: &str) -> Result<Response<Body>> {
    let body = body::read(call, &body::TAG).await?;
    let mut store = cloud.glance.metadefs();
    let namespace = store.find(who, namespace)?;
    must_administer(who, namespace, "modify_metadef_tag")?;
    let at = position(namespace, name)?;
    let new_name = text(&body, "name").unwrap_or_default();
    check_characters("update", "tag", &body)?;
    if namespace.tags.iter().enumerate().any(|(i, t)| i != at && t.name == new_name) {
        return Err(namespace.tag_taken(&new_name));
    }
    let tag = &mut namespace.tags[at];
    let before = tag.times;
    if tag.name != new_name {
        tag.times = Times { updated: Some(cloud.clock.now()), ..before };
    }
    tag.name = new_name;
    // The answer tells when it was changed before this.
    ok(&Tag { times: before, ..tag.clone() }.view())
}

pub(super) fn delete(cloud: &Cloud, who: &Who, namespace: &str, name: &str) -> Result<Response<Body>> {
    let mut store = cloud.glance.metadefs();
    let namespace = store.find(who, namespace)?;
    must_administer(who, namespace, "delete_metadef_tag")?;
    let at = position(namespace, name)?;
    check_protection(namespace, "tag", name)?;
    namespace.tags.remove(at);
    no_content()
}
