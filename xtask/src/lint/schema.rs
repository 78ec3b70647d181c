//! Schemas, wherever they stand.

use super::Linter;
use super::names::{MEMBERS_OF_OPEN_OBJECT, METHODS_OF_STRUCT};
use crate::names;
use crate::spec::{Node, Place, Value};

/// The formats that mean something to the client or to a reader.
pub(super) const FORMATS: [&str; 16] = [
    "int32",
    "int64",
    "float",
    "double",
    "date-time",
    "date",
    "uuid",
    "uri",
    "byte",
    "binary",
    "password",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "idn-hostname",
];

/// Keys that say something about a schema of any type.
const COMMON: [&str; 12] = [
    "type",
    "nullable",
    "title",
    "description",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "example",
    "externalDocs",
    "x-cloudimg-branch",
    "x-cloudimg-deprecated",
];

impl Linter<'_> {
    /// One schema and everything in it.
    pub(super) fn schema(&mut self, node: &Node, place: &Place) {
        if !node.is_map() {
            return self.report(node, place, format!("a schema is a mapping, not {}", node.kind()));
        }
        if node.has("$ref") {
            if node.entries().len() > 1 {
                self.report(
                    node,
                    place,
                    "the keys beside `$ref` would be ignored; write `allOf: [{$ref: ...}]` and put them beside that",
                );
            } else if !node.text("$ref").is_some_and(|target| target.starts_with("#/components/schemas/")) {
                self.report(node, &place.at("$ref"), "a schema's reference leads to a schema");
            }
            return;
        }
        for (key, why) in [
            ("anyOf", "`anyOf` cannot be generated; use `oneOf`, or one schema with optional members"),
            ("not", "`not` cannot be generated"),
            ("const", "`const` is not OpenAPI 3.0; use an `enum` of one value"),
            ("examples", "`examples` is not OpenAPI 3.0 in a schema; use `example`"),
        ] {
            if let Some(found) = node.get(key) {
                return self.report(found, &place.at(key), why);
            }
        }
        self.own_extensions(node, place);
        for key in ["nullable", "deprecated", "readOnly", "writeOnly"] {
            if let Some(value) = node.get(key)
                && !matches!(value.value, Value::Bool(_))
            {
                self.report(value, &place.at(key), format!("`{key}` is true or false"));
            }
        }
        match (node.get("oneOf"), node.get("allOf"), node.get("type")) {
            (Some(members), None, None) => self.one_of(node, members, place),
            (None, Some(members), None) => self.all_of(node, members, place),
            (None, None, Some(kind)) => self.typed(node, kind, place),
            (None, None, None) => self.untyped(node, place),
            _ => self.report(node, place, "`type`, `oneOf` and `allOf` exclude each other"),
        }
    }

    fn own_extensions(&mut self, node: &Node, place: &Place) {
        if let Some(branch) = node.get("x-cloudimg-branch")
            && !branch.as_str().is_some_and(|name| names::is_joined_words(name, '-'))
        {
            self.report(branch, &place.at("x-cloudimg-branch"), "`x-cloudimg-branch` is a name such as `glance-direct`");
        }
        self.deprecated_extension(node, place);
    }

    /// `x-cloudimg-deprecated: everywhere`, on schemas and operations.
    pub(super) fn deprecated_extension(&mut self, node: &Node, place: &Place) {
        if let Some(scope) = node.get("x-cloudimg-deprecated") {
            if scope.as_str() != Some("everywhere") {
                self.report(scope, &place.at("x-cloudimg-deprecated"), "`x-cloudimg-deprecated` has one value: everywhere");
            } else if !node.flag("deprecated") {
                self.report(scope, &place.at("x-cloudimg-deprecated"), "`x-cloudimg-deprecated` stands beside `deprecated: true`");
            }
        }
    }

    fn typed(&mut self, node: &Node, kind: &Node, place: &Place) {
        let Some(name) = kind.as_str() else {
            return self.report(kind, &place.at("type"), "`type` is one name (`nullable: true` says that null is allowed)");
        };
        let own: &[&str] = match name {
            "string" => &["format", "enum", "minLength", "maxLength", "pattern"],
            "integer" | "number" => &["format", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
            "boolean" => &["enum"],
            "array" => &["items", "minItems", "maxItems", "uniqueItems"],
            "object" => &["properties", "required", "additionalProperties", "minProperties", "maxProperties"],
            _ => return self.report(kind, &place.at("type"), format!("unknown type `{name}`")),
        };
        self.keys(node, place, &[&COMMON, own].concat());
        if let Some(format) = node.get("format") {
            match format.as_str() {
                Some(text) if FORMATS.contains(&text) => {}
                _ => self.report(
                    format,
                    &place.at("format"),
                    format!("unknown format `{}`; known are {}", format.as_str().unwrap_or("?"), FORMATS.join(", ")),
                ),
            }
        }
        if let Some(values) = node.get("enum") {
            self.enumeration(node, name, values, &place.at("enum"));
        }
        match name {
            "array" => match node.get("items") {
                Some(items) => self.schema(items, &place.at("items")),
                None => self.report(node, place, "an array needs `items`"),
            },
            "object" => self.object(node, place),
            _ => {}
        }
    }

    fn untyped(&mut self, node: &Node, place: &Place) {
        for key in ["properties", "additionalProperties", "required", "items", "enum", "format"] {
            if let Some(found) = node.get(key) {
                return self.report(found, &place.at(key), format!("`{key}` without `type`"));
            }
        }
        self.keys(node, place, &COMMON);
    }

    fn enumeration(&mut self, node: &Node, kind: &str, values: &Node, place: &Place) {
        if values.items().is_empty() {
            return self.report(values, place, "an `enum` lists at least one value");
        }
        let mut seen: Vec<(String, &str)> = Vec::new();
        for (index, value) in values.items().iter().enumerate() {
            let place = place.at(index);
            let fits = match &value.value {
                Value::String(_) => kind == "string",
                Value::Number(_) => matches!(kind, "integer" | "number"),
                Value::Bool(_) => kind == "boolean",
                Value::Null => node.flag("nullable"),
                _ => false,
            };
            if !fits {
                self.report(
                    value,
                    &place,
                    format!("{} in an `enum` of type {kind}; put it in quotes if it is meant as text", value.kind()),
                );
                continue;
            }
            let Some(text) = value.as_str() else { continue };
            let variant = names::pascal(text);
            if variant == "Unlisted" {
                self.report(
                    value,
                    &place,
                    format!(
                        "the value `{text}` would make the variant `Unlisted`, which stands for all values that are not listed"
                    ),
                );
            } else if let Some((_, other)) = seen.iter().find(|(other, _)| *other == variant) {
                self.report(value, &place, format!("the values `{other}` and `{text}` would both make the variant `{variant}`"));
            }
            seen.push((variant, text));
        }
    }

    fn object(&mut self, node: &Node, place: &Place) {
        if let Some(extra) = node.get("additionalProperties") {
            match extra.value {
                Value::Bool(_) => {}
                _ => self.schema(extra, &place.at("additionalProperties")),
            }
        }
        let properties = node.get("properties").map_or(&[][..], Node::entries);
        let reserved: &[&str] = if is_open(node) { &MEMBERS_OF_OPEN_OBJECT } else { &METHODS_OF_STRUCT };
        let mut seen: Vec<(String, &str)> = Vec::new();
        for (name, property) in properties {
            let place = place.at("properties").at(name);
            let field = names::field(name);
            if reserved.contains(&field.as_str()) {
                self.report(
                    property,
                    &place,
                    format!("the property `{name}` would make `{field}`, which generated types keep for themselves"),
                );
            }
            if let Some((_, other)) = seen.iter().find(|(other, _)| *other == field) {
                self.report(property, &place, format!("the properties `{other}` and `{name}` would both make the field `{field}`"));
            }
            seen.push((field, name));
            self.schema(property, &place);
        }
        for (index, name) in node.get("required").map_or(&[][..], Node::items).iter().enumerate() {
            if !name.as_str().is_some_and(|name| properties.iter().any(|(property, _)| property == name)) {
                let shown = name.as_str().unwrap_or("?");
                self.report(name, &place.at("required").at(index), format!("`{shown}` is required but no property"));
            }
        }
    }

    fn one_of(&mut self, node: &Node, members: &Node, place: &Place) {
        self.keys(node, place, &[&COMMON[..], &["oneOf", "discriminator"]].concat());
        let place = place.at("oneOf");
        if members.items().len() < 2 {
            self.report(members, &place, "a `oneOf` has two members or more");
        }
        for (index, member) in members.items().iter().enumerate() {
            self.schema(member, &place.at(index));
        }
    }

    fn all_of(&mut self, node: &Node, members: &Node, place: &Place) {
        self.keys(node, place, &[&COMMON[..], &["allOf"]].concat());
        let place = place.at("allOf");
        if members.items().is_empty() {
            self.report(members, &place, "an `allOf` has a member");
        }
        let many = members.items().len() > 1;
        for (index, member) in members.items().iter().enumerate() {
            let place = place.at(index);
            self.schema(member, &place);
            let Some(target) = self.spec.resolve(member).filter(|_| many) else { continue };
            if is_open(target) {
                self.report(
                    member,
                    &place,
                    "a schema with typed `additionalProperties` beside another member of `allOf` would lose what it does not list; \
                     write one schema with all properties",
                );
            } else if target.text("type").is_some_and(|kind| kind != "object") || target.has("oneOf") {
                self.report(member, &place, "the members of an `allOf` with more than one must be objects");
            }
        }
    }
}

/// Whether the client keeps members of this object that the spec does not list.
pub(super) fn is_open(schema: &Node) -> bool {
    schema.get("additionalProperties").is_some_and(Node::is_map)
}
