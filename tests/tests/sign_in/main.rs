//! Signing in: what is sent, word for word as established clients send it, and what becomes of tokens.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod answers;
mod away;
mod bodies;
mod cache;
mod decided;
mod fixture;
mod huawei;
mod receipts;
mod sandbox;
mod secrets;
#[path = "../../../crates/core/tests/server/mod.rs"]
mod server;
mod support;
mod tokens;
