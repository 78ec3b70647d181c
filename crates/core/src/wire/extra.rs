use std::fmt;
use std::ops::Index;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

/// The members of a JSON object that its spec does not list, in the order in which they came.
///
/// Objects have a handful of them, and lists have thousands of objects: a vector of pairs is read in two thirds of the time that a tree takes,
/// and finds one of a handful as fast.
#[derive(Clone, Default)]
pub struct Extra(Vec<(String, Value)>);

impl Extra {
    /// No members.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The value of a member.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        // Of a member that came twice the last counts, as everywhere in JSON.
        self.0.iter().rev().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The value of a member that is a text.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// Whether there is such a member.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Sets a member; returns the value that it had.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        match self.0.iter_mut().rev().find(|(known, _)| *known == key) {
            Some((_, old)) => Some(std::mem::replace(old, value)),
            None => {
                self.0.push((key, value));
                None
            }
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.0.iter().rposition(|(known, _)| known == key)?;
        let (_, value) = self.0.remove(at);
        self.0.retain(|(known, _)| known != key);
        Some(value)
    }

    /// The members.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The names of the members.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }

    /// How many members there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a member as it is read, without a look at the others.
    #[doc(hidden)]
    #[inline]
    pub fn push(&mut self, key: String, value: Value) {
        self.0.push((key, value));
    }
}

impl PartialEq for Extra {
    /// The order of members means nothing in JSON.
    fn eq(&self, other: &Self) -> bool {
        let sorted = |extra: &'_ Self| {
            let mut at: Vec<usize> = (0..extra.0.len()).collect();
            at.sort_by(|a, b| extra.0[*a].0.cmp(&extra.0[*b].0));
            at
        };
        self.0.len() == other.0.len()
            && sorted(self).into_iter().zip(sorted(other)).all(|(ours, theirs)| self.0[ours] == other.0[theirs])
    }
}

impl Index<&str> for Extra {
    type Output = Value;

    /// The value of a member, or null where there is none.
    fn index(&self, key: &str) -> &Value {
        self.get(key).unwrap_or(&Value::Null)
    }
}

impl<K: Into<String>, V: Into<Value>> Extend<(K, V)> for Extra {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, members: I) {
        for (key, value) in members {
            self.insert(key, value);
        }
    }
}

impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for Extra {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(members: I) -> Self {
        let mut extra = Self::new();
        extra.extend(members);
        extra
    }
}

impl IntoIterator for Extra {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<(String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.iter() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Extra {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Extra;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Extra, A::Error> {
                let mut extra = Extra::new();
                while let Some((key, value)) = map.next_entry()? {
                    extra.push(key, value);
                }
                Ok(extra)
            }
        }
        from.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_a_map_whose_order_means_nothing() {
        let mut extra: Extra = [("b", 1), ("a", 2)].into_iter().collect();
        assert_eq!((extra.get("a"), extra.get("c")), (Some(&json!(2)), None));
        assert_eq!((&extra["b"], &extra["c"]), (&json!(1), &Value::Null));
        assert_eq!(extra.insert("b", 3), Some(json!(1)));
        assert_eq!(extra, [("a", 2), ("b", 3)].into_iter().collect());
        assert_ne!(extra, [("a", 2), ("b", 4)].into_iter().collect());
        assert_eq!(extra.remove("b"), Some(json!(3)));
        assert_eq!((extra.len(), extra.contains_key("b")), (1, false));
    }

    #[test]
    fn of_a_member_that_came_twice_the_last_counts() {
        let extra: Extra = serde_json::from_str(r#"{"a": "x", "b": null, "a": "y"}"#).unwrap();
        assert_eq!(extra.text("a"), Some("y"));
        assert_eq!(
            serde_json::to_string(&serde_json::from_str::<Extra>(r#"{"z":1,"a":[2]}"#).unwrap()).unwrap(),
            r#"{"z":1,"a":[2]}"#
        );
    }
}
