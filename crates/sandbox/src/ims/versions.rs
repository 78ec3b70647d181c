//! The versions: all of them, and single ones. Both are answered with 300.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::error::{Result, no_api};
use crate::cloud::Cloud;
use crate::http::json;
use crate::json::{Json, object};

const VERSIONS: [(&str, &str, &str); 5] = [
    ("v2.2", "CURRENT", "v2"),
    ("v2.1", "SUPPORTED", "v2"),
    ("v2.0", "SUPPORTED", "v2"),
    ("v1.1", "DEPRECATED", "v1"),
    ("v1.0", "DEPRECATED", "v1"),
];

/// One of them, or all.
pub(super) fn answer(cloud: &Cloud, wanted: Option<&str>) -> Result<Response<Body>> {
    let views: Vec<Json> = VERSIONS
        .iter()
        .filter(|(id, ..)| wanted.is_none_or(|wanted| wanted == *id))
        .map(|(id, status, below)| {
            let link = object([("href", format!("{}/{below}/", cloud.ims_url()).into()), ("rel", "self".into())]);
            object([("status", (*status).into()), ("id", (*id).into()), ("links", vec![link].into())])
        })
        .collect();
    if views.is_empty() {
        return Err(no_api());
    }
    Ok(json(StatusCode::MULTIPLE_CHOICES, &object([("versions", Json::List(views))])))
}
