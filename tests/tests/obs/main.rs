//! Files of this machine and images of IMS, by way of a bucket of the sandbox: what arrives, and what is left where something fails.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]

mod broken;
mod dropped;
mod fetched;
mod imported;
mod refused;
mod support;
