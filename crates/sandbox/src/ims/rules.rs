//! What names, descriptions, tags and the rest may look like.

use super::error::{Result, img};

pub(super) const MAX_TAGS: usize = 10;

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// The name of an image.
pub(super) fn check_name(name: &str) -> Result<()> {
    if name.chars().count() > 128 {
        return Err(img("IMG.0002", "The image name is longer than 128 characters."));
    }
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ' ') || is_han(c);
    if name.is_empty() || name.trim() != name || !name.chars().all(good) {
        return Err(img("IMG.0003", format!("The image name {name} is invalid.")));
    }
    Ok(())
}

pub(super) fn check_description(description: &str) -> Result<()> {
    if description.chars().count() > 1024 {
        return Err(img("IMG.0004", "The description is longer than 1024 characters."));
    }
    if description.contains(['\r', '<', '>']) {
        return Err(img("IMG.0004", "The description has characters that are not allowed."));
    }
    Ok(())
}

/// A number between two others, such as gigabytes.
pub(super) fn check_range(what: &str, number: i64, from: i64, to: i64) -> Result<()> {
    if (from..=to).contains(&number) {
        return Ok(());
    }
    Err(img("IMG.0055", format!("{what} must be between {from} and {to}.")))
}

/// An object in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) bucket: String,
    pub(super) name: String,
}

impl Object {
    /// Reads `bucket:object`, which is not an URL.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let (bucket, name) = text.split_once(':').unwrap_or_default();
        if bucket.is_empty() || name.is_empty() || name.starts_with("//") || bucket.contains('/') {
            return Err(img("IMG.0057", format!("The file address {text} is not of the form bucket:object.")));
        }
        Ok(Self { bucket: bucket.to_owned(), name: name.to_owned() })
    }

    /// What its name says that it is, in lower case.
    pub(super) fn format(&self) -> String {
        self.name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default()
    }
}

/// Something of another service: any UUID but that of zeros.
pub(super) fn exists(id: &str) -> bool {
    uuid::Uuid::parse_str(id).is_ok_and(|id| !id.is_nil())
}

/// A tag of two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) key: String,
    pub(super) value: String,
}

impl Tag {
    /// Checks the parts of a tag that is to be set.
    pub(super) fn new(key: &str, value: &str) -> Result<Self> {
        let bad = |why: String| Err(img("IMG.0115", why));
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-') || is_han(c);
        if key.is_empty() || key.chars().count() > 36 || !key.chars().all(good) {
            return bad(format!("The tag key {key} is invalid."));
        }
        if value.chars().count() > 43 || !value.chars().all(|c| good(c) || c == '.') {
            return bad(format!("The tag value {value} is invalid."));
        }
        Ok(Self { key: key.to_owned(), value: value.to_owned() })
    }

    /// Reads `key.value`, or a key alone.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let (key, value) = text.split_once('.').unwrap_or((text, ""));
        Self::new(key, value)
    }

    /// As an image holds it: `key=value`, or the key alone, which is what Glance's own tags are.
    pub(super) fn stored(&self) -> String {
        if self.value.is_empty() { self.key.clone() } else { format!("{}={}", self.key, self.value) }
    }

    pub(super) fn read(stored: &str) -> Self {
        let (key, value) = stored.split_once('=').unwrap_or((stored, ""));
        Self { key: key.to_owned(), value: value.to_owned() }
    }
}

/// Several tags of one image: not too many, and each key once.
pub(super) fn check_tags(tags: &[Tag]) -> Result<()> {
    if tags.len() > MAX_TAGS {
        return Err(img("IMG.0116", format!("An image has at most {MAX_TAGS} tags.")));
    }
    let twice = tags.iter().enumerate().find(|(at, tag)| tags[..*at].iter().any(|other| other.key == tag.key));
    match twice {
        Some((_, tag)) => Err(img("IMG.0115", format!("The tag key {} is there twice.", tag.key))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["a", "web base-1.0_x", "镜像", &"n".repeat(128)] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", " a", "a ", "a/b", "a\n", &"n".repeat(129), "ä"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn objects() {
        let object = Object::parse("bucket:folder/system.QCOW2").unwrap();
        assert_eq!((object.bucket.as_str(), object.format().as_str()), ("bucket", "qcow2"));
        for bad in ["", "bucket", ":object", "bucket:", "https://host/object", "a/b:c"] {
            assert!(Object::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tags() {
        let tag = Tag::parse("a.b.c").unwrap();
        assert_eq!((tag.key.as_str(), tag.value.as_str(), tag.stored().as_str()), ("a", "b.c", "a=b.c"));
        assert_eq!(Tag::parse("a").unwrap().stored(), "a");
        assert_eq!(Tag::read("a=b=c"), Tag { key: "a".to_owned(), value: "b=c".to_owned() });
        for (key, value) in [("", "b"), ("a b", ""), ("a", "b/c"), (&*"k".repeat(37), ""), ("a", &*"v".repeat(44))] {
            assert!(Tag::new(key, value).is_err(), "{key} {value}");
        }
        assert!(check_tags(&[Tag::parse("a.1").unwrap(), Tag::parse("a.2").unwrap()]).is_err());
    }
}
