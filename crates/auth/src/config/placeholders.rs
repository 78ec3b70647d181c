//! `{region_name}` and other top-level settings within texts.

use super::value::{Map, Value};

/// `text` with its placeholders filled from `settings`; a brace that stands for itself is written twice.
///
/// # Errors
/// A placeholder that names no setting, and braces that do not pair.
pub(crate) fn filled(text: &str, settings: &Map) -> Result<String, String> {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        made.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            made.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            made.push('}');
            rest = after;
        } else if let Some(after) = from.strip_prefix('{') {
            let (name, after) = after.split_once('}').ok_or("a brace is opened and not closed; `{{` stands for one brace")?;
            made.push_str(&value(name, settings)?);
            rest = after;
        } else {
            return Err("a brace is closed that was not opened; `}}` stands for one brace".to_owned());
        }
    }
    made.push_str(rest);
    Ok(made)
}

/// The setting `name`; `name[key]` is one within a mapping.
fn value(name: &str, settings: &Map) -> Result<String, String> {
    let unknown = || format!("the placeholder `{{{name}}}` names no setting of this cloud");
    let (first, mut rest) = name.split_at(name.find('[').unwrap_or(name.len()));
    let mut found: &Value = settings.get(first).ok_or_else(unknown)?;
    while let Some(inner) = rest.strip_prefix('[') {
        let (key, after) = inner.split_once(']').ok_or_else(unknown)?;
        found = found.as_map().and_then(|map| map.get(key)).ok_or_else(unknown)?;
        rest = after;
    }
    if !rest.is_empty() {
        return Err(unknown());
    }
    found.to_text().map(|text| text.to_string()).ok_or_else(|| format!("the placeholder `{{{name}}}` stands for {}", found.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled() {
        let settings: Value =
            serde_json::from_str(r#"{"region_name": "R1", "n": 5, "f": 1.5, "t": true, "no": null, "auth": {"a": "x"}, "l": []}"#)
                .unwrap();
        let settings = settings.as_map().unwrap();
        for (text, wanted) in [
            ("https://{region_name}.example:{n}/v3", Ok("https://R1.example:5/v3")),
            ("{f} {t} {no} {auth[a]}", Ok("1.5 True None x")),
            ("{{{region_name}}}", Ok("{R1}")),
            ("plain", Ok("plain")),
            ("{Region_Name}", Err("{Region_Name}")),
            ("{}", Err("{}")),
            ("{auth[b]}", Err("{auth[b]}")),
            ("{l}", Err("a list")),
            ("{auth[a]x}", Err("{auth[a]x}")),
            ("a{b", Err("opened")),
            ("a}b", Err("closed")),
        ] {
            match (filled(text, settings), wanted) {
                (Ok(made), Ok(wanted)) => assert_eq!(made, wanted),
                (Err(problem), Err(part)) => assert!(problem.contains(part), "{problem}"),
                (made, _) => panic!("{text}: {made:?}"),
            }
        }
    }
}
