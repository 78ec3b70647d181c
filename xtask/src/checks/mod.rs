//! Checks of the gate that need more than `cargo test`.

pub(crate) mod clients;
pub(crate) mod huawei_sdk;
pub(crate) mod licences;
pub(crate) mod measure;
mod program;
mod sandbox;
pub(crate) mod script;
pub(crate) mod transfer;
pub(crate) mod transfer_speed;
