//! Conditions of a list, spelled so that the service takes them as meant.

/// A condition on a text field: one value, or any of several.
///
/// Made from a text for equality (`"a:b".into()`), or by [`any_of`](Self::any_of).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(String);

impl Filter {
    /// The field is one of `values`.
    ///
    /// The service has no way to say a value with a quotation mark among several: it refuses such a list.
    pub fn any_of<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> Self {
        let values: Vec<T> = values.into_iter().collect();
        if let [one] = values.as_slice() {
            return one.as_ref().into();
        }
        let quoted: Vec<_> = values.iter().map(|value| quoted(value.as_ref())).collect();
        Self(format!("in:{}", quoted.join(",")))
    }

    /// As the service reads it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Filter {
    /// The service takes what stands before a colon for an operator, so a value that holds one is sent with `eq:`.
    fn from(value: &str) -> Self {
        Self(if value.contains(':') { format!("eq:{value}") } else { value.to_owned() })
    }
}

impl From<String> for Filter {
    fn from(value: String) -> Self {
        value.as_str().into()
    }
}

/// An item of an `in:` list: quoted where a comma would split it. Nothing is escaped, since the service takes backslashes as they are; a
/// quotation mark makes it refuse the list, where otherwise it would quietly look for another value.
fn quoted(value: &str) -> String {
    if value.contains([',', '"']) { format!("\"{value}\"") } else { value.to_owned() }
}

impl From<Filter> for String {
    fn from(filter: Filter) -> Self {
        filter.0
    }
}

/// Which images a list shows as to `os_hidden`: the service never shows both kinds in one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hidden {
    /// Those that are not hidden.
    #[default]
    Excluded,
    /// The hidden ones alone.
    Only,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_be_taken_for_operators() {
        assert_eq!(Filter::from("plain, really").as_str(), "plain, really");
        assert_eq!(Filter::from("in:a").as_str(), "eq:in:a");
        assert_eq!(Filter::any_of(["a:b", "c,d", "e\\f,g"]).as_str(), r#"in:a:b,"c,d","e\f,g""#);
        assert_eq!(Filter::any_of(["a, \"b\""]).as_str(), "a, \"b\"");
    }
}
