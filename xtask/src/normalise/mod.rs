//! From the truthful spec to what the generator takes, in memory; the spec stays as it is.

pub mod docs;
pub mod model;
pub mod open;
pub mod operations;
pub mod schemas;

use std::collections::BTreeMap;

use crate::names;
use crate::spec::{Node, Problems, Spec, Value, schema_name};
use model::Model;
use operations::Prepared;
use schemas::{FOREIGN, Foreign, Lifter};

/// Splits a spec that has passed the linter.
pub fn normalise(spec: &Spec, service: &str) -> Result<Model, Problems> {
    let info = spec.root.get("info");
    let said = |key: &str| info.and_then(|info| info.text(key)).unwrap_or_default();

    let mut lifter = Lifter::new(spec.components("schemas").iter().map(|(name, _)| name.as_str()));
    let mut prepared: Vec<Prepared> = Vec::new();
    for operation in spec.operations() {
        prepared.extend(operations::prepare(spec, operation, &mut lifter));
    }
    let mut schemas: Vec<(String, Node)> = Vec::new();
    let bodies = forms_of_bodies(spec);
    for (name, schema) in spec.components("schemas") {
        // The `oneOf` of a body is no type: each branch is a call of its own.
        if !bodies.contains(name) {
            let mut schema = schema.clone();
            lifter.component(name, &mut schema);
            schemas.push((name.clone(), schema));
        }
    }
    schemas.append(&mut lifter.lifted);
    Problems::check(&spec.file, lifter.problems)?;
    let mentioned = mentioned(&schemas, &prepared);
    for Foreign { format, name, .. } in &FOREIGN {
        if mentioned.iter().any(|other| other == name) && !schemas.iter().any(|(other, _)| other == name) {
            let kind = [("type", Node::string(0, "string")), ("format", Node::string(0, *format))];
            schemas.push(((*name).to_owned(), Node::map(0, kind)));
        }
    }

    let sent = sent_types(&schemas, &prepared);
    let mut paths = Node { line: 0, value: Value::Map(Vec::new()) };
    let mut operations = Vec::new();
    for one in prepared {
        match paths.get_mut(&one.path) {
            Some(item) => item.set(one.method, one.node),
            None => paths.set(&one.path, Node::map(0, [(one.method, one.node)])),
        }
        operations.push(one.operation);
    }
    let mut document = Node::map(0, [("openapi", Node::string(0, "3.0.3"))]);
    let mut about = Node::map(0, [("title", Node::string(0, said("title"))), ("version", Node::string(0, said("version")))]);
    if let Some(text) = info.and_then(|info| info.text("description")) {
        about.set("description", Node::string(0, docs::clean(text)));
    }
    document.set("info", about);
    document.set("paths", paths);
    document.set("components", Node::map(0, [("schemas", Node { line: 0, value: Value::Map(schemas) })]));

    let mut model = Model {
        service: service.to_owned(),
        file: spec.file.clone(),
        hash: spec.hash.clone(),
        document,
        operations,
        enums: Vec::new(),
        objects: Vec::new(),
        foreign: Vec::new(),
        sent,
        members: BTreeMap::new(),
        deprecated: Vec::new(),
    };
    open::extract(&mut model);
    Ok(model)
}

/// Components that are the `oneOf` of a request body and nothing else.
fn forms_of_bodies(spec: &Spec) -> Vec<String> {
    let mut bodies = Vec::new();
    for (.., operation) in spec.operations() {
        let body = operation.get("requestBody").and_then(|body| spec.resolve(body));
        for (_, entry) in body.and_then(|body| body.get("content")).map_or(&[][..], Node::entries) {
            if let Some(schema) = entry.get("schema")
                && let Some(name) = schema_name(schema)
                && spec.resolve(schema).is_some_and(|target| target.has("oneOf"))
            {
                bodies.push(name.to_owned());
            }
        }
    }
    bodies
}

/// The names of all schemas that are referred to.
fn mentioned(schemas: &[(String, Node)], prepared: &[Prepared]) -> Vec<String> {
    let mut names = Vec::new();
    schemas.iter().for_each(|(_, schema)| references(schema, &mut names));
    prepared.iter().for_each(|one| references(&one.node, &mut names));
    names
}

/// The Rust names of all types that a request body holds.
fn sent_types(schemas: &[(String, Node)], prepared: &[Prepared]) -> Vec<String> {
    let mut names = Vec::new();
    for one in prepared {
        if let Some(body) = one.node.get("requestBody") {
            references(body, &mut names);
        }
    }
    let mut done = 0;
    while let Some(name) = names.get(done).cloned() {
        done += 1;
        let mut inner = Vec::new();
        if let Some((_, schema)) = schemas.iter().find(|(other, _)| *other == name) {
            references(schema, &mut inner);
        }
        for name in inner {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.iter().map(|name| names::pascal(name)).collect()
}

fn references(node: &Node, names: &mut Vec<String>) {
    if let Some(name) = schema_name(node)
        && !names.iter().any(|other| other == name)
    {
        names.push(name.to_owned());
    }
    node.entries().iter().for_each(|(_, child)| references(child, names));
    node.items().iter().for_each(|child| references(child, names));
}
