//! IMS over sockets: each call with a success and a refusal, its jobs, its images, its signatures.
#![allow(clippy::unwrap_used, unreachable_pub, missing_docs)] // a test

mod copies;
mod creation;
mod iam;
mod jobs;
mod lists;
mod native;
mod sharing;
mod signatures;
mod support;
mod tags;
mod update;
