//! Whether an answer is the recorded one, ids, times and addresses apart.

use std::collections::HashMap;

use serde_json::Value;

/// Recorded ids and those that stand for them in this run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(HashMap<String, String>);

impl Names {
    pub(crate) fn bind(&mut self, recorded: &str, here: &str) {
        self.0.insert(recorded.to_owned(), here.to_owned());
    }

    /// Whether an id, and what is to stand for it, are unknown yet.
    pub(crate) fn is_free(&self, recorded: &str, here: &str) -> bool {
        is_id(recorded) && !self.0.contains_key(recorded) && !self.0.values().any(|other| other == here)
    }

    /// A text with every known id replaced.
    pub(crate) fn replace(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for id in ids(text) {
            if let Some(here) = self.0.get(id) {
                out = out.replace(id, here);
            }
        }
        out
    }

    /// Whether two ids may stand for each other; from then on they do.
    fn agree(&mut self, recorded: &str, here: &str) -> bool {
        self.0.entry(recorded.to_owned()).or_insert_with(|| here.to_owned()) == here
    }
}

/// What looks like an id in a text: a UUID with or without its hyphens.
pub(crate) fn ids(text: &str) -> Vec<&str> {
    text.split(|c: char| !(c.is_ascii_hexdigit() || c == '-'))
        .map(|part| part.trim_matches('-'))
        .filter(|part| is_id(part))
        .collect()
}

fn is_id(text: &str) -> bool {
    let hex = |s: &str| s.bytes().all(|b| b.is_ascii_hexdigit());
    let parts: Vec<&str> = text.split('-').collect();
    (text.len() == 32 && hex(text)) || (parts.iter().map(|p| p.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|p| hex(p)))
}

fn is_time(text: &str) -> bool {
    text.len() >= 19 && text.as_bytes()[10] == b'T' && text.starts_with("20")
}

/// The first difference; `None` if there is none.
pub(crate) fn differ(place: &str, recorded: &Value, here: &Value, names: &mut Names) -> Option<String> {
    let last = place.rsplit('.').next().unwrap_or_default();
    match (recorded, here) {
        (Value::Object(a), Value::Object(b)) => {
            let missing = a.keys().find(|k| !b.contains_key(*k));
            let extra = b.keys().find(|k| !a.contains_key(*k));
            if let Some(key) = missing {
                return Some(format!("{place}.{key} is missing"));
            }
            if let Some(key) = extra {
                return Some(format!("{place}.{key} is too much: {}", b[key]));
            }
            a.iter().find_map(|(k, v)| differ(&format!("{place}.{k}"), v, &b[k], names))
        }
        (Value::Array(a), Value::Array(b)) => {
            // Sets on the server, and so in any order.
            let key = |v: &Value| v.get("name").unwrap_or(v).to_string();
            let (mut a, mut b) = (a.clone(), b.clone());
            if matches!(last, "tags" | "roles" | "methods") {
                a.sort_by_key(key);
                b.sort_by_key(key);
            }
            if a.len() != b.len() {
                return Some(format!("{place} has {} items instead of {}", b.len(), a.len()));
            }
            let mut pairs = a.iter().zip(&b).enumerate();
            pairs.find_map(|(i, (a, b))| differ(&format!("{place}.{i}"), a, b, names))
        }
        (Value::String(a), Value::String(b)) => {
            let same = match last {
                "checksum" => a == b,
                "data_dir" => a.rsplit('/').next() == b.rsplit('/').next(),
                "url" if a.starts_with("file:///") || a.starts_with("file://{home}") => {
                    let end = |url: &str| url.rsplit('/').take(2).collect::<Vec<_>>().join("/");
                    b.starts_with("file:///") && same_text(&end(a), &end(b), names)
                }
                _ if place.contains("audit_ids") => a.len() == b.len(),
                _ if is_time(a) => is_time(b) && a.len() == b.len(),
                _ => same_text(a, b, names),
            };
            (!same).then(|| format!("{place}: {b:?} instead of {a:?}"))
        }
        // Seconds since 1970.
        (Value::Number(_), Value::Number(b)) if matches!(last, "last_accessed" | "last_modified") => {
            (!b.is_f64()).then(|| format!("{place}: {b} is no time"))
        }
        (a, b) => (a != b).then(|| format!("{place}: {b} instead of {a}")),
    }
}

/// Two texts, ids apart.
pub(crate) fn same_text(recorded: &str, here: &str, names: &mut Names) -> bool {
    // An escape before an id would look like a part of it.
    let plain = |text: &str| text.replace("%3A", ":").replace("%2C", ",");
    let (recorded, here) = (plain(recorded), plain(here));
    let (mine, theirs) = (ids(&recorded), ids(&here));
    let pairs = mine.len() == theirs.len() && mine.iter().zip(&theirs).all(|(a, b)| names.agree(a, b));
    pairs && mine.iter().zip(&theirs).fold(recorded.clone(), |t, (a, b)| t.replace(a, b)) == here
}
