use std::sync::Arc;
use std::time::Duration;

use cloudimg_core::poller::Rhythm;
use cloudimg_core::{Clock, Error, ErrorKind, Result};

use super::ticket::Ticket;
use super::{Job, JobKind, JobOutcome};
use crate::ims::Ims;

/// Starts a job by a call, which is made again for as long as the service says that too much is at work.
macro_rules! start {
    ($ims:expr, $kind:expr, $connection:ident => $call:expr) => {
        $crate::ims::jobs::start!(@ $ims, $kind, $connection => $call, None)
    };
    ($ims:expr, $kind:expr, $connection:ident => $call:expr, $target:expr) => {
        $crate::ims::jobs::start!(@ $ims, $kind, $connection => $call, Some($target))
    };
    (@ $ims:expr, $kind:expr, $connection:ident => $call:expr, $target:expr) => {{
        let $connection = $ims.connection().await?;
        let mut turn = $crate::ims::jobs::Turn::new(&$connection.clock, $ims.rhythm);
        let started = loop {
            match $call.send().await {
                Ok(started) => break started.into_inner(),
                Err(error) => turn.wait(error.into()).await?,
            }
        };
        $ims.started($kind, started.job_id, $target)
    }};
}

pub(in crate::ims) use start;

/// Waiting for one's turn.
pub(in crate::ims) struct Turn {
    clock: Arc<dyn Clock>,
    rhythm: Rhythm,
    began: Duration,
    wait: Duration,
}

impl Turn {
    pub(in crate::ims) fn new(clock: &Arc<dyn Clock>, rhythm: Rhythm) -> Self {
        Self { clock: Arc::clone(clock), rhythm, began: clock.monotonic(), wait: rhythm.first }
    }

    /// Waits, if `error` is an invitation to, and there is patience left.
    pub(in crate::ims) async fn wait(&mut self, error: Error) -> Result<()> {
        let wait = self.wait.max(error.retry_after().unwrap_or_default());
        let waited = self.clock.monotonic().saturating_sub(self.began);
        let is_over = self.rhythm.patience.is_some_and(|patience| waited.saturating_add(wait) > patience);
        if error.kind() != ErrorKind::Throttled || is_over {
            return Err(error);
        }
        self.clock.sleep(wait).await;
        self.wait = self.rhythm.after(self.wait);
        Ok(())
    }
}

impl Ims {
    /// The job that a call has started; `target` is where the image arrives, if that is another region.
    pub(in crate::ims) async fn started<T: JobOutcome>(&self, kind: JobKind, id: String, target: Option<&Ims>) -> Result<Job<T>> {
        let connection = self.connection().await?;
        let there = match target {
            Some(target) => Some(target.connection().await?.region.clone()),
            None => None,
        };
        let (region, project_id) = (connection.region.clone(), connection.project_id.clone());
        Job::new(self, Ticket { region, project_id, kind, id, target: there }, target.cloned()).await
    }
}
