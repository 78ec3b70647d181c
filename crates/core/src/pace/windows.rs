//! Who may go, and who waits: the bookkeeping of a pace limit, without waiting itself. Times are on the session's monotonic scale.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::{Key, Limit, Limited, Pace};

/// The last calls under one limit; never more of them than the limit allows.
#[derive(Debug)]
struct Window {
    limit: Limit,
    /// When the place of each call that was answered comes free, the earliest first.
    frees: VecDeque<Duration>,
    /// Places of calls that have not been answered yet.
    under_way: usize,
}

impl Window {
    fn new(limit: Limit) -> Self {
        Self { limit, frees: VecDeque::new(), under_way: 0 }
    }

    fn sweep(&mut self, now: Duration) {
        let over = self.frees.iter().take_while(|free| **free <= now).count();
        self.frees.drain(..over);
    }

    fn is_idle(&self) -> bool {
        self.frees.is_empty() && self.under_way == 0
    }

    fn free(&self) -> usize {
        self.limit.calls.saturating_sub(self.frees.len() + self.under_way)
    }

    fn end(&mut self, was_sent: bool, now: Duration) {
        self.under_way = self.under_way.saturating_sub(1);
        if was_sent {
            self.frees.push_back(now.saturating_add(self.limit.per));
        }
    }

    /// When the call may go, at the earliest, that has `ahead` others before it.
    fn turn(&self, ahead: usize, now: Duration) -> Duration {
        let Limit { calls, per } = self.limit;
        let rounds = u32::try_from(ahead / calls).unwrap_or(u32::MAX);
        let place = match (ahead % calls).checked_sub(self.free()) {
            None => now,
            // Of a call that is under way nobody knows yet when it ends.
            Some(taken) => self.frees.get(taken).copied().unwrap_or_else(|| now.saturating_add(per)),
        };
        place.saturating_add(per.saturating_mul(rounds))
    }
}

/// A call that waits.
#[derive(Debug)]
struct Waiter {
    id: u64,
    operation: Key,
    /// It has its places, and does not know yet.
    admitted: bool,
}

/// How it stands with one that waits.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its turn has come.
    Admitted,
    /// It comes at this time, if nothing changes.
    Waits { until: Duration, limit: Limit, limited: Limited, ahead: usize },
}

/// All windows of a session, and the calls that wait for a place in them, in the order of their arrival.
#[derive(Debug)]
pub(super) struct Windows {
    account: Option<Window>,
    per_operation: Option<Limit>,
    /// Those with calls in them.
    operations: HashMap<Key, Window>,
    queue: VecDeque<Waiter>,
    last_id: u64,
}

impl Windows {
    pub(super) fn new(pace: &Pace) -> Self {
        Self {
            account: pace.account.map(Window::new),
            per_operation: pace.operation,
            operations: HashMap::new(),
            queue: VecDeque::new(),
            last_id: 0,
        }
    }

    /// Gets in line; the number by which [`standing`](Self::standing) knows the call.
    pub(super) fn enter(&mut self, operation: Key) -> u64 {
        self.last_id += 1;
        self.queue.push_back(Waiter { id: self.last_id, operation, admitted: false });
        self.last_id
    }

    /// Leaves the line, and gives up the places if there were any; whether others may profit from that.
    pub(super) fn leave(&mut self, id: u64, now: Duration) -> bool {
        let Some(waiter) = self.take(id) else { return false };
        if waiter.admitted {
            self.end(waiter.operation, false, now);
        }
        !self.queue.is_empty()
    }

    /// A call with places is over; whether others may profit from that now.
    pub(super) fn end(&mut self, operation: Key, was_sent: bool, now: Duration) -> bool {
        for window in self.account.iter_mut().chain(self.operations.get_mut(&operation)) {
            window.end(was_sent, now);
        }
        !was_sent && !self.queue.is_empty()
    }

    /// Admits whom it can, and says how it stands with the call `id`, and whether another was admitted. One that is admitted leaves the line.
    pub(super) fn standing(&mut self, id: u64, now: Duration) -> (Standing, bool) {
        let admitted = self.admit(now);
        let of_others = |mine: bool| admitted > usize::from(mine);
        match self.queue.iter().position(|waiter| waiter.id == id) {
            Some(at) if self.queue.get(at).is_some_and(|waiter| !waiter.admitted) => (self.outlook(at, now), of_others(false)),
            _ => (Standing::Admitted, of_others(self.take(id).is_some())),
        }
    }

    fn take(&mut self, id: u64) -> Option<Waiter> {
        let at = self.queue.iter().position(|waiter| waiter.id == id)?;
        self.queue.remove(at)
    }

    /// Gives places to those whose turn it is. Where an operation has no place left its calls wait, and those of others pass them by.
    fn admit(&mut self, now: Duration) -> usize {
        let Self { account, per_operation, operations, queue, .. } = self;
        account.iter_mut().for_each(|window| window.sweep(now));
        operations.values_mut().for_each(|window| window.sweep(now));
        operations.retain(|_, window| !window.is_idle());
        let mut count = 0;
        for waiter in queue.iter_mut().filter(|waiter| !waiter.admitted) {
            if account.as_ref().is_some_and(|window| window.free() == 0) {
                break;
            }
            if let Some(limit) = per_operation {
                let window = operations.entry(waiter.operation).or_insert_with(|| Window::new(*limit));
                if window.free() == 0 {
                    continue;
                }
                window.under_way += 1;
            }
            account.iter_mut().for_each(|window| window.under_way += 1);
            waiter.admitted = true;
            count += 1;
        }
        count
    }

    /// When the turn of the waiter at `at` comes, by those ahead of it. Exact where one limit holds it up; where both do, it may come later.
    fn outlook(&self, at: usize, now: Duration) -> Standing {
        let (mut alike, mut others) = (0, HashMap::<_, usize>::new());
        let operation = self.queue.get(at).map(|waiter| waiter.operation);
        for waiter in self.queue.iter().take(at).filter(|waiter| !waiter.admitted) {
            if Some(waiter.operation) == operation {
                alike += 1;
            } else {
                *others.entry(waiter.operation).or_default() += 1;
            }
        }
        // Those whose operation has no place take none of the account's either, for now.
        let may_go = |key: &Key, count: usize| match (self.per_operation, self.operations.get(key)) {
            (Some(_), Some(window)) => count.min(window.free()),
            (Some(limit), None) => count.min(limit.calls),
            (None, _) => count,
        };
        let ahead = alike + others.iter().map(|(key, count)| may_go(key, *count)).sum::<usize>();
        let account = self.account.as_ref().map(|window| (window, ahead, Limited::Account));
        let operation = operation.and_then(|key| self.operations.get(&key)).map(|window| (window, alike, Limited::Operation));
        let turns = account.into_iter().chain(operation);
        turns
            .map(|(window, ahead, limited)| (window.turn(ahead, now), window.limit, limited, ahead))
            .max_by_key(|(until, ..)| *until)
            .map_or(Standing::Admitted, |(until, limit, limited, ahead)| Standing::Waits { until, limit, limited, ahead })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    fn windows(account: u32, operation: u32) -> Windows {
        Windows::new(&Pace::new().account(account, 60 * S).operation(operation, 60 * S))
    }

    /// Makes a call that is answered at once; `None` if it has to wait, and then its number.
    fn go(windows: &mut Windows, operation: &'static str, now: Duration) -> Option<u64> {
        let id = windows.enter(("GET", operation));
        let (Standing::Admitted, _) = windows.standing(id, now) else { return Some(id) };
        windows.end(("GET", operation), true, now);
        None
    }

    fn until(windows: &mut Windows, id: u64, now: Duration) -> (u64, usize) {
        match windows.standing(id, now).0 {
            Standing::Waits { until, ahead, .. } => (until.as_secs(), ahead),
            Standing::Admitted => (now.as_secs(), 0),
        }
    }

    #[test]
    fn those_that_wait_know_when_their_turn_comes() {
        let mut windows = windows(99, 2);
        assert_eq!((go(&mut windows, "a", S), go(&mut windows, "a", 5 * S)), (None, None));
        let waiting: Vec<u64> = (0..5).filter_map(|_| go(&mut windows, "a", 6 * S)).collect();
        let turns: Vec<_> = waiting.iter().map(|id| until(&mut windows, *id, 7 * S)).collect();
        assert_eq!(turns, [(61, 0), (65, 1), (121, 2), (125, 3), (181, 4)]);
    }

    #[test]
    fn other_operations_pass_by_until_the_account_is_full() {
        let mut windows = windows(3, 1);
        assert_eq!(go(&mut windows, "a", S), None);
        let held = go(&mut windows, "a", 2 * S).unwrap();
        assert_eq!((go(&mut windows, "b", 3 * S), go(&mut windows, "c", 4 * S)), (None, None));
        let last = go(&mut windows, "d", 5 * S).unwrap();
        assert_eq!((until(&mut windows, held, 5 * S), until(&mut windows, last, 5 * S)), ((61, 0), (61, 0)));
        assert_eq!(
            windows.standing(last, 61 * S),
            (windows_wait(63, 1, 3, Limited::Account), true),
            "the earlier one has the place"
        );
        assert_eq!(windows.standing(held, 61 * S), (Standing::Admitted, false));
    }

    fn windows_wait(until: u64, ahead: usize, calls: usize, limited: Limited) -> Standing {
        let limit = Limit { calls, per: 60 * S };
        // The one ahead has been admitted meanwhile.
        Standing::Waits { until: Duration::from_secs(until), limit, limited, ahead: ahead - 1 }
    }

    #[test]
    fn one_that_leaves_frees_its_place_and_what_it_was_given() {
        let mut windows = windows(99, 1);
        assert_eq!(go(&mut windows, "a", S), None);
        let ids: Vec<u64> = (0..3).filter_map(|_| go(&mut windows, "a", S)).collect();
        let [first, second, third] = ids[..] else { panic!("{ids:?}") };
        assert!(windows.leave(first, S));
        assert_eq!(until(&mut windows, third, S), (121, 1));
        assert_eq!(until(&mut windows, third, 61 * S), (121, 0), "the second has been admitted");
        assert!(windows.leave(second, 61 * S));
        assert_eq!(windows.standing(third, 61 * S).0, Standing::Admitted);
        windows.end(("GET", "a"), false, 61 * S);
        assert_eq!(go(&mut windows, "a", 61 * S), None, "what was not sent does not count");
    }

    #[test]
    fn a_call_counts_until_its_answer_has_been_there_for_the_time() {
        let mut windows = windows(99, 1);
        let slow = windows.enter(("GET", "a"));
        assert_eq!(windows.standing(slow, S).0, Standing::Admitted);
        let next = windows.enter(("GET", "a"));
        assert_eq!(until(&mut windows, next, 2 * S), (62, 0));
        assert_eq!(until(&mut windows, next, 62 * S), (122, 0));
        windows.end(("GET", "a"), true, 70 * S);
        assert_eq!(until(&mut windows, next, 71 * S), (130, 0));
        assert_eq!(windows.standing(next, 130 * S).0, Standing::Admitted);
    }

    #[test]
    fn nothing_is_kept_of_calls_that_no_longer_count() {
        let mut windows = windows(1000, 10);
        let names: [&'static str; 4] = ["a", "b", "c", "d"];
        for round in 0..200 {
            for name in names {
                assert_eq!(go(&mut windows, name, 7 * S * round), None);
            }
        }
        go(&mut windows, "a", 7 * S * 400);
        assert_eq!((windows.operations.len(), windows.queue.len()), (1, 0));
        assert_eq!(windows.account.unwrap().frees.len(), 1);
    }
}
