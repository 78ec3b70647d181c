//! What the service tells of itself: schemas, import methods, usage.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::Response;

use super::error::{ApiError, Result};
use super::ok;
use crate::json::{Json, object};
use crate::schema;

pub(super) const IMPORT_METHODS: [&str; 3] = ["glance-direct", "web-download", "copy-image"];

/// The schemas by name, as a real server sends them. Requests are checked against the same.
static SCHEMAS: LazyLock<Json> = LazyLock::new(|| Json::parse(include_bytes!("../../data/schemas.json")).unwrap_or(Json::Null));

/// A schema by its name; one that lets everything pass if there is none.
pub(super) fn schema_of(name: &str) -> &'static Json {
    static NONE: Json = Json::Null;
    SCHEMAS.get(name).unwrap_or(&NONE)
}

/// Checks a value against a schema.
pub(super) fn check(schema: &Json, value: &Json) -> Result<()> {
    schema::check(schema, value).map_err(|violation| {
        let name = schema.get("name").and_then(Json::as_str).unwrap_or_default();
        ApiError::bad_request(format!("Provided object does not match schema '{name}': {}", violation.text()))
    })
}

pub(super) fn has_schema(name: &[&str]) -> bool {
    SCHEMAS.get(&name.join("/")).is_some()
}

pub(super) fn schema(name: &[&str]) -> Result<Response<Body>> {
    ok(SCHEMAS.get(&name.join("/")).ok_or_else(ApiError::nowhere)?)
}

pub(super) fn import_methods() -> Result<Response<Body>> {
    let value = IMPORT_METHODS.iter().map(|m| Json::from(*m)).collect();
    let methods =
        object([("description", "Import methods available.".into()), ("type", "array".into()), ("value", Json::List(value))]);
    ok(&object([("import-methods", methods)]))
}

/// Unified limits are off, as on a freshly installed server.
pub(super) fn usage() -> Result<Response<Body>> {
    ok(&object([("usage", object([]))]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_schemas_are_there() {
        assert!(schema_of("image").get("properties").is_some());
        for name in ["images", "member", "members", "task", "tasks"] {
            assert!(has_schema(&[name]), "{name}");
        }
        assert!(has_schema(&["metadefs", "namespace"]));
        assert!(!has_schema(&["nope"]));
    }
}
