//! What each call of the clients of the Image Management Service sends, word for word, and what it makes of answers and refusals.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod bodies;
mod exchange;
mod lists;
mod native;
mod refused;
mod safe_mode;
mod version_1;
mod version_2;

use std::collections::BTreeSet;

/// The operations of a client's table of facts.
fn facts(table: &'static str) -> BTreeSet<&'static str> {
    table.lines().filter_map(|line| line.trim().strip_prefix("id: \"")?.strip_suffix("\",")).collect()
}

#[test]
fn every_operation_is_called() {
    let first = facts(include_str!("../../../crates/ims-v1/src/generated/facts.rs"));
    let second = facts(include_str!("../../../crates/ims-v2/src/generated/facts.rs"));
    assert_eq!((first.len(), second.len()), (20, 32));
    let called = |modules: &[&[&'static str]]| modules.iter().copied().flatten().copied().collect::<BTreeSet<_>>();
    assert_eq!(called(&[version_1::OPERATIONS, lists::version_1::OPERATIONS]), first);
    let modules = [version_2::OPERATIONS, safe_mode::OPERATIONS, native::OPERATIONS, lists::version_2::OPERATIONS];
    assert_eq!(called(&modules), second);
}
