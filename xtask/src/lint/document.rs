//! The frame of the document: version, info, tags, names of components, references.

use super::Linter;
use super::names::{MODULES, TYPES};
use super::schema::is_open;
use crate::names;
use crate::normalise::schemas::foreign;
use crate::spec::{METHODS, Node, Place, component_of, schema_name};

const COMPONENTS: [&str; 7] = ["schemas", "parameters", "responses", "requestBodies", "headers", "examples", "securitySchemes"];

impl Linter<'_> {
    /// What must hold before anything else can be looked at.
    pub(super) fn document(&mut self) {
        let root = &self.spec.root;
        let place = Place::document();
        if !root.is_map() {
            return self.report(root, &place, format!("an OpenAPI document is a mapping, not {}", root.kind()));
        }
        match self.demand_text(root, &place, "openapi") {
            Some(version) if version.starts_with("3.0.") => {}
            Some(version) => {
                let node = root.get("openapi").unwrap_or(root);
                return self.report(
                    node,
                    &place.at("openapi"),
                    format!("OpenAPI {version}; the generator takes 3.0.x only (write 3.0.3)"),
                );
            }
            None => return,
        }
        self.keys(root, &place, &["openapi", "info", "servers", "tags", "paths", "components", "externalDocs", "security"]);
        match root.get("info") {
            Some(info) => {
                self.demand_text(info, &place.at("info"), "title");
                self.demand_text(info, &place.at("info"), "version");
            }
            None => self.report(root, &place, "`info` is missing"),
        }
        match root.get("paths") {
            Some(paths) if !paths.entries().is_empty() => self.paths(paths, &place.at("paths")),
            _ => self.report(root, &place, "`paths` is missing or empty"),
        }
        self.tags();
        if let Some(components) = root.get("components") {
            let place = place.at("components");
            self.keys(components, &place, &COMPONENTS);
            for (kind, members) in components.entries() {
                for (name, node) in members.entries() {
                    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) {
                        self.report(node, &place.at(kind).at(name), "a component's name is letters, digits, `.`, `_` and `-`");
                    }
                }
            }
        }
        self.references(root, &place);
    }

    fn paths(&mut self, paths: &Node, place: &Place) {
        for (path, item) in paths.entries() {
            let place = place.at(path);
            if !path.starts_with('/') || path.contains(['?', '#', ' ']) || path.contains("//") {
                self.report(item, &place, "a path begins with `/` and holds no query, fragment, blank or empty segment");
            }
            if item.has("$ref") {
                self.report(item, &place, "a path item cannot be a `$ref`; write it out");
                continue;
            }
            let known: Vec<_> = METHODS.into_iter().chain(["parameters", "summary", "description"]).collect();
            self.keys(item, &place, &known);
        }
    }

    fn tags(&mut self) {
        let place = Place::document().at("tags");
        let mut seen: Vec<(String, &str)> = Vec::new();
        for (index, tag) in self.spec.root.get("tags").map_or(&[][..], Node::items).iter().enumerate() {
            let place = place.at(index);
            let Some(name) = self.demand_text(tag, &place, "name") else { continue };
            let module = names::snake(name);
            if MODULES.contains(&module.as_str()) {
                self.report(tag, &place, format!("the tag `{name}` would make the module `{module}`, which is taken"));
            }
            if let Some((_, other)) = seen.iter().find(|(other, _)| *other == module) {
                self.report(tag, &place, format!("the tags `{other}` and `{name}` would both make the module `{module}`"));
            }
            seen.push((module, name));
        }
    }

    /// Every `$ref` must lead to a component of this document.
    fn references(&mut self, node: &Node, place: &Place) {
        if let Some(reference) = node.get("$ref") {
            let place = place.at("$ref");
            match reference.as_str() {
                Some(text) if component_of(text).is_none() => {
                    self.report(reference, &place, format!("`{text}` is not of the form `#/components/KIND/NAME`"));
                }
                Some(text) if self.spec.target(text).is_none() => {
                    self.report(reference, &place, format!("`{text}` does not exist"));
                }
                // A circle goes through components only; whoever else points into it is not to blame.
                Some(_) if self.spec.resolve(node).is_none() && place.pointer().matches('/').count() == 4 => {
                    self.report(reference, &place, "the reference goes in a circle");
                }
                Some(_) => {}
                None => self.report(reference, &place, "a reference is a text"),
            }
        }
        for (key, child) in node.entries() {
            // Free data may hold whatever it likes.
            if !matches!(key.as_str(), "example" | "examples" | "default" | "enum") && !key.starts_with("x-") {
                let child_place = self.about(place, key);
                self.references(child, &child_place);
            }
        }
        for (index, child) in node.items().iter().enumerate() {
            self.references(child, &place.at(index));
        }
    }

    /// The place of a member, with the subject that a reader looks for.
    fn about(&self, place: &Place, key: &str) -> Place {
        let child = place.at(key);
        let pointer = child.pointer();
        if let Some(name) = pointer.strip_prefix("/components/schemas/").filter(|rest| !rest.contains('/')) {
            return child.about(format!("schema `{name}`"));
        }
        if METHODS.contains(&key) && pointer.starts_with("/paths/") && pointer.matches('/').count() == 3 {
            let path =
                pointer["/paths/".len()..].rsplit_once('/').map_or("", |(path, _)| path).replace("~1", "/").replace("~0", "~");
            let id = self
                .spec
                .operations()
                .find(|(p, m, ..)| *p == path && *m == key)
                .and_then(|(.., operation)| operation.text("operationId"));
            return child.about(super::names::operation(id, key, &path));
        }
        child
    }

    /// Whether a schema holds the component directly: not in an array or map, which may be empty. typify puts its own types in a
    /// `Box` then, but cannot see through open objects.
    fn holds(&self, schema: &Node, name: &str, depth: usize) -> bool {
        let members = schema.get("properties").map_or(&[][..], Node::entries).iter().map(|(_, property)| property);
        let choices = ["allOf", "oneOf"].into_iter().flat_map(|key| schema.get(key).map_or(&[][..], Node::items));
        depth < 16
            && members.chain(choices).any(|member| {
                schema_name(member) == Some(name)
                    || self.spec.resolve(member).is_some_and(|target| self.holds(target, name, depth + 1))
            })
    }

    /// The components, one by one.
    pub(super) fn components(&mut self) {
        let place = Place::document().at("components");
        let spec = self.spec;
        let mut seen: Vec<(String, &str)> = Vec::new();
        for (name, schema) in spec.components("schemas") {
            let place = place.at("schemas").at(name).about(format!("schema `{name}`"));
            let pascal = names::pascal(name);
            let is_it = foreign(schema).is_some_and(|foreign| foreign.name == pascal);
            if TYPES.contains(&pascal.as_str()) && !is_it {
                self.report(
                    schema,
                    &place,
                    format!("the type `{pascal}` would hide the one that generated code means by it; name it otherwise"),
                );
            }
            if let Some((_, other)) = seen.iter().find(|(other, _)| *other == pascal) {
                self.report(schema, &place, format!("the schemas `{other}` and `{name}` would both make the type `{pascal}`"));
            }
            seen.push((pascal, name));
            self.schema(schema, &place);
            if is_open(schema) && self.holds(schema, name, 0) {
                self.report(
                    schema,
                    &place,
                    "the schema holds itself, and its type has no end; let it hold an array or a map of itself",
                );
            }
            if schema.flag("nullable") {
                self.report(
                    schema,
                    &place.at("nullable"),
                    "`nullable` on a component; say it where the component is used: `allOf: [{$ref: ...}]` with `nullable: true`",
                );
            }
        }
        for (name, parameter) in spec.components("parameters") {
            let place = place.at("parameters").at(name).about(format!("parameter `{name}`"));
            self.parameter(parameter, &place);
        }
        for (name, body) in spec.components("requestBodies") {
            let place = place.at("requestBodies").at(name).about(format!("request body `{name}`"));
            self.request_body(body, &place);
        }
        for (name, response) in spec.components("responses") {
            let place = place.at("responses").at(name).about(format!("response `{name}`"));
            self.response(response, &place);
        }
        for (name, header) in spec.components("headers") {
            let place = place.at("headers").at(name).about(format!("header `{name}`"));
            self.header(header, &place);
        }
    }
}
