//! Glance v2.

mod cache;
mod data;
mod distribute;
pub(crate) mod error;
mod filter;
pub(crate) mod hashing;
pub(crate) mod image;
mod import;
mod info;
pub(crate) mod ingest;
mod jobs;
mod listing;
mod locate;
mod locations;
mod members;
mod metadefs;
pub(crate) mod model;
mod patch;
pub(crate) mod policy;
mod range;
mod routes;
pub(crate) mod sniff;
pub(crate) mod state;
pub(crate) mod stores;
mod tags;
mod task;
mod tasks;
pub(crate) mod versions;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Response, StatusCode};

use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::http::{Call, empty, json, path, set};
use crate::json::Json;
use error::{ApiError, Result};
use policy::Who;
use state::State;

/// The quotas of a freshly installed Glance.
const MAX_PROPERTIES: usize = 128;
const MAX_TAGS: usize = 128;
const MAX_MEMBERS: usize = 128;

/// What may be set.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) default_page: usize,
    pub(crate) max_page: usize,
    pub(crate) task_step: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { default_page: 25, max_page: 1000, task_step: Duration::from_millis(60) }
    }
}

/// The image service.
#[derive(Debug)]
pub(crate) struct Glance {
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    folder: PathBuf,
    state: Mutex<State>,
    metadefs: Mutex<metadefs::Store>,
    /// Asks for what the web store has.
    web: reqwest::Client,
    /// Fetches what is imported from the web.
    imports: reqwest::Client,
}

impl Glance {
    pub(crate) fn new(folder: &Path, settings: Settings, clock: Clock) -> io::Result<Arc<Self>> {
        for name in ["fast", "slow", "staging"] {
            std::fs::create_dir(folder.join(name))?;
        }
        // All that is fetched is on this machine: no proxy, and no redirect that leads elsewhere.
        let client = |redirects| {
            let builder = reqwest::Client::builder().no_proxy().redirect(redirects).connect_timeout(Duration::from_secs(5));
            builder.build().map_err(io::Error::other)
        };
        let web = client(reqwest::redirect::Policy::none())?;
        let imports = client(reqwest::redirect::Policy::custom(|attempt| {
            if !import::is_allowed_uri(attempt.url().as_str()) {
                return attempt.error("a redirect to an address that is not allowed");
            }
            reqwest::redirect::Policy::default().redirect(attempt)
        }))?;
        let folder = folder.to_owned();
        let metadefs = Mutex::new(metadefs::Store::installed(clock.now()));
        Ok(Arc::new(Self { settings, clock, folder, state: Mutex::default(), metadefs, web, imports }))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn metadefs(&self) -> MutexGuard<'_, metadefs::Store> {
        self.metadefs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A fresh file in a store, named as Glance does. A file on its way out is no hindrance.
    pub(crate) fn new_path(&self, store: &str, image_id: &str) -> PathBuf {
        let path = self.folder.join(store).join(image_id);
        if path.exists() { path.with_extension(uuid::Uuid::new_v4().simple().to_string()) } else { path }
    }
}

/// Answers one call.
pub(crate) async fn serve(cloud: &Cloud, mut call: Call) -> Response<Body> {
    let request_id = call.request_id.clone();
    let mut response = match answer(cloud, &mut call).await {
        Ok(response) => response,
        Err(error) => error.into_response(&call.headers, call.method == Method::HEAD),
    };
    call.discard_body();
    set(&mut response, "x-openstack-request-id", &request_id);
    response
}

async fn answer(cloud: &Cloud, call: &mut Call) -> Result<Response<Body>> {
    call.path = path::as_latin1(&path::with_single_slashes(&call.path));
    if call.path == "/healthcheck" {
        let body = "{\n    \"detailed\": false,\n    \"reasons\": [\n        \"OK\"\n    ]\n}";
        return Ok(crate::http::text(StatusCode::OK, "application/json", body.to_owned()));
    }
    let Some(path) = versions::below_version(&call.path) else {
        return Ok(versions::answer(cloud, &call.path));
    };
    let path = path.to_owned();
    if call.method == Method::OPTIONS {
        return Ok(Response::new(Body::empty()));
    }
    let who = crate::keystone::check(cloud, call.header("x-auth-token"))
        .map(Who::from)
        .ok_or_else(|| ApiError::unauthorized(&cloud.identity_root()))?;
    routes::dispatch(cloud, call, &who, &path).await
}

/// Answers a call to a path below the version, for a service that has asked who calls.
pub(crate) async fn answer_as(cloud: &Cloud, call: &mut Call, who: &Who, path: &str) -> Result<Response<Body>> {
    routes::dispatch(cloud, call, who, path).await
}

/// Reads a JSON body that has to be there.
async fn read_json(call: &mut Call) -> Result<Json> {
    if !call.has_body() {
        return Err(ApiError::bad_request("Body expected in request."));
    }
    let body = call.read_body().await.and_then(|text| Json::parse(&text));
    match body {
        Some(body @ (Json::Map(_) | Json::List(_))) => Ok(body),
        Some(_) => Err(ApiError::bad_request("Unexpected body type. Expected list/dict.")),
        None => Err(ApiError::bad_request("Malformed JSON in request body.")),
    }
}

fn ok(body: &Json) -> Result<Response<Body>> {
    Ok(json(StatusCode::OK, body))
}

fn no_content() -> Result<Response<Body>> {
    Ok(empty(StatusCode::NO_CONTENT))
}

/// MySQL's `utf8` holds three bytes a character, and Glance keeps to that everywhere.
fn has_four_byte_char(text: &str) -> bool {
    text.chars().any(|c| c.len_utf8() == 4)
}

fn check_three_bytes(what: &str, text: &str) -> Result<()> {
    if !has_four_byte_char(text) {
        return Ok(());
    }
    let mut chars = what.chars();
    let what: String = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars.flat_map(char::to_lowercase)).collect();
    Err(ApiError::bad_request(format!("{what} can't contain 4 byte unicode characters.")))
}
