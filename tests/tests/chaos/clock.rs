//! A time that costs nothing: waits between attempts are over at once, limits only when somebody says so.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use cloudimg_core::clock::{Clock, Sleep};

/// The longest wait between two attempts, by policy or because a service asks for it. What is longer is a limit.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// The sandbox's clock, which is a manual one, as clients have it: whoever signs has the same time as those who check.
#[derive(Clone, Debug)]
pub(crate) struct QuickClock {
    start: SystemTime,
    time: cloudimg_sandbox::Clock,
    jump: Arc<Mutex<Jump>>,
}

/// How far the client's time of day is off, in seconds, and how far it will be from the next wait on.
#[derive(Debug, Default)]
struct Jump {
    now: i64,
    next: Option<i64>,
}

impl QuickClock {
    pub(crate) fn new(time: cloudimg_sandbox::Clock) -> Self {
        Self { start: time.now().into(), time, jump: Arc::default() }
    }

    /// Sets the client's time of day off by so many seconds, at once or at its next wait; what has passed is not changed by that.
    pub(crate) fn jump(&self, seconds: i64, at_once: bool) {
        let mut jump = self.jump.lock().unwrap();
        *jump = if at_once { Jump { now: seconds, next: None } } else { Jump { now: 0, next: Some(seconds) } };
    }

    fn passed(&self) -> SystemTime {
        self.time.now().into()
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.time.advance(by);
    }
}

impl Clock for QuickClock {
    fn now(&self) -> SystemTime {
        let off = self.jump.lock().unwrap().now;
        let by = Duration::from_secs(off.unsigned_abs());
        if off < 0 { self.passed() - by } else { self.passed() + by }
    }

    fn monotonic(&self) -> Duration {
        self.passed().duration_since(self.start).unwrap()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        if duration <= LONGEST_WAIT {
            let mut jump = self.jump.lock().unwrap();
            if let Some(next) = jump.next.take() {
                jump.now = next;
            }
            drop(jump);
            self.advance(duration);
            return Box::pin(tokio::task::yield_now());
        }
        // The end is told from now, not from when somebody first looks.
        let due = self.monotonic() + duration;
        let clock = self.clone();
        Box::pin(async move { clock.time.sleep(due.saturating_sub(clock.monotonic())).await })
    }
}
