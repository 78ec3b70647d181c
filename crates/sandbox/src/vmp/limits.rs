//! How many calls are let through: so many in five minutes, of the account and of one operation.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::Vmp;
use super::error::{Result, throttled};
use super::routes::Operation;

const WINDOW: SignedDuration = SignedDuration::from_secs(5 * 60);

/// The calls of the last five minutes.
#[derive(Debug, Default)]
pub(super) struct Limits {
    account: VecDeque<Timestamp>,
    operations: HashMap<Operation, VecDeque<Timestamp>>,
}

/// Seconds until there is room for another call, if there is none.
fn wait(calls: &mut VecDeque<Timestamp>, most: usize, now: Timestamp) -> Option<u64> {
    while calls.front().is_some_and(|first| now.duration_since(*first) >= WINDOW) {
        calls.pop_front();
    }
    if calls.len() < most {
        return None;
    }
    // The call that has to be forgotten first; with a limit of nothing there is none.
    let left = calls.get(calls.len() - most).map_or(WINDOW, |first| WINDOW - now.duration_since(*first));
    let part = u64::from(left.subsec_nanos() > 0);
    Some(u64::try_from(left.as_secs()).unwrap_or_default() + part)
}

impl Limits {
    /// Counts a call, or says after how many seconds it can be let through. Refused calls do not count.
    fn count(&mut self, operation: Option<Operation>, (account, each): (usize, usize), now: Timestamp) -> Option<u64> {
        let mut longest = wait(&mut self.account, account, now);
        if let Some(operation) = operation {
            longest = longest.max(wait(self.operations.entry(operation).or_default(), each, now));
        }
        if longest.is_none() {
            self.account.push_back(now);
            if let Some(calls) = operation.and_then(|operation| self.operations.get_mut(&operation)) {
                calls.push_back(now);
            }
        }
        longest
    }
}

impl Vmp {
    pub(super) fn check_limits(&self, operation: Option<Operation>) -> Result<()> {
        let Some(limits) = self.settings.limits else { return Ok(()) };
        let wait = self.state().limits.count(operation, limits, self.clock.now());
        wait.map_or(Ok(()), |seconds| Err(throttled(Some(seconds))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_that_moves() {
        let at = |millis: i64| Timestamp::from_millisecond(1_800_000_000_000 + millis).unwrap();
        let (list, create) = (Some(Operation::List), Some(Operation::Create));
        let mut limits = Limits::default();
        let most = (3, 2);
        assert_eq!(limits.count(list, most, at(0)), None);
        assert_eq!(limits.count(list, most, at(100_000)), None);
        assert_eq!(limits.count(list, most, at(100_500)), Some(200));
        assert_eq!(limits.count(create, most, at(100_500)), None);
        assert_eq!(limits.count(None, most, at(200_000)), Some(100));
        assert_eq!(limits.count(create, most, at(299_999)), Some(1));
        assert_eq!(limits.count(list, most, at(300_000)), None);
        assert_eq!(limits.count(list, most, at(300_000)), Some(100));
    }
}
