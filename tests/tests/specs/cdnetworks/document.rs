//! What is known of the calls, and the spec beside it.

use std::collections::{BTreeMap, BTreeSet};

use cloudimg_tests::fixtures;
use serde::Deserialize;
use serde_json::Value;

use super::spec;

/// What the SDKs of both brands and the vendor's pages tell.
#[derive(Deserialize)]
pub(super) struct Known {
    pub(super) servers: Vec<String>,
    pub(super) request_id: String,
    pub(super) success_code: Vec<String>,
    pub(super) error: Vec<Field>,
    pub(super) operations: Vec<Operation>,
}

#[derive(Deserialize)]
pub(super) struct Operation {
    pub(super) operation: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) path_params: Vec<String>,
    pub(super) query: Vec<Field>,
    pub(super) body: Option<Body>,
    /// The members of each shape that is known of the answer.
    pub(super) answers: Vec<Vec<Field>>,
    pub(super) schemas: BTreeMap<String, Vec<Field>>,
}

#[derive(Deserialize)]
pub(super) struct Body {
    pub(super) required: bool,
    pub(super) fields: Vec<Field>,
}

#[derive(Deserialize)]
pub(super) struct Field {
    pub(super) name: String,
    /// `string`, `integer`, or an object by its name; or `array of` one of these.
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default, rename = "enum")]
    pub(super) values: Vec<String>,
    #[serde(default)]
    pub(super) repeatable: bool,
    pub(super) default: Option<Value>,
}

pub(super) fn known() -> Known {
    serde_json::from_value(fixtures::documents("cdnetworks-operations.json").remove(0)).unwrap()
}

/// The document, in which references can be followed.
pub(super) struct Document(pub(super) Value);

impl Document {
    pub(super) fn read() -> Self {
        Self(serde_json::to_value(spec("cdnetworks-vmp").root).unwrap())
    }

    pub(super) fn operation(&self, wanted: &Operation) -> &Value {
        &self.0["paths"][&wanted.path][wanted.method.to_lowercase()]
    }

    /// What a schema, a header or an answer means, behind references that may have words of their own.
    pub(super) fn meant<'a>(&'a self, node: &'a Value) -> &'a Value {
        match (node["$ref"].as_str(), node["allOf"].as_array().map(Vec::as_slice)) {
            (Some(reference), _) => self.meant(self.0.pointer(reference.trim_start_matches('#')).unwrap()),
            (None, Some([only])) => self.meant(only),
            _ => node,
        }
    }

    /// The schema of a body, or of an answer.
    pub(super) fn body<'a>(&'a self, holder: &'a Value) -> &'a Value {
        self.meant(&self.meant(holder)["content"]["application/json"]["schema"])
    }

    /// The objects that a schema stands for.
    pub(super) fn forms<'a>(&'a self, schema: &'a Value) -> Vec<&'a Value> {
        match schema["oneOf"].as_array() {
            Some(forms) => forms.iter().map(|form| self.meant(form)).collect(),
            None => vec![schema],
        }
    }

    /// Whether a schema is of that kind, with just these values; of objects, with just these members.
    pub(super) fn holds(&self, schema: &Value, field: &Field, schemas: &BTreeMap<String, Vec<Field>>) -> Result<(), String> {
        let schema = self.meant(schema);
        let (schema, kind) = match field.kind.strip_prefix("array of ") {
            Some(kind) if schema["type"] == "array" => (self.meant(&schema["items"]), kind),
            Some(_) => return Err(format!("{} is no list", field.name)),
            None => (schema, field.kind.as_str()),
        };
        if let Some(members) = schemas.get(kind) {
            let known: BTreeSet<_> = members.iter().map(|member| member.name.as_str()).collect();
            if keys(&schema["properties"]) != known {
                return Err(format!("{kind} has {:?}", keys(&schema["properties"])));
            }
            return members.iter().try_for_each(|member| self.holds(&schema["properties"][&member.name], member, schemas));
        }
        let types: BTreeSet<_> = self.forms(schema).into_iter().filter_map(|form| form["type"].as_str()).collect();
        let values = texts(&schema["enum"]);
        let wanted: BTreeSet<_> = field.values.iter().map(String::as_str).collect();
        if !types.contains(kind) || values != wanted {
            return Err(format!("{} is one of {types:?}, {values:?}", field.name));
        }
        Ok(())
    }
}

pub(super) fn keys(node: &Value) -> BTreeSet<&str> {
    node.as_object().map(|members| members.keys().map(String::as_str).collect()).unwrap_or_default()
}

pub(super) fn texts(node: &Value) -> BTreeSet<&str> {
    node.as_array().map(|texts| texts.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

pub(super) fn names(fields: &[Field]) -> BTreeSet<&str> {
    fields.iter().map(|field| field.name.as_str()).collect()
}
