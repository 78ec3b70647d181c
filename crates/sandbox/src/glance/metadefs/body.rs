//! Bodies of requests: read, checked against their schema, brought into their type.

use std::sync::LazyLock;

use super::super::error::{ApiError, Result};
use super::super::{has_four_byte_char, info, read_json};
use super::typed::{self, Kind};
use crate::http::Call;
use crate::json::{Json, Layout};

/// What a body may be.
pub(super) struct Form {
    schema: fn() -> &'static Json,
    kind: &'static Kind,
    /// Members that the server alone sets.
    read_only: &'static [&'static str],
}

const ALL_READ_ONLY: &[&str] = &["self", "schema", "created_at", "updated_at"];
const TIMES: &[&str] = &["created_at", "updated_at"];

pub(super) const NAMESPACE: Form =
    Form { schema: || info::schema_of("metadefs/namespace"), kind: &typed::NAMESPACE, read_only: ALL_READ_ONLY };
pub(super) const OBJECT: Form =
    Form { schema: || info::schema_of("metadefs/object"), kind: &typed::OBJECT, read_only: ALL_READ_ONLY };
pub(super) const PROPERTY: Form =
    Form { schema: || info::schema_of("metadefs/property"), kind: &typed::PROPERTY, read_only: TIMES };
pub(super) const ASSOCIATION: Form =
    Form { schema: || info::schema_of("metadefs/resource_type"), kind: &typed::ASSOCIATION, read_only: TIMES };
pub(super) const TAG: Form = Form { schema: tag_schema, kind: &typed::TAG, read_only: TIMES };
pub(super) const TAGS: Form = Form { schema: || &TAGS_SCHEMA, kind: &typed::TAGS, read_only: TIMES };

pub(super) fn tag_schema() -> &'static Json {
    info::schema_of("metadefs/tag")
}

/// The only schema that the server checks against and does not show.
static TAGS_SCHEMA: LazyLock<Json> = LazyLock::new(|| {
    let text = br#"{"name": "tags", "properties": {"tags": {"type": "array", "items": {"type": "object",
        "properties": {"name": {"type": "string"}}, "required": ["name"], "additionalProperties": false}}},
        "additionalProperties": false}"#;
    Json::parse(text).unwrap_or(Json::Null)
});

/// The schema of a property whose name stands before it.
static NAMELESS_PROPERTY: LazyLock<Json> = LazyLock::new(|| {
    let mut schema = info::schema_of("metadefs/property").clone();
    if let Json::Map(members) = &mut schema
        && let Some((_, required)) = members.iter_mut().find(|(key, _)| key == "required")
    {
        *required = Json::List(vec!["type".into(), "title".into()]);
    }
    schema
});

/// Reads a body of that form.
pub(super) async fn read(call: &mut Call, form: &Form) -> Result<Json> {
    form.kind.read(&checked(call, form).await?)
}

/// Reads a new object. Its properties are checked more strictly than those of other objects.
pub(super) async fn read_new_object(call: &mut Call) -> Result<Json> {
    let body = checked(call, &OBJECT).await?;
    for (_, property) in members(&body, "properties") {
        info::check(&NAMELESS_PROPERTY, property)?;
    }
    OBJECT.kind.read(&body)
}

async fn checked(call: &mut Call, form: &Form) -> Result<Json> {
    let body = read_json(call).await?;
    // A list is searched for the names as well, and passes the schema.
    let has = |name: &str| match &body {
        Json::List(items) => items.iter().any(|item| item.as_str() == Some(name)),
        other => other.get(name).is_some(),
    };
    if let Some(name) = form.read_only.iter().find(|name| has(name)) {
        return Err(ApiError::forbidden(format!("Attribute '{name}' is read-only.")));
    }
    info::check((form.schema)(), &body)?;
    Ok(body)
}

/// A text member.
pub(super) fn text(body: &Json, name: &str) -> Option<String> {
    body.get(name).and_then(Json::as_str).map(str::to_owned)
}

/// The members of a map within.
pub(super) fn members<'b>(body: &'b Json, name: &str) -> &'b [(String, Json)] {
    body.get(name).and_then(Json::as_map).unwrap_or_default()
}

/// The items of a list within.
pub(super) fn items<'b>(body: &'b Json, name: &str) -> &'b [Json] {
    body.get(name).and_then(Json::as_list).unwrap_or_default()
}

/// Defaults are kept in ASCII; others cannot be written out again.
pub(super) fn check_default(property: &Json) -> Result<()> {
    if property.get("default").and_then(Json::as_str).is_none_or(str::is_ascii) {
        return Ok(());
    }
    Err(undecodable())
}

/// Something was not in the encoding it had to be in.
pub(super) fn undecodable() -> ApiError {
    ApiError::bad_request(
        "Error decoding your request. Either the URL or the request body contained characters that could not be decoded by Glance",
    )
}

/// The database takes no characters beyond the basic plane. Lists are not looked into, nor names of maps.
pub(super) fn check_characters(verb: &str, what: &str, record: &Json) -> Result<()> {
    let Some(name) = find_four_bytes(record) else { return Ok(()) };
    let text = format!("Couldn't {verb} metadata {what}: {name} can't contain 4 byte unicode characters.");
    Err(ApiError::bad_request(text))
}

fn find_four_bytes(record: &Json) -> Option<String> {
    record.as_map()?.iter().find_map(|(key, value)| match value {
        Json::Map(_) => find_four_bytes(value),
        Json::Str(text) if has_four_byte_char(text) => Some(title(key)),
        _ => None,
    })
}

/// `str.title()`: each run of letters begins with a capital.
fn title(key: &str) -> String {
    let mut in_word = false;
    key.chars()
        .flat_map(|c| {
            let first = !in_word;
            in_word = c.is_alphabetic();
            let letters: Vec<char> = if first { c.to_uppercase().collect() } else { c.to_lowercase().collect() };
            letters
        })
        .collect()
}

/// Whether two values are equal, whatever the order of their members.
pub(super) fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Map(x), Json::Map(y)) => x.len() == y.len() && x.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w))),
        _ => a.to_text(Layout::Compact) == b.to_text(Layout::Compact),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles() {
        assert_eq!(title("display_name"), "Display_Name");
        assert_eq!(title("minLength"), "Minlength");
    }

    #[test]
    fn schemas_that_are_not_shown() {
        assert!(TAGS_SCHEMA.get("properties").is_some());
        assert_eq!(NAMELESS_PROPERTY.get("required").and_then(Json::as_list).map(<[Json]>::len), Some(2));
    }
}
