//! The types that we make ourselves: open enums, open objects, types of core. They leave a stub in the document, which the
//! generator replaces.

use super::model::{Field, Model, OpenEnum, OpenObject};
use super::schemas::foreign;
use crate::names;
use crate::spec::{Node, schema_name};

/// Takes our types out of the document's schemas.
pub fn extract(model: &mut Model) {
    let mut schemas = Vec::new();
    if let Some(node) = model.document.get_mut("components").and_then(|components| components.get_mut("schemas")) {
        for (name, schema) in node.entries_mut() {
            let taken = std::mem::replace(schema, Node::map(schema.line, [("type", Node::string(schema.line, "string"))]));
            schemas.push((name.clone(), taken));
        }
    }
    for (name, schema) in schemas {
        let rust_name = names::pascal(&name);
        let doc = schema.text("description").unwrap_or_default().to_owned();
        let string = schema.text("type") == Some("string");
        if string && schema.has("enum") {
            let values = schema.get("enum").map_or(&[][..], Node::items).iter();
            let values = values.filter_map(|value| value.as_str().map(str::to_owned)).collect();
            model.enums.push(OpenEnum { name: rust_name, doc, values });
        } else if let Some(foreign) = foreign(&schema) {
            model.foreign.push((rust_name, foreign));
        } else if schema.has("properties") && schema.has("additionalProperties") {
            model.objects.push(OpenObject { name: rust_name, doc, fields: fields(&schema) });
        } else {
            let properties = schema.get("properties").map_or(&[][..], Node::entries);
            model.members.insert(rust_name.clone(), properties.iter().map(|(key, _)| names::field(key)).collect());
            for (key, property) in properties {
                if property.has("x-cloudimg-deprecated") {
                    model.deprecated.push((rust_name.clone(), names::field(key)));
                }
            }
            // Nothing of ours: back it goes.
            if let Some(node) = model.document.get_mut("components").and_then(|components| components.get_mut("schemas")) {
                node.set(&name, schema);
            }
        }
    }
}

fn fields(schema: &Node) -> Vec<Field> {
    let required = schema.get("required").map_or(&[][..], Node::items);
    let field = |(key, property): &(String, Node)| {
        let required = required.iter().any(|name| name.as_str() == Some(key));
        let plain = rust_type(property);
        Field {
            name: names::field(key),
            wire: key.clone(),
            doc: property.text("description").unwrap_or_default().to_owned(),
            required,
            rust_type: if required && property.flag("nullable") { format!("Option<{plain}>") } else { plain },
            deprecated: property.has("x-cloudimg-deprecated"),
        }
    };
    schema.get("properties").map_or(&[][..], Node::entries).iter().map(field).collect()
}

/// The Rust type of a schema that has gone through the lifter, as seen from the module of types; `nullable` is the caller's.
pub fn rust_type(schema: &Node) -> String {
    if let Some(name) = schema_name(schema) {
        return names::pascal(name);
    }
    if let Some([member]) = schema.get("allOf").map(Node::items) {
        return rust_type(member);
    }
    match (schema.text("type"), schema.text("format")) {
        (Some("string"), _) => "String".to_owned(),
        (Some("integer"), Some("int32")) => "i32".to_owned(),
        (Some("integer"), _) => "i64".to_owned(),
        (Some("number"), Some("float")) => "f32".to_owned(),
        (Some("number"), _) => "f64".to_owned(),
        (Some("boolean"), _) => "bool".to_owned(),
        (Some("array"), _) => format!("Vec<{}>", schema.get("items").map_or_else(any, nullable_type)),
        (Some("object"), _) => match schema.get("additionalProperties") {
            Some(values) if !values.entries().is_empty() => {
                format!("::std::collections::BTreeMap<String, {}>", nullable_type(values))
            }
            _ => "::serde_json::Map<String, ::serde_json::Value>".to_owned(),
        },
        _ => any(),
    }
}

fn nullable_type(schema: &Node) -> String {
    let plain = rust_type(schema);
    if schema.flag("nullable") { format!("Option<{plain}>") } else { plain }
}

fn any() -> String {
    "::serde_json::Value".to_owned()
}
