//! Bodies that are watched: silence ends them.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::clock::{Clock, Sleep};
use crate::error::{Error, ErrorKind};

/// What is known of a request body on its way: when it last moved, and whether it has ended.
#[derive(Debug)]
pub(super) struct Activity {
    last_millis: AtomicU64,
    ended: AtomicBool,
}

impl Activity {
    pub(super) fn new(now: Duration, ended: bool) -> Arc<Self> {
        Arc::new(Self { last_millis: AtomicU64::new(millis(now)), ended: AtomicBool::new(ended) })
    }

    pub(super) fn last(&self) -> Duration {
        Duration::from_millis(self.last_millis.load(Ordering::Relaxed))
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A request body that reports its movement.
pub(super) fn watched(body: reqwest::Body, activity: Arc<Activity>, clock: Arc<dyn Clock>) -> reqwest::Body {
    reqwest::Body::wrap(Watched { body, activity, clock })
}

struct Watched {
    body: reqwest::Body,
    activity: Arc<Activity>,
    clock: Arc<dyn Clock>,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        let polled = http_body::Body::poll_frame(Pin::new(&mut self.body), cx);
        // Being asked for more is movement as well: the network took what came before.
        self.activity.last_millis.store(millis(self.clock.monotonic()), Ordering::Relaxed);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) || self.body.is_end_stream() {
            self.activity.ended.store(true, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Watched {
    /// A body of declared length is dropped once that much is sent, without being asked whether there is more.
    fn drop(&mut self) {
        self.activity.last_millis.store(millis(self.clock.monotonic()), Ordering::Relaxed);
        self.activity.ended.store(true, Ordering::Relaxed);
    }
}

/// The limits on an answer's body.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) idle: Option<Duration>,
    /// On the clock's monotonic scale.
    pub(super) deadline: Option<Duration>,
    pub(super) operation: &'static str,
}

/// An answer's body that ends with a `Timeout` when it is silent for too long or the call's time is up, and whose failures say which call
/// they are of: a stream is read far from where the call was made.
pub(super) fn limited(body: reqwest::Body, limits: Limits) -> reqwest::Body {
    reqwest::Body::wrap(Limited { body, limits, waiting_since: None, timer: Mutex::new(None) })
}

struct Limited {
    body: reqwest::Body,
    limits: Limits,
    /// Since when the reader waits for a block; how long it takes over the ones that it has is its own affair.
    waiting_since: Option<Duration>,
    // Only ever reached through `&mut`: the lock makes a future that is not `Sync` fit where one must be.
    timer: Mutex<Option<Sleep>>,
}

impl Limited {
    fn due(&mut self, now: Duration) -> Option<Duration> {
        let since = *self.waiting_since.get_or_insert(now);
        let silent = self.limits.idle.map(|idle| since.saturating_add(idle));
        [silent, self.limits.deadline].into_iter().flatten().min()
    }

    /// Ready once time is up. The timer is set anew only when it has run out, not for each block.
    fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        loop {
            let now = self.limits.clock.monotonic();
            let Some(due) = self.due(now) else { return Poll::Pending };
            if now >= due {
                let what = if self.limits.deadline.is_some_and(|deadline| now >= deadline) {
                    "the call took longer than allowed"
                } else {
                    "the answer's body fell silent"
                };
                return Poll::Ready(Error::new(ErrorKind::Timeout, what).with_operation(self.limits.operation));
            }
            let clock = Arc::clone(&self.limits.clock);
            let timer = self.timer.get_mut().unwrap_or_else(PoisonError::into_inner);
            match timer.get_or_insert_with(|| clock.sleep(due - now)).as_mut().poll(cx) {
                Poll::Ready(()) => *timer = None,
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl http_body::Body for Limited {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match http_body::Body::poll_frame(Pin::new(&mut self.body), cx) {
            Poll::Ready(frame) => {
                self.waiting_since = None;
                let operation = self.limits.operation;
                Poll::Ready(frame.map(|frame| frame.map_err(|e| Error::from_reqwest(e).with_operation(operation).into())))
            }
            Poll::Pending => self.poll_due(cx).map(|error| Some(Err(error.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
