//! A small JSON Schema check that words its findings as Python's `jsonschema` does.
//!
//! It knows the keywords that the schemas of the two services use and no others.

use crate::json::Json;
use crate::python::{pretty, repr, repr_str};

/// One violation.
#[derive(Debug)]
pub(crate) struct Violation<'s> {
    message: String,
    keyword: &'static str,
    schema: &'s Json,
    instance: Json,
    /// Where in the instance.
    path: Vec<Step>,
    /// Where in the schema, without the keyword.
    schema_path: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Index(usize),
    Key(String),
}

impl Violation<'_> {
    /// The whole text: what, which rule, which value.
    pub(crate) fn text(&self) -> String {
        format!(
            "{}\n\nFailed validating {} in schema{}:\n{}\n\nOn instance{}:\n{}",
            self.message,
            repr_str(self.keyword),
            subscripts(&self.schema_path),
            indent(&pretty(self.schema)),
            subscripts(&self.path),
            indent(&pretty(&self.instance)),
        )
    }

    /// The place in the instance, `a/b/0`; empty for the instance itself.
    pub(crate) fn field(&self) -> String {
        let steps: Vec<String> = self
            .path
            .iter()
            .map(|step| match step {
                Step::Index(i) => i.to_string(),
                Step::Key(k) => k.clone(),
            })
            .collect();
        steps.join("/")
    }
}

fn subscripts(path: &[Step]) -> String {
    path.iter()
        .map(|step| match step {
            Step::Index(i) => format!("[{i}]"),
            Step::Key(k) => format!("[{}]", repr_str(k)),
        })
        .collect()
}

fn indent(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

/// The violation that `jsonschema.best_match` would report: the shallowest, among those the one
/// whose path sorts last, among those the first.
pub(crate) fn check<'s>(schema: &'s Json, instance: &Json) -> Result<(), Box<Violation<'s>>> {
    let mut found = Vec::new();
    walk(schema, instance, &mut Vec::new(), &mut Vec::new(), &mut found);
    let mut best: Option<Violation<'s>> = None;
    for violation in found {
        let better = match &best {
            None => true,
            Some(b) => {
                let depth = violation.path.len().cmp(&b.path.len());
                depth.is_lt() || (depth.is_eq() && violation.path > b.path)
            }
        };
        if better {
            best = Some(violation);
        }
    }
    best.map_or(Ok(()), |violation| Err(Box::new(violation)))
}

fn walk<'s>(schema: &'s Json, instance: &Json, path: &mut Vec<Step>, schema_path: &mut Vec<Step>, found: &mut Vec<Violation<'s>>) {
    let Some(rules) = schema.as_map() else { return };
    for (keyword, rule) in rules {
        let finding: Option<(&'static str, String)> = match keyword.as_str() {
            "type" => wrong_type(rule, instance).map(|m| ("type", m)),
            "enum" => rule
                .as_list()
                .filter(|allowed| !allowed.contains(instance))
                .map(|_| ("enum", format!("{} is not one of {}", repr(instance), repr(rule)))),
            "maxLength" | "minLength" => length_rule(keyword, rule, instance),
            "pattern" => wrong_pattern(rule, instance).map(|m| ("pattern", m)),
            "required" => missing(rule, instance).map(|m| ("required", m)),
            "properties" => {
                for (name, part) in rule.as_map().unwrap_or_default() {
                    if let Some(value) = instance.get(name) {
                        schema_path.push(Step::Key("properties".into()));
                        schema_path.push(Step::Key(name.clone()));
                        path.push(Step::Key(name.clone()));
                        walk(part, value, path, schema_path, found);
                        path.pop();
                        schema_path.truncate(schema_path.len() - 2);
                    }
                }
                None
            }
            "additionalProperties" => additional(schema, rule, instance, path, schema_path, found),
            "items" => {
                for (i, item) in instance.as_list().unwrap_or_default().iter().enumerate() {
                    schema_path.push(Step::Key("items".into()));
                    path.push(Step::Index(i));
                    walk(rule, item, path, schema_path, found);
                    path.pop();
                    schema_path.pop();
                }
                None
            }
            _ => None,
        };
        if let Some((keyword, message)) = finding {
            found.push(Violation {
                message,
                keyword,
                schema,
                instance: instance.clone(),
                path: path.clone(),
                schema_path: schema_path.clone(),
            });
        }
    }
}

fn wrong_type(rule: &Json, instance: &Json) -> Option<String> {
    let allowed: Vec<&str> = match rule {
        Json::Str(one) => vec![one],
        Json::List(many) => many.iter().filter_map(Json::as_str).collect(),
        _ => return None,
    };
    let fits = allowed.iter().any(|kind| match (*kind, instance) {
        ("null", Json::Null)
        | ("boolean", Json::Bool(_))
        | ("number", Json::Number(_))
        | ("string", Json::Str(_))
        | ("array", Json::List(_))
        | ("object", Json::Map(_)) => true,
        ("integer", Json::Number(n)) => !n.is_f64() || n.as_f64().is_some_and(|f| f.fract() == 0.0),
        _ => false,
    });
    let names: Vec<String> = allowed.iter().map(|kind| repr_str(kind)).collect();
    (!fits).then(|| format!("{} is not of type {}", repr(instance), names.join(", ")))
}

fn length_rule(keyword: &str, rule: &Json, instance: &Json) -> Option<(&'static str, String)> {
    let count = i64::try_from(instance.as_str()?.chars().count()).ok()?;
    let limit = rule.as_i64()?;
    if keyword == "maxLength" && count > limit {
        Some(("maxLength", format!("{} is too long", repr(instance))))
    } else if keyword == "minLength" && count < limit {
        Some(("minLength", format!("{} is too short", repr(instance))))
    } else {
        None
    }
}

/// The only pattern in use is that of a UUID; others are taken as met.
fn wrong_pattern(rule: &Json, instance: &Json) -> Option<String> {
    let (rule, text) = (rule.as_str()?, instance.as_str()?);
    let met = !rule.contains("{12}") || is_uuid(text);
    (!met).then(|| format!("{} does not match {}", repr_str(text), repr_str(rule)))
}

/// 8-4-4-4-12 hex digits.
pub(crate) fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|p| p.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|p| p.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn missing(rule: &Json, instance: &Json) -> Option<String> {
    instance.as_map()?;
    let name = rule.as_list()?.iter().filter_map(Json::as_str).find(|n| instance.get(n).is_none())?;
    Some(format!("{} is a required property", repr_str(name)))
}

fn additional<'s>(
    schema: &'s Json,
    rule: &'s Json,
    instance: &Json,
    path: &mut Vec<Step>,
    schema_path: &mut Vec<Step>,
    found: &mut Vec<Violation<'s>>,
) -> Option<(&'static str, String)> {
    let known = schema.get("properties");
    let extra = instance.as_map().unwrap_or_default().iter().filter(|(k, _)| known.is_none_or(|known| known.get(k).is_none()));
    if rule == &Json::Bool(false) {
        let names: Vec<String> = extra.map(|(k, _)| repr_str(k)).collect();
        let verb = if names.len() == 1 { "was" } else { "were" };
        return (!names.is_empty()).then(|| {
            let names = names.join(", ");
            let text = format!("Additional properties are not allowed ({names} {verb} unexpected)");
            ("additionalProperties", text)
        });
    }
    for (name, value) in extra {
        schema_path.push(Step::Key("additionalProperties".into()));
        path.push(Step::Key(name.clone()));
        walk(rule, value, path, schema_path, found);
        path.pop();
        schema_path.pop();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        Json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn words_the_finding_as_python_does() {
        let schema = json(
            r#"{"properties": {"a": {"type": "integer"}, "b": {"type": ["null", "string"], "maxLength": 2},
                "t": {"type": "array", "items": {"type": "string", "maxLength": 3}}},
                "additionalProperties": {"type": "string"}}"#,
        );
        assert!(check(&schema, &json(r#"{"a": 1, "b": null, "t": ["x"], "z": "y"}"#)).is_ok());
        let text = check(&schema, &json(r#"{"z": 3}"#)).unwrap_err().text();
        assert_eq!(
            text,
            "3 is not of type 'string'\n\nFailed validating 'type' in schema['additionalProperties']:\n    {'type': 'string'}\n\nOn instance['z']:\n    3"
        );
        let text = check(&schema, &json(r#"{"t": ["long"]}"#)).unwrap_err().text();
        assert!(text.contains("in schema['properties']['t']['items']"), "{text}");
        assert!(text.contains("On instance['t'][0]"), "{text}");
        // Two at the same depth: the path that sorts last is reported.
        assert_eq!(check(&schema, &json(r#"{"a": "x", "b": 1}"#)).unwrap_err().field(), "b");
    }

    #[test]
    fn uuids() {
        assert!(is_uuid("00000000-0000-4000-8000-00000000000F"));
        assert!(!is_uuid("00000000-0000-4000-8000-00000000000"));
        assert!(!is_uuid("not-a-uuid"));
    }
}
