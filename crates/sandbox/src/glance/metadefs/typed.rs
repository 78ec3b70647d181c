//! The types behind the schemas. A schema lets more pass than these do, and what it lets pass wrongly
//! a real server trips over.

use super::super::error::{ApiError, Result};
use crate::json::Json;
use crate::python::repr;

/// What a value is read as.
pub(super) enum Kind {
    Text,
    /// Text that may be given as a number, and that answers hold in ASCII only.
    Ascii,
    Flag,
    Integer,
    List(&'static Kind),
    Dict(&'static Kind),
    Record(&'static [Field]),
}

/// A member of a record, in the order of answers.
pub(super) struct Field {
    name: &'static str,
    kind: Kind,
    required: bool,
}

const fn must(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: true }
}

const fn may(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false }
}

const TEXTS: Kind = Kind::List(&Kind::Text);

const ITEM: &[Field] = &[must("type", Kind::Text), may("enum", TEXTS)];

pub(super) const PROPERTY: Kind = Kind::Record(&[
    may("name", Kind::Text),
    must("type", Kind::Text),
    must("title", Kind::Text),
    may("description", Kind::Text),
    may("operators", TEXTS),
    may("default", Kind::Ascii),
    may("readonly", Kind::Flag),
    may("minimum", Kind::Integer),
    may("maximum", Kind::Integer),
    may("enum", TEXTS),
    may("pattern", Kind::Text),
    may("minLength", Kind::Integer),
    may("maxLength", Kind::Integer),
    may("confidential", Kind::Flag),
    may("items", Kind::Record(ITEM)),
    may("uniqueItems", Kind::Flag),
    may("minItems", Kind::Integer),
    may("maxItems", Kind::Integer),
    may("additionalItems", Kind::Flag),
]);

const PROPERTIES: Kind = Kind::Dict(&PROPERTY);

pub(super) const OBJECT: Kind = Kind::Record(&[
    must("name", Kind::Text),
    may("required", TEXTS),
    may("description", Kind::Text),
    may("properties", PROPERTIES),
    may("created_at", Kind::Text),
    may("updated_at", Kind::Text),
    may("self", Kind::Text),
    may("schema", Kind::Text),
]);

pub(super) const ASSOCIATION: Kind = Kind::Record(&[
    must("name", Kind::Text),
    may("prefix", Kind::Text),
    may("properties_target", Kind::Text),
    may("created_at", Kind::Text),
    may("updated_at", Kind::Text),
]);

pub(super) const TAG: Kind =
    Kind::Record(&[must("name", Kind::Text), may("created_at", Kind::Text), may("updated_at", Kind::Text)]);

pub(super) const TAGS: Kind = Kind::Record(&[may("tags", Kind::List(&TAG))]);

pub(super) const NAMESPACE: Kind = Kind::Record(&[
    must("namespace", Kind::Text),
    may("display_name", Kind::Text),
    may("description", Kind::Text),
    may("visibility", Kind::Text),
    may("protected", Kind::Flag),
    may("owner", Kind::Text),
    may("resource_type_associations", Kind::List(&ASSOCIATION)),
    may("properties", PROPERTIES),
    may("objects", Kind::List(&OBJECT)),
    may("tags", Kind::List(&TAG)),
]);

impl Kind {
    /// The value as the server keeps it: members in the order of the record, numbers and flags converted.
    pub(super) fn read(&self, value: &Json) -> Result<Json> {
        if value == &Json::Null {
            return Ok(Json::Null);
        }
        let read = match (self, value) {
            (Kind::Text, Json::Str(_)) | (Kind::Ascii, Json::Str(_)) | (Kind::Flag, Json::Bool(_)) => value.clone(),
            (Kind::Ascii, Json::Number(_) | Json::Bool(_)) => repr(value).into(),
            (Kind::Ascii, _) => Json::Null,
            (Kind::Flag, Json::Number(n)) if !n.is_f64() => (n.as_i64() != Some(0)).into(),
            (Kind::Flag, Json::Str(s)) => match s.as_str() {
                "true" | "t" | "yes" | "y" | "on" | "1" => true.into(),
                "false" | "f" | "no" | "n" | "off" | "0" => false.into(),
                _ => return Err(ApiError::internal()),
            },
            (Kind::Integer, Json::Number(n)) => match n.as_f64() {
                #[allow(clippy::cast_possible_truncation)] // what the server does
                Some(float) if n.is_f64() => (float as i64).into(),
                _ => value.clone(),
            },
            (Kind::List(kind), Json::List(items)) => Json::List(items.iter().map(|item| kind.read(item)).collect::<Result<_>>()?),
            (Kind::Dict(kind), Json::Map(members)) => {
                let read = |(name, value): &(String, Json)| Ok((name.clone(), kind.read(value)?));
                Json::Map(members.iter().map(read).collect::<Result<_>>()?)
            }
            (Kind::Record(fields), Json::Map(members)) => record(fields, members)?,
            _ => return Err(ApiError::internal()),
        };
        Ok(read)
    }
}

fn record(fields: &[Field], members: &[(String, Json)]) -> Result<Json> {
    if members.iter().any(|(name, _)| !fields.iter().any(|field| field.name == name)) {
        return Err(ApiError::internal());
    }
    let mut read = Vec::with_capacity(members.len());
    for field in fields {
        match members.iter().find(|(name, _)| name == field.name) {
            Some((name, value)) => read.push((name.clone(), field.kind.read(value)?)),
            None if field.required => return Err(ApiError::internal()),
            None => {}
        }
    }
    Ok(Json::Map(read))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Json> {
        PROPERTY.read(&Json::parse(text.as_bytes()).unwrap()).ok()
    }

    #[test]
    fn converts_and_orders() {
        let read = read(r#"{"maximum": 2.9, "confidential": "yes", "default": true, "title": "t", "type": "string"}"#).unwrap();
        let text = read.to_text(crate::json::Layout::Spaced);
        assert_eq!(text, r#"{"type": "string", "title": "t", "default": "True", "maximum": 2, "confidential": true}"#);
    }

    #[test]
    fn refuses_what_no_type_holds() {
        assert!(read(r#"{"type": "string", "title": "t", "default": {"lost": 1}}"#).unwrap().get("default") == Some(&Json::Null));
        for bad in [
            r#"{"type": "string"}"#,
            r#"{"type": "array", "title": "t", "required": ["a"]}"#,
            r#"{"type": "number", "title": "t", "enum": [1]}"#,
            r#"{"type": "array", "title": "t", "items": {}}"#,
            r#"{"type": "string", "title": "t", "confidential": "perhaps"}"#,
            r#"[]"#,
        ] {
            assert!(read(bad).is_none(), "{bad}");
        }
    }
}
