//! Jobs, asked after until they end.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt as _, Stream};

use crate::clock::{Clock, Sleep};
use crate::error::{Error, ErrorKind, Result};

/// What one look at a job shows. A job that failed is an error of the look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observation<S, T> {
    /// It goes on, in this state.
    Running(S),
    /// It ended well, with this result.
    Done(T),
}

/// How often to look, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rhythm {
    /// The first wait between two looks.
    pub first: Duration,
    /// The longest wait: each is half as long again as the one before, up to this.
    pub longest: Duration,
    /// The time after which waiting ends with a `Timeout`; the job itself goes on.
    pub patience: Option<Duration>,
    /// How many looks in a row may fail for a passing reason. Being told to slow down is no failure: it is waited out, as long as asked for.
    pub tolerance: u32,
}

impl Rhythm {
    /// The wait that follows one of `wait`.
    #[must_use]
    pub fn after(&self, wait: Duration) -> Duration {
        wait.saturating_add(wait / 2).min(self.longest)
    }
}

impl Default for Rhythm {
    /// From 1 s to 15 s, for two hours; 3 failed looks are borne.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(15),
            patience: Some(Duration::from_secs(7200)),
            tolerance: 3,
        }
    }
}

type Look<'a, S, T> = Box<dyn FnMut() -> BoxFuture<'a, Result<Observation<S, T>>> + Send + 'a>;

/// A job that is being waited for: a stream of its states and, awaited, its result.
///
/// Dropping it stops the looking, not the job.
pub struct Poller<'a, S, T> {
    look: Look<'a, S, T>,
    clock: Arc<dyn Clock>,
    rhythm: Rhythm,
    started: Duration,
    wait: Duration,
    failures: u32,
    state: State<'a, S, T>,
    result: Option<T>,
}

enum State<'a, S, T> {
    Looking(BoxFuture<'a, Result<Observation<S, T>>>),
    Waiting(Sleep),
    Idle,
    Ended,
}

impl<'a, S, T> Poller<'a, S, T> {
    /// Waits by `clock` for what `look` looks at.
    pub fn new<F, R>(clock: Arc<dyn Clock>, mut look: F) -> Self
    where
        F: FnMut() -> R + Send + 'a,
        R: Future<Output = Result<Observation<S, T>>> + Send + 'a,
    {
        let rhythm = Rhythm::default();
        let started = clock.monotonic();
        Self {
            look: Box::new(move || look().boxed()),
            clock,
            rhythm,
            started,
            wait: rhythm.first,
            failures: 0,
            state: State::Idle,
            result: None,
        }
    }

    /// Looks in another rhythm.
    #[must_use]
    pub fn with_rhythm(mut self, rhythm: Rhythm) -> Self {
        self.rhythm = rhythm;
        self.wait = rhythm.first;
        self
    }

    /// The result, once the stream of states has ended.
    pub fn take_result(&mut self) -> Option<T> {
        self.result.take()
    }

    fn sleep(&mut self) -> Result<State<'a, S, T>> {
        let elapsed = self.clock.monotonic().saturating_sub(self.started);
        if self.rhythm.patience.is_some_and(|patience| elapsed.saturating_add(self.wait) > patience) {
            return Err(Error::new(
                ErrorKind::Timeout,
                format!("the job has not ended after {} s; it goes on without being watched", elapsed.as_secs()),
            ));
        }
        let wait = self.wait;
        self.wait = self.rhythm.after(wait);
        Ok(State::Waiting(self.clock.sleep(wait)))
    }

    /// Whether a failed look may be followed by another.
    fn bears(&mut self, error: &Error) -> bool {
        if error.kind() == ErrorKind::Throttled {
            self.wait = self.wait.max(error.retry_after().unwrap_or_default());
            return true;
        }
        self.failures += 1;
        error.is_retryable() && self.failures <= self.rhythm.tolerance
    }

    fn poll_state(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<S>>> {
        loop {
            match &mut self.state {
                State::Ended => return Poll::Ready(None),
                State::Idle => self.state = State::Looking((self.look)()),
                State::Waiting(sleep) => {
                    ready!(sleep.poll_unpin(cx));
                    self.state = State::Idle;
                }
                State::Looking(look) => {
                    let seen = ready!(look.poll_unpin(cx));
                    self.state = State::Ended;
                    match seen {
                        Ok(Observation::Done(result)) => self.result = Some(result),
                        Ok(Observation::Running(state)) => {
                            self.failures = 0;
                            self.state = self.sleep()?;
                            return Poll::Ready(Some(Ok(state)));
                        }
                        Err(error) if self.bears(&error) => self.state = self.sleep()?,
                        Err(error) => return Poll::Ready(Some(Err(error))),
                    }
                }
            }
        }
    }
}

impl<S, T> Stream for Poller<'_, S, T>
where
    Self: Unpin,
{
    type Item = Result<S>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_state(cx)
    }
}

impl<'a, S: Send + 'a, T: Send + 'a> IntoFuture for Poller<'a, S, T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'a, Result<T>>;

    fn into_future(mut self) -> Self::IntoFuture {
        async move {
            loop {
                if let Some(result) = self.take_result() {
                    return Ok(result);
                }
                match std::future::poll_fn(|cx| self.poll_state(cx)).await {
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error),
                    None if self.result.is_some() => {}
                    None => return Err(Error::new(ErrorKind::InvalidRequest, "the job's result has been taken already")),
                }
            }
        }
        .boxed()
    }
}

impl<S, T> fmt::Debug for Poller<'_, S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poller").field("rhythm", &self.rhythm).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use futures::StreamExt as _;

    use super::*;
    use crate::clock::ManualClock;

    fn poller(clock: &ManualClock, script: Vec<Result<Observation<u32, &'static str>>>) -> Poller<'static, u32, &'static str> {
        let mut script = script.into_iter();
        Poller::new(Arc::new(clock.clone()), move || {
            let next = script.next().expect("looked too often");
            async move { next }
        })
    }

    fn away() -> Result<Observation<u32, &'static str>> {
        Err(Error::new(ErrorKind::Connect, "away"))
    }

    async fn drive<T>(clock: &ManualClock, job: impl Future<Output = T>) -> (T, Vec<u64>) {
        let mut waits = Vec::new();
        let mut job = std::pin::pin!(job);
        loop {
            tokio::select! {
                biased;
                done = &mut job => return (done, waits),
                wait = clock.end_next_sleep(|_| true) => waits.push(wait.as_millis() as u64),
            }
        }
    }

    #[tokio::test]
    async fn the_result_comes_after_growing_waits() {
        let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
        let running = (0..4).map(|n| Ok(Observation::Running(n)));
        let job = poller(&clock, running.chain([Ok(Observation::Done("image"))]).collect());
        let (result, waits) = drive(&clock, async { job.await }).await;
        assert_eq!(result.unwrap(), "image");
        assert_eq!(waits, [1000, 1500, 2250, 3375]);
    }

    #[tokio::test]
    async fn states_stream_and_the_result_is_taken_after() {
        let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
        let mut job = poller(&clock, vec![Ok(Observation::Running(10)), Ok(Observation::Running(60)), Ok(Observation::Done("x"))]);
        let (states, _) = drive(&clock, job.by_ref().map(|s| s.unwrap()).collect::<Vec<_>>()).await;
        assert_eq!(states, [10, 60]);
        assert_eq!(job.take_result(), Some("x"));
    }

    #[tokio::test]
    async fn passing_failures_are_borne_but_not_for_ever() {
        let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
        let (result, _) =
            drive(&clock, async { poller(&clock, vec![away(), away(), away(), Ok(Observation::Done("x"))]).await }).await;
        assert_eq!(result.unwrap(), "x");
        let (result, _) = drive(&clock, async { poller(&clock, vec![away(), away(), away(), away()]).await }).await;
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Connect);
    }

    #[tokio::test]
    async fn being_told_to_slow_down_is_waited_out() {
        let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
        let throttled = |_| Err(Error::new(ErrorKind::Throttled, "slow down"));
        let script = (0..20).map(throttled).chain([away(), away(), away(), Ok(Observation::Done("x"))]).collect();
        let (result, waits) = drive(&clock, async { poller(&clock, script).await }).await;
        assert_eq!((result.unwrap(), waits.len()), ("x", 23));
    }

    #[tokio::test]
    async fn patience_ends() {
        let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
        let job = poller(&clock, (0..9).map(|n| Ok(Observation::Running(n))).collect());
        let job = job.with_rhythm(Rhythm { patience: Some(Duration::from_secs(5)), ..Rhythm::default() });
        let (result, _) = drive(&clock, async { job.await }).await;
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Timeout);
    }
}
