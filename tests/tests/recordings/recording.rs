//! Recorded exchanges: a request, and what a real server answered.

use std::collections::BTreeMap;
use std::path::Path;

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
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(FIXTURE))
}

/// Those of the folder that `CLOUDIMG_EXTRA_FIXTURES` names, if it has any.
pub(crate) fn further() -> Vec<Value> {
    let folder = std::env::var_os("CLOUDIMG_EXTRA_FIXTURES");
    let file = folder.map(|folder| Path::new(&folder).join(FIXTURE)).filter(|file| file.exists());
    file.map(|file| read(&file)).unwrap_or_default()
}

fn read(path: &Path) -> Vec<Value> {
    let text = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
