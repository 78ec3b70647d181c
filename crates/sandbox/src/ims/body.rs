//! Bodies, and the members of their objects.

use super::error::{Result, img};
use super::rules::{Object, Tag, check_description, check_name, check_tags, exists};
use crate::http::Call;
use crate::json::Json;

/// Reads a body that has to be there and be JSON.
pub(super) async fn read(call: &mut Call) -> Result<Json> {
    let text = call.read_body().await.unwrap_or_default();
    if text.is_empty() {
        return Err(img("IMG.0007", "The message body cannot be empty."));
    }
    Json::parse(&text).ok_or_else(malformed)
}

/// An object of a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a>(&'a [(String, Json)]);

fn malformed() -> super::error::ImsError {
    img("IMG.0001", "The format of the message is incorrect.")
}

fn wrong(name: &str) -> super::error::ImsError {
    img("IMG.0001", format!("The parameter {name} is of the wrong type."))
}

pub(super) fn missing(name: &str) -> super::error::ImsError {
    img("IMG.0001", format!("The parameter {name} is missing."))
}

impl<'a> Fields<'a> {
    pub(super) fn of(body: &'a Json) -> Result<Self> {
        body.as_map().map(Self).ok_or_else(malformed)
    }

    /// A member that is there and not null.
    pub(super) fn get(self, name: &str) -> Option<&'a Json> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value).filter(|value| **value != Json::Null)
    }

    pub(super) fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn text(self, name: &str) -> Result<Option<&'a str>> {
        self.get(name).map(|value| value.as_str().ok_or_else(|| wrong(name))).transpose()
    }

    pub(super) fn need_text(self, name: &str) -> Result<&'a str> {
        self.text(name)?.filter(|text| !text.is_empty()).ok_or_else(|| missing(name))
    }

    pub(super) fn number(self, name: &str) -> Result<Option<i64>> {
        self.get(name).map(|value| value.as_i64().ok_or_else(|| wrong(name))).transpose()
    }

    pub(super) fn flag(self, name: &str) -> Result<bool> {
        self.get(name).map_or(Ok(false), |value| value.as_bool().ok_or_else(|| wrong(name)))
    }

    /// A list, empty if it is not there.
    pub(super) fn list(self, name: &str) -> Result<&'a [Json]> {
        self.get(name).map_or(Ok(&[]), |value| value.as_list().ok_or_else(|| wrong(name)))
    }

    pub(super) fn texts(self, name: &str) -> Result<Vec<&'a str>> {
        self.list(name)?.iter().map(|item| item.as_str().ok_or_else(|| wrong(name))).collect()
    }

    /// One of a few words.
    pub(super) fn word(self, name: &str, words: &[&str], code: &str) -> Result<Option<&'a str>> {
        match self.text(name)? {
            Some(word) if !words.contains(&word) => Err(img(code, format!("The parameter {name} is invalid: {word}."))),
            other => Ok(other),
        }
    }

    /// The name of an image that has to be given.
    pub(super) fn image_name(self) -> Result<String> {
        let name = self.text("name")?.unwrap_or_default();
        check_name(name).map(|()| name.to_owned())
    }

    pub(super) fn description(self) -> Result<Option<String>> {
        let description = self.text("description")?.filter(|text| !text.is_empty());
        description.map_or(Ok(()), check_description).map(|()| description.map(str::to_owned))
    }

    /// The object that a member names.
    pub(super) fn object(self, name: &str) -> Result<Object> {
        Object::parse(self.need_text(name)?)
    }

    /// The id of something in another service, if it is given.
    pub(super) fn other(self, name: &str, code: &str) -> Result<Option<String>> {
        match self.text(name)? {
            Some(id) if !exists(id) => Err(img(code, format!("The {name} {id} cannot be found."))),
            other => Ok(other.map(str::to_owned)),
        }
    }

    /// A tag of key and value, the latter of which may be left out.
    pub(super) fn tag(self) -> Result<Tag> {
        Tag::new(self.text("key")?.unwrap_or_default(), self.text("value")?.unwrap_or_default())
    }

    /// The tags in either of their two forms, as an image holds them.
    pub(super) fn tags(self) -> Result<Vec<String>> {
        if self.has("tags") && self.has("image_tags") {
            return Err(img("IMG.0115", "Only one of tags and image_tags may be given."));
        }
        let plain = self.texts("tags")?.into_iter().map(Tag::parse);
        let pairs = self.list("image_tags")?.iter().map(|tag| Fields::of(tag)?.tag());
        let tags = plain.chain(pairs).collect::<Result<Vec<_>>>()?;
        check_tags(&tags)?;
        Ok(tags.iter().map(Tag::stored).collect())
    }
}
