//! What the older SDKs were recorded to send, as the fixture tells it.

use std::borrow::Cow;

use anyhow::{Context as _, Result, ensure};
use cloudimg_tests::fixtures;
use serde::Deserialize;
use serde_json::{Map, Value};

pub(crate) const FIXTURE: &str = "older-sdk-requests.json";

/// One call of an SDK.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Entry {
    pub(crate) sdk: String,
    /// A name, or a signature.
    method: String,
    pub(crate) api: String,
    #[serde(default)]
    pub(crate) variant: String,
    #[serde(default)]
    pub(crate) args: Value,
    /// Which form of address the service had in the catalog.
    catalog: Option<String>,
    /// Whether it is to be copied.
    pub(crate) parity: bool,
    /// The call itself; `None` where the SDK sent nothing.
    pub(crate) request: Option<Recorded>,
    /// All requests, where there were several.
    requests: Option<Vec<Recorded>>,
    /// What is done here instead: in words, or as the requests.
    pub(crate) ours: Option<Value>,
    /// The parts that count; all where `None`.
    pub(crate) compare: Option<Vec<String>>,
    /// What a real server answered, request by request.
    glance33: Option<Vec<Option<u16>>>,
}

/// One request.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Recorded {
    pub(crate) method: String,
    /// As it was sent, escapes included.
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) query: Vec<(String, String)>,
    /// JSON, or `{"text": …}` for bytes.
    #[serde(default)]
    pub(crate) body: Value,
}

impl Entry {
    /// The method's name out of what may be a whole signature.
    pub(crate) fn method_name(&self) -> &str {
        let head = self.method.split('(').next().unwrap_or_default().trim();
        head.rsplit(' ').next().unwrap_or_default()
    }

    /// Whether the method's signature has an argument of this type; empty is any.
    pub(crate) fn takes(&self, argument: &str) -> bool {
        argument.is_empty() || self.method.contains(&format!("({argument} "))
    }

    /// Names the entry in what is said about it.
    pub(crate) fn name(&self) -> String {
        format!("{} {} [{}]", self.sdk, self.method_name(), self.variant)
    }

    /// The requests to services, without the probes for versions.
    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        let all = self.requests.clone().unwrap_or_else(|| self.request.iter().cloned().collect());
        all.into_iter().filter(|request| !request.is_probe()).collect()
    }

    /// The same call, had these been its requests.
    pub(crate) fn with(&self, requests: Vec<Recorded>) -> Self {
        Self { request: requests.first().cloned(), requests: Some(requests), ..self.clone() }
    }

    /// The endings of the addresses that it was recorded with.
    pub(crate) fn endings(&self) -> &'static [&'static str] {
        match self.catalog.as_deref() {
            Some("bare") => &[""],
            Some("ends in /v2") => &["/v2"],
            _ => &["", "/v2"],
        }
    }

    /// Whether the real server said that there is nothing of the kind.
    pub(crate) fn was_missing(&self) -> bool {
        self.glance33.iter().flatten().any(|status| *status == Some(404))
    }

    /// The arguments in words.
    pub(crate) fn says(&self, word: &str) -> bool {
        self.args.to_string().contains(word)
    }

    /// The call's own request.
    pub(crate) fn call(&self) -> Result<&Recorded> {
        self.request.as_ref().context("the entry has no request")
    }
}

impl Recorded {
    pub(crate) fn new(method: &str, path: &str, body: Value) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), query: Vec::new(), body }
    }

    /// With these query parameters and no others.
    pub(crate) fn asking(mut self, query: &[(&str, &str)]) -> Self {
        self.query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self
    }

    /// Whether it only asks for the versions of a service.
    pub(crate) fn is_probe(&self) -> bool {
        self.method == "GET" && matches!(self.path.trim_end_matches('/'), "" | "/v1" | "/v2" | "/v3")
    }

    /// The parts of the path, decoded.
    pub(crate) fn segments(&self) -> Vec<String> {
        self.path.split('/').map(|segment| decoded(segment).into_owned()).collect()
    }

    /// The values in the places of `template` that have braces.
    pub(crate) fn values<const N: usize>(&self, template: &str) -> Result<[String; N]> {
        let (segments, places) = (self.segments(), template.split('/').collect::<Vec<_>>());
        let fits = |(segment, place): (&String, &&str)| place.starts_with('{') || segment == place;
        let matches = segments.len() == places.len() && segments.iter().zip(&places).all(fits);
        ensure!(matches, "the path {} is not {template}", self.path);
        let values = segments.into_iter().zip(&places).filter(|(_, place)| place.starts_with('{')).map(|(segment, _)| segment);
        values.collect::<Vec<_>>().try_into().map_err(|_| anyhow::anyhow!("{template} has not {N} places"))
    }

    /// The members of the body.
    pub(crate) fn object(&self) -> Result<&Map<String, Value>> {
        self.body.as_object().context("the body is no object")
    }

    /// The bytes of the body.
    pub(crate) fn text(&self) -> Option<&str> {
        self.body.get("text").and_then(Value::as_str)
    }
}

/// `%41` as `A`.
fn decoded(segment: &str) -> Cow<'_, str> {
    // Of a form, a plus would be a space.
    let form = segment.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    let name = url::form_urlencoded::parse(form.as_bytes()).next().map(|(name, _)| name.into_owned());
    Cow::Owned(name.unwrap_or_default())
}

/// The entries of the repository, then those of the folder that `CLOUDIMG_EXTRA_FIXTURES` names, if it has any. What cannot be read as an
/// entry is kept as the reason.
pub(crate) fn entries() -> Vec<Result<Entry, String>> {
    let entry = |(n, value): (usize, Value)| serde_json::from_value(value).map_err(|e| format!("entry {n}: {e}"));
    fixtures::own(FIXTURE).into_iter().chain(fixtures::further(FIXTURE)).enumerate().map(entry).collect()
}
