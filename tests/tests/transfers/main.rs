//! Image data up, down, imported and copied, on the sandbox and through a network that fails.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod copy;
mod download;
mod import;
mod obs;
mod upload;
