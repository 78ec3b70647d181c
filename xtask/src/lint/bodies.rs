//! Request bodies and answers.

use super::Linter;
use crate::names;
use crate::spec::{Node, Place, Value, schema_name};

/// The kinds of body that the generator can send and read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// JSON, whatever the media type is called.
    Json,
    /// A stream of bytes.
    Octets,
    /// A form.
    Form,
    /// Plain text.
    Text,
    /// Anything else: answers only, as a stream.
    Other,
}

/// The kind of a media type.
pub fn media(media_type: &str) -> Media {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    match essence {
        "application/octet-stream" => Media::Octets,
        "application/x-www-form-urlencoded" => Media::Form,
        "text/plain" => Media::Text,
        // `application/json`, `...+json`, and names such as `application/openstack-images-v2.1-json-patch`.
        _ if essence.split(['/', '+', '-', '.']).any(|word| word == "json") => Media::Json,
        _ => Media::Other,
    }
}

impl Linter<'_> {
    /// One request body by itself.
    pub(super) fn request_body(&mut self, node: &Node, place: &Place) {
        if node.has("$ref") {
            return;
        }
        self.keys(node, place, &["description", "required", "content"]);
        if !node.get("required").is_some_and(|required| matches!(required.value, Value::Bool(_))) {
            let what = "a request body must say `required: true`, or `required: false`, which makes a call without and one with it";
            self.report(node, place, what);
        }
        let Some(content) = node.get("content") else {
            return self.report(node, place, "a request body needs `content`");
        };
        let place = place.at("content");
        let forks = |(_, entry): &(String, Node)| {
            entry.get("schema").and_then(|schema| self.spec.resolve(schema)).is_some_and(|schema| schema.has("oneOf"))
        };
        if !node.flag("required") && content.entries().iter().any(forks) {
            self.report(node, &place, "a body with branches cannot be left out; say `required: true`");
        }
        match content.entries() {
            [] => self.report(content, &place, "`content` names no media type"),
            [(name, entry)] => self.request_media(name, entry, &place.at(name)),
            many => {
                let types: Vec<_> = many.iter().map(|(name, _)| format!("`{name}`")).collect();
                self.report(
                    content,
                    &place,
                    format!(
                        "the request body has {} media types ({}); one is all that can be generated",
                        many.len(),
                        types.join(", ")
                    ),
                );
            }
        }
    }

    fn request_media(&mut self, name: &str, entry: &Node, place: &Place) {
        self.keys(entry, place, &["schema", "example", "examples"]);
        let Some(schema) = entry.get("schema") else {
            return self.report(entry, place, format!("the media type `{name}` has no `schema`"));
        };
        let place = place.at("schema");
        self.schema(schema, &place);
        let Some(target) = self.spec.resolve(schema) else { return };
        let binary = target.text("type") == Some("string") && target.text("format") == Some("binary");
        match media(name) {
            Media::Octets if !binary => {
                self.report(schema, &place, "the schema of application/octet-stream is `{type: string, format: binary}`")
            }
            Media::Text if target.text("type") != Some("string") => {
                self.report(schema, &place, "the schema of text/plain is `{type: string}`")
            }
            Media::Other => self.report(
                entry,
                &place,
                format!("the media type `{name}` cannot be sent (known: ...json, octet-stream, form-urlencoded, text/plain)"),
            ),
            Media::Json if binary => self.report(schema, &place, format!("`{name}` is no stream of bytes")),
            Media::Json if target.has("oneOf") => self.branches(target, &place),
            _ => {}
        }
    }

    /// The members of a body's `oneOf`: each a component that says how its call is named.
    fn branches(&mut self, schema: &Node, place: &Place) {
        let mut seen: Vec<String> = Vec::new();
        for (index, member) in schema.get("oneOf").map_or(&[][..], Node::items).iter().enumerate() {
            let place = place.at("oneOf").at(index);
            let Some(target) = self.spec.resolve(member) else { continue };
            let Some(name) = schema_name(member) else {
                self.report(member, &place, "a branch of a body's `oneOf` is a `$ref` to a schema with `x-cloudimg-branch`");
                continue;
            };
            match target.text("x-cloudimg-branch") {
                None => self.report(
                    member,
                    &place,
                    format!(
                        "the schema `{name}` is a branch of a body's `oneOf` and needs `x-cloudimg-branch`, the name of its call"
                    ),
                ),
                Some(branch) if seen.contains(&names::snake(branch)) => {
                    self.report(member, &place, format!("two branches are called `{branch}`"));
                }
                Some(branch) => seen.push(names::snake(branch)),
            }
        }
    }

    /// One answer by itself.
    pub(super) fn response(&mut self, node: &Node, place: &Place) {
        if node.has("$ref") {
            return;
        }
        self.keys(node, place, &["description", "headers", "content"]);
        if node.text("description").is_none() {
            self.report(node, place, "an answer needs a `description`");
        }
        for (name, header) in node.get("headers").map_or(&[][..], Node::entries) {
            self.header(header, &place.at("headers").at(name));
        }
        for (name, entry) in node.get("content").map_or(&[][..], Node::entries) {
            let place = place.at("content").at(name);
            self.keys(entry, &place, &["schema", "example", "examples"]);
            match entry.get("schema") {
                Some(schema) => self.schema(schema, &place.at("schema")),
                None => self.report(entry, &place, format!("the media type `{name}` has no `schema`")),
            }
        }
    }

    /// The answers of one operation: statuses, and one kind of success.
    pub(super) fn responses(&mut self, operation: &Node, place: &Place) {
        let Some(responses) = operation.get("responses") else {
            return self.report(operation, place, "`responses` is missing");
        };
        let place = place.at("responses");
        let mut successes: Vec<(&str, Success<'_>)> = Vec::new();
        for (status, node) in responses.entries() {
            let place = place.at(status);
            if !(status.len() == 3 && status.parse::<u16>().is_ok_and(|status| (100..600).contains(&status))) {
                if !status.starts_with("x-") {
                    self.report(node, &place, format!("the status `{status}`; each status stands singly (200, 404, ...)"));
                }
                continue;
            }
            self.response(node, &place);
            if !is_success(status) {
                continue;
            }
            let Some(target) = self.spec.resolve(node) else { continue };
            match self.success(target) {
                Ok(success) => successes.push((status, success)),
                Err(message) => self.report(node, &place, message),
            }
        }
        if !responses.entries().iter().any(|(status, _)| is_success(status)) {
            return self.report(responses, &place, "no answer means success (200 to 299, or 300)");
        }
        // Octets win over nothing (a 204 of a download), and an envelope may be left out; everything else must be one and the same type.
        let raw = successes.iter().any(|(_, success)| *success == Success::Raw);
        let empty_is_fine = raw || operation.get("x-cloudimg").is_some_and(|facts| facts.has("envelope"));
        let mut kinds = successes.iter().filter(|(_, success)| !(empty_is_fine && *success == Success::Nothing));
        if let Some((first, kind)) = kinds.next()
            && let Some((other, different)) = kinds.find(|(_, success)| success != kind)
        {
            let node = responses.get(other).unwrap_or(responses);
            self.report(
                node,
                &place.at(other),
                format!("mixed success types: {first} answers {kind}, {other} answers {different}; a call has one type of answer"),
            );
        }
    }

    fn success<'n>(&self, response: &'n Node) -> Result<Success<'n>, &'static str> {
        let content = response.get("content").map_or(&[][..], Node::entries);
        let json: Vec<_> = content.iter().filter(|(name, _)| media(name) == Media::Json).collect();
        match (json.as_slice(), content.len()) {
            (_, 0) => Ok(Success::Nothing),
            ([], _) => Ok(Success::Raw),
            ([(_, entry)], 1) => Ok(entry.get("schema").map_or(Success::Raw, Success::Json)),
            _ => Err("a success answer has two media types, one of them JSON; a call has one type of answer"),
        }
    }
}

/// What a success answer holds.
#[derive(Clone, Copy, PartialEq)]
enum Success<'n> {
    Nothing,
    Raw,
    Json(&'n Node),
}

impl std::fmt::Display for Success<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Raw => f.write_str("a stream"),
            Self::Json(schema) => match schema_name(schema) {
                Some(name) => write!(f, "`{name}`"),
                None => f.write_str("an inline schema"),
            },
        }
    }
}

/// Whether a status counts as success: 2xx, and the 300 of version documents.
pub fn is_success(status: &str) -> bool {
    status == "300" || (status.len() == 3 && status.starts_with('2') && status.parse::<u16>().is_ok())
}
