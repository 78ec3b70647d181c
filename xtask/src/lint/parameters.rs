//! Parameters: of components, path items and operations.

use super::Linter;
use super::names::METHODS_OF_BUILDER;
use crate::names;
use crate::spec::{Node, Place, Value};

const KEYS: [&str; 12] = [
    "allowEmptyValue",
    "name",
    "in",
    "description",
    "required",
    "deprecated",
    "schema",
    "style",
    "explode",
    "example",
    "x-cloudimg-deprecated",
    "x-cloudimg-reserved",
];

/// Headers that OpenAPI itself takes out of the hands of parameters.
const RESERVED_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

impl<'a> Linter<'a> {
    /// One parameter by itself.
    pub(super) fn parameter(&mut self, node: &'a Node, place: &Place) {
        if node.has("$ref") {
            if node.entries().len() > 1 {
                self.report(node, place, "the keys beside `$ref` would be ignored");
            }
            return;
        }
        let (Some(name), Some(kind)) = (self.demand_text(node, place, "name"), self.demand_text(node, place, "in")) else {
            return;
        };
        let shown = format!("{kind} parameter `{name}`");
        match kind {
            "path" if !node.flag("required") => self.report(node, place, format!("{shown} must say `required: true`")),
            "header" if RESERVED_HEADERS.contains(&name.to_lowercase().as_str()) => {
                self.report(node, place, format!("{shown} is said by media types and security, not by a parameter"));
            }
            "path" | "query" | "header" => {}
            "cookie" => return self.report(node, place, format!("{shown}: cookies cannot be generated")),
            _ => return self.report(node, &place.at("in"), format!("`in: {kind}`; it is path, query or header")),
        }
        if let Some(reserved) = node.get("x-cloudimg-reserved")
            && (kind != "path" || reserved.items().is_empty() || reserved.items().iter().any(|value| value.as_str().is_none()))
        {
            let what = format!("{shown}: `x-cloudimg-reserved` lists the values that a path parameter must not have");
            self.report(reserved, &place.at("x-cloudimg-reserved"), what);
        }
        if let Some(content) = node.get("content") {
            return self.report(content, &place.at("content"), format!("{shown} with `content`; give it a `schema`"));
        }
        self.keys(node, place, &KEYS);
        self.deprecated_extension(node, place);
        let usual = if kind == "query" { "form" } else { "simple" };
        if let Some(style) = node.get("style").filter(|style| style.as_str() != Some(usual)) {
            self.report(style, &place.at("style"), format!("{shown}: only the style `{usual}` can be generated"));
        }
        let Some(schema) = node.get("schema") else {
            return self.report(node, place, format!("{shown} has no `schema`"));
        };
        let place = place.at("schema");
        self.schema(schema, &place);
        let Some(target) = self.spec.resolve(schema) else { return };
        match (kind, target.text("type")) {
            ("path", Some("array" | "object")) => {
                self.report(schema, &place, format!("{shown} is an array or object; a path segment holds one plain value"));
            }
            ("header", Some("array" | "object")) => {
                self.report(schema, &place, format!("{shown} is an array or object; make it a string"));
            }
            ("query", Some("array")) if node.get("explode").is_some_and(|explode| explode.value == Value::Bool(false)) => {
                self.report(
                    schema,
                    &place,
                    format!("{shown} with `explode: false` would be sent repeated; make it a string that holds the list"),
                );
            }
            ("query", Some("object")) if target.has("properties") => {
                self.report(
                    schema,
                    &place,
                    format!("{shown} is an object with properties; make them parameters (a plain map is fine)"),
                );
            }
            (_, None) => self.report(schema, &place, format!("{shown} needs a schema with a plain `type`")),
            _ => {}
        }
    }

    /// The parameters that an operation ends up with, its own before those of the path item that it does not override.
    pub(super) fn parameters_of(&mut self, item: &'a Node, operation: &'a Node, paths: (&Place, &Place)) -> Vec<(Place, &'a Node)> {
        let mut all: Vec<(Place, &'a Node)> = Vec::new();
        for (holder, place) in [(operation, paths.1), (item, paths.0)] {
            let place = place.at("parameters");
            let own = all.len();
            for (index, node) in holder.get("parameters").map_or(&[][..], Node::items).iter().enumerate() {
                let place = place.at(index);
                let Some(target) = self.spec.resolve(node) else { continue };
                let same = |(_, other): &&(Place, &Node)| {
                    other.text("name") == target.text("name") && other.text("in") == target.text("in")
                };
                if all[own..].iter().find(same).is_some() {
                    self.report(node, &place, format!("the parameter `{}` stands here twice", target.text("name").unwrap_or("?")));
                } else if all[..own].iter().find(same).is_none() {
                    self.parameter(node, &place);
                    all.push((place, target));
                }
            }
        }
        all
    }

    /// How the parameters of one operation get on with each other, the path and the body.
    pub(super) fn parameters_together(&mut self, parameters: &[(Place, &Node)], path: &str, has_body: bool, place: &Place) {
        let mut seen: Vec<(String, String)> = Vec::new();
        for (place, parameter) in parameters {
            let (Some(name), Some(kind)) = (parameter.text("name"), parameter.text("in")) else { continue };
            let argument = names::snake(name);
            let shown = format!("{kind} parameter `{name}`");
            if argument == "body" && has_body {
                self.report(parameter, place, format!("the {shown} and the request body would both make the argument `body`"));
            }
            if METHODS_OF_BUILDER.contains(&argument.as_str()) {
                self.report(parameter, place, format!("the {shown} would make `{argument}`, which builders keep for themselves"));
            }
            if let Some((_, other)) = seen.iter().find(|(other, _)| *other == argument) {
                self.report(parameter, place, format!("the {other} and the {shown} would both make the argument `{argument}`"));
            }
            if kind == "path" && !segments(path).any(|segment| segment == name) {
                self.report(parameter, place, format!("the {shown} does not stand in the path `{path}`"));
            }
            seen.push((argument, shown));
        }
        for segment in segments(path) {
            if !parameters.iter().any(|(_, node)| node.text("in") == Some("path") && node.text("name") == Some(segment)) {
                self.report(
                    self.spec.root.get("paths").and_then(|paths| paths.get(path)).unwrap_or(&self.spec.root),
                    place,
                    format!("the path holds `{{{segment}}}`, which is declared as no path parameter"),
                );
            }
        }
    }

    /// A header of an answer.
    pub(super) fn header(&mut self, node: &Node, place: &Place) {
        if node.has("$ref") {
            return;
        }
        self.keys(node, place, &["description", "required", "deprecated", "schema", "example"]);
        match node.get("schema") {
            Some(schema) => self.schema(schema, &place.at("schema")),
            None => self.report(node, place, "a header needs a `schema`"),
        }
    }
}

/// The names in the braces of a path template.
pub(super) fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}
