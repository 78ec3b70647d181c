//! A time that costs nothing: waits between attempts are over at once, limits only when somebody says so.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cloudimg_core::clock::{Clock, Sleep};
use tokio::sync::watch;

/// The longest wait between two attempts, by policy or because a service asks for it. What is longer is a limit.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(4);

#[derive(Clone, Debug)]
pub(crate) struct QuickClock {
    start: SystemTime,
    passed: Arc<watch::Sender<Duration>>,
}

impl QuickClock {
    pub(crate) fn new(start: SystemTime) -> Self {
        Self { start, passed: Arc::new(watch::Sender::new(Duration::ZERO)) }
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.passed.send_modify(|passed| *passed += by);
    }
}

impl Clock for QuickClock {
    fn now(&self) -> SystemTime {
        self.start + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        *self.passed.borrow()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        if duration <= LONGEST_WAIT {
            self.advance(duration);
            return Box::pin(tokio::task::yield_now());
        }
        let due = self.monotonic() + duration;
        let mut passed = self.passed.subscribe();
        Box::pin(async move {
            // A clock that is gone never gets there.
            if passed.wait_for(|passed| *passed >= due).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}
