//! The namespaces and resource types there are, and who may know of them.

use axum::http::StatusCode;
use jiff::Timestamp;

use super::super::error::{ApiError, Result};
use super::super::policy::Who;
use super::body::{check_characters, check_default, items, members, text};
use super::model::{Association, Namespace, Object, Property, ResourceType, Tag, Times};
use crate::json::Json;

/// All metadata definitions.
#[derive(Debug)]
pub(in crate::glance) struct Store {
    pub(super) namespaces: Vec<Namespace>,
    pub(super) resource_types: Vec<ResourceType>,
    last_id: u64,
}

/// Why a caller does not get a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unseen {
    Absent,
    Hidden,
}

/// There is none, as far as the caller is to know.
pub(super) fn no_namespace(name: &str) -> ApiError {
    ApiError::not_found(format!("Namespace {name} not found"))
}

/// There is none indeed.
pub(super) fn absent(name: &str) -> ApiError {
    ApiError::not_found(format!("Metadata definition namespace={name} was not found."))
}

impl Store {
    pub(super) fn empty() -> Self {
        Self { namespaces: Vec::new(), resource_types: Vec::new(), last_id: 0 }
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(super) fn seek(&mut self, who: &Who, name: &str) -> std::result::Result<&mut Namespace, Unseen> {
        let found = self.namespaces.iter_mut().find(|n| n.name == name).ok_or(Unseen::Absent)?;
        if is_visible(who, found) { Ok(found) } else { Err(Unseen::Hidden) }
    }

    /// The namespace for what is done in it. Nobody learns whether it is absent or somebody else's.
    pub(super) fn find(&mut self, who: &Who, name: &str) -> Result<&mut Namespace> {
        self.seek(who, name).map_err(|_| no_namespace(name))
    }

    /// The same, but the absent one is told of in other words.
    pub(super) fn find_for_objects(&mut self, who: &Who, name: &str) -> Result<&mut Namespace> {
        self.seek(who, name).map_err(|unseen| if unseen == Unseen::Absent { absent(name) } else { no_namespace(name) })
    }

    /// Makes a resource type known.
    pub(super) fn learn(&mut self, name: &str, times: Times) {
        if !self.resource_types.iter().any(|known| known.name == name) {
            self.resource_types.push(ResourceType { name: name.to_owned(), times });
        }
    }
}

/// Whether the database gives a namespace to a caller.
pub(super) fn is_visible(who: &Who, namespace: &Namespace) -> bool {
    let about = &namespace.about;
    who.admin || about.visibility() == "public" || who.project.as_deref() == Some(about.owner.as_str())
}

/// Whether the policy lets a caller read a namespace.
pub(super) fn is_readable(who: &Who, namespace: &Namespace) -> bool {
    who.may_read_metadefs(Some(&namespace.about.owner), namespace.about.visibility())
}

pub(super) fn must_read(who: &Who, namespace: &Namespace) -> Result<()> {
    if is_readable(who, namespace) { Ok(()) } else { Err(ApiError::nowhere()) }
}

/// Changes are for administrators. Who may not even read is told that there is nothing.
pub(super) fn must_administer(who: &Who, namespace: &Namespace, action: &str) -> Result<()> {
    if is_readable(who, namespace) { who.must_be_admin(action) } else { Err(ApiError::nowhere()) }
}

/// Refuses to delete something of a protected namespace.
pub(super) fn check_protection(namespace: &Namespace, what: &str, name: &str) -> Result<()> {
    if !namespace.about.protected {
        return Ok(());
    }
    Err(ApiError::forbidden(format!("Metadata definition {what} {name} is protected and cannot be deleted.")))
}

impl Namespace {
    /// Joins a resource type to the namespace; the type has to be made known besides.
    pub(super) fn associate(&mut self, body: &Json, times: Times) -> Result<&Association> {
        let name = text(body, "name").unwrap_or_default();
        if self.associations.iter().any(|a| a.name == name) {
            return Err(ApiError::conflict(format!(
                "The metadata definition resource-type association of resource-type={name} to namespace={} already exists.",
                self.name
            )));
        }
        let (prefix, target) = (text(body, "prefix"), text(body, "properties_target"));
        self.associations.push(Association { name, prefix, target, times });
        self.associations.last().ok_or_else(ApiError::internal)
    }

    pub(super) fn add_object(&mut self, what: &str, body: &Json, now: Timestamp) -> Result<&Object> {
        let object = Object::read(body, Times::new(now))?;
        check_characters("create", what, &object.stored())?;
        if self.objects.iter().any(|o| o.name == object.name) {
            return Err(ApiError::conflict(format!(
                "A metadata definition object with name={} already exists in namespace={}.",
                object.name, self.name
            )));
        }
        self.objects.push(object);
        self.objects.last().ok_or_else(ApiError::internal)
    }

    pub(super) fn add_property(&mut self, what: &str, name: &str, schema: Json) -> Result<&Property> {
        check_default(&schema)?;
        let property = Property { name: name.to_owned(), schema };
        check_characters("create", what, &property.stored())?;
        if self.properties.iter().any(|p| p.name == name) {
            return Err(ApiError::conflict(format!(
                "A metadata definition property with name={name} already exists in namespace={}.",
                self.name
            )));
        }
        self.properties.push(property);
        self.properties.last().ok_or_else(ApiError::internal)
    }

    pub(super) fn add_tag(&mut self, id: u64, name: &str, now: Timestamp) -> Result<&Tag> {
        if self.tags.iter().any(|t| t.name == name) {
            return Err(self.tag_taken(name));
        }
        self.tags.push(Tag { id, name: name.to_owned(), times: Times::new(now) });
        self.tags.last().ok_or_else(ApiError::internal)
    }

    pub(super) fn tag_taken(&self, name: &str) -> ApiError {
        ApiError::explained(
            StatusCode::CONFLICT,
            format!(
                "A metadata tag with name={name} already exists in namespace={}. (Please note that metadata tag names are case insensitive).",
                self.name
            ),
        )
    }
}

impl Object {
    pub(super) fn read(body: &Json, times: Times) -> Result<Self> {
        let properties = members(body, "properties").to_vec();
        properties.iter().try_for_each(|(_, property)| check_default(property))?;
        let required: Vec<&str> = items(body, "required").iter().filter_map(Json::as_str).collect();
        Ok(Self {
            name: text(body, "name").unwrap_or_default(),
            description: text(body, "description"),
            required: (!required.is_empty()).then(|| required.join(",")),
            properties,
            times,
        })
    }

    /// The columns that hold text of the caller.
    pub(super) fn stored(&self) -> Json {
        crate::json::object([
            ("name", self.name.clone().into()),
            ("required", self.required.clone().into()),
            ("description", self.description.clone().into()),
            ("json_schema", Json::Map(self.properties.clone())),
        ])
    }
}

impl Property {
    /// The columns that hold text of the caller.
    pub(super) fn stored(&self) -> Json {
        crate::json::object([("name", self.name.clone().into()), ("json_schema", self.schema.clone())])
    }
}
