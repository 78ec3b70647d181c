//! What the Image Management Service does, on the sandbox: each operation succeeds once and is refused once, and its traps are as known.
//!
//! Each case runs twice, signed in by token and by access key.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

#[macro_use]
mod cases;
mod account;
mod attributes;
mod coverage;
mod create;
mod delete;
mod jobs;
mod lists;
mod members;
mod open_telekom;
mod quick;
mod safe_mode;
mod sign_in;
mod tags;
mod transfer;
mod update;
mod versions;
mod whole;
mod world;
