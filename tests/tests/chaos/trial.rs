//! What is done to the exchanges of a run.

use std::time::SystemTime;

use cloudimg_tests::proxy::{FaultKind, Seeded};
use fastrand::Rng;

use crate::story::Special;

/// How often a session of these runs tries at most.
pub(crate) const ATTEMPTS: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trial {
    /// Nothing.
    Quiet,
    /// Some exchanges in a row suffer faults of one kind.
    Row(FaultKind),
    /// More than half of all exchanges suffer something.
    Storm(u8),
    /// The call is dropped when an exchange has fallen silent in this way.
    Dropped(FaultKind),
    /// The client's time of day jumps by so many seconds, before the call or while it waits to try again.
    Jump(i64),
}

impl Trial {
    pub(crate) fn all() -> Vec<Self> {
        let silences = [FaultKind::Silence, FaultKind::SilenceUnanswered, FaultKind::SilenceWithin];
        let rows = FaultKind::ALL.into_iter().map(Self::Row);
        let storms = (0..3).map(Self::Storm);
        let jumps = [-172_800, -600, 600, 172_800].map(Self::Jump);
        [Self::Quiet].into_iter().chain(rows).chain(storms).chain(silences.map(Self::Dropped)).chain(jumps).collect()
    }

    /// The plan, and how many exchanges in a row suffer.
    pub(crate) fn plan(self, seed: u64, now: SystemTime) -> (Seeded, usize) {
        let mut rng = Rng::with_seed(seed);
        let (first, count) = (rng.usize(0..3), rng.usize(1..=ATTEMPTS + 1));
        let (kinds, among, odds) = match self {
            Self::Quiet => (Vec::new(), 0..0, 0),
            // Lists have more exchanges than one, and each may be the first to suffer.
            Self::Row(kind) if rng.bool() => (vec![kind], first..first + count, 100),
            Self::Row(kind) => (vec![kind], 0..count, 100),
            Self::Storm(_) => (FaultKind::ALL.to_vec(), 0..usize::MAX, 60),
            Self::Dropped(kind) => (vec![kind], 0..1, 100),
            Self::Jump(_) => (vec![FaultKind::Throttled, FaultKind::Unavailable], 0..2, 60),
        };
        (Seeded::new(seed, kinds).among(among).with_odds(odds).with_time(now), count)
    }

    /// Whether a call must come through, if `count` exchanges in a row suffer.
    pub(crate) fn must_survive(self, special: Special, reads: bool, count: usize) -> bool {
        use FaultKind as K;
        match self {
            _ if special == Special::Refused => false,
            Self::Quiet | Self::Row(K::LateHead | K::LateBody | K::Drip) => true,
            Self::Row(K::Throttled | K::ThrottledUntil) => special != Special::Once && count < ATTEMPTS,
            Self::Row(K::ResetUnsent | K::ResetUnanswered | K::Silence | K::SilenceUnanswered | K::Unavailable) => {
                reads && count < ATTEMPTS
            }
            _ => false,
        }
    }
}
