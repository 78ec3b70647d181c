//! VMP: the image service of CDNetworks, with images of its own.
//!
//! Nobody outside has seen the service's rules written down: where its documents are silent, the sandbox decides, and says so here.

mod access;
mod body;
mod control;
mod create;
mod delete;
mod error;
mod furniture;
mod image;
mod limits;
mod listing;
mod order;
mod preheating;
mod refusals;
mod routes;
mod signature;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::http::{Call, json, set};
use crate::json::Json;
pub use control::{VmpCall, VmpCounts, VmpImage};
use error::Result;
use image::Image;
use limits::Limits;

/// How `DELETE /vmp/images/{id}` says that it is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum VmpDeleteAnswer {
    /// 200 with `{}`.
    #[default]
    EmptyObject,
    /// 200 without a body.
    EmptyBody,
    /// 204.
    NoContent,
}

/// How the two calls about preheating answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum VmpPreheatingShape {
    /// `{"code": "0", "message", "data"}`; what goes wrong with an image or a node is told by another code, with HTTP 200.
    #[default]
    Envelope,
    /// The same with codes that are numbers.
    NumericEnvelope,
    /// As it was before: `{}` and `{"preHeatingInfo": []}`; what goes wrong is an HTTP error.
    Plain,
}

/// What may be set.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Access and secret key.
    pub(crate) key: Option<(String, String)>,
    /// Whether a page begins with the image that its marker names.
    pub(crate) marker_included: bool,
    /// The most images of a page, whatever is asked for.
    pub(crate) max_page: usize,
    pub(crate) build_time: Duration,
    pub(crate) node_time: Duration,
    pub(crate) preheating_shape: VmpPreheatingShape,
    /// How many calls each window takes: of the account, and of one operation.
    pub(crate) limits: Option<(usize, usize)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            key: None,
            marker_included: false,
            max_page: usize::MAX,
            build_time: Duration::from_secs(3),
            node_time: Duration::from_secs(1),
            preheating_shape: VmpPreheatingShape::default(),
            limits: None,
        }
    }
}

/// VMP and what surrounds it: instances, nodes, and what is to go wrong.
///
/// There is one account. What the documents of the service leave open is decided so:
///
/// - `name` in a list is the whole name. `limit` has no upper bound unless one is set. A marker that names no image (any more) stands
///   where it would stand by its id. A parameter that is there twice is refused, but for
///   `sortKey` and `sortDir`.
/// - `createdAt` is the time at GMT+08:00, the vendor's default zone.
/// - Times come from the sandbox's clock: an image is `BUILDING` until its time is over, and the nodes of one preheating get ready
///   one after the other.
/// - Only an image of the account that is `ACTIVE` can be preheated. A node that has it, or is about to, is left alone; one that
///   failed tries again.
/// - An URL is not fetched: an image made of one has the size of its `minDisk`, or 10.
/// - Errors are `{"code", "message"}`. Refused signatures: 401 `MissingAuthorization`, `InvalidAuthorization`, `InvalidAccessKey`; 403
///   `SignatureDoesNotMatch`, `RequestTimeTooSkewed`, `RequestRepeated`. Calls: 400 `InvalidParameter`, `InvalidBody`, 403
///   `ImageNotOwned`, 404 `ImageNotFound`, `InstanceNotFound`, `NodeNotFound`, `ApiNotFound`, 409 `ImageNotActive`, 415
///   `UnsupportedMediaType`, 429 `Throttled`.
#[derive(Debug)]
pub struct Vmp {
    settings: Settings,
    clock: Clock,
    access: String,
    secret: String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// By their ids, which is the order of lists.
    images: BTreeMap<String, Image>,
    instances: BTreeMap<String, furniture::Instance>,
    nodes: BTreeSet<String>,
    /// Signatures that have been used.
    used: signature::Used,
    limits: Limits,
    /// How many of the next images are to fail.
    doomed_images: usize,
    /// Nodes whose next preheating is to fail.
    doomed_nodes: BTreeSet<String>,
    refusals: VecDeque<refusals::Refusal>,
    delete_answer: VmpDeleteAnswer,
    preheating_shape: VmpPreheatingShape,
    /// Seconds that this service's clock is ahead of the sandbox's.
    skew: i64,
    counts: VmpCounts,
    calls: VecDeque<VmpCall>,
}

impl Vmp {
    pub(crate) fn new(settings: Settings, clock: Clock) -> Self {
        let (access, secret) = settings.key.clone().unwrap_or_else(|| {
            let random = || uuid::Uuid::new_v4().simple().to_string();
            (format!("AK{}", random().to_uppercase()), format!("{}{}", random(), random()))
        });
        let state = State {
            images: furniture::images(),
            instances: furniture::instances(),
            nodes: furniture::nodes(),
            used: signature::Used::default(),
            limits: Limits::default(),
            doomed_images: 0,
            doomed_nodes: BTreeSet::new(),
            refusals: VecDeque::new(),
            delete_answer: VmpDeleteAnswer::default(),
            preheating_shape: settings.preheating_shape,
            skew: 0,
            counts: VmpCounts::default(),
            calls: VecDeque::new(),
        };
        Self { settings, clock, access, secret, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn access_key(&self) -> (&str, &str) {
        (&self.access, &self.secret)
    }

    /// The time that this service takes it to be.
    fn told_time(&self) -> Timestamp {
        let skew = SignedDuration::from_secs(self.state().skew);
        self.clock.now().checked_add(skew).unwrap_or(Timestamp::MAX)
    }

    /// Gives an answer the time that this service takes it to be.
    pub(crate) fn date(&self, response: &mut Response<Body>) {
        set(response, "date", &self.told_time().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
    }
}

/// Answers one call.
pub(crate) async fn serve(cloud: &Cloud, mut call: Call) -> Response<Body> {
    let request_id = call.request_id.trim_start_matches("req-").to_owned();
    let mut response = match routes::answer(&cloud.vmp, &mut call).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    call.discard_body();
    set(&mut response, "x-cnc-request-id", &request_id);
    cloud.vmp.log(&call, response.status(), request_id);
    response
}

fn ok(body: &Json) -> Result<Response<Body>> {
    Ok(json(StatusCode::OK, body))
}
