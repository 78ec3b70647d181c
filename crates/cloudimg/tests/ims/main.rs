//! The facade of the Image Management Service against a server that says what a test wants, with a clock that stands still until moved.

#![cfg(feature = "ims")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]

#[path = "../../../core/tests/server/mod.rs"]
mod server;

mod handles;
mod images;
mod jobs;
mod lists;
mod sandbox;
mod settings;
mod sign_in;
mod support;
