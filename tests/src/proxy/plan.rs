use std::fmt;
use std::ops::Range;
use std::time::SystemTime;

use fastrand::Rng;

use super::{Fault, FaultKind, Request};

/// Says what is done to which exchange.
pub trait Plan: fmt::Debug + Send + Sync + 'static {
    /// What is done to the exchange that began as this one, counted from 0, with this request.
    fn fault(&self, number: usize, request: &Request) -> Option<Fault>;
}

/// A fault for each exchange in turn; nothing once they are used up.
#[derive(Clone, Debug, Default)]
pub struct Script(Vec<Option<Fault>>);

impl Script {
    /// For each exchange a fault or none.
    pub fn new(faults: impl IntoIterator<Item = Option<Fault>>) -> Self {
        Self(faults.into_iter().collect())
    }

    /// A fault for each of the first exchanges.
    pub fn first(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self::new(faults.into_iter().map(Some))
    }
}

impl Plan for Script {
    fn fault(&self, number: usize, _: &Request) -> Option<Fault> {
        self.0.get(number).cloned().flatten()
    }
}

/// Faults that a seed decides.
#[derive(Clone, Debug)]
pub struct Seeded {
    seed: u64,
    kinds: Vec<FaultKind>,
    among: Range<usize>,
    percent: u8,
    now: SystemTime,
}

impl Seeded {
    /// Every exchange suffers a fault of one of these kinds.
    pub fn new(seed: u64, kinds: impl IntoIterator<Item = FaultKind>) -> Self {
        Self { seed, kinds: kinds.into_iter().collect(), among: 0..usize::MAX, percent: 100, now: SystemTime::UNIX_EPOCH }
    }

    /// Only these exchanges do, counted from 0.
    #[must_use]
    pub fn among(mut self, exchanges: Range<usize>) -> Self {
        self.among = exchanges;
        self
    }

    /// Only so many of a hundred do.
    #[must_use]
    pub fn with_odds(mut self, percent: u8) -> Self {
        self.percent = percent;
        self
    }

    /// Times are told from this one: that of the client's clock.
    #[must_use]
    pub fn with_time(mut self, now: SystemTime) -> Self {
        self.now = now;
        self
    }
}

impl Plan for Seeded {
    fn fault(&self, number: usize, _: &Request) -> Option<Fault> {
        if !self.among.contains(&number) || self.kinds.is_empty() {
            return None;
        }
        // A generator for each exchange: none depends on what the others took.
        let mut rng = Rng::with_seed(self.seed.wrapping_add((number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        let suffers = rng.u8(0..100) < self.percent;
        let kind = self.kinds.get(rng.usize(0..self.kinds.len())).filter(|_| suffers)?;
        Some(kind.fault(&mut rng, self.now))
    }
}
