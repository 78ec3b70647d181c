//! Types of resources, and which namespaces are for them.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::super::error::{ApiError, Result};
use super::super::policy::Who;
use super::super::{no_content, ok};
use super::body::{self, text};
use super::model::{ResourceType, Times};
use super::store::{check_protection, must_administer, must_read};
use crate::cloud::Cloud;
use crate::http::{Call, json};
use crate::json::{Json, object};

pub(super) fn no_association(namespace: &str, resource_type: &str) -> ApiError {
    ApiError::not_found(format!(
        "The metadata definition resource-type association of resource-type={resource_type} to namespace={namespace}, was not found."
    ))
}

pub(super) fn list(cloud: &Cloud, who: &Who) -> Result<Response<Body>> {
    if !who.may_read_metadefs(who.project.as_deref(), "private") {
        return Err(ApiError::nowhere());
    }
    let store = cloud.glance.metadefs();
    ok(&object([("resource_types", Json::List(store.resource_types.iter().map(ResourceType::view).collect()))]))
}

pub(super) fn of_namespace(cloud: &Cloud, who: &Who, namespace: &str) -> Result<Response<Body>> {
    let mut store = cloud.glance.metadefs();
    let namespace = store.find(who, namespace)?;
    must_read(who, namespace)?;
    ok(&object([("resource_type_associations", Json::List(namespace.association_views()))]))
}

pub(super) async fn associate(cloud: &Cloud, call: &mut Call, who: &Who, namespace: &str) -> Result<Response<Body>> {
    let body = body::read(call, &body::ASSOCIATION).await?;
    let mut store = cloud.glance.metadefs();
    must_administer(who, store.find(who, namespace)?, "add_metadef_resource_type_association")?;
    let times = Times::new(cloud.clock.now());
    store.learn(&text(&body, "name").unwrap_or_default(), times);
    Ok(json(StatusCode::CREATED, &store.find(who, namespace)?.associate(&body, times)?.view()))
}

pub(super) fn dissociate(cloud: &Cloud, who: &Who, namespace: &str, name: &str) -> Result<Response<Body>> {
    let mut store = cloud.glance.metadefs();
    let namespace = store.find(who, namespace)?;
    must_administer(who, namespace, "remove_metadef_resource_type_association")?;
    let at = namespace.associations.iter().position(|a| a.name == name);
    let at = at.ok_or_else(|| ApiError::not_found(format!("Failed to find resource type {name} to delete")))?;
    check_protection(namespace, "resource-type-association", name)?;
    namespace.associations.remove(at);
    no_content()
}
