use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cloudimg_core::Clock;
use futures::{Stream, stream};

/// An observer is told at most this often, but for the beginning and the end of a phase.
const INTERVAL: Duration = Duration::from_millis(100);
/// The rate told is that of about this long.
const MEMORY: f64 = 3.0;

/// What a transfer is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Looking at the source, the image and the place that the bytes go to.
    Preparing,
    /// Reading bytes that are here already, for their hash.
    Hashing,
    /// Bytes go to a service.
    Sending,
    /// Bytes come from a service.
    Receiving,
    /// All bytes are over: they are compared, made safe and put in place.
    Finishing,
    /// The service works by itself: fetches, converts or copies.
    Working {
        /// The stores that have not got the image yet, where the service tells.
        stores_left: Vec<String>,
    },
    /// What was needed on the way is removed.
    CleaningUp,
    /// Nothing is left to do.
    Done,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Preparing => "preparing",
            Self::Hashing => "hashing",
            Self::Sending => "sending",
            Self::Receiving => "receiving",
            Self::Finishing => "finishing",
            Self::Working { stores_left } if !stores_left.is_empty() => {
                return write!(f, "working, stores left: {}", stores_left.join(", "));
            }
            Self::Working { .. } => "working",
            Self::CleaningUp => "cleaning up",
            Self::Done => "done",
        })
    }
}

/// How far a transfer is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// How many bytes this phase has done.
    pub bytes: u64,
    /// How many bytes this phase has to do, if that is known.
    pub total: Option<u64>,
    /// Bytes per second of the last few seconds; 0 at the beginning.
    pub rate: f64,
    /// The time since the transfer began.
    pub elapsed: Duration,
}

impl Progress {
    /// The part of this phase that is done, from 0 to 1, if its length is known.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn fraction(&self) -> Option<f64> {
        match self.total? {
            0 => Some(1.0),
            total => Some((self.bytes as f64 / total as f64).min(1.0)),
        }
    }

    /// How long this phase will go on at the rate of the last few seconds, if its length is known and bytes flow.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn remaining(&self) -> Option<Duration> {
        let left = self.total?.saturating_sub(self.bytes) as f64;
        Duration::try_from_secs_f64(left / self.rate).ok()
    }
}

/// Is told how far a transfer is: a closure, or [`watch`] for a stream.
///
/// It is called where the bytes flow, some ten times a second, so it must not wait.
pub trait Observer: Send + Sync + 'static {
    /// Takes note.
    fn observe(&self, progress: &Progress);
}

impl<F: Fn(&Progress) + Send + Sync + 'static> Observer for F {
    fn observe(&self, progress: &Progress) {
        self(progress);
    }
}

/// The [`Observer`] of [`watch`].
#[derive(Debug)]
pub struct Watcher(tokio::sync::watch::Sender<Option<Progress>>);

impl Observer for Watcher {
    fn observe(&self, progress: &Progress) {
        self.0.send_replace(Some(progress.clone()));
    }
}

/// An observer, and the stream of what it is told: the latest only, where the reader is slower. It ends with the transfer.
pub fn watch() -> (Watcher, impl Stream<Item = Progress> + Send + Unpin + 'static) {
    let (sender, receiver) = tokio::sync::watch::channel(None);
    let stream = stream::unfold(receiver, |mut receiver| async move {
        receiver.changed().await.ok()?;
        let progress = receiver.borrow_and_update().clone()?;
        Some((progress, receiver))
    });
    (Watcher(sender), Box::pin(stream))
}

/// Counts the bytes of a transfer and tells its observer. Clones count together.
#[derive(Clone)]
pub(crate) struct Meter(Option<Arc<Telling>>);

struct Telling {
    observer: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    phase: Phase,
    bytes: u64,
    total: Option<u64>,
    rate: f64,
    began: Duration,
    /// When the observer was told last, and the bytes since.
    told: Duration,
    since: u64,
}

impl Meter {
    /// Begins to count, preparing.
    pub(crate) fn new(observer: Option<Arc<dyn Observer>>, clock: Arc<dyn Clock>) -> Self {
        let meter = Self(observer.map(|observer| {
            let now = clock.monotonic();
            let state = State { phase: Phase::Preparing, bytes: 0, total: None, rate: 0.0, began: now, told: now, since: 0 };
            Arc::new(Telling { observer, clock, state: Mutex::new(state) })
        }));
        meter.change(|_| true);
        meter
    }

    /// Begins another phase, of so many bytes if that is known.
    pub(crate) fn phase(&self, phase: Phase, total: impl Into<Option<u64>>) {
        let total = total.into();
        self.change(|state| {
            if state.phase != phase {
                state.rate = 0.0;
            }
            (state.phase, state.total, state.bytes, state.since) = (phase, total, 0, 0);
            true
        });
    }

    /// So many bytes more are done.
    pub(crate) fn add(&self, bytes: u64) {
        self.change(|state| {
            state.bytes += bytes;
            state.since += bytes;
            false
        });
    }

    /// So many bytes of this phase were done before it began, or are to be done again: they count, but not for the rate.
    pub(crate) fn set(&self, bytes: u64) {
        self.change(|state| {
            state.bytes = bytes;
            true
        });
    }

    /// Tells that nothing is left to do.
    pub(crate) fn done(&self) {
        self.change(|state| {
            state.phase = Phase::Done;
            true
        });
    }

    /// Changes the state; tells the observer where `change` says so, and else when it is time.
    #[allow(clippy::cast_precision_loss)]
    fn change(&self, change: impl FnOnce(&mut State) -> bool) {
        let Some(telling) = &self.0 else { return };
        let progress = {
            let mut state = telling.state.lock().unwrap_or_else(PoisonError::into_inner);
            let at_once = change(&mut state);
            let now = telling.clock.monotonic();
            let passed = now.saturating_sub(state.told);
            if !at_once && passed < INTERVAL {
                return;
            }
            let seconds = passed.as_secs_f64();
            if seconds > 0.0 {
                let fresh = state.since as f64 / seconds;
                let weight = if state.rate > 0.0 { 1.0 - (-seconds / MEMORY).exp() } else { 1.0 };
                state.rate += (fresh - state.rate) * weight;
                (state.told, state.since) = (now, 0);
            }
            Progress {
                phase: state.phase.clone(),
                bytes: state.bytes,
                total: state.total,
                rate: state.rate,
                elapsed: now.saturating_sub(state.began),
            }
        };
        telling.observer.observe(&progress);
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").field("observed", &self.0.is_some()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use cloudimg_core::clock::ManualClock;
    use futures::StreamExt as _;

    use super::*;

    fn noted() -> (Arc<dyn Observer>, Arc<Mutex<Vec<Progress>>>) {
        let all = Arc::new(Mutex::new(Vec::new()));
        let here = Arc::clone(&all);
        (Arc::new(move |progress: &Progress| here.lock().unwrap().push(progress.clone())), all)
    }

    #[test]
    fn an_observer_is_told_ten_times_a_second_and_at_each_phase() {
        let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
        let (observer, all) = noted();
        let meter = Meter::new(Some(observer), Arc::new(clock.clone()));
        meter.phase(Phase::Sending, 4000);
        for _ in 0..200 {
            clock.advance(Duration::from_millis(10));
            meter.add(10);
        }
        meter.done();
        let all = all.lock().unwrap();
        assert_eq!(all.len(), 2 + 20 + 1);
        assert_eq!((all[0].phase.clone(), all[0].total), (Phase::Preparing, None));
        assert_eq!((all[1].phase.clone(), all[1].total, all[1].rate), (Phase::Sending, Some(4000), 0.0));
        let last = &all[21];
        assert!((last.rate - 1000.0).abs() < 1e-6, "{last:?}");
        assert_eq!((last.bytes, last.fraction(), last.elapsed), (2000, Some(0.5), Duration::from_secs(2)));
        assert!((last.remaining().unwrap().as_secs_f64() - 2.0).abs() < 1e-6);
        assert_eq!(all[22].phase, Phase::Done);
    }

    #[test]
    fn bytes_from_before_are_no_part_of_the_rate() {
        let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
        let (observer, all) = noted();
        let meter = Meter::new(Some(observer), Arc::new(clock.clone()));
        meter.phase(Phase::Receiving, 1_000_000);
        meter.set(900_000);
        clock.advance(Duration::from_secs(1));
        meter.add(1000);
        let all = all.lock().unwrap();
        let last = all.last().unwrap();
        assert_eq!((last.bytes, last.rate), (901_000, 1000.0));
    }

    #[tokio::test]
    async fn a_stream_gives_the_latest_and_ends_with_the_transfer() {
        let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
        let (watcher, mut stream) = watch();
        let meter = Meter::new(Some(Arc::new(watcher)), Arc::new(clock));
        assert_eq!(stream.next().await.unwrap().phase, Phase::Preparing);
        meter.phase(Phase::Hashing, None);
        meter.phase(Phase::Sending, None);
        assert_eq!(stream.next().await.unwrap().phase, Phase::Sending);
        meter.done();
        drop(meter);
        assert_eq!(stream.next().await.unwrap().phase, Phase::Done);
        assert_eq!(stream.next().await, None);
    }
}
