use serde_json::Value;

use crate::patches::Change;

/// What the service refuses to have changed, whoever asks; keys that begin with [`RESERVED`] as well.
const READ_ONLY: [&str; 17] = [
    "id",
    "status",
    "checksum",
    "os_hash_algo",
    "os_hash_value",
    "size",
    "virtual_size",
    "created_at",
    "updated_at",
    "self",
    "file",
    "schema",
    "direct_url",
    "stores",
    "location",
    "deleted",
    "deleted_at",
];
/// How the keys begin under which the service keeps notes on imports.
const RESERVED: &str = "os_glance";
/// What every image has and the caller can change, and whether that is a text.
const FIELDS: [(&str, bool); 10] = [
    ("name", true),
    ("visibility", true),
    ("owner", true),
    ("disk_format", true),
    ("container_format", true),
    ("os_hidden", false),
    ("protected", false),
    ("min_disk", false),
    ("min_ram", false),
    ("tags", false),
];
/// The fields that can be without a value.
const CLEARED: [&str; 3] = ["name", "disk_format", "container_format"];

fn is_fixed(name: &str) -> bool {
    READ_ONLY.contains(&name) || name.starts_with(RESERVED)
}

/// Whether a caller gives it to an image: neither set by the service alone nor by calls of its own.
pub(crate) fn is_settable(name: &str) -> bool {
    !is_fixed(name) && name != "locations"
}

/// Whether every image has it.
pub(crate) fn is_field(name: &str) -> bool {
    FIELDS.iter().any(|(field, _)| *field == name)
}

/// What a text means as the value of a field that holds a number or a flag; anything else as it is.
pub(crate) fn text_as_field(name: &str, value: Value) -> Value {
    let Some(text) = value.as_str() else { return value };
    let meant = match name {
        "min_disk" | "min_ram" => text.parse::<u32>().map(Value::from).ok(),
        "os_hidden" | "protected" => text.parse::<bool>().map(Value::from).ok(),
        _ => None,
    };
    meant.unwrap_or(value)
}

/// Why an image cannot have this value under this name, if so.
pub(crate) fn why_not_settable(name: &str, value: &Value) -> Option<String> {
    problem(&if is_field(name) { Change::field(name, value.clone()) } else { Change::put(name, value.clone()) })
}

pub(super) fn is_text_field(name: &str) -> bool {
    FIELDS.contains(&(name, true))
}

/// How a member becomes what it is in the later of two images.
pub(super) fn change(name: &str, value: Option<&Value>) -> Option<Change> {
    match value {
        _ if !is_settable(name) => None,
        Some(value) if is_field(name) => Some(Change::field(name, value.clone())),
        None if CLEARED.contains(&name) => Some(Change::field(name, Value::Null)),
        // A field that must have a value, which a caller has not thought of.
        None if is_field(name) => None,
        Some(value) => Some(Change::put(name, value.clone())),
        None => Some(Change::remove(name)),
    }
}

/// What is wrong with a change, if the service cannot make it.
pub(super) fn problem(change: &Change) -> Option<String> {
    let name = change.name.as_str();
    if is_fixed(name) {
        return Some(format!("`{name}` is set by the service alone"));
    }
    if name == "locations" {
        return Some("the locations of an image have calls of their own, `Images::locations`".to_owned());
    }
    if name.trim() != name || name.is_empty() {
        return Some(format!("the service cannot change the property `{name}`, since it takes blanks at the ends of a name away"));
    }
    if is_field(name) {
        let is_text = change.value().is_some_and(Value::is_string);
        return match change.removes() {
            true => Some(format!("`{name}` is a field of every image and cannot be removed")),
            false if is_text && !is_text_field(name) => {
                Some(format!("`{name}` is a field of every image and no text: set it by the method of that name"))
            }
            false => None,
        };
    }
    let is_text = change.removes() || change.value().is_some_and(Value::is_string);
    (!is_text).then(|| format!("the property `{name}` is no text, and the service takes nothing else"))
}
