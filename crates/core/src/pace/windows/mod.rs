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
mod tests;
