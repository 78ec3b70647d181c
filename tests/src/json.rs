//! JSON before and after a client had it.

use serde_json::Value;

/// The first difference, and its place below `place`. A null member may come back absent: both mean that there is nothing.
#[must_use]
pub fn differ(place: &str, before: &Value, after: &Value) -> Option<String> {
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            let lost = a.iter().find(|(key, value)| !value.is_null() && !b.contains_key(*key));
            let new = b.keys().find(|key| !a.contains_key(*key));
            match (lost, new) {
                (Some((key, _)), _) => Some(format!("{place}/{key} is lost")),
                (_, Some(key)) => Some(format!("{place}/{key} is new")),
                _ => a.iter().find_map(|(key, value)| differ(&format!("{place}/{key}"), value, b.get(key)?)),
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(index, (a, b))| differ(&format!("{place}/{index}"), a, b))
        }
        (a, b) => (a != b).then(|| format!("{place}: {b} instead of {a}")),
    }
}
