//! `PATCH /v2/images/{id}`.

use axum::body::Body;
use axum::http::{Response, StatusCode};

use super::error::{ApiError, Result};
use super::image::{check_not_negative, check_schema, check_texts, unique};
use super::model::{Image, RESERVED, Status};
use super::policy::Who;
use super::{MAX_PROPERTIES, MAX_TAGS, ok, read_json};
use crate::cloud::Cloud;
use crate::http::Call;
use crate::json::Json;
use crate::python::repr;

const READ_ONLY: [&str; 13] = [
    "created_at",
    "updated_at",
    "status",
    "checksum",
    "size",
    "virtual_size",
    "direct_url",
    "self",
    "file",
    "schema",
    "id",
    "os_hash_algo",
    "os_hash_value",
];
/// Members of every image; they can be set and not be removed.
const BASE: [&str; 10] =
    ["name", "visibility", "protected", "os_hidden", "min_disk", "min_ram", "disk_format", "container_format", "owner", "tags"];

/// What the server's own object for an image has besides. A patch reaches that instead of a property, and nothing of it is kept.
const INNER: [&str; 16] = [
    "image_id",
    "extra_properties",
    "base",
    "context",
    "deactivate",
    "delete",
    "get_data",
    "get_payload",
    "get_super_class",
    "helper",
    "member",
    "notifier",
    "reactivate",
    "repo",
    "send_notification",
    "set_data",
];

/// The two media types; the older has `{"replace": "/name", "value": ...}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Draft {
    Four,
    Ten,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Add,
    Remove,
    Replace,
}

#[derive(Debug, PartialEq)]
struct Change {
    op: Op,
    /// The key, and for locations a position behind it.
    path: Vec<String>,
    value: Json,
}

impl Op {
    const ALL: [(&'static str, Op); 3] = [("add", Op::Add), ("remove", Op::Remove), ("replace", Op::Replace)];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, op)| *op == self).map_or("", |(name, _)| name)
    }
}

pub(super) async fn update(cloud: &Cloud, call: &mut Call, who: &Who, id: &str) -> Result<Response<Body>> {
    const TYPES: &str = "application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch";
    let draft = match call.content_type().as_deref() {
        Some("application/openstack-images-v2.1-json-patch") => Draft::Ten,
        Some("application/openstack-images-v2.0-json-patch") => Draft::Four,
        _ => {
            let text = format!("Image PATCH expects Content-Type one of: {TYPES}");
            return Err(ApiError::media_type(call, &text).with_header("accept-patch", TYPES));
        }
    };
    let body = read_json(call).await?;
    let operations =
        body.as_list().ok_or_else(|| ApiError::bad_request("Request body must be a JSON array of operation objects."))?;
    let changes = operations.iter().map(|op| parse(op, draft)).collect::<Result<Vec<_>>>()?;

    let mut state = cloud.glance.state();
    let at = state.stamp(&cloud.clock);
    let stored = state.visible_mut(who, id)?;
    let mut image = stored.clone();
    for change in &changes {
        apply(&mut image, change, draft, who)?;
    }
    if !changes.is_empty() {
        if image.extra.iter().any(|(key, _)| stored.extra(key).is_none()) && image.extra_count() > MAX_PROPERTIES {
            return Err(ApiError::limit("properties", image.extra_count(), MAX_PROPERTIES));
        }
        check_texts(&image)?;
        image.updated_at = at;
        *stored = image.clone();
        if !who.admin && image.owner != who.project && stored.owner.is_some() {
            // `add` on the owner is not checked as `replace` is: the image is given away, and the
            // server then finds that it must not show it.
            let text = format!("Forbidding request, image {id} not visible");
            return Err(ApiError::forbidden(text));
        }
    }
    ok(&image.view())
}

fn parse(raw: &Json, draft: Draft) -> Result<Change> {
    if raw.as_map().is_none() {
        return Err(ApiError::bad_request("Operations must be JSON objects."));
    }
    let (op, pointer) = match draft {
        Draft::Ten => parse_ten(raw)?,
        Draft::Four => parse_four(raw)?,
    };
    let path = parse_pointer(pointer.as_str().ok_or_else(ApiError::internal)?)?;
    let depth = match (path[0].as_str(), op) {
        ("locations", Op::Add | Op::Remove) => 2,
        _ => 1,
    };
    if path.len() != depth {
        let path = path.join("/");
        return Err(ApiError::bad_request(format!("Invalid JSON pointer for this resource: '/{path}'")));
    }
    let value = match (op, raw.get("value")) {
        (Op::Remove, _) => Json::Null,
        (_, Some(value)) => value.clone(),
        (op, None) => {
            let text = format!("Operation \"{}\" requires a member named \"value\".", op.name());
            return Err(ApiError::bad_request(text));
        }
    };
    let key = &path[0];
    if READ_ONLY.contains(&key.as_str()) {
        return Err(ApiError::forbidden(format!("Attribute '{key}' is read-only.")));
    }
    if matches!(key.as_str(), "location" | "deleted" | "deleted_at") || key.starts_with(RESERVED) {
        return Err(ApiError::forbidden(format!("Attribute '{key}' is reserved.")));
    }
    if op != Op::Remove {
        let part = if depth == 1 { value.clone() } else { Json::List(vec![value.clone()]) };
        check_schema(&Json::Map(vec![(key.clone(), part)]))?;
    }
    Ok(Change { op, path, value })
}

fn parse_ten(raw: &Json) -> Result<(Op, &Json)> {
    const CHOICE: &str = "It must be one of the following: add, remove, replace.";
    let op = match raw.get("op") {
        None | Some(Json::Null) => {
            let text = format!("Unable to find `op` in JSON Schema change. {CHOICE}");
            return Err(ApiError::bad_request(text));
        }
        Some(op) => op,
    };
    let known = Op::ALL.iter().find(|(name, _)| op.as_str() == Some(name));
    let (_, known) = known.ok_or_else(|| {
        let op = op.as_str().map_or_else(|| repr(op), str::to_owned);
        ApiError::bad_request(format!("Invalid operation: `{op}`. {CHOICE}"))
    })?;
    let path = raw.get("path").ok_or_else(|| ApiError::bad_request("Unable to find 'path' in JSON Schema change"))?;
    Ok((*known, path))
}

fn parse_four(raw: &Json) -> Result<(Op, &Json)> {
    let mut found = Op::ALL.iter().filter_map(|(name, op)| raw.get(name).map(|path| (*op, path)));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => {
            Err(ApiError::bad_request("Operation objects must contain only one member named \"add\", \"remove\", or \"replace\"."))
        }
        (None, _) => Err(ApiError::bad_request(
            "Operation objects must contain exactly one member named \"add\", \"remove\", or \"replace\".",
        )),
    }
}

/// A JSON pointer of the kind that the server takes; there is always one part.
fn parse_pointer(pointer: &str) -> Result<Vec<String>> {
    let bad = |why: &str| Err(ApiError::bad_request(format!("Pointer `{pointer}` {why}")));
    let Some(rest) = pointer.strip_prefix('/') else { return bad("does not start with \"/\".") };
    let parts: Vec<&str> = rest.split('/').collect();
    let inner = parts.get(1..parts.len().saturating_sub(1)).unwrap_or_default();
    if inner.iter().any(|part| part.trim().is_empty()) {
        return bad("contains adjacent \"/\".");
    }
    if !rest.is_empty() && pointer.ends_with('/') {
        return bad("end with \"/\".");
    }
    let escapes =
        pointer.match_indices('~').all(|(at, _)| pointer.as_bytes().get(at + 1).is_some_and(|b| matches!(b, b'0' | b'1')));
    if !escapes {
        return bad("contains \"~\" not part of a recognized escape sequence.");
    }
    let part = |p: &str| p.replace("~1", "/").replace("~0", "~").trim().to_owned();
    Ok(pointer.trim_start_matches('/').split('/').map(part).collect())
}

fn apply(image: &mut Image, change: &Change, draft: Draft, who: &Who) -> Result<()> {
    let key = change.path[0].as_str();
    let detailed = |status, text: String| Err(ApiError::detailed(status, text));
    if key == "locations" {
        return Err(refuse_locations(image, change, who));
    }
    if key == "owner" && change.op == Op::Replace && !who.admin {
        return detailed(StatusCode::FORBIDDEN, "Owner can't be updated by non admin.".to_owned());
    }
    if key == "visibility"
        && let Some(visibility) = change.value.as_str()
    {
        who.may_set_visibility(visibility, image.owner.as_deref())?;
    }
    who.may_change(image, "modify_image")?;
    if INNER.contains(&key) && change.op != Op::Remove {
        return match (key, change.value.as_str()) {
            ("extra_properties" | "base", _) => Err(ApiError::internal()),
            ("image_id", Some(id)) if id != image.id => Err(ApiError::no_image(id)),
            _ => Ok(()),
        };
    }
    let is_base = BASE.contains(&key) || INNER.contains(&key);
    let exists = is_base || image.extra(key).is_some();
    match change.op {
        Op::Remove if is_base => {
            return detailed(StatusCode::FORBIDDEN, format!("Property {key} may not be removed."));
        }
        Op::Remove | Op::Replace if !exists => {
            return detailed(StatusCode::CONFLICT, format!("Property {key} does not exist."));
        }
        Op::Add if exists && draft == Draft::Four => {
            return detailed(StatusCode::CONFLICT, format!("Property {key} already present."));
        }
        Op::Remove => {
            image.remove_extra(key);
        }
        _ if is_base => set_base(image, key, &change.value)?,
        // The schema lets only strings through.
        _ => image.set_extra(key, change.value.as_str().unwrap_or_default().to_owned()),
    }
    Ok(())
}

/// The schema has checked the types.
fn set_base(image: &mut Image, key: &str, value: &Json) -> Result<()> {
    let text = || value.as_str().map(str::to_owned);
    let number = || {
        let number = value.as_i64().unwrap_or_default();
        check_not_negative(key, number).map(|()| number)
    };
    let formats_are_open = matches!(image.status, Status::Queued | Status::Importing);
    match key {
        "disk_format" | "container_format" if !formats_are_open => {
            return Err(ApiError::forbidden(format!("Attribute {key} can be only replaced for a queued image.")));
        }
        "disk_format" => image.disk_format = text(),
        "container_format" => image.container_format = text(),
        "name" => image.name = text(),
        "owner" => image.owner = text(),
        "visibility" => image.visibility = text().unwrap_or_default(),
        "protected" => image.protected = value.as_bool().unwrap_or_default(),
        "os_hidden" => image.os_hidden = value.as_bool().unwrap_or_default(),
        "min_disk" => image.min_disk = number()?,
        "min_ram" => image.min_ram = number()?,
        _ => {
            let tags = value.as_list().unwrap_or_default();
            if tags.len() > MAX_TAGS {
                return Err(ApiError::limit("tags", tags.len(), MAX_TAGS));
            }
            image.tags = unique(tags);
        }
    }
    Ok(())
}

/// Locations are not shown, and so cannot be written.
fn refuse_locations(image: &Image, change: &Change, who: &Who) -> ApiError {
    let may = match change.op {
        Op::Replace if !change.value.is_truthy() => {
            let text = "Cannot set locations to empty list.";
            return ApiError::detailed(StatusCode::FORBIDDEN, text);
        }
        Op::Remove => who.may_administer(image, "delete_image_location"),
        Op::Add | Op::Replace => who.may_change(image, "set_image_location"),
    };
    let verb = match change.op {
        Op::Add => "add",
        Op::Remove => "remove",
        Op::Replace => "update",
    };
    may.err().unwrap_or_else(|| ApiError::forbidden(format!("It's not allowed to {verb} locations if locations are invisible.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers() {
        assert_eq!(parse_pointer("/my~1prop~01").unwrap(), ["my/prop~1"]);
        assert_eq!(parse_pointer("/ a b ").unwrap(), ["a b"]);
        assert_eq!(parse_pointer("/locations/-").unwrap(), ["locations", "-"]);
        assert_eq!(parse_pointer("/").unwrap(), [""]);
        for bad in ["a", "", "/a~2", "/a~", "/a/", "/a//b", "/a/ /b"] {
            assert!(parse_pointer(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn operations() {
        let read = |text: &str, draft| parse(&Json::parse(text.as_bytes()).unwrap(), draft);
        let change = read(r#"{"op": "add", "path": "/a", "value": "b"}"#, Draft::Ten).unwrap();
        assert_eq!((change.op, change.path[0].as_str()), (Op::Add, "a"));
        assert!(read(r#"{"replace": "/name", "value": "b"}"#, Draft::Four).is_ok());
        assert!(read(r#"{"op": "remove", "path": "/a"}"#, Draft::Ten).is_ok());
        for (bad, status) in [
            (r#""x""#, 400),
            (r#"{"path": "/a", "value": "b"}"#, 400),
            (r#"{"op": "move", "path": "/a", "from": "/b"}"#, 400),
            (r#"{"op": "add", "value": "b"}"#, 400),
            (r#"{"op": "add", "path": "/a"}"#, 400),
            (r#"{"op": "add", "path": "/a", "value": 3}"#, 400),
            (r#"{"op": "add", "path": "/tags/-", "value": "b"}"#, 400),
            (r#"{"op": "replace", "path": "/status", "value": "active"}"#, 403),
            (r#"{"op": "add", "path": "/os_glance_x", "value": "b"}"#, 403),
        ] {
            assert_eq!(read(bad, Draft::Ten).unwrap_err().status.as_u16(), status, "{bad}");
        }
    }
}
