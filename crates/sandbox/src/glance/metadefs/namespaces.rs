//! Namespaces: list, create, show, update, delete.

use axum::body::Body;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, Response, StatusCode};

use super::super::error::{ApiError, Result};
use super::super::policy::Who;
use super::super::{no_content, ok};
use super::body::{self, check_characters, items, members, text};
use super::model::{About, Contents, Namespace, Times};
use super::paging::{Order, check_visibility, integer};
use super::store::{self, Store, Unseen, absent, check_protection, is_readable, is_visible, must_administer};
use crate::cloud::Cloud;
use crate::http::{Call, json};
use crate::json::Json;

const VISIBILITIES: &[&str] = &["public", "private"];

/// A filter that a real server takes for one of its own, and trips over.
const INTERNAL_FILTER: &str = "id_list";

pub(super) fn list(cloud: &Cloud, call: &Call, who: &Who) -> Result<Response<Body>> {
    let mut query = call.query.clone();
    let limit = query.take("limit").map(|text| integer(&text).ok_or_else(ApiError::internal)).transpose()?;
    let marker = query.take("marker");
    let order = Order::take(&mut query)?;
    check_visibility(&query, VISIBILITIES)?;
    let settings = &cloud.glance.settings;
    let limit = limit.map_or(Ok(settings.default_page), usize::try_from);
    let limit = limit.map_err(|_| ApiError::bad_request("limit param must be positive"))?.min(settings.max_page);
    if !who.may_read_metadefs(who.project.as_deref(), "private") {
        return Err(ApiError::nowhere());
    }

    let mut store = cloud.glance.metadefs();
    let marker = match &marker {
        None => None,
        Some(name) if name.is_empty() => return Err(ApiError::not_found("Metadata definition namespace not found for id=")),
        Some(name) => Some(store.seek(who, name).map(|n| n.clone()).map_err(|unseen| match unseen {
            Unseen::Absent => absent(name),
            Unseen::Hidden => {
                ApiError::forbidden(format!("Forbidding request, metadata definition namespace={name} is not visible."))
            }
        })?),
    };
    let types = query.get("resource_types").map(|types| types.split(',').map(str::to_owned).collect::<Vec<_>>());
    if types.is_none() && query.contains(INTERNAL_FILTER) {
        return Err(ApiError::internal());
    }
    let is_for = |n: &Namespace, types: &[String]| n.associations.iter().any(|a| types.contains(&a.name));
    // Nothing more is looked at when no namespace at all is for the types.
    let none = types.as_ref().is_some_and(|types| !store.namespaces.iter().any(|n| is_for(n, types)));
    let visibility = query.take("visibility");
    let page = if none {
        Vec::new()
    } else {
        let wanted = store.namespaces.iter().filter(|n| {
            is_visible(who, n)
                && visibility.as_ref().is_none_or(|v| n.about.visibility.as_ref() == Some(v))
                && types.as_ref().is_none_or(|types| is_for(n, types))
        });
        order.page(wanted, marker.as_ref(), Some(limit))?
    };
    let page: Vec<&Namespace> = page.into_iter().filter(|n| is_readable(who, n)).collect();
    let more = page.last().filter(|_| page.len() == limit).map(|n| n.name.clone());
    let views = page
        .into_iter()
        .map(|n| n.view(Contents { associations: unless_empty(n.association_views()), ..Contents::default() }))
        .collect();

    let mut links = call.query.flattened();
    links.take("marker");
    let path = "/v2/metadefs/namespaces";
    let first = links.link(path);
    let mut answer = vec![("namespaces".to_owned(), Json::List(views))];
    if let Some(more) = more {
        links.push("marker", &more);
        answer.push(("next".to_owned(), links.link(path).into()));
    }
    answer.push(("schema".to_owned(), "/v2/schemas/metadefs/namespaces".into()));
    answer.push(("first".to_owned(), first.into()));
    ok(&Json::Map(answer))
}

fn unless_empty(items: Vec<Json>) -> Option<Json> {
    (!items.is_empty()).then_some(Json::List(items))
}

pub(super) async fn create(cloud: &Cloud, call: &mut Call, who: &Who) -> Result<Response<Body>> {
    let body = body::read(call, &body::NAMESPACE).await?;
    if !who.may_read_metadefs(who.project.as_deref(), "private") {
        return Err(ApiError::nowhere());
    }
    who.must_be_admin("add_metadef_namespace")?;
    let owner = text(&body, "owner").or_else(|| who.project.clone()).ok_or_else(ApiError::internal)?;
    let mut store = cloud.glance.metadefs();
    let name = text(&body, "namespace").unwrap_or_default();
    check_characters("create", "namespace", &columns(&body))?;
    if store.namespaces.iter().any(|n| n.name == name) {
        return Err(ApiError::conflict(format!("The metadata definition namespace={name} already exists.")));
    }
    let times = Times::new(cloud.clock.now());
    let id = store.new_id();
    let namespace = Namespace {
        id,
        name: name.clone(),
        about: About::read(&body, owner),
        times,
        associations: Vec::new(),
        objects: Vec::new(),
        properties: Vec::new(),
        tags: Vec::new(),
    };
    let given = |name: &str| body.get(name).cloned();
    let view = namespace.view(Contents {
        associations: given("resource_type_associations"),
        properties: given("properties"),
        objects: given("objects"),
        tags: given("tags"),
    });
    let path = namespace.path();
    let protected = namespace.about.protected;
    store.namespaces.push(namespace);
    if let Err(error) = fill(&mut store, who, &name, &body, times) {
        // Only what is there twice takes the namespace away again, and not a protected one.
        if error.status == StatusCode::CONFLICT && !protected {
            store.namespaces.retain(|n| n.id != id);
        }
        return Err(error);
    }
    let mut response = json(StatusCode::CREATED, &view);
    // Headers hold Latin-1; a real server breaks off over other names.
    let location: Option<Vec<u8>> =
        format!("{}{path}", cloud.image_url()).chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    if let Some(location) = location.and_then(|bytes| HeaderValue::from_bytes(&bytes).ok()) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// Makes what comes with a new namespace, one after the other. What went before an error stays.
fn fill(store: &mut Store, who: &Who, name: &str, body: &Json, times: Times) -> Result<()> {
    for association in items(body, "resource_type_associations") {
        store.learn(&text(association, "name").unwrap_or_default(), times);
        store.find(who, name)?.associate(association, times)?;
    }
    for object in items(body, "objects") {
        // The link is taken for the object itself.
        if object.get("self").is_some() {
            return Err(ApiError::internal());
        }
        store.find(who, name)?.add_object("namespace", object, times.created)?;
    }
    for tag in items(body, "tags") {
        let id = store.new_id();
        let tag = text(tag, "name").unwrap_or_default();
        check_characters("create", "namespace", &crate::json::object([("name", tag.clone().into())]))?;
        store.find(who, name)?.add_tag(id, &tag, times.created)?;
    }
    for (property, schema) in members(body, "properties") {
        store.find(who, name)?.add_property("namespace", property, schema.clone())?;
    }
    Ok(())
}

/// The columns of the namespace's own that hold text of the caller.
fn columns(body: &Json) -> Json {
    let names = ["namespace", "display_name", "description", "visibility", "protected", "owner"];
    Json::Map(names.iter().filter_map(|name| Some(((*name).to_owned(), body.get(name)?.clone()))).collect())
}

impl About {
    pub(super) fn read(body: &Json, owner: String) -> Self {
        Self {
            display_name: text(body, "display_name"),
            description: text(body, "description"),
            visibility: text(body, "visibility").or_else(|| Some("private".to_owned())),
            protected: body.get("protected").and_then(Json::as_bool).unwrap_or(false),
            owner,
        }
    }

    /// What a namespace is shown with; one without is listed under neither.
    pub(super) fn visibility(&self) -> &str {
        self.visibility.as_deref().unwrap_or("private")
    }
}

pub(super) fn show(cloud: &Cloud, call: &Call, who: &Who, name: &str) -> Result<Response<Body>> {
    check_visibility(&call.query, VISIBILITIES)?;
    let mut store = cloud.glance.metadefs();
    let namespace = store.seek(who, name).map_err(|unseen| match unseen {
        Unseen::Absent => absent(name),
        Unseen::Hidden => ApiError::nowhere(),
    })?;
    store::must_read(who, namespace)?;
    let prefix = match call.query.get("resource_type") {
        Some(wanted) => namespace.associations.iter().find(|a| a.name == wanted).and_then(|a| a.prefix.clone()),
        // Of all parameters only that one is reckoned with.
        None if !call.query.pairs().is_empty() => return Err(ApiError::internal()),
        None => None,
    };
    let prefix = prefix.unwrap_or_default();
    let properties = namespace.property_views(&prefix);
    let newest_first = namespace.tags.iter().rev().map(|tag| tag.name_view()).collect();
    ok(&namespace.view(Contents {
        associations: unless_empty(namespace.association_views()),
        properties: (!properties.is_empty()).then_some(Json::Map(properties)),
        objects: unless_empty(namespace.object_views(&prefix)),
        tags: unless_empty(newest_first),
    }))
}

pub(super) async fn update(cloud: &Cloud, call: &mut Call, who: &Who, name: &str) -> Result<Response<Body>> {
    let body = body::read(call, &body::NAMESPACE).await?;
    let mut store = cloud.glance.metadefs();
    let namespace = store.find(who, name)?;
    must_administer(who, namespace, "modify_metadef_namespace")?;
    let (id, before) = (namespace.id, namespace.times);
    let owner = text(&body, "owner").filter(|owner| !owner.is_empty());
    let owner = owner.or_else(|| who.project.clone()).ok_or_else(ApiError::internal)?;
    check_characters("update", "namespace", &columns(&body))?;
    let new_name = text(&body, "namespace").unwrap_or_default();
    if store.namespaces.iter().any(|n| n.name == new_name && n.id != id) {
        return Err(ApiError::conflict(format!(
            "Invalid update. It would result in a duplicate metadata definition namespace with the same name of {new_name}"
        )));
    }
    let namespace = store.find(who, name)?;
    let about = About::read(&body, owner);
    if namespace.name != new_name || namespace.about != about {
        namespace.times.updated = Some(cloud.clock.now());
    }
    namespace.name = new_name;
    namespace.about = about;
    // The answer tells when it was changed before this.
    ok(&Namespace { times: before, ..namespace.clone() }.view(Contents::default()))
}

pub(super) fn delete(cloud: &Cloud, who: &Who, name: &str) -> Result<Response<Body>> {
    let mut store = cloud.glance.metadefs();
    let id = erasable(&mut store, who, name)?.id;
    store.namespaces.retain(|n| n.id != id);
    no_content()
}

/// Takes all of one kind out of a namespace. Who may delete the namespace may do that.
pub(super) fn empty(cloud: &Cloud, who: &Who, name: &str, kind: &str) -> Result<Response<Body>> {
    let mut store = cloud.glance.metadefs();
    let namespace = erasable(&mut store, who, name)?;
    match kind {
        "objects" => namespace.objects.clear(),
        "properties" => namespace.properties.clear(),
        _ => namespace.tags.clear(),
    }
    no_content()
}

fn erasable<'s>(store: &'s mut Store, who: &Who, name: &str) -> Result<&'s mut Namespace> {
    let namespace = store.find(who, name)?;
    must_administer(who, namespace, "delete_metadef_namespace")?;
    check_protection(namespace, "namespace", name)?;
    Ok(namespace)
}
