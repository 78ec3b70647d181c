use serde_json::Value;

/// Whether two values mean the same to services that tell numbers and flags as texts, and lists in any order.
pub(super) fn same(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(Value::Array(one)), Some(Value::Array(other))) => sorted(one) == sorted(other),
        (Some(one), Some(other)) => one == other || scalar(one).is_some_and(|text| scalar(other) == Some(text)),
        _ => false,
    }
}

fn sorted(values: &[Value]) -> Vec<String> {
    let mut texts: Vec<_> = values.iter().map(Value::to_string).collect();
    texts.sort();
    texts.dedup();
    texts
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// How many characters of a value a message repeats.
const LONGEST: usize = 80;

/// A value for a message.
pub(super) fn shown(value: Option<&Value>) -> String {
    let Some(value) = value else { return "not there".to_owned() };
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
