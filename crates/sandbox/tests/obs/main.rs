//! The object store: signatures, objects whole and in parts, refusals, over sockets.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests

mod objects;
mod parts;
mod signatures;
mod support;
