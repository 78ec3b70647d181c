//! IMS: the image service of Huawei Cloud and Open Telekom Cloud, on the images of Glance.

mod access;
mod attributes;
mod body;
mod control;
mod copy;
mod create;
mod data_image;
mod error;
mod export;
mod filter;
mod jobs;
mod listing;
mod lookup;
mod member_jobs;
mod members;
mod native;
mod obs;
mod os_versions;
mod quota;
mod routes;
mod rules;
mod tag_query;
mod tags;
mod update;
mod versions;
mod whole;
mod work;
mod worker;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::http::{Method, Response, StatusCode};

use crate::cloud::Cloud;
use crate::glance::model::Image;
use crate::http::{Call, json, set};
use crate::json::Json;
use crate::obs::Obs;
use control::{Doom, Refusal};
use error::Result;

/// Which cloud's IMS it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImsProfile {
    /// Huawei Cloud's: all that its SDK calls.
    #[default]
    Huawei,
    /// Open Telekom Cloud's. Lists tell no marker of the next page; there is no progress of jobs, no copy to another region, no
    /// list of systems, no list of members, no deletion of tags by `v1`, and no `v2.1`.
    OpenTelekom,
}

/// What may be set.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) profile: ImsProfile,
    pub(crate) image_quota: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { profile: ImsProfile::default(), image_quota: 100 }
    }
}

/// IMS and what surrounds it: buckets, backups, and what is to go wrong.
///
/// Of the services around it there is only as much as images need:
///
/// - A few buckets and objects are there from the beginning, see [`Ims::put_object`]; [`Sandbox::obs_url`](crate::Sandbox::obs_url) is
///   where more come from and go to. An image has the bytes of its file.
/// - Every UUID is the server, volume, backup, vault or key of that id, except the one of zeros, which nothing is.
/// - An image copied to another region is listed there: `GET /v2/cloudimages` with the header `X-Sandbox-Region`. Every region
///   but the sandbox's own has projects named like the region, or like it with `_` and more behind.
/// - What is shared with accounts or organizations is kept and listed, and opens the image to nobody.
#[derive(Debug)]
pub struct Ims {
    pub(crate) settings: Settings,
    obs: Arc<Obs>,
    state: Mutex<State>,
    dooms: Mutex<VecDeque<Doom>>,
    refusals: Mutex<VecDeque<Refusal>>,
}

/// What IMS knows besides the images of Glance.
#[derive(Debug, Default)]
struct State {
    jobs: jobs::Jobs,
    /// Backups of servers, by their ids.
    backups: HashSet<String>,
    /// Images that are gone for their owner, and still there.
    leaving: HashSet<String>,
    /// Images in other regions.
    elsewhere: BTreeMap<String, Vec<Image>>,
}

impl Ims {
    pub(crate) fn new(settings: Settings, obs: Arc<Obs>) -> Self {
        Self { settings, obs, state: Mutex::default(), dooms: Mutex::default(), refusals: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_huawei(&self) -> bool {
        self.settings.profile == ImsProfile::Huawei
    }
}

/// Answers one call.
pub(crate) async fn serve(cloud: &Cloud, mut call: Call) -> Response<Body> {
    let request_id = call.request_id.trim_start_matches("req-").replace('-', "");
    let mut response = match routes::answer(cloud, &mut call).await {
        Ok(response) => response,
        Err(error) => error.into_response(&call.headers, call.method == Method::HEAD, &request_id),
    };
    call.discard_body();
    set(&mut response, "x-request-id", &request_id);
    response
}

fn ok(body: &Json) -> Result<Response<Body>> {
    Ok(json(StatusCode::OK, body))
}

fn no_content() -> Result<Response<Body>> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
