//! How many repetitions a session can afford.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// What a repetition costs, in parts of a successful call.
const COST: u32 = 5;

/// Bounds the repetitions of all calls of a session together, so that an outage does not multiply the load: one fails as soon as the service is
/// away for all of them.
///
/// Each repetition takes one out; five calls that succeed at once, or the success of a repeated one, put one back. Clones share what is left.
#[derive(Clone, Debug)]
pub struct RetryBudget(Arc<Account>);

#[derive(Debug)]
struct Account {
    capacity: u32,
    left: AtomicU32,
}

impl Default for RetryBudget {
    /// 100 repetitions.
    fn default() -> Self {
        Self::new(100)
    }
}

impl RetryBudget {
    /// Room for so many repetitions in a row.
    #[must_use]
    pub fn new(repetitions: u32) -> Self {
        let capacity = repetitions.saturating_mul(COST);
        Self(Arc::new(Account { capacity, left: AtomicU32::new(capacity) }))
    }

    /// No bound.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::new(u32::MAX)
    }

    /// How many repetitions are left.
    #[must_use]
    pub fn left(&self) -> u32 {
        self.0.left.load(Ordering::Relaxed) / COST
    }

    /// Takes one repetition out, if there is one.
    pub(crate) fn withdraw(&self) -> bool {
        if self.0.capacity == u32::MAX {
            return true;
        }
        self.0.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(COST)).is_ok()
    }

    /// Puts back what a success after `attempts` is worth.
    pub(crate) fn deposit(&self, attempts: u32) {
        let worth = if attempts > 1 { COST } else { 1 };
        let capacity = self.0.capacity;
        let _ = self.0.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            (left < capacity).then(|| left.saturating_add(worth).min(capacity))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spent_comes_back_by_successes() {
        let budget = RetryBudget::new(2);
        assert_eq!([budget.withdraw(), budget.withdraw(), budget.withdraw()], [true, true, false]);
        (0..4).for_each(|_| budget.deposit(1));
        assert!(!budget.withdraw());
        budget.deposit(1);
        assert!(budget.clone().withdraw() && !budget.withdraw());
        budget.deposit(3);
        assert_eq!(budget.left(), 1);
        (0..100).for_each(|_| budget.deposit(1));
        assert_eq!(budget.left(), 2);
        let unlimited = RetryBudget::unlimited();
        assert!((0..1000).all(|_| unlimited.withdraw()));
    }
}
