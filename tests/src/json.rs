//! JSON before and after a client had it.

use serde_json::Value;

/// The first difference, and its place below `place`. A null member may come back absent: both mean that there is nothing.
#[must_use]
pub fn differ(place: &str, before: &Value, after: &Value) -> Option<String> {
    first(place, before, after, &|value| !value.is_null())
}

/// The first difference, and its place below `place`; null is a value like any other.
#[must_use]
pub fn differ_exactly(place: &str, before: &Value, after: &Value) -> Option<String> {
    first(place, before, after, &|_| true)
}

fn first(place: &str, before: &Value, after: &Value, must_stay: &dyn Fn(&Value) -> bool) -> Option<String> {
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            let lost = a.iter().find(|(key, value)| must_stay(value) && !b.contains_key(*key));
            let new = b.keys().find(|key| !a.contains_key(*key));
            match (lost, new) {
                (Some((key, _)), _) => Some(format!("{place}/{key} is lost")),
                (_, Some(key)) => Some(format!("{place}/{key} is new")),
                _ => a.iter().find_map(|(key, value)| first(&format!("{place}/{key}"), value, b.get(key)?, must_stay)),
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(index, (a, b))| first(&format!("{place}/{index}"), a, b, must_stay))
        }
        (a, b) => (a != b).then(|| format!("{place}: {b} instead of {a}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_difference_is_told_with_its_place() {
        let before = json!({"a": [1, {"b": null}], "c": "x"});
        for (after, lenient, exact) in [
            (json!({"a": [1, {"b": null}], "c": "x"}), None, None),
            (json!({"a": [1, {}], "c": "x"}), None, Some("at/a/1/b is lost")),
            (json!({"a": [1, {"b": 0}], "c": "x"}), Some("at/a/1/b: 0 instead of null"), Some("at/a/1/b: 0 instead of null")),
            (
                json!({"a": [1], "c": "x"}),
                Some("at/a: [1] instead of [1,{\"b\":null}]"),
                Some("at/a: [1] instead of [1,{\"b\":null}]"),
            ),
            (json!({"a": [1, {}]}), Some("at/c is lost"), Some("at/c is lost")),
            (json!({"a": [], "c": "x", "d": null}), Some("at/d is new"), Some("at/d is new")),
        ] {
            assert_eq!(differ("at", &before, &after).as_deref(), lenient);
            assert_eq!(differ_exactly("at", &before, &after).as_deref(), exact);
        }
    }
}
