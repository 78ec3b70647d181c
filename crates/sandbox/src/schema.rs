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
    let mut walk = Walk { root: schema, path: Vec::new(), schema_path: Vec::new(), found: Vec::new() };
    walk.visit(schema, instance);
    let mut best: Option<Violation<'s>> = None;
    for violation in walk.found {
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

/// The way through a schema and an instance.
struct Walk<'s> {
    root: &'s Json,
    path: Vec<Step>,
    schema_path: Vec<Step>,
    found: Vec<Violation<'s>>,
}

impl<'s> Walk<'s> {
    fn visit(&mut self, schema: &'s Json, instance: &Json) {
        for (keyword, rule) in schema.as_map().unwrap_or_default() {
            let finding: Option<(&'static str, String)> = match keyword.as_str() {
                "type" => wrong_type(rule, instance).map(|m| ("type", m)),
                "enum" => rule
                    .as_list()
                    .filter(|allowed| !allowed.contains(instance))
                    .map(|_| ("enum", format!("{} is not one of {}", repr(instance), repr(rule)))),
                "maxLength" | "minLength" => length_rule(keyword, rule, instance),
                "minimum" => too_small(rule, instance).map(|m| ("minimum", m)),
                "minItems" => too_few(rule, instance).map(|m| ("minItems", m)),
                "uniqueItems" => repeated(rule, instance).map(|m| ("uniqueItems", m)),
                "pattern" => wrong_pattern(rule, instance).map(|m| ("pattern", m)),
                "dependentRequired" => dependent(rule, instance).map(|m| ("dependentRequired", m)),
                "required" => {
                    for message in missing(rule, instance) {
                        self.note(schema, instance, "required", message);
                    }
                    None
                }
                "$ref" => {
                    if let Some(part) = self.definition(rule) {
                        self.visit(part, instance);
                    }
                    None
                }
                "allOf" => {
                    for (i, part) in rule.as_list().unwrap_or_default().iter().enumerate() {
                        self.below(part, instance, vec![Step::Key("allOf".into()), Step::Index(i)], None);
                    }
                    None
                }
                "properties" => {
                    for (name, part) in rule.as_map().unwrap_or_default() {
                        if let Some(value) = instance.get(name) {
                            let steps = vec![Step::Key("properties".into()), Step::Key(name.clone())];
                            self.below(part, value, steps, Some(Step::Key(name.clone())));
                        }
                    }
                    None
                }
                "additionalProperties" => self.additional(schema, rule, instance),
                "items" => {
                    for (i, item) in instance.as_list().unwrap_or_default().iter().enumerate() {
                        self.below(rule, item, vec![Step::Key("items".into())], Some(Step::Index(i)));
                    }
                    None
                }
                _ => None,
            };
            if let Some((keyword, message)) = finding {
                self.note(schema, instance, keyword, message);
            }
        }
    }

    fn note(&mut self, schema: &'s Json, instance: &Json, keyword: &'static str, message: String) {
        let (path, schema_path) = (self.path.clone(), self.schema_path.clone());
        self.found.push(Violation { message, keyword, schema, instance: instance.clone(), path, schema_path });
    }

    /// Goes on with a part of the schema, and of the instance if a step into it is given.
    fn below(&mut self, schema: &'s Json, instance: &Json, steps: Vec<Step>, step: Option<Step>) {
        let (schema_depth, depth) = (self.schema_path.len(), self.path.len());
        self.schema_path.extend(steps);
        self.path.extend(step);
        self.visit(schema, instance);
        self.schema_path.truncate(schema_depth);
        self.path.truncate(depth);
    }

    /// `#/definitions/name`; going there leaves no trace in the path.
    fn definition(&self, rule: &Json) -> Option<&'s Json> {
        self.root.get("definitions")?.get(rule.as_str()?.strip_prefix("#/definitions/")?)
    }

    fn additional(&mut self, schema: &'s Json, rule: &'s Json, instance: &Json) -> Option<(&'static str, String)> {
        let known = schema.get("properties");
        let is_extra = |name: &str| known.is_none_or(|known| known.get(name).is_none());
        let extra = instance.as_map().unwrap_or_default().iter().filter(|(name, _)| is_extra(name));
        if rule == &Json::Bool(false) {
            let mut names: Vec<&str> = extra.map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            let verb = if names.len() == 1 { "was" } else { "were" };
            let names: Vec<String> = names.into_iter().map(repr_str).collect();
            return (!names.is_empty()).then(|| {
                let names = names.join(", ");
                ("additionalProperties", format!("Additional properties are not allowed ({names} {verb} unexpected)"))
            });
        }
        for (name, value) in extra {
            self.below(rule, value, vec![Step::Key("additionalProperties".into())], Some(Step::Key(name.clone())));
        }
        None
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

/// One finding for each name that is missing.
fn missing(rule: &Json, instance: &Json) -> Vec<String> {
    let names = rule.as_list().filter(|_| instance.as_map().is_some()).unwrap_or_default();
    let absent = names.iter().filter_map(Json::as_str).filter(|name| instance.get(name).is_none());
    absent.map(|name| format!("{} is a required property", repr_str(name))).collect()
}

fn dependent(rule: &Json, instance: &Json) -> Option<String> {
    let (rule, instance) = (rule.as_map()?, instance.as_map()?);
    let has = |name: &str| instance.iter().any(|(key, _)| key == name);
    rule.iter().filter(|(name, _)| has(name)).find_map(|(name, others)| {
        let other = others.as_list()?.iter().filter_map(Json::as_str).find(|other| !has(other))?;
        Some(format!("{} is a dependency of {}", repr_str(other), repr_str(name)))
    })
}

fn too_small(rule: &Json, instance: &Json) -> Option<String> {
    let Json::Number(number) = instance else { return None };
    let least = rule.as_i64()?;
    let small = match number.as_i64() {
        Some(number) => number < least,
        #[allow(clippy::cast_precision_loss)] // limits are small
        None => number.as_f64()? < least as f64,
    };
    small.then(|| format!("{} is less than the minimum of {least}", repr(instance)))
}

fn too_few(rule: &Json, instance: &Json) -> Option<String> {
    let least = rule.as_i64()?;
    let count = i64::try_from(instance.as_list()?.len()).ok()?;
    let fault = if least == 1 { "should be non-empty" } else { "is too short" };
    (count < least).then(|| format!("{} {fault}", repr(instance)))
}

fn repeated(rule: &Json, instance: &Json) -> Option<String> {
    let items = instance.as_list().filter(|_| rule == &Json::Bool(true))?;
    let twice = items.iter().enumerate().any(|(i, item)| items[..i].contains(item));
    twice.then(|| format!("{} has non-unique elements", repr(instance)))
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
    fn follows_definitions() {
        let schema = json(
            r##"{"definitions": {"count": {"allOf": [{"type": "integer", "minimum": 0}, {"default": 0}]},
                "names": {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": true}},
                "properties": {"n": {"$ref": "#/definitions/count"}, "s": {"$ref": "#/definitions/names"}},
                "additionalProperties": false}"##,
        );
        assert!(check(&schema, &json(r#"{"n": 0, "s": ["a", "b"]}"#)).is_ok());
        let text = |instance: &str| check(&schema, &json(instance)).unwrap_err().text();
        assert!(text(r#"{"n": -1}"#).starts_with(
            "-1 is less than the minimum of 0\n\nFailed validating 'minimum' in schema['properties']['n']['allOf'][0]:"
        ));
        assert!(text(r#"{"s": []}"#).starts_with("[] should be non-empty"));
        assert!(text(r#"{"s": ["a", "a"]}"#).starts_with("['a', 'a'] has non-unique elements"));
        assert!(text(r#"{"z": 1, "b": 2}"#).starts_with("Additional properties are not allowed ('b', 'z' were unexpected)"));
    }

    #[test]
    fn uuids() {
        assert!(is_uuid("00000000-0000-4000-8000-00000000000F"));
        assert!(!is_uuid("00000000-0000-4000-8000-00000000000"));
        assert!(!is_uuid("not-a-uuid"));
    }
}
