//! Waiting for one's turn, by a clock.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::select;
use tokio::sync::Notify;

use super::windows::{Standing, Windows};
use super::{Key, Limit, Limited, Listener, Pace, Waiting};
use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result};

/// A pace limit at work, shared by the clones of a session.
pub(crate) struct Pacer {
    windows: Mutex<Windows>,
    /// Somebody's turn has come earlier than thought.
    changed: Notify,
    on_wait: Option<Listener>,
    clock: Arc<dyn Clock>,
}

impl Pacer {
    pub(crate) fn new(pace: Pace, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { windows: Mutex::new(Windows::new(&pace)), changed: Notify::new(), on_wait: pace.on_wait, clock })
    }

    fn lock(&self) -> MutexGuard<'_, Windows> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a call of `operation` may go; its place, and how long that took. Dropping the future leaves the line.
    ///
    /// # Errors
    /// `Throttled` if the turn does not come before `deadline`.
    pub(crate) async fn turn(self: &Arc<Self>, operation: &'static str, key: Key, deadline: Option<Duration>) -> Result<Place> {
        let id = self.lock().enter(key);
        let in_line = InLine { pacer: self, id };
        let mut told = None;
        loop {
            let changed = pin!(self.changed.notified());
            let now = self.clock.monotonic();
            let (standing, others) = self.lock().standing(id, now);
            if others {
                self.changed.notify_waiters();
            }
            let Standing::Waits { until, limit, limited, ahead } = standing else {
                // Nothing is left to leave.
                drop(in_line);
                return Ok(Place { pacer: Arc::clone(self), key, sent: AtomicBool::new(false) });
            };
            let wait = until.saturating_sub(now);
            if deadline.is_some_and(|deadline| until >= deadline) {
                return Err(in_vain(limit, limited, wait));
            }
            if told.is_none_or(|told| now >= told) {
                told = Some(until);
                self.tell(&Waiting { operation, wait, limit: limited, calls: limit.calls, per: limit.per, ahead });
            }
            select(changed, self.clock.sleep(wait)).await;
        }
    }

    /// How long a call of the operation `key` would wait now.
    pub(crate) fn wait_now(&self, key: Key) -> Duration {
        let now = self.clock.monotonic();
        let mut windows = self.lock();
        let id = windows.enter(key);
        let (standing, others) = windows.standing(id, now);
        let others = windows.leave(id, now) | others;
        let wait = match standing {
            Standing::Waits { until, .. } => until.saturating_sub(now),
            Standing::Admitted => {
                windows.end(key, false, now);
                Duration::ZERO
            }
        };
        drop(windows);
        if others {
            self.changed.notify_waiters();
        }
        wait
    }

    fn tell(&self, waiting: &Waiting) {
        tracing::info!(
            operation = waiting.operation,
            wait_ms = waiting.wait.as_millis(),
            ahead = waiting.ahead,
            "waiting: the pace limit for {}, {} in {} s, is reached",
            waiting.limit,
            waiting.calls,
            waiting.per.as_secs_f64()
        );
        if let Some(listener) = &self.on_wait {
            listener(waiting);
        }
    }
}

fn in_vain(limit: Limit, limited: Limited, wait: Duration) -> Error {
    let (calls, per, wait_s) = (limit.calls, limit.per.as_secs_f64(), wait.as_secs_f64().ceil());
    let what = format!(
        "the pace limit for {limited}, {calls} in {per} s, has no place for another {wait_s} s, when the call's own time is up; nothing was sent"
    );
    Error::new(ErrorKind::Throttled, what).with_retry_after(wait)
}

/// One that stands in line, until dropped.
struct InLine<'a> {
    pacer: &'a Pacer,
    id: u64,
}

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        let others = self.pacer.lock().leave(self.id, self.pacer.clock.monotonic());
        if others {
            self.pacer.changed.notify_waiters();
        }
    }
}

/// A call's places; given back when dropped, at once if nothing was sent and otherwise after the time of each limit.
pub(crate) struct Place {
    pacer: Arc<Pacer>,
    key: Key,
    sent: AtomicBool,
}

impl Place {
    /// From here on the service may have seen the call.
    pub(crate) fn is_sent(&self) {
        self.sent.store(true, Ordering::Relaxed);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (sent, now) = (self.sent.load(Ordering::Relaxed), self.pacer.clock.monotonic());
        let others = self.pacer.lock().end(self.key, sent, now);
        if others {
            self.pacer.changed.notify_waiters();
        }
    }
}
