//! Signed requests: byte for byte as the providers' own SDKs sign them, and what arrives is what was signed.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod cdnetworks_sandbox;
mod cdnetworks_vectors;
mod cdnetworks_wire;
mod fixture;
mod huawei_vectors;
mod huawei_wire;
mod odd;
#[path = "../../../crates/core/tests/server/mod.rs"]
mod server;
mod support;
mod verifier;
