//! What a configuration file says, as the established tools understand it.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

/// Keys in the order of the file: where two spellings of a key meet, the later one counts.
pub(crate) type Map = IndexMap<String, Value>;

/// A value of a file. Texts may be passwords, so they are wiped, and `Debug` shows none.
#[derive(Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// A whole number of any size, in decimal digits.
    Integer(String),
    Real(f64),
    Text(Zeroizing<String>),
    List(Vec<Value>),
    Map(Map),
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(Zeroizing::new(text.into()))
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it counts as something where the established tools ask only that.
    pub(crate) fn is_something(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Integer(digits) => digits != "0",
            Self::Real(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(map) => !map.is_empty(),
        }
    }

    /// The value as text, if it is a single one: numbers and booleans as Python writes them.
    pub(crate) fn to_text(&self) -> Option<Zeroizing<String>> {
        let text = match self {
            Self::Null => "None".to_owned(),
            Self::Bool(true) => "True".to_owned(),
            Self::Bool(false) => "False".to_owned(),
            Self::Integer(digits) => digits.clone(),
            Self::Real(number) => real(*number),
            Self::Text(text) => return Some(text.clone()),
            Self::List(_) | Self::Map(_) => return None,
        };
        Some(Zeroizing::new(text))
    }

    /// What kind of value it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Real(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(items) => f.debug_list().entries(items).finish(),
            Self::Map(map) => f.debug_map().entries(map).finish(),
            other => f.write_str(other.kind()),
        }
    }
}

/// The shortest digits that mean the number, in Python's notation: an exponent has a sign and two digits.
fn real(number: f64) -> String {
    if number.is_nan() || number.is_infinite() {
        return format!("{number}").to_lowercase();
    }
    let text = format!("{number:?}");
    match text.split_once('e') {
        None => text,
        Some((digits, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => format!("{digits}e-{exponent:0>2}"),
            None => format!("{digits}e+{exponent:0>2}"),
        },
    }
}

/// Dashes in keys count as underscores and numbers as text, as deep as mappings go; a limit on time stays a number.
pub(crate) fn normalised(map: &Map) -> Map {
    let mut made = Map::with_capacity(map.len());
    for (key, value) in map {
        let key = key.replace('-', "_");
        let value = match value {
            Value::Map(map) => Value::Map(normalised(map)),
            Value::Integer(digits) if key != "api_timeout" && key != "verbose_level" => Value::text(digits.clone()),
            Value::Real(number) => Value::text(real(*number)),
            other => other.clone(),
        };
        made.insert(key, value);
    }
    made
}

/// Values from JSON. The order of keys stays, of a key that stands twice the second one counts.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Json)
    }
}

struct Json;

impl<'de> Visitor<'de> for Json {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Integer(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Integer(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Real(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, value)) = access.next_entry()? {
            map.insert(key, value);
        }
        Ok(Value::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_text_as_python_writes_them() {
        for (number, text) in [
            (1.0, "1.0"),
            (2.10, "2.1"),
            (-0.5, "-0.5"),
            (1e16, "1e+16"),
            (1.5e-7, "1.5e-07"),
            (1e300, "1e+300"),
            (0.0001, "0.0001"),
            (1e15, "1000000000000000.0"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(real(number), text);
        }
    }

    #[test]
    fn debug_shows_no_text() {
        let value: Value = serde_json::from_str(r#"{"password": "hush", "pins": [4711, true]}"#).unwrap();
        assert_eq!(format!("{value:?}"), r#"{"password": text, "pins": [a number, a boolean]}"#);
    }

    #[test]
    fn keys_and_numbers_are_made_alike() {
        let value: Value = serde_json::from_str(r#"{"a-b": 1, "auth": {"x-y": 1.5, "z": true}, "api_timeout": 7}"#).unwrap();
        let map = normalised(value.as_map().unwrap());
        assert!(
            map == {
                let wanted: Value =
                    serde_json::from_str(r#"{"a_b": "1", "auth": {"x_y": "1.5", "z": true}, "api_timeout": 7}"#).unwrap();
                wanted.as_map().unwrap().clone()
            }
        );
    }
}
