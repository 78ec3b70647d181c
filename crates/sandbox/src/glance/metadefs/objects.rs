//! Objects: groups of properties.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::super::error::{ApiError, Result};
use super::super::policy::Who;
use super::super::{no_content, ok};
use super::body::{self, check_characters, same};
use super::model::{Namespace, Object};
use super::paging::{Order, check_visibility, limit};
use super::store::{check_protection, must_administer, must_read};
use crate::cloud::Cloud;
use crate::http::{Call, json};
use crate::json::{Json, object};

fn position(namespace: &Namespace, name: &str) -> Result<usize> {
    let gone = || ApiError::not_found(format!("Could not find metadata object {name}"));
    namespace.objects.iter().position(|o| o.name == name).ok_or_else(gone)
}

/// All objects, by name. Order, marker and limit are checked and not followed.
pub(super) fn list(cloud: &Cloud, call: &Call, who: &Who, namespace: &str) -> Result<Response<Body>> {
    let mut query = call.query.clone();
    Order::take(&mut query)?;
    check_visibility(&query, &["public", "private", "shared"])?;
    query.take("limit").map(|text| limit(&text, 1)).transpose()?;
    let mut store = cloud.glance.metadefs();
    let namespace = store.find_for_objects(who, namespace)?;
    must_read(who, namespace)?;
    ok(&object([("objects", Json::List(namespace.object_views(""))), ("schema", "v2/schemas/metadefs/objects".into())]))
}

pub(super) async fn create(cloud: &Cloud, call: &mut Call, who: &Who, namespace: &str) -> Result<Response<Body>> {
    let body = body::read_new_object(call).await?;
    let mut store = cloud.glance.metadefs();
    let namespace = store.find_for_objects(who, namespace)?;
    must_administer(who, namespace, "add_metadef_object")?;
    let within = namespace.name.clone();
    let added = namespace.add_object("object", &body, cloud.clock.now())?;
    Ok(json(StatusCode::CREATED, &given_view(added, &within, &body)))
}

/// The object with what the request said of it, and no more.
fn given_view(object: &Object, namespace: &str, body: &Json) -> Json {
    object.view(namespace, body.get("required").cloned(), body.get("properties").cloned())
}

pub(super) fn show(cloud: &Cloud, who: &Who, namespace: &str, name: &str) -> Result<Response<Body>> {
    let mut store = cloud.glance.metadefs();
    let namespace = store.find_for_objects(who, namespace)?;
    must_read(who, namespace)?;
    ok(&namespace.objects[position(namespace, name)?].stored_view(&namespace.name, ""))
}

pub(super) async fn update(cloud: &Cloud, call: &mut Call, who: &Who, namespace: &str, name: &str) -> Result<Response<Body>> {
    let body = body::read(call, &body::OBJECT).await?;
    let mut store = cloud.glance.metadefs();
    let namespace = store.find_for_objects(who, namespace)?;
    must_administer(who, namespace, "modify_metadef_object")?;
    let at = position(namespace, name)?;
    let mut changed = Object::read(&body, namespace.objects[at].times)?;
    check_characters("update", "object", &changed.stored())?;
    if namespace.objects.iter().enumerate().any(|(i, o)| i != at && o.name == changed.name) {
        // The refusal asks the broken transaction for a name.
        return Err(ApiError::internal());
    }
    // The answer tells when it was changed before this.
    let view = given_view(&changed, &namespace.name, &body);
    if !same(&changed.stored(), &namespace.objects[at].stored()) {
        changed.times.updated = Some(cloud.clock.now());
    }
    namespace.objects[at] = changed;
    ok(&view)
}

pub(super) fn delete(cloud: &Cloud, who: &Who, namespace: &str, name: &str) -> Result<Response<Body>> {
    let mut store = cloud.glance.metadefs();
    let namespace = store.find_for_objects(who, namespace)?;
    must_administer(who, namespace, "delete_metadef_object")?;
    let at = position(namespace, name)?;
    check_protection(namespace, "object", name)?;
    namespace.objects.remove(at);
    no_content()
}
