//! Schemas of OpenAPI 3.0.3 as JSON Schemas of 2020-12.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use xtask::spec::{Node, Spec, schema_name};

/// Which way a body goes: what is read-only need not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Sent,
    Answered,
}

/// The schemas of one spec, ready to be held against values.
pub(crate) struct Schemas {
    definitions: [Value; 2],
    /// By the schema's own text: most are a reference to a component.
    validators: RefCell<HashMap<String, Rc<Validator>>>,
}

impl Schemas {
    pub(crate) fn new(spec: &Spec) -> Self {
        let all = |direction| {
            let components = spec.components("schemas").iter();
            components.map(|(name, schema)| (name.clone(), convert(schema, direction))).collect::<Map<_, _>>().into()
        };
        Self { definitions: [all(Direction::Sent), all(Direction::Answered)], validators: RefCell::default() }
    }

    /// The first thing that does not fit.
    pub(crate) fn check(&self, schema: &Node, direction: Direction, value: &Value) -> Result<(), String> {
        let validator = self.validator(schema, direction);
        let mut errors = validator.iter_errors(value);
        errors.next().map_or(Ok(()), |error| {
            let mut message = error.to_string();
            if message.chars().count() > 300 {
                message = message.chars().take(300).chain(['…']).collect();
            }
            Err(format!(
                "at {}: {message}",
                if error.instance_path().as_str().is_empty() { "/" } else { error.instance_path().as_str() }
            ))
        })
    }

    fn validator(&self, schema: &Node, direction: Direction) -> Rc<Validator> {
        let mut document = convert(schema, direction);
        let key = format!("{direction:?} {document}");
        if let Some(known) = self.validators.borrow().get(&key) {
            return Rc::clone(known);
        }
        document["$defs"] = self.definitions[usize::from(direction == Direction::Answered)].clone();
        let validator = Rc::new(jsonschema::draft202012::new(&document).unwrap());
        self.validators.borrow_mut().insert(key, Rc::clone(&validator));
        validator
    }
}

/// Keys that mean the same in both languages. `format` does not: times are lenient here, and other formats say how large.
const SAME: [&str; 15] = [
    "type",
    "enum",
    "required",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "default",
];

/// References point into `$defs`.
pub(crate) fn convert(schema: &Node, direction: Direction) -> Value {
    if let Some(name) = schema_name(schema) {
        return json!({"$ref": format!("#/$defs/{name}")});
    }
    let mut out = Map::new();
    for (key, node) in schema.entries() {
        match key.as_str() {
            "properties" => {
                let members = node.entries().iter().map(|(name, node)| (name.clone(), convert(node, direction)));
                out.insert(key.clone(), members.collect::<Map<_, _>>().into());
            }
            "items" => {
                out.insert(key.clone(), convert(node, direction));
            }
            "allOf" | "oneOf" => {
                out.insert(key.clone(), node.items().iter().map(|node| convert(node, direction)).collect());
            }
            "additionalProperties" if node.is_map() => {
                out.insert(key.clone(), convert(node, direction));
            }
            // In 3.0 they make `minimum` and `maximum` exclusive; in 2020-12 they hold the limit themselves.
            "exclusiveMinimum" | "exclusiveMaximum" => {
                let limit = if key == "exclusiveMinimum" { "minimum" } else { "maximum" };
                if let Some(value) = schema.get(limit).filter(|_| schema.flag(key)) {
                    out.insert(key.clone(), plain(value));
                }
            }
            _ if SAME.contains(&key.as_str()) => {
                out.insert(key.clone(), plain(node));
            }
            _ => {}
        }
    }
    if direction == Direction::Sent
        && let Some(Value::Array(required)) = out.get_mut("required")
    {
        let fixed = |name: &Value| {
            let property = schema.get("properties").and_then(|all| all.get(name.as_str().unwrap_or_default()));
            property.is_some_and(|property| property.flag("readOnly"))
        };
        required.retain(|name| !fixed(name));
    }
    // Clients drop what such an object does not list, so there must be nothing to drop. Whoever lists nothing means any object.
    if out.contains_key("properties") && !out.contains_key("additionalProperties") {
        out.insert("additionalProperties".to_owned(), false.into());
    }
    let out = Value::Object(out);
    if schema.flag("nullable") { json!({"anyOf": [{"type": "null"}, out]}) } else { out }
}

fn plain(node: &Node) -> Value {
    serde_json::to_value(node).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(text: &str) -> Value {
        convert(&Spec::parse(text, "test").unwrap().root, Direction::Answered)
    }

    #[test]
    fn openapi_is_said_in_json_schema() {
        for (text, wanted) in [
            ("{type: string, nullable: true}", json!({"anyOf": [{"type": "null"}, {"type": "string"}]})),
            (
                "{type: integer, minimum: 1, exclusiveMinimum: true}",
                json!({"type": "integer", "minimum": 1, "exclusiveMinimum": 1}),
            ),
            ("{type: integer, minimum: 1, exclusiveMinimum: false}", json!({"type": "integer", "minimum": 1})),
            ("{$ref: '#/components/schemas/A'}", json!({"$ref": "#/$defs/A"})),
            ("{type: object, additionalProperties: {}}", json!({"type": "object", "additionalProperties": {}})),
            (
                "{type: object, properties: {a: {type: string, format: uuid}}}",
                json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false}),
            ),
            ("{allOf: [{$ref: '#/components/schemas/A'}]}", json!({"allOf": [{"$ref": "#/$defs/A"}]})),
        ] {
            assert_eq!(converted(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_read_only_need_not_be_sent() {
        let spec = Spec::parse("{type: object, required: [a, b], properties: {a: {readOnly: true}, b: {}}}", "test").unwrap();
        assert_eq!(convert(&spec.root, Direction::Sent)["required"], json!(["b"]));
        assert_eq!(convert(&spec.root, Direction::Answered)["required"], json!(["a", "b"]));
    }
}
