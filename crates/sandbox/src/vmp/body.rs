//! Bodies, and the members of their objects.

use axum::http::StatusCode;

use super::error::{Result, VmpError, error, invalid};
use crate::http::Call;
use crate::json::Json;

fn malformed(why: &str) -> VmpError {
    error(StatusCode::BAD_REQUEST, "InvalidBody", why)
}

/// A body that is an object.
#[derive(Debug)]
pub(super) struct Fields(Json);

impl Fields {
    /// Reads a body that has to be there.
    pub(super) async fn read(call: &mut Call) -> Result<Self> {
        Self::read_some(call).await?.ok_or_else(|| malformed("The body is empty."))
    }

    /// Reads a body that may be missing, which `null` stands for as well.
    pub(super) async fn read_some(call: &mut Call) -> Result<Option<Self>> {
        let text = call.read_body().await.unwrap_or_default();
        if text.is_empty() {
            return Ok(None);
        }
        match Json::parse(&text) {
            Some(Json::Null) => Ok(None),
            Some(body) if body.as_map().is_some() => Ok(Some(Self(body))),
            Some(_) => Err(malformed("The body is no object.")),
            None => Err(malformed("The body is not JSON.")),
        }
    }

    /// A member that is there and not null.
    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        self.0.get(name).filter(|value| **value != Json::Null)
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<&str>> {
        self.get(name).map(|value| value.as_str().ok_or_else(|| invalid(name, "it is no text"))).transpose()
    }

    pub(super) fn need_text(&self, name: &str) -> Result<&str> {
        self.text(name)?.filter(|text| !text.is_empty()).ok_or_else(|| invalid(name, "it is missing or empty"))
    }

    /// One of a few words.
    pub(super) fn word(&self, name: &str, words: &[&str]) -> Result<Option<&str>> {
        match self.text(name)? {
            Some(word) if !words.contains(&word) => Err(invalid(name, &format!("it is one of {}", words.join(", ")))),
            other => Ok(other),
        }
    }

    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>> {
        self.get(name).map(|value| value.as_i64().ok_or_else(|| invalid(name, "it is no integer"))).transpose()
    }

    /// A list of texts, none of which is empty.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<&str>> {
        let items = self.get(name).and_then(Json::as_list).filter(|items| !items.is_empty());
        let texts = items.and_then(|items| items.iter().map(|item| item.as_str().filter(|text| !text.is_empty())).collect());
        texts.ok_or_else(|| invalid(name, "it is no list of texts, or has none"))
    }
}
