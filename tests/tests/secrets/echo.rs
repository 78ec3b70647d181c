//! A service that refuses everything and repeats what it was sent, as validators and gateways do.

use serde_json::{Value, json};

use crate::search;
use crate::server::{Reply, Request, status};

const STATUSES: [u16; 4] = [401, 400, 503, 200];
const SPELLINGS: [fn(&str) -> String; 6] =
    [str::to_owned, search::json, search::html, search::percent, search::base64, search::hex];

/// How many rounds there are: each status in three spellings, each spelling with two statuses.
pub(crate) const ROUNDS: usize = 12;

pub(crate) fn refuse(request: &Request, round: usize) -> Reply {
    let spelling = SPELLINGS[round % SPELLINGS.len()];
    let values = values(request);
    let told = values.iter().map(|value| spelling(value)).collect::<Vec<_>>().join(" ; ");
    let reply = status(STATUSES[round % STATUSES.len()]);
    // Something that proves, in the places that errors quote besides the message.
    let one = values.last().filter(|value| value.is_ascii()).cloned().unwrap_or_default();
    let reply = reply.header("x-openstack-request-id", &format!("req-{one}"));
    match (round / 2) % 3 {
        0 => reply.body(&format!("cannot read this: {told}")),
        1 => reply.body(&json!({"error": {"code": one, "message": told, "title": told}}).to_string()),
        _ => reply.body(&json!({"message": told, "request_id": one, "sent": search::sent(request)}).to_string()),
    }
}

/// What may be secret: values of headers, and texts of the body.
fn values(request: &Request) -> Vec<String> {
    let proves = |name: &str| name.contains("auth") || name.contains("token") || name.contains("security");
    let mut values: Vec<_> = request.headers.iter().filter(|(name, _)| proves(name)).map(|(_, value)| value.clone()).collect();
    let body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    gather(&body, &mut values);
    values
}

fn gather(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| gather(item, into)),
        Value::Object(members) => members.values().for_each(|member| gather(member, into)),
        _ => {}
    }
}
