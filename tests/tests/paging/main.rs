//! Lists read in pages of any size have the rows that the service has, in its order: whatever the rows are called, however many sort
//! alike, and whatever is asked for.
//!
//! `CLOUDIMG_CHAOS_SEED` is the seed; a case that fails is shrunk and printed.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod glance;
mod ims;
mod world;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A runner that does the same each time, for the same seed.
fn runner(cases: u32) -> TestRunner {
    let seed: u64 = std::env::var("CLOUDIMG_CHAOS_SEED").map_or(20_260_101, |seed| seed.parse().unwrap());
    let bytes: Vec<u8> = std::iter::repeat_n(seed.to_le_bytes(), 4).flatten().collect();
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// A name of these pieces.
fn name(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 1..4).prop_map(|pieces| pieces.concat())
}
