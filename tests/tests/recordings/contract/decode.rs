//! Bodies through the generated types and back.

use std::time::SystemTime;

use cloudimg_core::{Error, ErrorKind};
use cloudimg_tests::differ;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;
use xtask::lint::{Media, media};
use xtask::spec::Node;

use super::Operation;
use super::calls::{Call, Type};
use super::schema::Direction;
use crate::recording::{Request, Response, essence};

pub(super) fn answer(operation: &Operation<'_>, answer: &Response) -> Result<(), String> {
    let call = call(operation)?;
    let is_json = answer.header("content-type").is_some_and(|name| media(essence(name)) == Media::Json);
    if !is_json || answer.body.is_null() {
        return Ok(());
    }
    let of = call.answer.as_ref().ok_or("the table of calls names no type for the answer")?;
    there_and_back(of, &answer.body).map_err(|error| format!("the answer as {}: {error}", of.name))
}

pub(super) fn request(operation: &Operation<'_>, request: &Request) -> Result<(), String> {
    let types = &call(operation)?.bodies;
    if types.is_empty() {
        return Ok(());
    }
    let of = branch(operation, types, &request.body).ok_or("the request body fits no branch")?;
    there_and_back(of, &request.body).map_err(|error| format!("the request body as {}: {error}", of.name))
}

fn call<'a>(operation: &Operation<'a>) -> Result<&'a Call, String> {
    let call = operation.service.calls.iter().find(|call| call.id == operation.id);
    call.ok_or_else(|| "the table of calls lacks it".to_owned())
}

/// The type of a body, among those of several forms the one whose schema it fits.
fn branch<'a>(operation: &Operation<'_>, types: &'a [Type], body: &Value) -> Option<&'a Type> {
    if let [only] = types {
        return Some(only);
    }
    let fits = |one: &&Type| operation.service.schemas.check(&Node::schema_ref(0, one.name), Direction::Sent, body).is_ok();
    types.iter().find(fits)
}

/// Decodes and encodes, and says what is not the same.
pub(super) fn there_and_back(of: &Type, value: &Value) -> Result<(), String> {
    let again = (of.convert)(&value.to_string())?;
    differ("", &in_order(value), &in_order(&again)).map_or(Ok(()), Err)
}

/// The same, with tags in one order: on the server they are a set.
fn in_order(value: &Value) -> Value {
    match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), sorted_if(key == "tags", in_order(value)))).collect(),
        Value::Array(items) => items.iter().map(in_order).collect(),
        other => other.clone(),
    }
}

fn sorted_if(is_set: bool, mut value: Value) -> Value {
    if let Value::Array(items) = &mut value
        && is_set
    {
        items.sort_by_key(Value::to_string);
    }
    value
}

/// The error of core that the answer becomes says what the answer said.
pub(super) fn error(answer: &Response) -> Result<(), String> {
    let status = StatusCode::from_u16(answer.status).map_err(|error| error.to_string())?;
    let mut headers = HeaderMap::new();
    for (name, value) in &answer.headers {
        let name = HeaderName::try_from(name).map_err(|error| error.to_string())?;
        headers.insert(name, HeaderValue::try_from(value).map_err(|error| error.to_string())?);
    }
    let body = match &answer.body {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        json => json.to_string(),
    };
    let error = Error::from_answer(status, &headers, body.as_bytes(), SystemTime::UNIX_EPOCH);
    if error.status() != Some(answer.status) || error.request_id() != answer.header("x-openstack-request-id") {
        return Err(format!("the error lost its status or request id: {error:?}"));
    }
    if error.kind() == ErrorKind::UnexpectedStatus {
        return Err(format!("the error's kind does not tell what to do: {error:?}"));
    }
    // Nothing but a body that says nothing may leave the words to us.
    let wordless = error.message().contains(['<', '\n']) || error.message().is_empty();
    if wordless { Err(format!("the error's message is not one line of text: {:?}", error.message())) } else { Ok(()) }
}
