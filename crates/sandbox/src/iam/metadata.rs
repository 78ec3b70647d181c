//! The metadata service of a machine: keys for the agency that the machine has.

use std::sync::PoisonError;

use axum::body::Body;
use axum::http::{Method, Response, StatusCode};
use jiff::Timestamp;

use super::AccessKey;
use super::temporary::credential;
use crate::clock::later;
use crate::cloud::Cloud;
use crate::http::{Call, json, text};
use crate::json::object;

/// The longest life of a token, in seconds.
const LONGEST: u64 = 21_600;

/// Tokens and the present key.
#[derive(Debug, Default)]
pub(super) struct State {
    tokens: Vec<(String, Timestamp)>,
    key: Option<(AccessKey, Timestamp)>,
}

/// Answers one call.
pub(crate) fn serve(cloud: &Cloud, call: &Call) -> Response<Body> {
    match (&call.method, call.path.as_str()) {
        (&Method::PUT, "/meta-data/latest/api/token") => token(cloud, call),
        (&Method::GET, "/openstack/latest/securitykey") => key(cloud, call),
        _ => plain(StatusCode::NOT_FOUND, "404 Not Found"),
    }
}

fn plain(status: StatusCode, body: &str) -> Response<Body> {
    text(status, "text/plain; charset=UTF-8", body.to_owned())
}

fn token(cloud: &Cloud, call: &Call) -> Response<Body> {
    let seconds = call.header("x-metadata-token-ttl-seconds").and_then(|text| text.trim().parse::<u64>().ok());
    let Some(seconds) = seconds.filter(|seconds| (1..=LONGEST).contains(seconds)) else {
        return plain(StatusCode::BAD_REQUEST, "400 Bad Request: X-Metadata-Token-Ttl-Seconds is a number from 1 to 21600");
    };
    let token = uuid::Uuid::new_v4().simple().to_string();
    let now = cloud.clock.now();
    let mut state = cloud.iam.metadata.lock().unwrap_or_else(PoisonError::into_inner);
    state.tokens.retain(|(_, end)| *end > now);
    state.tokens.push((token.clone(), later(now, std::time::Duration::from_secs(seconds))));
    plain(StatusCode::OK, &token)
}

fn key(cloud: &Cloud, call: &Call) -> Response<Body> {
    let now = cloud.clock.now();
    let mut state = cloud.iam.metadata.lock().unwrap_or_else(PoisonError::into_inner);
    let is_known = |token: &str| state.tokens.iter().any(|(known, end)| known == token && *end > now);
    let is_good = match call.header("x-metadata-token") {
        Some(token) => is_known(token),
        None => !cloud.iam.settings.metadata_needs_token,
    };
    if !is_good {
        return plain(StatusCode::UNAUTHORIZED, "401 Unauthorized");
    }
    let directory = &cloud.keystone.directory;
    let user = cloud.iam.settings.metadata.as_ref().and_then(|(name, life)| Some((directory.user_named(name)?, *life)));
    let Some((user, life)) = user else {
        return plain(StatusCode::NOT_FOUND, "404 Not Found: Please configure Cloud Service Agency first");
    };
    let Some(project) = directory.projects_of(&user.id).first().map(|project| project.id.clone()) else {
        return plain(StatusCode::NOT_FOUND, "404 Not Found");
    };
    let present = state.key.take().filter(|(_, half)| now < *half);
    let (key, half) = present.unwrap_or_else(|| (cloud.iam.issue(&user.id, &project, life, now), later(now, life / 2)));
    let body = object([("credential", credential(&key))]);
    state.key = Some((key, half));
    json(StatusCode::OK, &body)
}
