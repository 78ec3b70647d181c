//! What VMP of CDNetworks does, on the sandbox: each operation succeeds and is refused, nothing is signed twice, what is begun is waited for,
//! and the mistakes of the vendor's SDK are not ours.
//!
//! Each case runs twice, as the answers about preheating have two shapes.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

#[macro_use]
mod cases;
mod coverage;
mod images;
mod lists;
mod lost;
mod mistakes;
mod preheating;
mod sample;
#[path = "../../../crates/core/tests/server/mod.rs"]
mod server;
mod signing;
mod throttling;
mod waiting;
mod world;
