//! The list of versions, and which paths lead below one.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use crate::cloud::Cloud;
use crate::http::json;
use crate::json::{Json, object};

const NEWEST: u32 = 18;

/// The path behind the version, if it is one of ours: `/v2` and `/v2.0` to `/v2.18` are the same.
pub(crate) fn below_version(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/v2")?;
    let (minor, below) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let known = minor.is_empty()
        || minor
            .strip_prefix('.')
            .filter(|m| m.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|m| m.parse::<u32>().ok())
            .is_some_and(|m| m <= NEWEST);
    known.then_some(below)
}

/// Every other path is answered with the versions: `300`, and `200` where they live.
pub(crate) fn answer(cloud: &Cloud, path: &str) -> Response<Body> {
    let versions = (0..=NEWEST).rev().map(|minor| {
        let link = object([("rel", "self".into()), ("href", format!("{}/v2/", cloud.image_url()).into())]);
        object([
            ("id", format!("v2.{minor}").into()),
            ("status", if minor == NEWEST { "CURRENT" } else { "SUPPORTED" }.into()),
            ("links", vec![link].into()),
        ])
    });
    let body = object([("versions", Json::List(versions.collect()))]);
    let status = match path.trim_end_matches('/') {
        "/versions" => StatusCode::OK,
        _ => StatusCode::MULTIPLE_CHOICES,
    };
    json(status, &body)
}

#[cfg(test)]
mod tests {
    use super::below_version;

    #[test]
    fn which_paths_are_ours() {
        assert_eq!(below_version("/v2"), Some(""));
        assert_eq!(below_version("/v2/images"), Some("/images"));
        assert_eq!(below_version("/v2.9/images"), Some("/images"));
        assert_eq!(below_version("/v2.19/images"), None);
        assert_eq!(below_version("/v22/images"), None);
        assert_eq!(below_version("/v1/images"), None);
        assert_eq!(below_version("/"), None);
    }
}
