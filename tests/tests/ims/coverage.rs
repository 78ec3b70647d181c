//! Every operation and every field that the sources know stands in the specs, or is left out for a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use xtask::spec::{Node, Spec};

/// What the specs leave out, and why: the operation, the field or parameter, the reason.
const LEFT_OUT: [(&str, &str, &str); 2] = [
    ("GlanceUpdateImage", "op", "a patch of v2.1 is `update_image` of the Image API; here stands that of v2.0"),
    ("GlanceUpdateImage", "path", "as `op`"),
];

/// An operation as the sources have it.
#[derive(Deserialize)]
struct Operation {
    operation: String,
    method: String,
    path: String,
    query: Vec<String>,
    /// The schema of the request body; of lists that of the items.
    request: Option<String>,
    status: u16,
    /// The schema of the answer; of lists that of the items.
    answer: Option<String>,
    /// Whether the answer is the id of a job.
    job: bool,
}

/// For each schema of the sources its fields, with the schemas that they hold.
type Fields = BTreeMap<String, BTreeMap<String, Option<String>>>;

fn data<T: DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The specs of the service.
pub(crate) fn specs() -> [Spec; 2] {
    ["ims-v1", "ims-v2"].map(read)
}

pub(crate) fn read(name: &str) -> Spec {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs").join(format!("{name}.yaml"));
    Spec::read(&path, name).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn every_operation_and_field_is_in_the_specs() {
    let (operations, fields): (Vec<Operation>, Fields) = (data("ims-operations.json"), data("ims-fields.json"));
    let mut missing = Vec::new();
    let mut met = BTreeSet::new();
    for wanted in &operations {
        let mut holders = 0;
        for spec in &specs() {
            let mut found =
                spec.operations().filter(|(path, method, ..)| *path == wanted.path && wanted.method.eq_ignore_ascii_case(method));
            let Some((.., node)) = found.next() else { continue };
            holders += 1;
            let mut walk = Walk { spec, fields: &fields, operation: &wanted.operation, missing: &mut missing, met: &mut met };
            walk.operation(wanted, node);
        }
        if holders == 0 {
            missing.push(format!("{} is in no spec", wanted.operation));
        }
    }
    let left_out = |line: &String| LEFT_OUT.iter().any(|(operation, field, _)| *line == lacks(operation, field));
    let (known, unknown): (Vec<_>, Vec<_>) = missing.into_iter().partition(left_out);
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
    assert_eq!(known.len(), LEFT_OUT.len(), "left out, and yet there: {known:?}");
    let unmet: Vec<_> = fields.keys().filter(|name| !met.contains(name.as_str())).collect();
    assert!(unmet.is_empty(), "schemas that no operation led to: {unmet:?}");
}

#[test]
fn every_operation_of_the_specs_is_known_to_the_sources() {
    let operations: Vec<Operation> = data("ims-operations.json");
    for spec in &specs() {
        for (path, method, ..) in spec.operations() {
            let known = operations.iter().any(|known| known.path == path && known.method.eq_ignore_ascii_case(method));
            assert!(known, "{method} {path}");
        }
    }
}

#[test]
fn schemas_of_one_name_are_the_same_in_both_specs() {
    let [first, second] = specs();
    let mut shared = 0;
    for kind in ["schemas", "parameters", "responses"] {
        for (name, node) in first.components(kind) {
            if let Some((_, other)) = second.components(kind).iter().find(|(other, _)| other == name) {
                let plain = |node: &Node| serde_json::to_value(node).unwrap();
                assert_eq!(plain(node), plain(other), "{kind}/{name}");
                shared += 1;
            }
        }
    }
    assert!(shared > 50, "{shared}");
}

fn lacks(operation: &str, what: &str) -> String {
    format!("{operation} lacks `{what}`")
}

/// An operation of a spec beside that of the sources.
struct Walk<'a> {
    spec: &'a Spec,
    fields: &'a Fields,
    operation: &'a str,
    missing: &'a mut Vec<String>,
    met: &'a mut BTreeSet<String>,
}

impl<'a> Walk<'a> {
    fn operation(&mut self, wanted: &Operation, node: &'a Node) {
        let id = node.text("operationId").unwrap_or_default();
        assert_eq!(id, xtask::names::snake(self.operation));
        let job = node.get("x-cloudimg").and_then(|facts| facts.text("job"));
        assert_eq!(job.is_some_and(|job| job != "none"), wanted.job, "{id}: the job");
        for name in &wanted.query {
            let parameters = node.get("parameters").map_or(&[][..], Node::items).iter();
            let mut parameters = parameters.filter_map(|parameter| self.spec.resolve(parameter));
            if !parameters.any(|known| known.text("in") == Some("query") && known.text("name") == Some(name)) {
                self.missing.push(lacks(self.operation, name));
            }
        }
        if let Some(schema) = &wanted.request {
            let body = node.get("requestBody").unwrap_or_else(|| panic!("{id} has no body"));
            self.body(schema, body);
        }
        let responses = node.get("responses").unwrap();
        let success =
            responses.get(&wanted.status.to_string()).unwrap_or_else(|| panic!("{id} lacks the status {}", wanted.status));
        if let Some(schema) = &wanted.answer {
            self.body(schema, success);
        }
        if let Some(refusal) = responses.get("400") {
            for schema in ["ImsError", "GatewayError"] {
                self.body(schema, refusal);
            }
        }
    }

    /// A request body or an answer.
    fn body(&mut self, wanted: &str, holder: &'a Node) {
        let content = self.spec.resolve(holder).and_then(|holder| holder.get("content")).unwrap();
        let (_, entry) = content.entries().first().unwrap();
        let forms = forms(self.spec, entry.get("schema").unwrap());
        self.schema(wanted, &forms, 0);
    }

    /// Each field of the schema is in one of the forms, with all that it holds.
    fn schema(&mut self, wanted: &str, given: &[&'a Node], depth: usize) {
        assert!(depth < 8, "{wanted} holds itself");
        self.met.insert(wanted.to_owned());
        for (field, holds) in &self.fields[wanted] {
            let found: Vec<&'a Node> = given.iter().filter_map(|form| form.get("properties")?.get(field)).collect();
            if found.is_empty() {
                self.missing.push(lacks(self.operation, field));
            } else if let Some(inner) = holds {
                let held: Vec<&'a Node> = found.into_iter().flat_map(|property| forms(self.spec, property)).collect();
                self.schema(inner, &held, depth + 1);
            }
        }
    }
}

/// The objects that a schema stands for: behind references, in lists, as one of several.
fn forms<'a>(spec: &'a Spec, schema: &'a Node) -> Vec<&'a Node> {
    let Some(target) = spec.resolve(schema) else { return Vec::new() };
    let inner = ["oneOf", "allOf"].into_iter().flat_map(|key| target.get(key).map_or(&[][..], Node::items));
    let inner: Vec<_> = inner.chain(target.get("items")).flat_map(|inner| forms(spec, inner)).collect();
    if inner.is_empty() { vec![target] } else { inner }
}
