//! Operations: names, what must be said of each, and the extension keys that the client needs.

use super::Linter;
use super::bodies::{Media, is_success, media};
use super::names::{METHODS_OF_CLIENT, MODULES, operation as subject};
use super::parameters::segments;
use crate::names;
use crate::spec::{Node, Place, Value, schema_name};

const KEYS: [&str; 13] = [
    "operationId",
    "tags",
    "summary",
    "description",
    "externalDocs",
    "parameters",
    "requestBody",
    "responses",
    "deprecated",
    "security",
    "servers",
    "x-cloudimg",
    "x-cloudimg-deprecated",
];

/// The four things that the client must know of every call.
const FACTS: [&str; 4] = ["idempotent", "long-body", "paging", "job"];

/// All that can be said of a call; the last two of few.
const ALL_FACTS: [&str; 6] = ["idempotent", "long-body", "paging", "job", "query-pairs", "envelope"];

/// What may stand in a paging rule beside the names.
const PAGING_OPTIONS: [&str; 2] = ["distinct", "not-with"];

impl Linter<'_> {
    /// All operations, by themselves and beside each other.
    pub(super) fn operations(&mut self) {
        let spec = self.spec;
        let mut ids: Vec<(String, String)> = Vec::new();
        let mut routes: Vec<(String, &str, &str)> = Vec::new();
        for (path, method, item, operation) in spec.operations() {
            let item_place = Place::document().at("paths").at(path);
            let place = item_place.at(method).about(subject(operation.text("operationId"), method, path));

            let shape = shape(path);
            if let Some((.., other)) = routes.iter().find(|(other, verb, _)| *other == shape && *verb == method) {
                self.report(operation, &place, format!("the paths `{other}` and `{path}` differ in the names of parameters only"));
            }
            routes.push((shape, method, path));

            for (id, shown) in self.ids_of(operation, &place) {
                let collision = names::pascal(&id);
                if let Some((_, other)) = ids.iter().find(|(other, _)| *other == collision) {
                    self.report(operation, &place, format!("{shown} and {other} would have the same name in Rust"));
                }
                ids.push((collision, shown));
            }
            self.operation(operation, &place);
            let parameters = self.parameters_of(item, operation, (&item_place, &place));
            self.parameters_together(&parameters, path, operation.has("requestBody"), &place);
            self.paging(operation, &parameters, &place);
            self.queries(operation, &parameters, &place);
        }
    }

    /// The names of the calls that one operation makes: its own, and one for each branch of its body.
    fn ids_of(&mut self, operation: &Node, place: &Place) -> Vec<(String, String)> {
        let Some(id) = self.demand_id(operation, place) else { return Vec::new() };
        let mut ids = vec![(id.clone(), format!("the operation `{id}`"))];
        let body = operation.get("requestBody").and_then(|body| self.spec.resolve(body));
        if body.is_some_and(|body| body.get("required").is_some_and(|required| required.value == Value::Bool(false))) {
            ids.push((format!("{id}_with_body"), format!("the operation `{id}` with its body")));
        }
        let schema = body.and_then(|body| body.get("content"));
        let schema =
            schema.and_then(|content| content.entries().first()).and_then(|(_, entry)| self.spec.resolve(entry.get("schema")?));
        for member in schema.and_then(|schema| schema.get("oneOf")).map_or(&[][..], Node::items) {
            if let Some(branch) = self.spec.resolve(member).and_then(|target| target.text("x-cloudimg-branch")) {
                let name = format!("{id}_{}", names::snake(branch));
                // Two branches of one name are the body's own fault, and reported there.
                if !ids.iter().any(|(other, _)| *other == name) {
                    ids.push((name, format!("the branch `{branch}` of the operation `{id}`")));
                }
            }
        }
        ids
    }

    fn demand_id(&mut self, operation: &Node, place: &Place) -> Option<String> {
        let Some(node) = operation.get("operationId") else {
            self.report(operation, place, "`operationId` is missing");
            return None;
        };
        let id = node.as_str().unwrap_or_default();
        if !names::is_joined_words(id, '_') || names::snake(id) != id {
            self.report(
                node,
                &place.at("operationId"),
                format!("the operationId `{id}` is not in snake_case, or is a word of Rust"),
            );
            return None;
        }
        if METHODS_OF_CLIENT.contains(&id) {
            self.report(
                node,
                &place.at("operationId"),
                format!("the operationId `{id}` is a method that every client has; name it otherwise"),
            );
        }
        Some(id.to_owned())
    }

    fn operation(&mut self, operation: &Node, place: &Place) {
        self.keys(operation, place, &KEYS);
        self.deprecated_extension(operation, place);
        self.demand_texts(operation, place);
        self.tag(operation, place);
        if let Some(node) = operation.get("x-example").filter(|node| node.as_str() != Some("constructed")) {
            self.report(node, &place.at("x-example"), "`x-example` has one value: constructed");
        }
        if let Some(body) = operation.get("requestBody") {
            self.request_body(body, &place.at("requestBody"));
        }
        self.responses(operation, place);
        self.examples(operation, place);
        self.facts(operation, place);
    }

    fn demand_texts(&mut self, operation: &Node, place: &Place) {
        for key in ["summary", "description"] {
            match operation.get(key) {
                Some(node) if node.as_str().is_some_and(|text| !text.trim().is_empty()) => {}
                Some(node) => self.report(node, &place.at(key), format!("`{key}` must be a text")),
                None => self.report(operation, place, format!("`{key}` is missing")),
            }
        }
        match operation.get("externalDocs") {
            Some(docs) if docs.text("url").is_some_and(|url| url.starts_with("https://") || url.starts_with("http://")) => {}
            Some(docs) => {
                self.report(docs, &place.at("externalDocs"), "`externalDocs` needs a `url`, the section of the upstream reference")
            }
            None => self.report(operation, place, "`externalDocs` is missing: the section of the upstream reference"),
        }
    }

    fn tag(&mut self, operation: &Node, place: &Place) {
        let Some(tags) = operation.get("tags") else {
            return self.report(operation, place, "`tags` is missing; an operation has one");
        };
        let place = place.at("tags");
        let [tag] = tags.items() else {
            return self.report(tags, &place, format!("an operation has one tag, not {}", tags.items().len()));
        };
        let declared = self.spec.root.get("tags").map_or(&[][..], Node::items);
        match tag.as_str() {
            None => self.report(tag, &place, "a tag is a text"),
            Some(name) if !declared.is_empty() && !declared.iter().any(|node| node.text("name") == Some(name)) => {
                self.report(tag, &place, format!("the tag `{name}` is not among the `tags` of the document"));
            }
            Some(name) if MODULES.contains(&names::snake(name).as_str()) => {
                self.report(tag, &place, format!("the tag `{name}` would make a module whose name is taken"));
            }
            Some(_) => {}
        }
    }

    /// Body and answer have an example, or the operation says that none could be had.
    fn examples(&mut self, operation: &Node, place: &Place) {
        if operation.has("x-example") {
            return;
        }
        let mut bodies = Vec::new();
        if let Some(body) = operation.get("requestBody").and_then(|body| self.spec.resolve(body)) {
            bodies.push(("the request body".to_owned(), body));
        }
        for (status, response) in operation.get("responses").map_or(&[][..], Node::entries) {
            if is_success(status)
                && let Some(response) = self.spec.resolve(response)
            {
                bodies.push((format!("the answer {status}"), response));
            }
        }
        for (shown, body) in bodies {
            for (name, entry) in body.get("content").map_or(&[][..], Node::entries) {
                if media(name) == Media::Json && !entry.has("example") && !entry.has("examples") {
                    self.report(
                        operation,
                        place,
                        format!("{shown} has no `example`; take one from a recording, or construct one and mark the operation `x-example: constructed`"),
                    );
                }
            }
        }
    }

    fn facts(&mut self, operation: &Node, place: &Place) {
        let Some(facts) = operation.get("x-cloudimg") else {
            return self.report(operation, place, format!("`x-cloudimg` is missing; it says {}", FACTS.join(", ")));
        };
        let place = place.at("x-cloudimg");
        for key in FACTS {
            if !facts.has(key) {
                self.report(facts, &place, format!("`x-cloudimg` lacks `{key}`; it says {}", FACTS.join(", ")));
            }
        }
        self.keys(facts, &place, &ALL_FACTS);
        let mut wrong = |key: &str, fits: fn(&Node) -> bool, message: &str| {
            if let Some(node) = facts.get(key).filter(|node| !fits(node)) {
                self.report(node, &place.at(key), format!("`{key}` {message}"));
            }
        };
        wrong("idempotent", |node| matches!(node.value, Value::Bool(_)), "is true or false");
        wrong("long-body", |node| matches!(node.as_str(), Some("none" | "request" | "response")), "is none, request or response");
        wrong(
            "job",
            |node| node.as_str().is_some_and(|name| names::is_joined_words(name, '-')),
            "is none or a name such as image-import",
        );
        wrong(
            "paging",
            |node| {
                let named = node.entries().iter().filter(|(key, _)| !PAGING_OPTIONS.contains(&key.as_str())).count();
                let has = |keys: &[&str]| named == keys.len() && keys.iter().all(|key| node.text(key).is_some());
                node.as_str() == Some("none")
                    || ["next", "last", "next-marker"].iter().any(|key| has(&["items", key, "marker"]))
                    || has(&["items", "next-marker", "last", "marker"])
            },
            "is none, or {items: ..., marker: ...} with next, with last, with next-marker, or with next-marker and last",
        );
        wrong(
            "query-pairs",
            |node| !node.entries().is_empty() && node.entries().iter().all(|(_, second)| second.as_str().is_some()),
            "is {FIRST: SECOND}, two query parameters of which each value of the second follows one of the first",
        );
        wrong(
            "envelope",
            |node| node.entries().len() == 3 && ["code", "message", "success"].iter().all(|key| node.text(key).is_some()),
            "is {code: ..., message: ..., success: ...}: two members of the answer, and the code of success as a text",
        );
        if facts.text("long-body") == Some("request") && !operation.has("requestBody") {
            self.report(facts, &place.at("long-body"), "`long-body: request` on an operation without a request body");
        }
    }

    /// The query parameters that extension keys name must be there.
    fn queries(&mut self, operation: &Node, parameters: &[(Place, &Node)], place: &Place) {
        let Some(facts) = operation.get("x-cloudimg") else { return };
        let place = place.at("x-cloudimg");
        let mut named: Vec<(&Node, Place, &str)> = Vec::new();
        if let Some(pairs) = facts.get("query-pairs") {
            let place = place.at("query-pairs");
            for (first, second) in pairs.entries() {
                let both = [Some(first.as_str()), second.as_str()];
                named.extend(both.into_iter().flatten().map(|name| (second, place.at(first), name)));
            }
        }
        if let Some(paging) = facts.get("paging").filter(|paging| paging.is_map()) {
            let place = place.at("paging");
            match paging.get("distinct") {
                Some(node) if !matches!(node.value, Value::Bool(_)) || !paging.has("last") || paging.has("next-marker") => {
                    self.report(
                        node,
                        &place.at("distinct"),
                        "`distinct` is true or false, of a list whose marker is a member of the last row",
                    );
                }
                _ => {}
            }
            if let Some(list) = paging.get("not-with") {
                let place = place.at("not-with");
                if list.items().is_empty() || list.items().iter().any(|name| name.as_str().is_none()) {
                    self.report(list, &place, "`not-with` is a list of query parameters");
                }
                named.extend(list.items().iter().filter_map(|node| Some((node, place.clone(), node.as_str()?))));
            }
        }
        for (node, place, name) in named {
            let is =
                |(_, parameter): &(Place, &Node)| parameter.text("in") == Some("query") && parameter.text("name") == Some(name);
            if !parameters.iter().any(is) {
                self.report(node, &place, format!("`{name}` is no query parameter of the operation"));
            }
        }
    }

    /// The members that a paging rule names must be there, and be what the pager needs.
    fn paging(&mut self, operation: &Node, parameters: &[(Place, &Node)], place: &Place) {
        let Some(paging) = operation.get("x-cloudimg").and_then(|facts| facts.get("paging")).filter(|paging| paging.is_map())
        else {
            return;
        };
        let place = place.at("x-cloudimg").at("paging");
        let (Some(items), Some(marker)) = (paging.text("items"), paging.text("marker")) else {
            return;
        };
        let responses = operation.get("responses").map_or(&[][..], Node::entries);
        let answer = responses.iter().find(|(status, _)| is_success(status)).and_then(|(_, response)| self.spec.resolve(response));
        let schema = answer.and_then(|answer| answer.get("content")?.entries().first()?.1.get("schema"));
        if schema.is_none() && answer.is_some_and(|answer| answer.has("content")) {
            // Said already: a media type without a schema.
            return;
        }
        let Some(properties) = schema.and_then(|schema| self.spec.resolve(schema)).and_then(|schema| schema.get("properties"))
        else {
            return self.report(paging, &place, "paging needs an answer that is an object with properties");
        };
        let shown = schema.and_then(schema_name).unwrap_or("the answer");
        for (key, name, kind) in [("items", Some(items), "array"), ("next", paging.text("next"), "string")] {
            let Some(name) = name else { continue };
            let node = paging.get(key).unwrap_or(paging);
            match properties.get(name).map(|property| self.spec.resolve(property)) {
                None => self.report(node, &place.at(key), format!("paging names `{name}`, but `{shown}` has no such property")),
                Some(Some(property)) if property.text("type") == Some(kind) => {}
                Some(_) => self.report(node, &place.at(key), format!("paging names `{name}`, which is no {kind} in `{shown}`")),
            }
        }
        if let Some(path) = paging.text("next-marker") {
            let holder = path.split_once('.').and_then(|(outer, inner)| Some((self.spec.meant(properties.get(outer)?)?, inner)));
            let member = holder.and_then(|(holder, inner)| self.spec.resolve(holder.get("properties")?.get(inner)?));
            let place = place.at("next-marker");
            let node = paging.get("next-marker").unwrap_or(paging);
            if member.and_then(|member| member.text("type")) != Some("string") {
                let what = format!("paging names `{path}`, which is no string member of a member of `{shown}`");
                self.report(node, &place, what);
            }
        }
        if let Some(last) = paging.text("last") {
            let row = properties.get(items).and_then(|rows| self.spec.resolve(rows)).and_then(|rows| rows.get("items"));
            let row = row.and_then(|row| self.spec.resolve(row));
            let always =
                |row: &Node| row.get("required").map_or(&[][..], Node::items).iter().any(|name| name.as_str() == Some(last));
            let member = row.and_then(|row| row.get("properties")?.get(last)).and_then(|member| self.spec.resolve(member));
            let fits = |member: &Node| member.text("type") == Some("string") && !member.flag("nullable") && !member.has("format");
            if !(row.is_some_and(always) && member.is_some_and(fits)) {
                let node = paging.get("last").unwrap_or(paging);
                let what = format!("paging names `{last}`, which is no required string of the rows `{items}`");
                self.report(node, &place.at("last"), what);
            }
        }
        let takes = |(_, node): &&(Place, &Node)| node.text("in") == Some("query") && node.text("name") == Some(marker);
        let node = paging.get("marker").unwrap_or(paging);
        match parameters.iter().find(takes).and_then(|(_, parameter)| parameter.get("schema")) {
            None => {
                self.report(node, &place.at("marker"), format!("paging names the marker `{marker}`, which is no query parameter"))
            }
            Some(schema)
                if self.spec.resolve(schema).is_some_and(|schema| schema.text("type") == Some("string") && !schema.has("enum")) => {
            }
            Some(_) => self.report(node, &place.at("marker"), format!("paging names the marker `{marker}`, which is no string")),
        }
    }
}

/// The path with all its parameters called the same.
fn shape(path: &str) -> String {
    segments(path).fold(path.to_owned(), |shape, name| shape.replacen(&format!("{{{name}}}"), "{}", 1))
}
