//! What each call of the client of CDNetworks sends, byte for byte, and what it makes of answers and refusals.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod answers;
mod calls;
mod envelope;
mod exchange;
mod lists;
mod paths;
mod queries;
mod refusals;
mod repeats;
#[path = "../../../crates/core/tests/server/mod.rs"]
mod server;
#[path = "../signing/verifier.rs"]
#[allow(dead_code)] // One of its two schemes.
mod verifier;

use std::collections::BTreeSet;

#[test]
fn every_operation_is_called() {
    let table = include_str!("../../../crates/cdnetworks-vmp/src/generated/facts.rs");
    let facts: BTreeSet<_> = table.lines().filter_map(|line| line.trim().strip_prefix("id: \"")?.strip_suffix("\",")).collect();
    assert_eq!(facts.len(), 8);
    assert_eq!(calls::OPERATIONS.iter().copied().collect::<BTreeSet<_>>(), facts);
}
