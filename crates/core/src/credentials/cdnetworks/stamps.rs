//! Which second a request is signed for.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How far a stamp may run ahead of the clock.
const LEAD: Duration = Duration::from_secs(5);
/// How long the service remembers signatures, and how far from its clock a stamp may be.
pub(super) const WINDOW: Duration = Duration::from_secs(300);
/// From here on a difference between two clocks is more than delay.
const NOTABLE: i64 = 60;

/// The stamps given out, so that no two equal requests get the same.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    /// The last stamp of each request, by its hash.
    last: HashMap<[u8; 32], u64>,
    swept: u64,
    /// What is added to this machine's clock.
    offset: i64,
    /// Counts the changes of the offset.
    generation: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The stamp, and the generation of the offset that it is made with.
    Stamp(u64, u64),
    /// Stamps have run ahead: ask again after this time.
    Wait(Duration),
}

impl Stamps {
    /// A stamp for the request with `hash`, later than any it had before.
    pub(super) fn next(&mut self, hash: [u8; 32], clock: SystemTime) -> Next {
        let now = shifted(since_epoch(clock), self.offset);
        self.sweep(now.as_secs());
        let latest = now + LEAD;
        // A stamp beyond that was given before somebody set the clock back.
        let last = self.last.get(&hash).copied().filter(|last| *last <= latest.as_secs());
        let stamp = last.map_or(0, |last| last + 1).max(now.as_secs());
        if let Some(wait) = Duration::from_secs(stamp).checked_sub(latest).filter(|wait| !wait.is_zero()) {
            return Next::Wait(wait);
        }
        self.last.insert(hash, stamp);
        Next::Stamp(stamp, self.generation)
    }

    /// Learns from the service's clock, and says by how many seconds this machine's is behind it, if that is worth a word.
    pub(super) fn learn(&mut self, service: SystemTime, clock: SystemTime) -> Option<i64> {
        let seconds = |time| i64::try_from(since_epoch(time).as_secs()).unwrap_or(i64::MAX);
        let behind = seconds(service) - seconds(clock);
        if (behind - self.offset).abs() >= NOTABLE {
            self.offset = behind;
            self.generation += 1;
            // They were given by another clock.
            self.last.clear();
            self.swept = 0;
        }
        (behind.abs() >= NOTABLE).then_some(behind)
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Forgets, once in a while, what the service has forgotten as well.
    fn sweep(&mut self, now: u64) {
        if now.abs_diff(self.swept) > WINDOW.as_secs() {
            self.last.retain(|_, last| last.saturating_add(WINDOW.as_secs()) >= now);
            self.swept = now;
        }
    }
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn shifted(time: Duration, offset: i64) -> Duration {
    let by = Duration::from_secs(offset.unsigned_abs());
    if offset < 0 { time.saturating_sub(by) } else { time.saturating_add(by) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: [u8; 32] = [1; 32];
    const TWO: [u8; 32] = [2; 32];
    const T: u64 = 1_800_000_000;

    fn at(millis: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(T) + Duration::from_millis(millis)
    }

    #[test]
    fn equal_requests_get_later_seconds_and_others_do_not_care() {
        let mut stamps = Stamps::default();
        for ahead in 0..=5 {
            assert_eq!(stamps.next(ONE, at(300)), Next::Stamp(T + ahead, 0));
        }
        assert_eq!(stamps.next(ONE, at(300)), Next::Wait(Duration::from_millis(700)));
        assert_eq!(stamps.next(TWO, at(300)), Next::Stamp(T, 0));
        assert_eq!(stamps.next(ONE, at(1000)), Next::Stamp(T + 6, 0));
        assert_eq!(stamps.next(ONE, at(60_000)), Next::Stamp(T + 60, 0));
    }

    #[test]
    fn what_the_service_forgot_is_forgotten() {
        let mut stamps = Stamps::default();
        for request in 0..100 {
            stamps.next([request; 32], at(0));
        }
        stamps.next(ONE, at(301_000));
        assert_eq!(stamps.last.len(), 1);
    }

    #[test]
    fn a_clock_set_back_does_not_block() {
        let mut stamps = Stamps::default();
        stamps.next(ONE, at(3_600_000));
        assert_eq!(stamps.next(ONE, at(0)), Next::Stamp(T, 0));
    }

    #[test]
    fn the_service_has_the_right_time() {
        let mut stamps = Stamps::default();
        assert_eq!(stamps.learn(at(59_000), at(0)), None);
        assert_eq!(stamps.next(ONE, at(0)), Next::Stamp(T, 0));
        assert_eq!(stamps.learn(at(600_000), at(0)), Some(600));
        assert_eq!(stamps.next(ONE, at(0)), Next::Stamp(T + 600, 1));
        assert_eq!(stamps.learn(at(601_000), at(0)), Some(601), "known already, and said again");
        assert_eq!(stamps.generation(), 1);
        assert_eq!(stamps.learn(at(0), at(900_000)), Some(-900));
        assert_eq!(stamps.next(ONE, at(900_000)), Next::Stamp(T, 2));
        assert_eq!(stamps.learn(at(0), at(0)), None);
        assert_eq!(stamps.next(ONE, at(0)), Next::Stamp(T, 3));
    }
}
