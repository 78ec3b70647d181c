//! Conditions of a list, spelled so that the service takes them as meant.

use std::collections::BTreeMap;

use cloudimg_core::{Error, ErrorKind, Result};

/// A condition on a text field: one value, or any of several.
///
/// Made from a text for equality (`"a:b".into()`), or by [`any_of`](Self::any_of).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    text: String,
    /// The value that the service has no way to be told.
    unsayable: Option<String>,
}

impl Filter {
    /// The field is one of `values`.
    ///
    /// The service has no way to say a value with a quotation mark among several, nor one with a comma that ends with a backslash: a list with
    /// such a condition is an `InvalidRequest` before anything is sent. One value alone may be any text.
    pub fn any_of<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> Self {
        let values: Vec<T> = values.into_iter().collect();
        if let [one] = values.as_slice() {
            return one.as_ref().into();
        }
        let unsayable =
            values.iter().map(AsRef::as_ref).find(|value| value.contains('"') || (value.contains(',') && value.ends_with('\\')));
        let quoted: Vec<_> = values.iter().map(|value| quoted(value.as_ref())).collect();
        Self { text: format!("in:{}", quoted.join(",")), unsayable: unsayable.map(str::to_owned) }
    }

    /// As the service reads it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// That the service can be told this condition on `field`.
    pub(super) fn check(&self, field: &str) -> Result<()> {
        match &self.unsayable {
            Some(value) => Err(refused(format!("`{value}` cannot be one of several values of `{field}`: ask for it alone"))),
            None => Ok(()),
        }
    }
}

impl From<&str> for Filter {
    /// The service takes what stands before a colon for an operator, so a value that holds one is sent with `eq:`.
    fn from(value: &str) -> Self {
        Self { text: if value.contains(':') { format!("eq:{value}") } else { value.to_owned() }, unsayable: None }
    }
}

impl From<String> for Filter {
    fn from(value: String) -> Self {
        value.as_str().into()
    }
}

/// An item of an `in:` list: quoted where a comma would split it. Nothing is escaped, since the service takes backslashes as they are.
fn quoted(value: &str) -> String {
    if value.contains(',') { format!("\"{value}\"") } else { value.to_owned() }
}

impl From<Filter> for String {
    fn from(filter: Filter) -> Self {
        filter.text
    }
}

fn refused(what: String) -> Error {
    Error::new(ErrorKind::InvalidRequest, format!("{what}; nothing was sent")).with_operation("list_images")
}

/// What the service takes for a field or for part of the query, whatever a property of that name is.
const TAKEN: [&str; 33] = [
    "limit",
    "marker",
    "sort",
    "sort_key",
    "sort_dir",
    "member_status",
    "tag",
    "id",
    "name",
    "status",
    "visibility",
    "owner",
    "protected",
    "os_hidden",
    "disk_format",
    "container_format",
    "size",
    "min_disk",
    "min_ram",
    "checksum",
    "os_hash_value",
    "created_at",
    "updated_at",
    "size_min",
    "size_max",
    "changes-since",
    "deleted",
    "deleted_at",
    "is_public",
    "properties",
    "members",
    "locations",
    "tags",
];
/// Columns of numbers that have no conditions of their own here; the service knows their bounds.
const BOUNDS: [&str; 6] = ["virtual_size_min", "virtual_size_max", "min_ram_min", "min_ram_max", "min_disk_min", "min_disk_max"];

/// That the service takes each of these names for that of a property.
pub(super) fn check_properties(properties: &BTreeMap<String, String>) -> Result<()> {
    properties.keys().try_for_each(|name| {
        let is_bound = (name.ends_with("_min") || name.ends_with("_max")) && !BOUNDS.contains(&name.as_str());
        let why = if TAKEN.contains(&name.as_str()) {
            "the service has a meaning of its own for that name; take the condition of that name, if there is one"
        } else if is_bound {
            "the service takes names that end like that for bounds of numbers"
        } else if name.is_empty() {
            "a property has a name"
        } else {
            return Ok(());
        };
        Err(refused(format!("images cannot be listed by a property `{name}`: {why}")))
    })
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
        Filter::any_of(["a, \"b\""]).check("name").unwrap();
    }

    #[test]
    fn what_cannot_be_said_is_an_error() {
        for value in ["a\"b", "\"", "a,b\\"] {
            let error = Filter::any_of([value, "x"]).check("name").unwrap_err();
            assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("list_images")));
            assert!(error.message().contains(value) && error.message().ends_with("nothing was sent"), "{error}");
        }
        for value in ["a\\", "a,b", "'"] {
            Filter::any_of([value, "x"]).check("name").unwrap();
        }
        let of = |name: &str| check_properties(&BTreeMap::from([(name.to_owned(), "v".to_owned())]));
        for name in ["limit", "name", "hw_cpu_max", "x_min", "size_min", "properties", ""] {
            assert_eq!(of(name).unwrap_err().kind(), ErrorKind::InvalidRequest, "{name}");
        }
        for name in ["os_distro", "hw_max_cpu", "min_ram_max", "os_hash_algo", "__os_type"] {
            of(name).unwrap();
        }
    }
}
