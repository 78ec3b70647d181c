//! Jobs: their records, and the two calls that show them.

use std::collections::HashMap;

use axum::body::Body;
use axum::http::Response;
use jiff::Timestamp;

use super::access::Principal;
use super::control::Doom;
use super::error::{Result, img};
use super::ok;
use crate::clock::millis_z;
use crate::cloud::Cloud;
use crate::json::{Json, object};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Init,
    Running,
    Success,
    Fail,
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Status::Init => "INIT",
            Status::Running => "RUNNING",
            Status::Success => "SUCCESS",
            Status::Fail => "FAIL",
        }
    }
}

/// A job, or a part of one.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: String,
    pub(super) kind: &'static str,
    pub(super) project: String,
    pub(super) status: Status,
    pub(super) begin: Timestamp,
    pub(super) end: Option<Timestamp>,
    pub(super) failure: Option<Doom>,
    /// How much is done, from 0 to 1.
    pub(super) done: f64,
    /// Whether an image comes of it that was not there before.
    pub(super) makes: bool,
    pub(super) image_name: Option<String>,
    pub(super) image_id: Option<String>,
    /// What came of each image, for jobs about members.
    pub(super) results: Option<Vec<Json>>,
    /// The jobs that it is made of.
    pub(super) parts: Vec<String>,
}

pub(super) type Jobs = HashMap<String, Job>;

impl Job {
    pub(super) fn new(kind: &'static str, project: &str, image_name: Option<String>, begin: Timestamp) -> Self {
        Self {
            id: uuid::Uuid::new_v4().simple().to_string(),
            kind,
            project: project.to_owned(),
            status: Status::Init,
            begin,
            end: None,
            failure: None,
            done: 0.0,
            makes: false,
            image_name,
            image_id: None,
            results: None,
            parts: Vec::new(),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.status, Status::Init | Status::Running)
    }

    fn entities(&self, jobs: &Jobs, progress: bool) -> Json {
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut put = |key: &str, value: Json| members.push((key.to_owned(), value));
        if let Some(name) = &self.image_name {
            put("image_name", name.as_str().into());
        }
        if self.status == Status::Running || (progress && self.status == Status::Success) {
            put("process_percent", serde_json::Number::from_f64(self.done).map_or(Json::Null, Json::Number));
        }
        if self.status == Status::Running {
            let task = self.kind.trim_start_matches("ims").trim_end_matches("Job");
            put("current_task", format!("{task}Task").into());
        }
        if let Some(id) = &self.image_id {
            put("image_id", id.as_str().into());
        }
        if let Some(results) = &self.results {
            put("results", results.clone().into());
        }
        if let Some(first) = self.parts.first() {
            if progress {
                put("subJobId", first.as_str().into());
            }
            let parts: Vec<&Job> = self.parts.iter().filter_map(|id| jobs.get(id)).collect();
            put("sub_jobs_result", Json::List(parts.iter().map(|part| part.view(jobs, progress)).collect()));
            put("sub_jobs_list", Json::List(parts.iter().map(|part| part.id.as_str().into()).collect()));
        }
        Json::Map(members)
    }

    fn view(&self, jobs: &Jobs, progress: bool) -> Json {
        object([
            ("job_id", self.id.as_str().into()),
            ("job_type", self.kind.into()),
            ("begin_time", millis_z(self.begin).into()),
            ("end_time", self.end.map(millis_z).unwrap_or_default().into()),
            ("status", self.status.as_str().into()),
            ("error_code", self.failure.as_ref().map(|failure| failure.code.as_str()).into()),
            ("fail_reason", self.failure.as_ref().map(|failure| failure.reason.as_str()).into()),
            ("entities", self.entities(jobs, progress)),
        ])
    }
}

/// Shows a job of the caller's project. `progress` is the newer of the two calls, which tells a little more.
pub(super) fn show(cloud: &Cloud, caller: &Principal, id: &str, progress: bool) -> Result<Response<Body>> {
    let state = cloud.ims.state();
    let job = state.jobs.get(id).filter(|job| job.project == caller.project);
    let job = job.ok_or_else(|| img("IMG.0001", format!("The job {id} cannot be found.")))?;
    ok(&job.view(&state.jobs, progress))
}
