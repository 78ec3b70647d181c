//! Schemas: limits dropped, everything inline lifted to a component of its own, timestamps and optional lists as the client
//! wants them.

use crate::names;
use crate::normalise::docs;
use crate::spec::{Node, Place, Problem, Value};

/// A format whose values are of a type of core; a component of that name stands for it.
pub struct Foreign {
    /// The `format`.
    pub format: &'static str,
    /// The component.
    pub name: &'static str,
    /// The type.
    pub path: &'static str,
    /// What the type is.
    pub doc: &'static str,
}

/// All such formats.
pub const FOREIGN: [Foreign; 2] = [
    Foreign {
        format: "date-time",
        name: "Timestamp",
        path: "::cloudimg_core::wire::Timestamp",
        doc: "A time as a server writes it: the text is kept, and read leniently.",
    },
    Foreign { format: "password", name: "Secret", path: "::cloudimg_core::Secret", doc: "A text that is never printed." },
];

/// The type of core that a string of this format has.
pub fn foreign(schema: &Node) -> Option<&'static Foreign> {
    FOREIGN.iter().find(|foreign| schema.text("type") == Some("string") && schema.text("format") == Some(foreign.format))
}

/// Keys of a schema that the client has no use for: limits are the server's to check, and would only make types that refuse
/// what a server sends.
const DROPPED: [&str; 22] = [
    "title",
    "example",
    "externalDocs",
    "discriminator",
    "readOnly",
    "writeOnly",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "xml",
    "x-cloudimg-branch",
    "deprecated",
];

/// Collects the components that are lifted out of others.
#[derive(Default)]
pub struct Lifter {
    /// The lifted schemas, by their Rust names.
    pub lifted: Vec<(String, Node)>,
    /// Every type name that is taken.
    taken: Vec<String>,
    /// What cannot be lifted because its name is taken.
    pub problems: Vec<Problem>,
    /// The operation or schema that is at hand.
    pub subject: String,
    /// Whether a parameter is at hand: secrets in it are plain text, for they end up in a header or address.
    in_parameter: bool,
}

impl Lifter {
    /// A lifter that knows the names of the components.
    pub fn new<'a>(components: impl Iterator<Item = &'a str>) -> Self {
        Self { taken: components.map(names::pascal).collect(), ..Self::default() }
    }

    /// Prepares a component.
    pub fn component(&mut self, name: &str, schema: &mut Node) {
        self.subject = format!("schema `{name}`");
        self.tidy(schema, &names::pascal(name), true);
    }

    /// Prepares a schema that stands inline; what it would be called if it had to be a component is `name`.
    pub fn inline(&mut self, name: &str, schema: &mut Node) {
        self.tidy(schema, name, false);
    }

    /// Prepares the schema of a parameter.
    pub fn parameter(&mut self, name: &str, schema: &mut Node) {
        self.in_parameter = true;
        self.inline(name, schema);
        self.in_parameter = false;
    }

    fn tidy(&mut self, schema: &mut Node, name: &str, is_component: bool) {
        if schema.has("$ref") {
            return;
        }
        self.tidy_common(schema);
        if let Some(Value::List(members)) = schema.get_mut("oneOf").map(|members| &mut members.value) {
            for (index, member) in members.iter_mut().enumerate() {
                self.inline(&format!("{name}Form{}", index + 1), member);
            }
            return self.lift_unless(is_component, schema, name);
        }
        if let Some(Value::List(members)) = schema.get_mut("allOf").map(|members| &mut members.value) {
            if let [member] = members.as_mut_slice() {
                // A reference with a description or `nullable` beside it: no type of its own.
                return self.inline(name, member);
            }
            for (index, member) in members.iter_mut().enumerate() {
                // typify makes one struct of them, so an inline one is no type of its own.
                self.tidy(member, &format!("{name}Part{}", index + 1), true);
            }
            return self.lift_unless(is_component, schema, name);
        }
        match schema.text("type").unwrap_or_default() {
            "string" => self.tidy_string(schema, name, is_component),
            "integer" | "number" | "boolean" => {
                schema.remove("enum");
                if !matches!(schema.text("format"), Some("int32" | "int64" | "float" | "double")) {
                    schema.remove("format");
                }
            }
            "array" => {
                if let Some(items) = schema.get_mut("items") {
                    self.inline(&format!("{name}Item"), items);
                }
            }
            "object" => self.tidy_object(schema, name, is_component),
            _ => {}
        }
    }

    fn tidy_common(&mut self, schema: &mut Node) {
        let mut doc = schema.text("description").map(docs::clean).unwrap_or_default();
        let mut note = |text: String| {
            if !doc.is_empty() {
                doc.push_str("\n\n");
            }
            doc.push_str(&text);
        };
        // A default is the server's: written into a request by the client it would be frozen there.
        if let Some(default) = schema.remove("default")
            && let Ok(default) = serde_json::to_string(&default)
        {
            note(format!("The server's default is `{}`.", default.trim_matches('"')));
        }
        if schema.flag("deprecated") {
            note("Deprecated upstream.".to_owned());
        }
        if !doc.is_empty() {
            let line = schema.get("description").map_or(schema.line, |node| node.line);
            schema.set("description", Node::string(line, doc));
        }
        schema.retain(|key, _| !DROPPED.contains(&key) && (!key.starts_with("x-") || key == "x-cloudimg-deprecated"));
    }

    fn tidy_string(&mut self, schema: &mut Node, name: &str, is_component: bool) {
        if schema.has("enum") {
            return self.lift_unless(is_component, schema, name);
        }
        match foreign(schema).filter(|foreign| !(self.in_parameter && foreign.name == "Secret")) {
            Some(foreign) if !is_component => {
                let reference = Node::schema_ref(schema.line, foreign.name);
                point_to(schema, reference);
            }
            Some(_) => {}
            None if schema.text("format") == Some("binary") => {}
            None => {
                schema.remove("format");
            }
        }
    }

    fn tidy_object(&mut self, schema: &mut Node, name: &str, is_component: bool) {
        let is_map = schema.get("properties").is_none_or(|properties| properties.entries().is_empty());
        match schema.get_mut("additionalProperties") {
            Some(values) if values.is_map() => self.inline(&format!("{name}Value"), values),
            Some(_) => {
                schema.remove("additionalProperties");
            }
            None => {}
        }
        if is_map {
            return;
        }
        let required: Vec<String> = schema
            .get("required")
            .map_or(&[][..], Node::items)
            .iter()
            .filter_map(|node| node.as_str().map(str::to_owned))
            .collect();
        for (key, property) in schema.get_mut("properties").map_or(&mut [][..], Node::entries_mut) {
            self.inline(&format!("{name}{}", names::pascal(key)), property);
            // `Option`, because an empty list must be told from none: only then can it be sent, and null be read.
            let holds_many = matches!(property.text("type"), Some("array" | "object"));
            if holds_many && !required.contains(key) {
                property.set("nullable", Node::bool(property.line, true));
            }
        }
        self.lift_unless(is_component, schema, name);
    }

    /// Makes an inline schema a component of its own and leaves a reference.
    fn lift_unless(&mut self, is_component: bool, schema: &mut Node, name: &str) {
        if is_component {
            return;
        }
        let name = names::pascal(name);
        let mut component = schema.clone();
        component.remove("nullable");
        component.remove("x-cloudimg-deprecated");
        match self.lifted.iter().find(|(other, _)| *other == name) {
            // The same inline schema met twice, as in the answers 200 and 201 of one call.
            Some((_, other)) if *other == component => {}
            None if !self.taken.contains(&name) => self.lifted.push((name.clone(), component)),
            _ => self.problems.push(Place::document().about(self.subject.as_str()).problem(
                schema,
                format!("the schema written inline here would be the type `{name}`, which is taken; make it a component with a name of its own"),
            )),
        }
        let reference = Node::schema_ref(schema.line, &name);
        point_to(schema, reference);
    }
}

/// Turns a schema into a reference that keeps what may stand beside one.
fn point_to(schema: &mut Node, reference: Node) {
    let line = schema.line;
    schema.retain(|key, _| matches!(key, "description" | "nullable" | "x-cloudimg-deprecated"));
    if schema.entries().is_empty() {
        *schema = reference;
    } else {
        schema.set("allOf", Node::list(line, vec![reference]));
    }
}
