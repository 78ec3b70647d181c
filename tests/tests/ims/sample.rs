//! Published exchanges, and what a client sent in their place.

use std::collections::BTreeMap;

use cloudimg_tests::differ;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded;

use crate::server::{Reply, Request as Received, Server, status};

/// The file's name, here and in the folder of further fixtures.
pub(crate) const FIXTURE: &str = "ims-samples.json";

#[derive(Deserialize)]
pub(crate) struct Sample {
    /// Huawei's name of the operation; errors of no operation begin with a star.
    pub(crate) operation: String,
    pub(crate) request: Option<Request>,
    pub(crate) response: Response,
}

#[derive(Deserialize)]
pub(crate) struct Request {
    pub(crate) method: String,
    path: String,
    #[serde(default)]
    query: BTreeMap<String, Value>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) body: Value,
}

#[derive(Deserialize)]
pub(crate) struct Response {
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) body: Value,
}

/// A request as a server got it.
pub(crate) struct Sent {
    method: String,
    path: String,
    token: Option<String>,
    content_type: Option<String>,
    body: Vec<u8>,
}

impl Sample {
    pub(crate) fn read(value: &Value) -> Result<Self, String> {
        Self::deserialize(value).map_err(|error| format!("no sample: {error}"))
    }

    pub(crate) fn is_error(&self) -> bool {
        self.response.status >= 400
    }

    /// A server's answer to whatever it is asked.
    pub(crate) fn reply(&self) -> impl Fn(&Received) -> Reply + Send + Sync + 'static {
        let reply = status(self.response.status).header("content-type", "application/json").body(&self.response.text());
        move |_| reply.clone()
    }
}

impl Response {
    pub(crate) fn text(&self) -> String {
        if self.body.is_null() { String::new() } else { self.body.to_string() }
    }
}

impl Request {
    pub(crate) fn path(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }

    /// A segment of the path, the first after the first slash being 1.
    pub(crate) fn segment(&self, index: usize) -> &str {
        self.path().split('/').nth(index).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The query, with a pair for each value of a list.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        let in_path = self.path.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let mut pairs: Vec<_> = form_urlencoded::parse(in_path.as_bytes()).into_owned().collect();
        for (name, value) in &self.query {
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            pairs
                .extend(values.iter().map(|value| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))));
        }
        pairs
    }

    /// The values of one parameter of the query.
    pub(crate) fn values(&self, name: &str) -> Vec<String> {
        self.query().into_iter().filter(|(other, _)| other == name).map(|(_, value)| value).collect()
    }

    /// The body as a client's type.
    pub(crate) fn decoded<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_json::from_value(self.body.clone()).map_err(|error| format!("the request body: {error}"))
    }

    /// What is different in the request that a client made of this one.
    pub(crate) fn compare(&self, path: &str, sent: &Sent) -> Result<(), String> {
        let (sent_path, sent_query) = sent.path.split_once('?').unwrap_or((&sent.path, ""));
        let sent_path = decoded_path(sent_path);
        if sent.method != self.method || sent_path != path {
            return Err(format!("sent {} {sent_path} in place of {} {path}", sent.method, self.method));
        }
        let mut ours: Vec<_> = form_urlencoded::parse(sent_query.as_bytes()).into_owned().collect();
        let mut theirs = self.query();
        ours.sort();
        theirs.sort();
        if ours != theirs {
            return Err(format!("sent the query {ours:?} in place of {theirs:?}"));
        }
        if sent.token.as_deref() != Some("t1") {
            return Err("sent no token".to_owned());
        }
        if self.body.is_null() {
            return if sent.body.is_empty() { Ok(()) } else { Err("sent a body".to_owned()) };
        }
        let wanted = self.header("content-type").unwrap_or("application/json");
        if sent.content_type.as_deref() != Some(wanted) {
            return Err(format!("sent the media type {:?} in place of {wanted}", sent.content_type));
        }
        let body: Value = serde_json::from_slice(&sent.body).map_err(|error| format!("sent a body that is no JSON: {error}"))?;
        differ("", &self.body, &body).map_or(Ok(()), |difference| Err(format!("the body sent: {difference}")))
    }
}

impl Sent {
    pub(crate) fn of(server: &Server, index: usize) -> Self {
        // All calls of one sample have the same headers.
        let nth = |name: &str| server.header(name).into_iter().nth(index);
        Self {
            method: server.methods()[index].clone(),
            path: server.paths()[index].clone(),
            token: nth("x-auth-token"),
            content_type: nth("content-type"),
            body: server.bodies()[index].clone(),
        }
    }
}

/// The sample of that id with another value in one place.
pub(crate) fn changed(samples: &[Value], id: &str, place: &str, value: Value) -> Value {
    let mut sample = samples.iter().find(|sample| sample["id"] == id).unwrap().clone();
    let (holder, key) = place.rsplit_once('/').unwrap();
    match sample.pointer_mut(holder).unwrap() {
        Value::Object(map) => drop(map.insert(key.to_owned(), value)),
        holder => holder[key.parse::<usize>().unwrap()] = value,
    }
    sample
}

/// A path without its escapes.
pub(crate) fn decoded_path(path: &str) -> String {
    // What means something else in a form, which this is parsed as.
    let path = path.replace('+', "%2B").replace('=', "%3D").replace('&', "%26");
    form_urlencoded::parse(path.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}
