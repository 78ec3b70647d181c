//! Keys of Huawei Cloud over sockets: where they are looked for, how they are renewed, what IAM is asked.

#![cfg(feature = "huawei")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]

#[path = "../../../core/tests/server/mod.rs"]
mod server;

mod chain;
mod iam;
mod metadata;
mod profile;
mod renewal;
mod support;
mod temporary;
