//! Signed requests.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod cdnetworks_vectors;
mod fixture;
mod huawei_vectors;
