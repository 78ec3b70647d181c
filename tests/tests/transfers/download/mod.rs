//! Downloads.

mod crash;
mod faults;
mod files;
mod parts;
mod service;
mod streams;
mod world;
mod wrong;
