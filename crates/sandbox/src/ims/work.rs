//! Starting jobs, and what they do.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Response;

use super::access::Principal;
use super::attributes::Draft;
use super::error::Result;
use super::jobs::Job;
use super::member_jobs::Change;
use super::ok;
use super::rules::Object;
use super::worker::Worker;
use crate::cloud::Cloud;
use crate::glance::model::Image;
use crate::json::object;

/// Where the data of an image comes from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// A disk of another service; its content is made up from what it is called.
    Disk(String),
    /// A file, of one of these formats.
    File(Object, &'static [&'static str]),
    /// Another image.
    Image(String),
}

/// What a job does.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Make {
        draft: Box<Draft>,
        source: Source,
    },
    /// Gives data to an image that waits for it.
    Fill {
        image: String,
        source: Source,
    },
    Export {
        image: String,
        to: Object,
    },
    /// Puts a copy into another region.
    Send {
        region: String,
        image: Box<Image>,
    },
    Members(Change),
}

/// A deed, and the kind of job that does it.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) kind: &'static str,
    pub(super) image_name: Option<String>,
    pub(super) deed: Deed,
}

fn job(cloud: &Cloud, caller: &Principal, part: &Part) -> Job {
    let mut job = Job::new(part.kind, &caller.project, part.image_name.clone(), cloud.clock.now());
    job.makes = matches!(part.deed, Deed::Make { .. });
    job
}

/// Starts a job that does one thing.
pub(super) fn start(cloud: &Cloud, caller: &Principal, part: Part) -> Result<Response<Body>> {
    let job = job(cloud, caller, &part);
    let deeds = vec![(job.id.clone(), part.deed)];
    launch(cloud, caller, vec![job], deeds)
}

/// Starts a job that is made of others.
pub(super) fn start_parts(cloud: &Cloud, caller: &Principal, kind: &'static str, parts: Vec<Part>) -> Result<Response<Body>> {
    let mut whole = Job::new(kind, &caller.project, None, cloud.clock.now());
    let mut jobs = Vec::new();
    let mut deeds = Vec::new();
    for part in parts {
        let job = job(cloud, caller, &part);
        whole.parts.push(job.id.clone());
        deeds.push((job.id.clone(), part.deed));
        jobs.push(job);
    }
    jobs.insert(0, whole);
    launch(cloud, caller, jobs, deeds)
}

fn launch(cloud: &Cloud, caller: &Principal, jobs: Vec<Job>, deeds: Vec<(String, Deed)>) -> Result<Response<Body>> {
    let first = jobs.first().map(|job| job.id.clone()).unwrap_or_default();
    let whole = (jobs.len() > 1).then(|| first.clone());
    cloud.ims.state().jobs.extend(jobs.into_iter().map(|job| (job.id.clone(), job)));
    let worker = Worker {
        ims: Arc::clone(&cloud.ims),
        glance: Arc::clone(&cloud.glance),
        project: caller.project.clone(),
        begun: cloud.clock.now(),
        doom: cloud.ims.take_doom(),
    };
    tokio::spawn(worker.run(whole, deeds));
    ok(&object([("job_id", first.into())]))
}
