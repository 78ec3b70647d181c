//! Going on after a failure with what takes several calls.

use std::time::Duration;

use super::Session;
use crate::error::{Error, Result};
use crate::retry::{Decision, Failure};

/// Goes on after failures with work that takes several calls, such as a download of which a part came: as often and as late as the session's
/// policy and budget allow for one call. Progress is what a success is to a call: it begins anew to count.
#[derive(Debug)]
pub struct Resumption {
    session: Session,
    attempts: u32,
    since: Duration,
}

impl Resumption {
    pub(super) fn new(session: Session) -> Self {
        let since = session.clock.monotonic();
        Self { session, attempts: 1, since }
    }

    /// Notes that the work went on.
    pub fn progressed(&mut self) {
        if self.attempts > 1 {
            self.session.budget.deposit(self.attempts);
            self.attempts = 1;
        }
        self.since = self.session.clock.monotonic();
    }

    /// Notes that so much time went by with data that flowed, though all of them have to go again: the policy's patience is for waiting.
    pub fn excuse(&mut self, time: Duration) {
        self.since = self.since.saturating_add(time);
    }

    /// Waits until the work may go on after `error`.
    ///
    /// # Errors
    /// `error`, if there is no sense in going on or it was tried often enough.
    pub async fn after(&mut self, error: Error) -> Result<()> {
        let elapsed = self.session.clock.monotonic().saturating_sub(self.since);
        let failure = Failure { error: &error, attempts: self.attempts, elapsed, idempotent: true };
        match self.session.retry.decide(&failure) {
            Decision::After(wait) if self.session.can_afford(&error) => {
                tracing::info!(attempt = self.attempts, wait_ms = wait.as_millis(), cause = %error, "going on");
                self.attempts += 1;
                self.session.clock.sleep(wait).await;
                Ok(())
            }
            Decision::After(_) | Decision::GiveUp => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::ErrorKind;
    use crate::clock::ManualClock;
    use crate::retry::{RetryBudget, Standard};

    fn session(budget: u32) -> Session {
        Session::builder()
            .clock(ManualClock::new(SystemTime::UNIX_EPOCH))
            .retry(Standard::default().with_waits(Duration::ZERO, Duration::ZERO))
            .retry_budget(RetryBudget::new(budget))
            .build()
            .unwrap()
    }

    fn broken() -> Error {
        Error::new(ErrorKind::Interrupted, "broken")
    }

    #[tokio::test]
    async fn progress_begins_the_count_anew() {
        let mut again = session(10).resumption();
        for _ in 0..50 {
            for _ in 0..3 {
                again.after(broken()).await.unwrap();
            }
            again.progressed();
            again.after(broken()).await.unwrap();
            again.progressed();
            again.session.budget.deposit(2);
            again.session.budget.deposit(2);
        }
        for _ in 0..3 {
            again.after(broken()).await.unwrap();
        }
        assert_eq!(again.after(broken()).await.unwrap_err().kind(), ErrorKind::Interrupted);
    }

    #[tokio::test]
    async fn what_cannot_help_is_not_tried_and_the_budget_is_kept() {
        let mut again = session(1).resumption();
        again.after(Error::new(ErrorKind::NotFound, "gone")).await.unwrap_err();
        again.after(broken()).await.unwrap();
        again.after(broken()).await.unwrap_err();
    }
}
