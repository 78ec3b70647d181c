//! Uploads: what is looked at before, what is compared after, and what is left where one fails.

mod changed;
mod early;
mod faults;
mod left;
mod refused;
mod sources;
mod unpacked;
mod verified;
mod world;
