//! The facade of CDNetworks VMP: against a server that says what a test wants, with a clock that stands still until moved, and on the sandbox.

#![cfg(feature = "vmp")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]

#[path = "../../../core/tests/server/mod.rs"]
mod server;

mod create;
mod lists;
mod pace;
mod preheating;
mod remove;
mod sandbox;
mod settings;
mod support;
