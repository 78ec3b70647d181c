//! VMP over sockets: each call with a success and a refusal, its images and preheatings by the clock, its signatures and limits.
#![allow(clippy::unwrap_used, unreachable_pub, missing_docs)] // a test

mod images;
mod limits;
mod lists;
mod preheating;
mod signatures;
mod support;
mod times;
