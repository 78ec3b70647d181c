//! The headers and the body of an answer, as the spec documents them for its status.

use serde_json::Value;
use xtask::lint::{Media, media};
use xtask::spec::{Node, Spec};

use super::Service;
use super::schema::Direction;
use crate::recording::{Recording, essence};

/// Headers that belong to HTTP, not to the API.
const OF_HTTP: [&str; 9] =
    ["connection", "content-length", "content-type", "date", "keep-alive", "server", "transfer-encoding", "vary", "via"];

pub(super) fn check(service: &Service, answer: &Node, recording: &Recording) -> Result<(), String> {
    headers(service, answer, recording)?;
    body(service, answer, recording)
}

fn headers(service: &Service, answer: &Node, recording: &Recording) -> Result<(), String> {
    let documented = answer.get("headers").map_or(&[][..], Node::entries);
    for (name, header) in documented {
        let header = service.spec.resolve(header).unwrap_or(header);
        match recording.response.header(name) {
            Some(text) => {
                if let Some(schema) = header.get("schema") {
                    let fits = service.schemas.check(schema, Direction::Answered, &typed(&service.spec, schema, text));
                    fits.map_err(|error| format!("the header {name}: {error}"))?;
                }
            }
            None if header.flag("required") => return Err(format!("the header {name} is missing")),
            None => {}
        }
    }
    let known = |name: &str| documented.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    match recording.response.headers.keys().find(|name| !known(name) && !OF_HTTP.contains(&name.to_ascii_lowercase().as_str())) {
        Some(name) => Err(format!("the header {name} is not documented for {}", recording.response.status)),
        None => Ok(()),
    }
}

fn body(service: &Service, answer: &Node, recording: &Recording) -> Result<(), String> {
    let content = answer.get("content").map_or(&[][..], Node::entries);
    let body = &recording.response.body;
    if body.is_null() {
        let empty = recording.request.method == "HEAD" || content.iter().all(|(name, _)| media(name) != Media::Json);
        return if empty { Ok(()) } else { Err("the body is missing".to_owned()) };
    }
    let sent = recording.response.header("content-type").map(essence).unwrap_or_default();
    let Some((_, entry)) = content.iter().find(|(name, _)| essence(name).eq_ignore_ascii_case(sent)) else {
        return Err(format!("a body of `{sent}` is not documented for {}", recording.response.status));
    };
    match entry.get("schema") {
        // Whatever else it looks like, another media type holds text.
        Some(schema) if media(sent) == Media::Json => {
            service.schemas.check(schema, Direction::Answered, body).map_err(|error| format!("the answer {error}"))
        }
        _ => Ok(()),
    }
}

/// A text of the wire as the JSON that its schema speaks of; a text that is no such thing stays one, and does not fit.
pub(super) fn typed(spec: &Spec, schema: &Node, text: &str) -> Value {
    let mut target = spec.resolve(schema).unwrap_or(schema);
    while let Some([member]) = target.get("allOf").map(Node::items) {
        target = spec.resolve(member).unwrap_or(member);
    }
    let read = match target.text("type") {
        Some("integer") => text.parse::<i64>().ok().map(Value::from),
        Some("number") => text.parse::<f64>().ok().map(Value::from),
        Some("boolean") => text.to_ascii_lowercase().parse::<bool>().ok().map(Value::from),
        Some("array") => {
            let items = target.get("items").unwrap_or(target);
            Some(text.split(',').map(|item| typed(spec, items, item.trim())).collect())
        }
        _ => None,
    };
    read.unwrap_or_else(|| text.into())
}
