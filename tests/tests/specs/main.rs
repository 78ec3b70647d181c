//! The specs by themselves: whole, typed, and what the clients are made of.
#![allow(clippy::unwrap_used)] // helpers of tests

mod cdnetworks;
mod enums;
mod free;
mod operations;

use std::path::Path;

use xtask::services::SERVICES;
use xtask::spec::Spec;

fn spec(service: &str) -> Spec {
    let service = SERVICES.iter().find(|one| one.name == service).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(service.spec());
    Spec::read(&path, service.name).unwrap_or_else(|problems| panic!("{problems}"))
}
