//! Operations: references written out, one kind of success, JSON bodies under their plain name, a call for each branch of a body.

use super::docs;
use super::model::{Envelope, NextMarker, Operation, Paging};
use super::open::rust_type;
use super::schemas::Lifter;
use crate::lint::{Media, is_success, media};
use crate::names;
use crate::spec::{Node, Spec, Value, schema_name};

/// One operation of the spec on its way to the generator.
pub struct Prepared {
    /// The path, with the fragment of a branch.
    pub path: String,
    /// The method, lower case.
    pub method: &'static str,
    /// For the generator.
    pub node: Node,
    /// For us.
    pub operation: Operation,
}

/// Rewrites one operation; the branches of its body follow it.
pub fn prepare(spec: &Spec, (path, method, item, node): (&str, &'static str, &Node, &Node), lifter: &mut Lifter) -> Vec<Prepared> {
    let mut node = node.clone();
    let id = node.text("operationId").unwrap_or_default().to_owned();
    lifter.subject = format!("operation `{id}`");
    let Parameters { arguments, secret, reserved } = parameters(spec, item, &mut node, &id, lifter);
    let spare_body = node.get("requestBody").and_then(|body| spec.resolve(body)).is_some_and(|body| !body.flag("required"));
    let (media_type, branches) = body(spec, &mut node, &id, lifter);
    let (success, stands_for_300, decodes) = responses(spec, &mut node, &id, lifter);
    let deprecated = node.has("x-cloudimg-deprecated");
    let facts = node.remove("x-cloudimg");
    let fact = |key: &str| facts.as_ref().and_then(|facts| facts.get(key));
    let said = |key: &str| fact(key).and_then(Node::as_str).unwrap_or("none").to_owned();
    let paging = fact("paging").filter(|paging| paging.is_map()).and_then(|paging| paging_of(spec, paging, &node));

    let closing = describe(&mut node);
    node.retain(|key, _| {
        matches!(key, "operationId" | "summary" | "description" | "tags" | "parameters" | "requestBody" | "responses")
    });

    let operation = Operation {
        module: node.get("tags").and_then(|tags| tags.items().first()).and_then(Node::as_str).map(names::snake).unwrap_or_default(),
        method: method.to_uppercase(),
        path: path.to_owned(),
        fragment: None,
        media_type,
        success,
        stands_for_300,
        decodes,
        idempotent: facts.as_ref().is_some_and(|facts| facts.flag("idempotent")),
        long_body: said("long-body"),
        paging,
        job: Some(said("job")).filter(|job| job != "none"),
        reserved,
        query_pairs: pairs(fact("query-pairs")),
        envelope: fact("envelope").and_then(envelope),
        deprecated,
        arguments,
        secret,
        id,
    };
    let mut base = Prepared { path: path.to_owned(), method, node, operation };
    let mut all: Vec<_> = branches.iter().map(|branch| on_branch(spec, &base, branch)).collect();
    if let Some(names) = all.iter().map(|branch| format!("`{}`", branch.operation.id)).reduce(|all, name| format!("{all}, {name}"))
    {
        say(&mut base.node, &format!("The body is sent as it is given. Calls with a typed body: {names}."));
        raw_body(&mut base.node);
    }
    if spare_body {
        all.push(with_body(&base));
        without_body(&mut base);
    }
    all.insert(0, base);
    for one in &mut all {
        closing.iter().for_each(|text| say(&mut one.node, text));
    }
    all
}

/// What there is to know of an operation's parameters.
struct Parameters {
    /// The builder's arguments with their documentation.
    arguments: Vec<(String, String)>,
    /// Whether one of them is a secret.
    secret: bool,
    /// Values that they must not have.
    reserved: Vec<(String, String)>,
}

/// The parameters of the operation and its path item, written out.
fn parameters(spec: &Spec, item: &Node, node: &mut Node, id: &str, lifter: &mut Lifter) -> Parameters {
    let mut all: Vec<Node> = Vec::new();
    let mut secret = false;
    let mut reserved = Vec::new();
    for holder in [&*node, item] {
        for parameter in holder.get("parameters").map_or(&[][..], Node::items) {
            let shared = parameter.text("$ref").and_then(|reference| reference.rsplit('/').next());
            let Some(target) = spec.resolve(parameter) else { continue };
            if all.iter().any(|other| other.get("name") == target.get("name") && other.get("in") == target.get("in")) {
                continue;
            }
            let mut parameter = target.clone();
            let name = match shared {
                // One type for all operations that share the parameter.
                Some(component) => names::pascal(component),
                None => format!("{}{}", names::pascal(id), names::pascal(parameter.text("name").unwrap_or_default())),
            };
            let mut doc = parameter.text("description").map(docs::clean_to_line).unwrap_or_default();
            let names = parameter.get("x-cloudimg-reserved").map_or(&[][..], Node::items).iter().filter_map(Node::as_str);
            let owner = parameter.text("name").unwrap_or_default();
            reserved.extend(names.map(|name| (owner.to_owned(), name.to_owned())));
            if let Some(schema) = parameter.get_mut("schema") {
                if let Some(default) = schema.get("default").and_then(|default| serde_json::to_string(default).ok()) {
                    let blank = if doc.is_empty() { "" } else { " " };
                    doc.push_str(&format!("{blank}The server's default is `{}`.", default.trim_matches('"')));
                }
                secret |= schema.text("format") == Some("password");
                lifter.parameter(&name, schema);
                schema.remove("nullable");
                schema.remove("description");
            }
            if !doc.is_empty() {
                parameter.set("description", Node::string(parameter.line, doc));
            }
            parameter.retain(|key, _| matches!(key, "name" | "in" | "description" | "required" | "schema"));
            all.push(parameter);
        }
    }
    let argument = |node: &Node| {
        (names::snake(node.text("name").unwrap_or_default()), node.text("description").unwrap_or_default().to_owned())
    };
    let arguments = all.iter().map(argument).collect();
    node.set("parameters", Node::list(node.line, all));
    Parameters { arguments, secret, reserved }
}

fn pairs(node: Option<&Node>) -> Vec<(String, String)> {
    let entries = node.map_or(&[][..], Node::entries).iter();
    entries.filter_map(|(first, second)| Some((first.clone(), second.as_str()?.to_owned()))).collect()
}

fn envelope(node: &Node) -> Option<Envelope> {
    let text = |key: &str| node.text(key).map(str::to_owned);
    Some(Envelope { code: text("code")?, message: text("message")?, success: text("success")? })
}

/// The body under a media type that the generator knows. Returns the true one, and the branches of a `oneOf`.
fn body(spec: &Spec, node: &mut Node, id: &str, lifter: &mut Lifter) -> (Option<String>, Vec<String>) {
    let Some(body) = node.get("requestBody").and_then(|body| spec.resolve(body)) else {
        return (None, Vec::new());
    };
    let Some((media_type, entry)) = body.get("content").and_then(|content| content.entries().first()) else {
        return (None, Vec::new());
    };
    let Some(mut schema) = entry.get("schema").cloned() else {
        return (None, Vec::new());
    };
    let plain = match media(media_type) {
        Media::Json => "application/json",
        Media::Octets => "application/octet-stream",
        Media::Form => "application/x-www-form-urlencoded",
        _ => "text/plain",
    };
    let mut branches = Vec::new();
    if media(media_type) == Media::Json
        && let Some(members) = spec.resolve(&schema).and_then(|target| target.get("oneOf"))
    {
        branches = members.items().iter().filter_map(|member| schema_name(member).map(str::to_owned)).collect();
    } else if matches!(media(media_type), Media::Json | Media::Form) {
        lifter.inline(&format!("{}Body", names::pascal(id)), &mut schema);
    } else {
        schema.retain(|key, _| matches!(key, "type" | "format"));
    }
    let description = body.text("description").map(docs::clean_to_line);
    let line = body.line;
    let mut rewritten = Node::map(line, [("content", Node::map(line, [(plain, Node::map(line, [("schema", schema)]))]))]);
    if let Some(text) = description {
        rewritten.set("description", Node::string(line, text));
    }
    rewritten.set("required", Node::bool(line, true));
    let media_type = media_type.clone();
    node.set("requestBody", rewritten);
    (Some(media_type), branches)
}

/// The successes, all of one kind. Returns their statuses, the one that stands for 300, and whether JSON comes back.
fn responses(spec: &Spec, node: &mut Node, id: &str, lifter: &mut Lifter) -> (Vec<u16>, Option<u16>, bool) {
    let line = node.line;
    let mut statuses = Vec::new();
    let mut json = None;
    let mut raw = false;
    for (status, response) in node.get("responses").map_or(&[][..], Node::entries) {
        let (true, Ok(number), Some(response)) = (is_success(status), status.parse::<u16>(), spec.resolve(response)) else {
            continue;
        };
        statuses.push(number);
        if let Some((media_type, entry)) = response.get("content").and_then(|content| content.entries().first()) {
            match entry.get("schema") {
                Some(schema) if media(media_type) == Media::Json => json = Some(schema.clone()),
                _ => raw = true,
            }
        }
    }
    statuses.sort_unstable();
    let content = if raw {
        let binary = Node::map(line, [("type", Node::string(line, "string")), ("format", Node::string(line, "binary"))]);
        Some(Node::map(line, [("application/octet-stream", Node::map(line, [("schema", binary)]))]))
    } else if let Some(schema) = &mut json {
        lifter.inline(&format!("{}Response", names::pascal(id)), schema);
        Some(Node::map(line, [("application/json", Node::map(line, [("schema", schema.clone())]))]))
    } else {
        None
    };
    // The generator takes a 300 for a failure; a 2xx that the spec does not use stands in its place until the code is there.
    let stands_for_300 = statuses.contains(&300).then(|| (200..300).rev().find(|status| !statuses.contains(status))).flatten();
    let mut rewritten = Node { line, value: Value::Map(Vec::new()) };
    for status in &statuses {
        let mut response = Node::map(line, [("description", Node::string(line, "success"))]);
        if let Some(content) = &content {
            response.set("content", content.clone());
        }
        let status = if *status == 300 { stands_for_300.unwrap_or(300) } else { *status };
        rewritten.set(&status.to_string(), response);
    }
    node.set("responses", rewritten);
    (statuses, stands_for_300, json.is_some() && !raw)
}

fn paging_of(spec: &Spec, paging: &Node, node: &Node) -> Option<Paging> {
    let (items, marker) = (paging.text("items")?, paging.text("marker")?);
    let content = node.get("responses")?.entries().first()?.1.get("content")?;
    let schema = content.entries().first()?.1.get("schema")?;
    // The page as the spec has it, not as the lifter leaves it: only the shape of the rows is asked for.
    let page = spec.resolve(schema)?;
    let property = |name: &str| page.get("properties").and_then(|properties| properties.get(name));
    let may_lack = |name: &str| lacks(page, name);
    let rows = spec.resolve(property(items)?)?;
    let row = rows.get("items")?;
    let row = if row.has("$ref") {
        format!("types::{}", rust_type(row))
    } else if row.has("properties") || row.has("enum") || row.has("oneOf") {
        format!("types::{}{}Item", names::pascal(schema_name(schema)?), names::pascal(items))
    } else {
        rust_type(row)
    };
    let last = paging.text("last").map(str::to_owned);
    let next = match (paging.text("next"), paging.text("next-marker")) {
        (Some(link), _) => NextMarker::Link { member: link.to_owned(), optional: may_lack(link) },
        (None, Some(path)) => {
            let (outer, inner) = path.split_once('.')?;
            let holder = spec.meant(property(outer)?)?;
            NextMarker::Member {
                outer: outer.to_owned(),
                outer_optional: may_lack(outer),
                inner: inner.to_owned(),
                inner_optional: lacks(holder, inner),
                last,
            }
        }
        (None, None) => NextMarker::LastRow(last?),
    };
    let not_with = paging.get("not-with").map_or(&[][..], Node::items).iter().filter_map(Node::as_str).map(str::to_owned).collect();
    Some(Paging {
        items: items.to_owned(),
        next,
        marker: marker.to_owned(),
        row,
        items_optional: may_lack(items),
        distinct: paging.flag("distinct"),
        not_with,
    })
}

/// Whether objects of `schema` may be without the member `name`.
fn lacks(schema: &Node, name: &str) -> bool {
    let required = schema.get("required").map_or(&[][..], Node::items).iter().any(|node| node.as_str() == Some(name));
    let nullable = schema.get("properties").and_then(|properties| properties.get(name)).is_some_and(|node| node.flag("nullable"));
    !required || nullable
}

/// The documentation of the call as the spec has it. Returns what stands at its end: whether upstream wants it used, and where it says more.
fn describe(node: &mut Node) -> Vec<String> {
    for key in ["summary", "description"] {
        if let Some(text) = node.text(key).map(docs::clean) {
            node.set(key, Node::string(node.line, text));
        }
    }
    let deprecated = node.flag("deprecated").then(|| "Deprecated upstream.".to_owned());
    let url = node.get("externalDocs").and_then(|external| external.text("url"));
    deprecated.into_iter().chain(url.map(|url| format!("[Upstream reference]({url})."))).collect()
}

fn say(node: &mut Node, text: &str) {
    let doc = match node.text("description") {
        Some(before) => format!("{before}\n\n{text}"),
        None => text.to_owned(),
    };
    node.set("description", Node::string(node.line, doc));
}

/// The call that sends one branch of the body.
fn on_branch(spec: &Spec, base: &Prepared, schema: &str) -> Prepared {
    let target = spec.target(&format!("#/components/schemas/{schema}"));
    let branch = target.and_then(|schema| schema.text("x-cloudimg-branch")).unwrap_or_default();
    let id = format!("{}_{}", base.operation.id, names::snake(branch));
    let mut node = base.node.clone();
    node.set("operationId", Node::string(node.line, id.as_str()));
    if let Some(summary) = node.text("summary").map(|text| format!("{}: `{branch}`", text.trim_end_matches('.'))) {
        node.set("summary", Node::string(node.line, summary));
    }
    if let Some(about) = target.and_then(|schema| schema.text("description")) {
        say(&mut node, &docs::clean(about));
    }
    set_body_schema(&mut node, |line| Node::schema_ref(line, schema));
    further(base, id, branch, node)
}

/// The call that sends a body which may be left out.
fn with_body(base: &Prepared) -> Prepared {
    let id = format!("{}_with_body", base.operation.id);
    let mut node = base.node.clone();
    node.set("operationId", Node::string(node.line, id.as_str()));
    if let Some(summary) = node.text("summary").map(|text| format!("{}, with a body", text.trim_end_matches('.'))) {
        node.set("summary", Node::string(node.line, summary));
    }
    further(base, id, "with-body", node)
}

fn without_body(base: &mut Prepared) {
    let note = format!("No body is sent. The call that sends one: `{}_with_body`.", base.operation.id);
    say(&mut base.node, &note);
    base.node.remove("requestBody");
    base.operation.media_type = None;
}

/// One more call on the same path and method.
fn further(base: &Prepared, id: String, fragment: &str, node: Node) -> Prepared {
    let operation = &base.operation;
    Prepared {
        path: format!("{}#{fragment}", base.path),
        method: base.method,
        node,
        operation: Operation {
            id,
            fragment: Some(format!("#{fragment}")),
            module: operation.module.clone(),
            method: operation.method.clone(),
            path: operation.path.clone(),
            media_type: operation.media_type.clone(),
            success: operation.success.clone(),
            paging: None,
            job: operation.job.clone(),
            long_body: operation.long_body.clone(),
            arguments: operation.arguments.clone(),
            reserved: operation.reserved.clone(),
            query_pairs: operation.query_pairs.clone(),
            envelope: operation.envelope.clone(),
            ..*operation
        },
    }
}

/// The operation itself takes any object.
fn raw_body(node: &mut Node) {
    set_body_schema(node, |line| Node::map(line, [("type", Node::string(line, "object"))]));
}

fn set_body_schema(node: &mut Node, schema: impl FnOnce(usize) -> Node) {
    if let Some(content) = node.get_mut("requestBody").and_then(|body| body.get_mut("content"))
        && let Some((_, entry)) = content.entries_mut().first_mut()
    {
        let schema = schema(entry.line);
        entry.set("schema", schema);
    }
}
