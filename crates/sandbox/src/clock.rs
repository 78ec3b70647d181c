//! The clock that everything in a sandbox goes by: tokens, time stamps, the progress of tasks.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// A clock: the system's, or one that stands still until it is moved.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<watch::Sender<Timestamp>>>);

impl Clock {
    /// The clock of this machine.
    #[must_use]
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that starts at `start` and moves only by [`Clock::advance`].
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self(Some(Arc::new(watch::Sender::new(start))))
    }

    /// The present time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            None => Timestamp::now(),
            Some(time) => *time.borrow(),
        }
    }

    /// Moves a manual clock on and wakes what waited for it. The system's clock cannot be moved.
    pub fn advance(&self, by: Duration) {
        if let Some(time) = &self.0 {
            time.send_modify(|t| *t = later(*t, by));
        }
    }

    /// Waits until so much time has passed on this clock.
    pub async fn sleep(&self, by: Duration) {
        match &self.0 {
            None => tokio::time::sleep(by).await,
            Some(_) => self.sleep_until(later(self.now(), by)).await,
        }
    }

    /// Waits until it is that time; not at all if it is later already.
    pub(crate) async fn sleep_until(&self, until: Timestamp) {
        match &self.0 {
            None => tokio::time::sleep(until.duration_since(self.now()).try_into().unwrap_or_default()).await,
            Some(time) => {
                // The sender is ours, so the channel cannot close while we wait.
                let _ = time.subscribe().wait_for(|t| *t >= until).await;
            }
        }
    }
}

/// `by` after `t`, or the end of time.
pub(crate) fn later(t: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| t.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}

/// `2026-01-02T03:04:05Z`
pub(crate) fn seconds(t: Timestamp) -> String {
    t.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2026-01-02T03:04:05.678Z`: that of the jobs of IMS.
pub(crate) fn millis_z(t: Timestamp) -> String {
    t.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// `2026-01-02T03:04:05.000000Z`: Keystone's, always with six digits.
pub(crate) fn micros_z(t: Timestamp) -> String {
    format!("{}Z", micros(t))
}

/// `2026-01-02T03:04:05.678901`: without a zone, as the tasks of an image have it.
pub(crate) fn micros(t: Timestamp) -> String {
    t.strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn manual_time_moves_only_when_told() {
        let clock = Clock::manual("2026-01-02T03:04:05.678901Z".parse().unwrap());
        assert_eq!(micros(clock.now()), "2026-01-02T03:04:05.678901");
        assert_eq!(seconds(clock.now()), "2026-01-02T03:04:05Z");
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_secs(60)).await }
        });
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(59));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(1));
        sleeper.await.unwrap();
    }
}
