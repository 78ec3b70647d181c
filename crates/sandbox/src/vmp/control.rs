//! What tests arrange and look at: instances, nodes, images as they are, failures, shapes of answers, the clock.

use axum::http::StatusCode;

use super::error::throttled;
use super::furniture::Instance;
use super::image::{Image, Kind};
use super::refusals::Refusal;
use super::{Vmp, VmpDeleteAnswer, VmpPreheatingShape};
use crate::http::Call;

/// How many calls the log holds.
const LOG: usize = 10_000;

/// An image as the sandbox has it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VmpImage {
    /// Its id, a UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `COMMON`, `SNAPSHOT` or `CUSTOM`.
    pub image_type: String,
    /// `ACTIVE`, `BUILDING` or `INACTIVE`, at the present time.
    pub state: String,
    /// Gigabytes as text; `0` unless it is `ACTIVE`.
    pub size: String,
    /// `YYYY-MM-DD HH:MM:SS`, at GMT+08:00.
    pub created_at: String,
    /// `linux` or `windows`.
    pub os_type: Option<String>,
    /// The smallest disk in gigabytes.
    pub min_disk: Option<i64>,
    /// Whether the guest agent is on.
    pub qga_enabled: Option<bool>,
    /// The instance or the URL that it was made from.
    pub source: Option<String>,
    /// The nodes it was preheated on, with their states: `SENDING`, `SUCCESS` or `FAIL`.
    pub nodes: Vec<(String, String)>,
}

/// How often something was carried out; refused calls do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VmpCounts {
    /// Images that calls have made.
    pub creates: u64,
    /// Images that calls have deleted.
    pub deletes: u64,
    /// Preheatings started, each of which may be for several nodes.
    pub preheatings: u64,
}

/// A call that the service has answered. What a fault has answered in its place is not among them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VmpCall {
    /// `GET`
    pub method: String,
    /// Path and query as they came, escapes and all.
    pub target: String,
    /// The time that it was signed for, as it came.
    pub timestamp: Option<String>,
    /// Of the answer.
    pub status: u16,
    /// `x-cnc-request-id` of the answer.
    pub request_id: String,
}

impl Vmp {
    /// The instance that is there from the beginning.
    pub const INSTANCE: &'static str = "7a1e33c2-91f0-4d7e-8a55-2b6c90d1e4f3";
    /// The nodes that are there from the beginning.
    pub const NODES: [&'static str; 4] = ["node-fra-03", "node-hk-01", "node-lax-04", "node-tyo-02"];
    /// How many calls the vendor lets an account make in 5 minutes.
    pub const ACCOUNT_LIMIT: usize = 300;
    /// How many calls of one operation the vendor advises in 5 minutes.
    pub const OPERATION_LIMIT: usize = 30;

    /// Lets the next image that is made end as `INACTIVE`; called again, one more.
    pub fn fail_next_image(&self) {
        self.state().doomed_images += 1;
    }

    /// Lets the next preheating on this node end as `FAIL`. The one after that succeeds.
    pub fn fail_node(&self, name: impl Into<String>) {
        self.state().doomed_nodes.insert(name.into());
    }

    /// Adds an instance, with Linux on a disk of 40 GB, that images can be made of.
    pub fn put_instance(&self, uuid: impl Into<String>) {
        self.state().instances.insert(uuid.into(), Instance::default());
    }

    /// Adds a node that images can be preheated on.
    pub fn put_node(&self, name: impl Into<String>) {
        self.state().nodes.insert(name.into());
    }

    /// Adds an `ACTIVE` image without a call: `COMMON`, `SNAPSHOT` or `CUSTOM`, which is what other words stand for too. Gives its id.
    pub fn put_image(&self, name: impl Into<String>, image_type: &str) -> String {
        let now = self.clock.now();
        let created_at = self.told_time();
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == image_type).unwrap_or(Kind::Custom);
        let image = Image {
            id: uuid::Uuid::new_v4().to_string(),
            name: name.into(),
            kind,
            size: "10".to_owned(),
            created_at,
            ready_at: now,
            fails: false,
            os: None,
            min_disk: None,
            agent: None,
            source: None,
            nodes: Vec::new(),
        };
        let id = image.id.clone();
        self.state().images.insert(id.clone(), image);
        id
    }

    /// All images, the public ones too, in the order of their ids.
    #[must_use]
    pub fn images(&self) -> Vec<VmpImage> {
        let now = self.clock.now();
        let known = |image: &Image| VmpImage {
            id: image.id.clone(),
            name: image.name.clone(),
            image_type: image.kind.name().to_owned(),
            state: image.state(now).name().to_owned(),
            size: image.size(now).to_owned(),
            created_at: image.created_at(),
            os_type: image.os.clone(),
            min_disk: image.min_disk,
            qga_enabled: image.agent,
            source: image.source.clone(),
            nodes: image.nodes.iter().map(|node| (node.name.clone(), node.state(now).to_owned())).collect(),
        };
        self.state().images.values().map(known).collect()
    }

    /// The image of that id.
    #[must_use]
    pub fn image(&self, id: &str) -> Option<VmpImage> {
        self.images().into_iter().find(|image| image.id == id)
    }

    /// How often something was carried out so far.
    #[must_use]
    pub fn counts(&self) -> VmpCounts {
        self.state().counts
    }

    /// The calls answered so far, the first one first; of very many, the last ones.
    #[must_use]
    pub fn calls(&self) -> Vec<VmpCall> {
        self.state().calls.iter().cloned().collect()
    }

    /// Forgets the calls answered so far.
    pub fn clear_calls(&self) {
        self.state().calls.clear();
    }

    /// Refuses the next call with that method and path, once its signature is known to be good. `*` as the method is any method, `*`
    /// as a part of the path any one part.
    pub fn refuse_next(&self, method: &str, path: &str, status: u16, code: &str, message: &str) {
        self.state().refusals.push_back(Refusal::of_call(method, path, status, code, message));
    }

    /// Refuses the next `calls` well signed calls, whichever they are, with 429 `Throttled` and these seconds in `Retry-After`.
    pub fn throttle(&self, calls: usize, retry_after: Option<u64>) {
        let mut state = self.state();
        for _ in 0..calls {
            state.refusals.push_back(Refusal::of_any(throttled(retry_after)));
        }
    }

    /// From now on this is how deletions are answered.
    pub fn set_delete_answer(&self, answer: VmpDeleteAnswer) {
        self.state().delete_answer = answer;
    }

    /// From now on this is how the calls about preheating are answered.
    pub fn set_preheating_shape(&self, shape: VmpPreheatingShape) {
        self.state().preheating_shape = shape;
    }

    /// Puts this service's clock so many seconds ahead of the sandbox's, or behind it: signatures are held against it, `Date` and
    /// `createdAt` tell it. How long things take does not change.
    pub fn set_clock_skew(&self, seconds: i64) {
        self.state().skew = seconds;
    }

    pub(super) fn log(&self, call: &Call, status: StatusCode, request_id: String) {
        let query = if call.raw_query.is_empty() { String::new() } else { format!("?{}", call.raw_query) };
        let mut state = self.state();
        if state.calls.len() == LOG {
            state.calls.pop_front();
        }
        state.calls.push_back(VmpCall {
            method: call.method.to_string(),
            target: format!("{}{query}", call.raw_path),
            timestamp: call.header("x-cnc-timestamp").map(str::to_owned),
            status: status.as_u16(),
            request_id,
        });
    }
}
