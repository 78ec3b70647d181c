//! The jobs of the service, asked after until they end.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cloudimg_core::poller::{Observation, Poller};
use cloudimg_core::{Error, ErrorKind, Result};
use progenitor_client::ClientInfo as _;

use crate::Client;
use crate::types::{Job, JobEntitiesResult, JobStatus, JobType, SubJobResult};

impl Client {
    /// The jobs of a project. Without its id only endpoints that have `show_job_progress` can be asked, which Open Telekom Cloud's have not.
    #[must_use]
    pub fn jobs(&self, project_id: impl Into<Option<String>>) -> Jobs {
        Jobs { client: self.clone(), project_id: project_id.into(), served: Arc::default() }
    }
}

/// The jobs of a project. Clones share what they learn of the endpoint.
#[derive(Clone, Debug)]
pub struct Jobs {
    client: Client,
    project_id: Option<String>,
    served: Arc<Lacking>,
}

/// Which of the two calls the endpoint was found not to have, or not for this caller.
#[derive(Debug, Default)]
struct Lacking {
    progress: AtomicBool,
    show: AtomicBool,
}

impl Jobs {
    /// How far a job has come, by `show_job_progress` or, where the endpoint does not have that, by `show_job`. After a job's end, what only
    /// `show_job` tells is there too.
    ///
    /// # Errors
    /// Those of the calls. A job that failed is no error here.
    pub async fn get(&self, id: &str) -> Result<JobState> {
        let lacking = &self.served;
        if !lacking.progress.load(Ordering::Relaxed) {
            match self.progress(id).await {
                Ok(state) if state.tells_all() || !self.can_show() => return Ok(state),
                Ok(state) => match self.show(id).await {
                    Err(error) if is_unserved(&error) => {
                        lacking.show.store(true, Ordering::Relaxed);
                        return Ok(state);
                    }
                    shown => return shown,
                },
                Err(error) if is_unserved(&error) && self.can_show() => {
                    let state = self.show(id).await?;
                    lacking.progress.store(true, Ordering::Relaxed);
                    return Ok(state);
                }
                Err(error) if is_unserved(&error) && self.project_id.is_none() => {
                    let what =
                        format!("{}; where the endpoint has no `show_job_progress`, the `project_id` is needed", error.message());
                    return Err(error.with_message(what));
                }
                Err(error) => return Err(error),
            }
        }
        self.show(id).await
    }

    /// Waits for a job: a stream of its states and, awaited, its state after its success.
    ///
    /// # Errors
    /// The wait ends with `JobFailed` if the job fails; [`JobFailure::of`] has the details. Otherwise with `Timeout` after two hours, and with
    /// the errors of [`get`](Self::get) that come too often; being told to slow down is waited out.
    #[must_use]
    pub fn wait(&self, id: impl Into<String>) -> Poller<'static, JobState, JobState> {
        let (jobs, id) = (self.clone(), id.into());
        Poller::new(self.client.inner().clock(), move || {
            let (jobs, id) = (jobs.clone(), id.clone());
            async move { jobs.get(&id).await?.judge(&id) }
        })
    }

    fn can_show(&self) -> bool {
        self.project_id.is_some() && !self.served.show.load(Ordering::Relaxed)
    }

    async fn progress(&self, id: &str) -> Result<JobState> {
        let progress = self.client.show_job_progress().job_id(id).send().await?.into_inner();
        // The same members but for those that only the other call tells.
        let job = serde_json::to_value(&progress).and_then(serde_json::from_value);
        let unlike =
            |error: serde_json::Error| Error::new(ErrorKind::Decode, error.to_string()).with_operation("show_job_progress");
        job.map(JobState).map_err(unlike)
    }

    async fn show(&self, id: &str) -> Result<JobState> {
        let project_id = self.project_id.as_deref().unwrap_or_default();
        Ok(JobState(self.client.show_job().project_id(project_id).job_id(id).send().await?.into_inner()))
    }
}

/// Whether the endpoint does not have a call, or has it for others: the right to ask for progress is one of its own.
fn is_unserved(error: &Error) -> bool {
    matches!(error.status(), Some(403..=405))
}

/// A job at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct JobState(Job);

impl JobState {
    /// Where it is; an unlisted status is one of a job that goes on.
    #[must_use]
    pub fn status(&self) -> &JobStatus {
        &self.0.status
    }

    /// What it does.
    #[must_use]
    pub fn kind(&self) -> Option<&JobType> {
        self.0.job_type.as_ref()
    }

    /// How much is done, from 0 to 100, where the service tells; it writes fractions of 1.
    #[must_use]
    pub fn percent(&self) -> Option<f64> {
        let fraction = self.0.entities.as_ref()?.process_percent?;
        Some((fraction * 100.0).clamp(0.0, 100.0))
    }

    /// The step at hand, where the service tells.
    #[must_use]
    pub fn task(&self) -> Option<&str> {
        self.0.entities.as_ref()?.current_task.as_deref()
    }

    /// Its parts; none where it has no parts.
    #[must_use]
    pub fn sub_jobs(&self) -> &[SubJobResult] {
        self.0.entities.as_ref().and_then(|entities| entities.sub_jobs_result.as_deref()).unwrap_or_default()
    }

    /// The images that it names: itself or, where it has several, in its parts.
    #[must_use]
    pub fn image_ids(&self) -> Vec<&str> {
        let entities = self.0.entities.as_ref();
        let own = entities.and_then(|entities| entities.image_id.as_deref());
        let in_parts = self.sub_jobs().iter().filter_map(|part| part.entities.as_ref()?.image_id.as_deref());
        let mut ids: Vec<&str> = Vec::new();
        for id in own.into_iter().chain(in_parts).filter(|id| !id.is_empty()) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        if ids.is_empty() {
            let undocumented = entities.and_then(|entities| entities.data_images.as_deref());
            ids.extend(undocumented.filter(|id| !id.is_empty()));
        }
        ids
    }

    /// What came of each image of a job of members; `None` for other jobs, and where the service does not tell.
    #[must_use]
    pub fn results(&self) -> Option<&[JobEntitiesResult]> {
        self.0.entities.as_ref()?.results.as_deref()
    }

    /// The job as the service tells of it.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.0
    }

    /// What this state means for somebody who waits for the end of the job `id`.
    ///
    /// # Errors
    /// `JobFailed` if it failed; `Decode` without a status.
    pub fn judge(self, id: &str) -> Result<Observation<Self, Self>> {
        match self.status() {
            JobStatus::Success => Ok(Observation::Done(self)),
            JobStatus::Fail => Err(JobFailure::new(id, &self.0).into()),
            JobStatus::Unlisted(status) if status.is_empty() => {
                Err(Error::new(ErrorKind::Decode, format!("job {id} has no status")))
            }
            _ => Ok(Observation::Running(self)),
        }
    }

    /// Whether `show_job` could tell more that counts.
    fn tells_all(&self) -> bool {
        match self.status() {
            JobStatus::Success => !self.image_ids().is_empty() || self.results().is_some(),
            JobStatus::Fail => JobFailure::new("", &self.0).code.is_some(),
            _ => true,
        }
    }
}

/// Why a job failed: the source of an [`Error`] of the kind `JobFailed`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobFailure {
    /// The job's id.
    pub job_id: String,
    /// What it was to do.
    pub kind: Option<JobType>,
    /// The code of the failure (`error_code`), such as `IMG.0057`.
    pub code: Option<String>,
    /// The service's words (`fail_reason`).
    pub reason: Option<String>,
    /// What the code means, in a few words, where that says more than the service's.
    pub meaning: Option<&'static str>,
}

impl JobFailure {
    /// The failure that `error` tells of, if it tells of one.
    #[must_use]
    pub fn of(error: &Error) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref()
    }

    /// The first code and the first text, of the job itself, of what it works on, or of a part that failed.
    fn new(id: &str, job: &Job) -> Self {
        let entities = job.entities.as_ref();
        let parts = entities.and_then(|entities| entities.sub_jobs_result.as_deref()).unwrap_or_default();
        let first = |candidates: [Option<&String>; 3], of_part: fn(&SubJobResult) -> Option<&String>| {
            let mut all = candidates.into_iter().flatten().chain(parts.iter().filter_map(of_part));
            all.find(|text| !text.is_empty()).cloned()
        };
        let code = first(
            [
                job.error_code.as_ref(),
                entities.and_then(|entities| entities.error_code.as_ref()),
                entities.and_then(|entities| entities.addition_error_code.as_ref()),
            ],
            |part| part.error_code.as_ref(),
        );
        let reason = first(
            [
                job.fail_reason.as_ref(),
                entities.and_then(|entities| entities.error.as_ref()),
                entities.and_then(|entities| entities.addition_error_msg.as_ref()),
            ],
            |part| part.fail_reason.as_ref(),
        );
        let meaning = code.as_deref().and_then(cloudimg_core::ims::meaning);
        Self { job_id: id.to_owned(), kind: job.job_type.clone(), code, reason, meaning }
    }
}

impl fmt::Display for JobFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "job {} failed: ", self.job_id)?;
        match (&self.reason, self.meaning) {
            (Some(reason), Some(meaning)) => write!(f, "{reason} ({meaning})"),
            (Some(reason), None) => f.write_str(reason),
            (None, Some(meaning)) => f.write_str(meaning),
            (None, None) => f.write_str("the service does not say why"),
        }
    }
}

impl std::error::Error for JobFailure {}

impl From<JobFailure> for Error {
    fn from(failure: JobFailure) -> Self {
        let error = Self::new(ErrorKind::JobFailed, failure.to_string());
        let error = match &failure.code {
            Some(code) => error.with_code(code),
            None => error,
        };
        error.with_source(failure)
    }
}
