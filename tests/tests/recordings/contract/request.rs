//! Requests that succeeded: a spec that forbids them would be wrong.

use serde_json::Value;
use xtask::lint::{Media, media};
use xtask::spec::{Node, Spec};

use super::answer::typed;
use super::schema::Direction;
use super::{Operation, route};
use crate::recording::{Request, essence};

/// Headers that belong to HTTP or to the credentials, not to an operation.
const OF_EVERY_CALL: [&str; 9] = [
    "accept",
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
    "user-agent",
    "x-auth-token",
    "x-openstack-request-id",
];

pub(super) fn check(operation: &Operation<'_>, request: &Request) -> Result<(), String> {
    parameters(operation, request)?;
    body(operation, request)
}

fn parameters(operation: &Operation<'_>, request: &Request) -> Result<(), String> {
    let spec = &operation.service.spec;
    let (path, query) = request.path_and_query();
    let path = route::cleaned(operation.service, path);
    let path = route::segments(operation.path, &path).unwrap_or_default();
    let mut query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut headers: Vec<&str> = request.headers.keys().map(String::as_str).collect();
    headers.retain(|name| !OF_EVERY_CALL.contains(&name.to_ascii_lowercase().as_str()));
    let mut open = None;
    for parameter in declared(operation) {
        let (Some(name), Some(schema)) = (parameter.text("name"), parameter.get("schema")) else { continue };
        let values: Vec<String> = match parameter.text("in") {
            Some("path") => path.iter().filter(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned()).collect(),
            Some("query") if is_open(spec, schema) => {
                open = spec.resolve(schema).and_then(|schema| schema.get("additionalProperties"));
                continue;
            }
            Some("query") => {
                let (mine, others) = query.into_iter().partition(|(other, _)| other == name);
                query = others;
                mine.into_iter().map(|(_, value)| value).collect()
            }
            _ => {
                headers.retain(|other| !other.eq_ignore_ascii_case(name));
                request.header(name).map(str::to_owned).into_iter().collect()
            }
        };
        if values.is_empty() {
            if parameter.flag("required") {
                return Err(format!("the parameter {name} is missing"));
            }
            continue;
        }
        let is_list = spec.resolve(schema).is_some_and(|schema| schema.text("type") == Some("array"));
        // A list repeats its parameter.
        let value = match spec.resolve(schema).and_then(|schema| schema.get("items")).filter(|_| is_list) {
            Some(items) => values.iter().map(|value| typed(spec, items, value)).collect(),
            None => typed(spec, schema, &values[0]),
        };
        let fits = operation.service.schemas.check(schema, Direction::Sent, &value);
        fits.map_err(|error| format!("the parameter {name} {error}"))?;
    }
    for (name, value) in &query {
        let schema = open.ok_or_else(|| format!("the parameter {name} is not described"))?;
        let fits = operation.service.schemas.check(schema, Direction::Sent, &Value::from(value.as_str()));
        fits.map_err(|error| format!("the parameter {name} {error}"))?;
    }
    headers.first().map_or(Ok(()), |name| Err(format!("the header {name} is not described")))
}

/// The parameters of the operation and of its path.
fn declared<'a>(operation: &Operation<'a>) -> Vec<&'a Node> {
    let spec = &operation.service.spec;
    let both = [operation.node, operation.item].into_iter();
    let all = both.flat_map(|holder| holder.get("parameters").map_or(&[][..], Node::items));
    all.filter_map(|parameter| spec.resolve(parameter)).collect()
}

/// Whether each member of the parameter's object becomes a parameter of its own.
fn is_open(spec: &Spec, schema: &Node) -> bool {
    spec.resolve(schema).is_some_and(|schema| schema.text("type") == Some("object"))
}

fn body(operation: &Operation<'_>, request: &Request) -> Result<(), String> {
    let spec = &operation.service.spec;
    let body = operation.node.get("requestBody").and_then(|body| spec.resolve(body));
    let Some((wanted, entry)) = body.and_then(|body| body.get("content")?.entries().first()) else {
        return if request.body.is_null() { Ok(()) } else { Err("a request body is not described".to_owned()) };
    };
    let sent = request.header("content-type").map(essence).unwrap_or_default();
    if !sent.eq_ignore_ascii_case(essence(wanted)) {
        return Err(format!("a request body of `{sent}` is not described, but of `{wanted}`"));
    }
    match entry.get("schema") {
        Some(schema) if media(wanted) == Media::Json => {
            let fits = operation.service.schemas.check(schema, Direction::Sent, &request.body);
            fits.map_err(|error| format!("the request body {error}"))
        }
        _ => Ok(()),
    }
}
