//! Recorded exchanges: a request, and what a real server answered.

use std::collections::BTreeMap;

use cloudimg_tests::fixtures;
use serde::Deserialize;
use serde_json::Value;

/// The file's name, here and in the folder of further fixtures.
pub(crate) const FIXTURE: &str = "glance-captures.json";

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Recording {
    pub(crate) name: String,
    /// `glance` or `keystone`.
    pub(crate) service: String,
    pub(crate) request: Request,
    pub(crate) response: Response,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) body: Value,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) body: Value,
}

impl Recording {
    pub(crate) fn read(value: &Value) -> Result<Self, String> {
        Self::deserialize(value).map_err(|error| format!("no recording: {error}"))
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.response.status)
    }
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    pub(crate) fn path_and_query(&self) -> (&str, &str) {
        self.path.split_once('?').unwrap_or((&self.path, ""))
    }
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

fn header<'a>(headers: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The media type without its parameters.
pub(crate) fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// The recordings of the repository.
pub(crate) fn own() -> Vec<Value> {
    fixtures::own(FIXTURE)
}

/// Those of the folder of further fixtures, if it has any.
pub(crate) fn further() -> Vec<Value> {
    fixtures::further(FIXTURE)
}
