//! Copies from cloud to cloud.

mod again;
mod buckets;
mod faults;
mod given_up;
mod memory;
mod one;
mod refusals;
mod several;
mod side;
mod wrong;
