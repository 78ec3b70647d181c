//! The records and how answers show them.

use jiff::Timestamp;

use super::paging::{Record, Value};
use crate::clock::seconds;
use crate::json::{Json, object};

/// When a record was made and last changed; what came with the server was never changed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) created: Timestamp,
    pub(super) updated: Option<Timestamp>,
}

impl Times {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { created: now, updated: Some(now) }
    }

    fn members(self) -> [(&'static str, Option<Json>); 2] {
        [("created_at", Some(seconds(self.created).into())), ("updated_at", self.updated.map(|t| seconds(t).into()))]
    }
}

/// A namespace with all that is in it.
#[derive(Debug, Clone)]
pub(super) struct Namespace {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) about: About,
    pub(super) times: Times,
    /// In the order of their making.
    pub(super) associations: Vec<Association>,
    pub(super) objects: Vec<Object>,
    pub(super) properties: Vec<Property>,
    pub(super) tags: Vec<Tag>,
}

/// What can be changed of a namespace beside its name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct About {
    pub(super) display_name: Option<String>,
    pub(super) description: Option<String>,
    /// Two of the installed namespaces have none.
    pub(super) visibility: Option<String>,
    pub(super) protected: bool,
    pub(super) owner: String,
}

/// That the properties of a namespace are for a type of resource.
#[derive(Debug, Clone)]
pub(super) struct Association {
    pub(super) name: String,
    pub(super) prefix: Option<String>,
    pub(super) target: Option<String>,
    pub(super) times: Times,
}

#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) name: String,
    pub(super) description: Option<String>,
    /// Joined by commas, so that a name with a comma becomes two.
    pub(super) required: Option<String>,
    pub(super) properties: Vec<(String, Json)>,
    pub(super) times: Times,
}

#[derive(Debug, Clone)]
pub(super) struct Property {
    pub(super) name: String,
    pub(super) schema: Json,
}

#[derive(Debug, Clone)]
pub(super) struct Tag {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) times: Times,
}

/// A type of resource. Once known it stays, whether a namespace is for it or not.
#[derive(Debug, Clone)]
pub(super) struct ResourceType {
    pub(super) name: String,
    pub(super) times: Times,
}

/// An object of the members that there are.
fn present(members: impl IntoIterator<Item = (&'static str, Option<Json>)>) -> Json {
    Json::Map(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
}

/// What a namespace is shown with.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) associations: Option<Json>,
    pub(super) properties: Option<Json>,
    pub(super) objects: Option<Json>,
    pub(super) tags: Option<Json>,
}

impl Namespace {
    pub(super) fn path(&self) -> String {
        format!("/v2/metadefs/namespaces/{}", self.name)
    }

    pub(super) fn view(&self, contents: Contents) -> Json {
        let about = &self.about;
        let own = [
            ("namespace", Some(self.name.clone().into())),
            ("display_name", about.display_name.clone().map(Into::into)),
            ("description", about.description.clone().map(Into::into)),
            ("visibility", Some(about.visibility().into())),
            ("protected", Some(about.protected.into())),
            ("owner", Some(about.owner.clone().into())),
        ];
        let rest = [
            ("resource_type_associations", contents.associations),
            ("properties", contents.properties),
            ("objects", contents.objects),
            ("tags", contents.tags),
            ("self", Some(self.path().into())),
            ("schema", Some("/v2/schemas/metadefs/namespace".into())),
        ];
        present(own.into_iter().chain(self.times.members()).chain(rest))
    }

    pub(super) fn association_views(&self) -> Vec<Json> {
        self.associations.iter().map(Association::view).collect()
    }

    /// The objects by name, as the index of the database has them; property names get the prefix.
    pub(super) fn object_views(&self, prefix: &str) -> Vec<Json> {
        let mut objects: Vec<&Object> = self.objects.iter().collect();
        objects.sort_by(|a, b| a.name.cmp(&b.name));
        objects.into_iter().map(|o| o.stored_view(&self.name, prefix)).collect()
    }

    /// The properties by name, which the prefix is put before.
    pub(super) fn property_views(&self, prefix: &str) -> Vec<(String, Json)> {
        let mut properties: Vec<&Property> = self.properties.iter().collect();
        properties.sort_by(|a, b| a.name.cmp(&b.name));
        properties.into_iter().map(|p| (format!("{prefix}{}", p.name), p.schema.clone())).collect()
    }
}

impl Record for Namespace {
    const COLUMNS: &'static [&'static str] =
        &["id", "namespace", "display_name", "description", "visibility", "protected", "owner", "created_at", "updated_at"];

    fn column(&self, name: &str) -> Option<Value> {
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        match name {
            "namespace" => text(&self.name),
            "display_name" => self.about.display_name.clone().map(Value::Text),
            "description" => self.about.description.clone().map(Value::Text),
            "visibility" => self.about.visibility.clone().map(Value::Text),
            "protected" => Some(Value::Number(self.about.protected.into())),
            "owner" => text(&self.about.owner),
            "created_at" => Some(Value::Time(self.times.created)),
            "updated_at" => self.times.updated.map(Value::Time),
            _ => Some(Value::Number(self.id)),
        }
    }
}

impl Association {
    pub(super) fn view(&self) -> Json {
        let own = [
            ("name", Some(self.name.clone().into())),
            ("prefix", self.prefix.clone().map(Into::into)),
            ("properties_target", self.target.clone().map(Into::into)),
        ];
        present(own.into_iter().chain(self.times.members()))
    }
}

impl ResourceType {
    pub(super) fn view(&self) -> Json {
        present([("name", Some(self.name.clone().into()))].into_iter().chain(self.times.members()))
    }
}

impl Object {
    /// With what was given for it, as the answer to a change shows it.
    pub(super) fn view(&self, namespace: &str, required: Option<Json>, properties: Option<Json>) -> Json {
        let own = [
            ("name", Some(self.name.clone().into())),
            ("required", required),
            ("description", self.description.clone().map(Into::into)),
            ("properties", properties),
        ];
        let links = [
            ("self", Some(format!("/v2/metadefs/namespaces/{namespace}/objects/{}", self.name).into())),
            ("schema", Some("/v2/schemas/metadefs/object".into())),
        ];
        present(own.into_iter().chain(self.times.members()).chain(links))
    }

    pub(super) fn stored_view(&self, namespace: &str, prefix: &str) -> Json {
        let required = self.required.iter().flat_map(|names| names.split(','));
        let required = required.map(|name| Json::from(format!("{prefix}{name}"))).collect();
        let properties = self.properties.iter().map(|(name, property)| (format!("{prefix}{name}"), property.clone())).collect();
        self.view(namespace, Some(Json::List(required)), Some(Json::Map(properties)))
    }
}

impl Property {
    /// Under its own name, whatever name the schema was stored with.
    pub(super) fn view(&self) -> Json {
        let rest = self.schema.as_map().unwrap_or_default().iter().filter(|(key, _)| key != "name").cloned();
        let mut members = vec![("name".to_owned(), Json::from(self.name.as_str()))];
        members.extend(rest);
        Json::Map(members)
    }
}

impl Tag {
    pub(super) fn view(&self) -> Json {
        present([("name", Some(self.name.clone().into()))].into_iter().chain(self.times.members()))
    }

    pub(super) fn name_view(&self) -> Json {
        object([("name", self.name.clone().into())])
    }
}

impl Record for Tag {
    const COLUMNS: &'static [&'static str] = &["id", "namespace_id", "name", "created_at", "updated_at"];

    fn column(&self, name: &str) -> Option<Value> {
        match name {
            "name" => Some(Value::Text(self.name.clone())),
            // All tags of a list are in one namespace.
            "namespace_id" => Some(Value::Number(0)),
            "created_at" => Some(Value::Time(self.times.created)),
            "updated_at" => self.times.updated.map(Value::Time),
            _ => Some(Value::Number(self.id)),
        }
    }
}
