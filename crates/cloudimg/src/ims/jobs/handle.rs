use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use cloudimg_core::poller::{Observation, Poller, Rhythm};
use cloudimg_core::{Clock, Error, ErrorKind, Result};
use cloudimg_ims_v2::jobs::{JobState, Jobs};
use futures::Stream;

use super::ticket::Ticket;
use super::{JobKind, JobOutcome};
use crate::ims::{ImageStatus, Ims, missing};

/// A job of the service: awaited it gives its result, and read as a stream its states, after whose end the result can still be awaited.
///
/// Nothing is asked before that. Dropping it stops the asking, not the job; [`detach`](Self::detach) makes a text of it, from which another
/// process can go on. Being told to slow down is waited out, a passing failure borne three times in a row. A job that fails is an error of the
/// kind `JobFailed`, with the service's code, of which [`JobFailure::of`](super::super::JobFailure::of) has the details.
#[must_use = "the job goes on by itself, but only who awaits it learns how it ends"]
pub struct Job<T> {
    jobs: Jobs,
    clock: Arc<dyn Clock>,
    ticket: Ticket,
    target: Option<Ims>,
    rhythm: Rhythm,
    progress: Progress<T>,
}

enum Progress<T> {
    Unasked,
    Watched(Poller<'static, JobState, T>),
    Failed(Error),
}

impl<T: JobOutcome> Job<T> {
    pub(super) async fn new(ims: &Ims, ticket: Ticket, target: Option<Ims>) -> Result<Self> {
        let connection = ims.connection().await?;
        let (jobs, clock) = (connection.jobs.clone(), Arc::clone(&connection.clock));
        Ok(Self { jobs, clock, ticket, target, rhythm: ims.rhythm, progress: Progress::Unasked })
    }

    pub(in crate::ims) async fn attach(ims: &Ims, text: &str) -> Result<Self> {
        let ticket: Ticket = text.parse()?;
        if !T::KINDS.contains(&ticket.kind) {
            let fitting: Vec<_> = T::KINDS.iter().map(ToString::to_string).collect();
            let what = format!("`{text}` is a job of the kind {}; here one of {} is meant", ticket.kind, fitting.join(", "));
            return Err(Error::new(ErrorKind::InvalidRequest, what));
        }
        let connection = ims.connection().await?;
        for (what, has, wants) in
            [("region", &connection.region, &ticket.region), ("project", &connection.project_id, &ticket.project_id)]
        {
            if has != wants {
                let what = format!("the job belongs to the {what} `{wants}`, and this is `{has}`");
                return Err(Error::new(ErrorKind::Configuration, what));
            }
        }
        Self::new(ims, ticket, None).await
    }

    /// The job's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.ticket.id
    }

    /// What it does.
    #[must_use]
    pub fn kind(&self) -> JobKind {
        self.ticket.kind
    }

    /// The job as a text that [`Ims::attach`] takes: service, region, project, kind and id; to be written down before it is awaited.
    #[must_use]
    pub fn ticket(&self) -> String {
        self.ticket.to_string()
    }

    /// Lets go of the job, and gives its [`ticket`](Self::ticket).
    #[must_use]
    pub fn detach(self) -> String {
        self.ticket()
    }

    /// Asked after in this rhythm.
    pub fn with_rhythm(mut self, rhythm: Rhythm) -> Self {
        self.rhythm = rhythm;
        self
    }

    /// Given up with a `Timeout` after this long; the job itself goes on.
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.rhythm.patience = Some(limit);
        self
    }

    /// Where a copy to another region arrives, for a job that was attached again.
    ///
    /// # Errors
    /// `InvalidRequest` for other jobs, `Configuration` for another region than the copy's.
    pub async fn awaited_in(mut self, target: &Ims) -> Result<Self> {
        let Some(region) = &self.ticket.target else {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                format!("a job of the kind {} stays in its region", self.ticket.kind),
            ));
        };
        let there = &target.connection().await?.region;
        if there != region {
            let what = format!("the copy goes to the region `{region}`, and this is `{there}`");
            return Err(Error::new(ErrorKind::Configuration, what));
        }
        self.target = Some(target.clone());
        Ok(self)
    }

    fn watch(&self) -> Poller<'static, JobState, T> {
        let watch = Arc::new(Watch {
            jobs: self.jobs.clone(),
            id: self.ticket.id.clone(),
            region: self.ticket.target.clone(),
            target: self.target.clone(),
            copied: OnceLock::new(),
        });
        Poller::new(Arc::clone(&self.clock), move || Arc::clone(&watch).look()).with_rhythm(self.rhythm)
    }

    fn poll_state(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<JobState>>> {
        loop {
            match &mut self.progress {
                Progress::Unasked => self.progress = Progress::Watched(self.watch()),
                Progress::Failed(_) => return Poll::Ready(None),
                Progress::Watched(poller) => {
                    let seen = ready!(Pin::new(poller).poll_next(cx));
                    if let Some(Err(error)) = &seen {
                        self.progress = Progress::Failed(error.clone());
                    }
                    return Poll::Ready(seen);
                }
            }
        }
    }
}

impl<T: JobOutcome> Stream for Job<T> {
    type Item = Result<JobState>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_state(cx)
    }
}

impl<T: JobOutcome> Future for Job<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        while ready!(self.poll_state(cx)).is_some() {}
        Poll::Ready(match &mut self.progress {
            Progress::Failed(error) => Err(error.clone()),
            Progress::Watched(poller) => poller.take_result().ok_or_else(taken),
            Progress::Unasked => Err(taken()),
        })
    }
}

fn taken() -> Error {
    Error::new(ErrorKind::InvalidRequest, "the job's result has been taken already")
}

impl<T> fmt::Debug for Job<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Job").field(&self.ticket.to_string()).finish()
    }
}

/// What is looked at until the job has ended.
struct Watch {
    jobs: Jobs,
    id: String,
    /// The region that a copy goes to.
    region: Option<String>,
    target: Option<Ims>,
    /// The end of the job in the source region, after which the image is awaited in the target region.
    copied: OnceLock<JobState>,
}

impl Watch {
    async fn look<T: JobOutcome>(self: Arc<Self>) -> Result<Observation<JobState, T>> {
        if let Some(region) = &self.region
            && self.target.is_none()
        {
            let what = format!("the image arrives in the region {region}: say how to reach that by `awaited_in`");
            return Err(missing("target", &what));
        }
        if let Some(state) = self.copied.get() {
            return self.arrival(state).await;
        }
        match self.jobs.get(&self.id).await?.judge(&self.id)? {
            Observation::Running(state) => Ok(Observation::Running(state)),
            Observation::Done(state) if self.target.is_some() => {
                let state = self.copied.get_or_init(|| state);
                self.arrival(state).await
            }
            Observation::Done(state) => Ok(Observation::Done(T::read(&state)?)),
        }
    }

    /// Whether the copy is there, in the target region.
    async fn arrival<T: JobOutcome>(&self, state: &JobState) -> Result<Observation<JobState, T>> {
        let (result, ids) = (T::read(state)?, state.image_ids());
        let (Some(target), Some(id)) = (&self.target, ids.first()) else { return Ok(Observation::Done(result)) };
        match target.images().look_up(id).await?.map(|image| image.status) {
            Some(ImageStatus::Active) => Ok(Observation::Done(result)),
            Some(status @ (ImageStatus::Killed | ImageStatus::Deleted)) => {
                Err(Error::new(ErrorKind::JobFailed, format!("the copy {id} is {status} in the target region")))
            }
            _ => Ok(Observation::Running(state.clone())),
        }
    }
}
