use cloudimg_core::{Error, ErrorKind, Result};
use serde_json::Value;

use crate::copy::LeftOut;
use crate::glance::is_image_field;
use crate::glance::types::ImageCreate;
use crate::patches::Record;

/// A copy that is still to be made.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Draft {
    /// What the record is made with.
    fields: Record,
    /// What a service may refuse by quota or protection: tags and properties.
    pub(in super::super) properties: Record,
    /// Set last: a protected image cannot be deleted, should the copy fail.
    pub(in super::super) protected: bool,
    /// What no service takes.
    pub(in super::super) left_out: Vec<LeftOut>,
}

impl Draft {
    pub(super) fn new(members: Record) -> Self {
        let mut draft = Self::default();
        for (name, value) in members {
            match (name.as_str(), value) {
                ("protected", value) => draft.protected = value == Value::Bool(true),
                // Services that are older than these know no such field; the value is that of their images.
                ("os_hidden", Value::Bool(false)) => {}
                ("tags", Value::Array(tags)) if tags.is_empty() => {}
                (_, value) if is_image_field(&name) && name != "tags" => drop(draft.fields.insert(name, value)),
                ("tags", tags) => drop(draft.properties.insert(name, tags)),
                (_, value) => match text(value) {
                    Some(value) => drop(draft.properties.insert(name, value)),
                    None => draft.left_out.push(LeftOut::new(name, "it is no text, and services take nothing else")),
                },
            }
        }
        draft
    }

    /// The same with this name.
    pub(in super::super) fn named(&mut self, name: &str) {
        self.fields.insert("name".to_owned(), name.into());
    }

    /// The same with this visibility.
    pub(in super::super) fn visible(&mut self, visibility: &str) {
        self.fields.insert("visibility".to_owned(), visibility.into());
    }

    pub(in super::super) fn name(&self) -> Option<&str> {
        self.fields.get("name")?.as_str()
    }

    pub(in super::super) fn is_hidden(&self) -> bool {
        self.fields.get("os_hidden") == Some(&Value::Bool(true))
    }

    pub(in super::super) fn visibility(&self) -> Option<&str> {
        self.fields.get("visibility")?.as_str()
    }

    /// The record to be made, with tags and properties or without them.
    pub(in super::super) fn create(&self, id: &str, whole: bool) -> Result<ImageCreate> {
        let mut members = self.fields.clone();
        members.insert("id".to_owned(), id.into());
        if whole {
            members.extend(self.properties.clone());
        }
        serde_json::from_value(Value::Object(members)).map_err(|e| Error::new(ErrorKind::InvalidRequest, e.to_string()))
    }
}

/// Properties are texts; some services show a flag or a number.
fn text(value: Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(value),
        Value::Bool(flag) => Some(Value::String(flag.to_string())),
        Value::Number(number) => Some(Value::String(number.to_string())),
        _ => None,
    }
}
