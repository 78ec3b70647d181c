//! How the image service is found: what is asked of whom, and what is made of the answers.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

#[path = "../../../crates/core/tests/server/mod.rs"]
mod server;
#[path = "../../../crates/core/tests/tls_server/mod.rs"]
mod tls_server;

mod endpoints;
mod hostile;
mod situations;
mod world;
