//! Properties of a namespace that stand in no object.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::super::error::{ApiError, Result};
use super::super::policy::Who;
use super::super::{no_content, ok};
use super::body::{self, check_characters, check_default, text};
use super::model::{Namespace, Property};
use super::resource_types::no_association;
use super::store::{check_protection, must_administer, must_read};
use crate::cloud::Cloud;
use crate::http::{Call, json};
use crate::json::{Json, object};

fn position(namespace: &Namespace, name: &str) -> Result<usize> {
    let gone = || ApiError::not_found(format!("Could not find property {name}"));
    namespace.properties.iter().position(|p| p.name == name).ok_or_else(gone)
}

pub(super) fn list(cloud: &Cloud, who: &Who, namespace: &str) -> Result<Response<Body>> {
    let mut store = cloud.glance.metadefs();
    let namespace = store.find(who, namespace)?;
    must_read(who, namespace)?;
    ok(&object([("properties", Json::Map(namespace.property_views("")))]))
}

pub(super) async fn create(cloud: &Cloud, call: &mut Call, who: &Who, namespace: &str) -> Result<Response<Body>> {
    let body = body::read(call, &body::PROPERTY).await?;
    let mut store = cloud.glance.metadefs();
    let namespace = store.find(who, namespace)?;
    must_administer(who, namespace, "add_metadef_property")?;
    let name = text(&body, "name").unwrap_or_default();
    let added = namespace.add_property("property", &name, body)?;
    Ok(json(StatusCode::CREATED, &added.view()))
}

pub(super) fn show(cloud: &Cloud, call: &Call, who: &Who, namespace: &str, name: &str) -> Result<Response<Body>> {
    let mut store = cloud.glance.metadefs();
    let known = |store: &super::Store, wanted: &str| store.resource_types.iter().any(|t| t.name == wanted);
    let wanted = call.query.get("resource_type");
    let is_known = wanted.is_some_and(|wanted| known(&store, wanted));
    let namespace = store.find(who, namespace)?;
    must_read(who, namespace)?;
    let name = match wanted {
        // Of all parameters only that one is reckoned with.
        None if !call.query.pairs().is_empty() => return Err(ApiError::internal()),
        None | Some("") => name,
        Some(wanted) => without_prefix(namespace, wanted, is_known, name)?,
    };
    ok(&namespace.properties[position(namespace, name)?].view())
}

/// The name of a property from the name that resources of a type have it by.
fn without_prefix<'n>(namespace: &Namespace, resource_type: &str, is_known: bool, name: &'n str) -> Result<&'n str> {
    if !is_known {
        let text = format!("The metadata definition resource-type with name={resource_type}, was not found.");
        return Err(ApiError::not_found(text));
    }
    let association = namespace.associations.iter().find(|a| a.name == resource_type);
    let association = association.ok_or_else(|| no_association(&namespace.name, resource_type))?;
    let prefix = association.prefix.as_deref();
    prefix.filter(|prefix| !prefix.is_empty()).and_then(|prefix| name.strip_prefix(prefix)).ok_or_else(|| {
        let prefix = prefix.unwrap_or("None");
        ApiError::not_found(format!(
            "Property {name} does not start with the expected resource type association prefix of '{prefix}'."
        ))
    })
}

pub(super) async fn update(cloud: &Cloud, call: &mut Call, who: &Who, namespace: &str, name: &str) -> Result<Response<Body>> {
    let body = body::read(call, &body::PROPERTY).await?;
    let mut store = cloud.glance.metadefs();
    let namespace = store.find(who, namespace)?;
    must_administer(who, namespace, "modify_metadef_property")?;
    let at = position(namespace, name)?;
    check_default(&body)?;
    let changed = Property { name: text(&body, "name").unwrap_or_default(), schema: body };
    check_characters("update", "property", &changed.stored())?;
    if namespace.properties.iter().enumerate().any(|(i, p)| i != at && p.name == changed.name) {
        // The refusal asks the broken transaction for a name.
        return Err(ApiError::internal());
    }
    let view = changed.view();
    namespace.properties[at] = changed;
    ok(&view)
}

pub(super) fn delete(cloud: &Cloud, who: &Who, namespace: &str, name: &str) -> Result<Response<Body>> {
    let mut store = cloud.glance.metadefs();
    let namespace = store.find(who, namespace)?;
    must_administer(who, namespace, "remove_metadef_property")?;
    let at = position(namespace, name)?;
    check_protection(namespace, "property", name)?;
    namespace.properties.remove(at);
    no_content()
}
