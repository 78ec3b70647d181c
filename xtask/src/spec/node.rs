//! A YAML document as a tree that remembers the order of keys and the line of every value.
//!
//! The linter needs the lines, and the generated code follows the order of the spec (variants, fields, arguments of `new`),
//! so neither `serde_json::Value` nor the typed OpenAPI structures would do.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// One value of the document and the line where it (or its key) stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// The line, counted from 1.
    pub line: usize,
    /// What stands there.
    pub value: Value,
}

/// What a [`Node`] holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer or a finite decimal number.
    Number(serde_json::Number),
    /// Any other scalar.
    String(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the document; keys are unique.
    Map(Vec<(String, Node)>),
}

/// Where a value stands is no part of what it is.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Node {
    /// A string that stands at `line`.
    pub fn string(line: usize, text: impl Into<String>) -> Self {
        Self { line, value: Value::String(text.into()) }
    }

    /// A boolean that stands at `line`.
    pub fn bool(line: usize, flag: bool) -> Self {
        Self { line, value: Value::Bool(flag) }
    }

    /// A list that stands at `line`.
    pub fn list(line: usize, items: Vec<Node>) -> Self {
        Self { line, value: Value::List(items) }
    }

    /// A mapping that stands at `line`.
    pub fn map<const N: usize>(line: usize, entries: [(&str, Node); N]) -> Self {
        Self { line, value: Value::Map(entries.map(|(key, node)| (key.to_owned(), node)).into()) }
    }

    /// A reference to a schema among the components.
    pub fn schema_ref(line: usize, name: &str) -> Self {
        Self::map(line, [("$ref", Self::string(line, format!("#/components/schemas/{name}")))])
    }

    /// The value of a key; `None` also where this is no mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        match &mut self.value {
            Value::Map(entries) => entries.iter_mut().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// Whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text under a key.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Node::as_str)
    }

    /// Whether the key holds `true`.
    pub fn flag(&self, key: &str) -> bool {
        self.get(key).is_some_and(|node| node.value == Value::Bool(true))
    }

    /// The entries of a mapping; empty for everything else.
    pub fn entries(&self) -> &[(String, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The entries of a mapping, to be changed.
    pub fn entries_mut(&mut self) -> &mut [(String, Node)] {
        match &mut self.value {
            Value::Map(entries) => entries,
            _ => &mut [],
        }
    }

    /// The items of a list; empty for everything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The items of a list, to be changed.
    pub fn items_mut(&mut self) -> &mut [Node] {
        match &mut self.value {
            Value::List(items) => items,
            _ => &mut [],
        }
    }

    /// Whether this is a mapping.
    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// Whether this is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.value, Value::List(_))
    }

    /// Sets a key of a mapping, in its old place or at the end.
    pub fn set(&mut self, key: &str, node: Node) {
        match self.get_mut(key) {
            Some(old) => *old = node,
            None => {
                if let Value::Map(entries) = &mut self.value {
                    entries.push((key.to_owned(), node));
                }
            }
        }
    }

    /// Takes a key out of a mapping.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        match &mut self.value {
            Value::Map(entries) => {
                let index = entries.iter().position(|(name, _)| name == key)?;
                Some(entries.remove(index).1)
            }
            _ => None,
        }
    }

    /// Keeps only the entries of a mapping that pass.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Node) -> bool) {
        if let Value::Map(entries) = &mut self.value {
            entries.retain(|(key, node)| keep(key, node));
        }
    }

    /// What a reader calls this kind of value.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Number(number) => number.serialize(serializer),
            Value::String(text) => serializer.serialize_str(text),
            Value::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Value::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, node) in entries {
                    map.serialize_entry(key, node)?;
                }
                map.end()
            }
        }
    }
}
