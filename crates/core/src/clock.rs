//! Time, injected: nothing in these crates reads a clock or sleeps but through [`Clock`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::Notify;

/// The future of [`Clock::sleep`].
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tells the time and waits.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time of day, for signatures and the life of tokens.
    fn now(&self) -> SystemTime;
    /// The time since some fixed point, for measuring: it never goes back.
    fn monotonic(&self) -> Duration;
    /// Waits for `duration`.
    fn sleep(&self, duration: Duration) -> Sleep;
}

/// The machine's clock and tokio's timer.
#[derive(Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A clock for tests: time stands still until the test moves it.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    start: SystemTime,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    elapsed: Duration,
    last_id: u64,
    sleepers: Vec<Sleeper>,
}

#[derive(Debug)]
struct Sleeper {
    id: u64,
    due: Duration,
    asked: Duration,
    waker: Option<Waker>,
}

impl ManualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn new(start: SystemTime) -> Self {
        Self(Arc::new(Shared { start, state: Mutex::default(), changed: Notify::new() }))
    }

    /// Moves the time on, and wakes who has slept long enough.
    pub fn advance(&self, by: Duration) {
        let woken: Vec<Waker> = {
            let mut state = self.0.lock();
            state.elapsed += by;
            let elapsed = state.elapsed;
            state.sleepers.iter_mut().filter(|s| s.due <= elapsed).filter_map(|s| s.waker.take()).collect()
        };
        // Not under the lock: who wakes may drop a sleeper, which takes it.
        woken.into_iter().for_each(Waker::wake);
    }

    /// Waits until somebody sleeps for a time that is `wanted`, moves the time to the end of that sleep, and says how long it was.
    ///
    /// Other sleeps, such as the limits on a call, go on unless they end before that.
    pub async fn end_next_sleep(&self, wanted: impl Fn(Duration) -> bool) -> Duration {
        loop {
            let changed = self.0.changed.notified();
            let next = {
                let state = self.0.lock();
                let pending = state.sleepers.iter().filter(|s| wanted(s.asked) && s.due > state.elapsed);
                pending.min_by_key(|s| s.due).map(|s| (s.asked, s.due - state.elapsed))
            };
            if let Some((asked, remaining)) = next {
                self.advance(remaining);
                return asked;
            }
            changed.await;
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        self.0.start + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().elapsed
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let mut state = self.0.lock();
        state.last_id += 1;
        let id = state.last_id;
        let due = state.elapsed.saturating_add(duration);
        state.sleepers.push(Sleeper { id, due, asked: duration, waker: None });
        drop(state);
        self.0.changed.notify_waiters();
        Box::pin(ManualSleep { id, due, shared: Arc::clone(&self.0) })
    }
}

struct ManualSleep {
    id: u64,
    due: Duration,
    shared: Arc<Shared>,
}

impl Future for ManualSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.shared.lock();
        if state.elapsed >= self.due {
            return Poll::Ready(());
        }
        if let Some(sleeper) = state.sleepers.iter_mut().find(|s| s.id == self.id) {
            sleeper.waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

impl Drop for ManualSleep {
    fn drop(&mut self) {
        self.shared.lock().sleepers.retain(|s| s.id != self.id);
    }
}
