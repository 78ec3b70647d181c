//! A time that costs nothing: waits between attempts are over at once, limits only when somebody says so.

use std::time::{Duration, SystemTime};

use cloudimg_core::clock::{Clock, Sleep};

/// The longest wait between two attempts, by policy or because a service asks for it. What is longer is a limit.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// The sandbox's clock, which is a manual one, as clients have it: whoever signs has the same time as those who check.
#[derive(Clone, Debug)]
pub(crate) struct QuickClock {
    start: SystemTime,
    time: cloudimg_sandbox::Clock,
}

impl QuickClock {
    pub(crate) fn new(time: cloudimg_sandbox::Clock) -> Self {
        Self { start: time.now().into(), time }
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.time.advance(by);
    }
}

impl Clock for QuickClock {
    fn now(&self) -> SystemTime {
        self.time.now().into()
    }

    fn monotonic(&self) -> Duration {
        self.now().duration_since(self.start).unwrap()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        if duration <= LONGEST_WAIT {
            self.advance(duration);
            return Box::pin(tokio::task::yield_now());
        }
        // The end is told from now, not from when somebody first looks.
        let due = self.monotonic() + duration;
        let clock = self.clone();
        Box::pin(async move { clock.time.sleep(due.saturating_sub(clock.monotonic())).await })
    }
}
