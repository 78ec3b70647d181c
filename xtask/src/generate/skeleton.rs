//! The parts of a service crate that are written by hand afterwards: made once, when they are missing.

use std::path::Path;

use anyhow::Result;

use super::files::replace;
use crate::spec::Spec;

/// What every service crate has beside its generated code.
const PARTS: [&str; 2] = ["Cargo.toml", "src/lib.rs"];

/// The parts that are missing.
pub fn missing(folder: &Path) -> Vec<&'static str> {
    PARTS.into_iter().filter(|name| !folder.join(name).exists()).collect()
}

/// Makes the parts that are missing; returns their names.
pub fn write(folder: &Path, service: &str, spec: &Spec) -> Result<Vec<&'static str>> {
    let title = spec.root.get("info").and_then(|info| info.text("title")).unwrap_or(service);
    let missing = missing(folder);
    for name in &missing {
        let text = if *name == "Cargo.toml" { manifest(service, title) } else { library(service, title) };
        replace(&folder.join(name), &text)?;
    }
    Ok(missing)
}

fn manifest(service: &str, title: &str) -> String {
    let description = format!("Client for {title}, generated from an OpenAPI document");
    format!(
        r#"[package]
name = "cloudimg-{service}"
description = {description:?}
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
repository.workspace = true
keywords.workspace = true
categories.workspace = true

[lints]
workspace = true

[lib]
# Descriptions become doc comments as they stand; indented text in them is no test.
doctest = false

[features]
default = ["rustls"]
rustls = ["cloudimg-core/rustls"]
native-tls = ["cloudimg-core/native-tls"]

[dependencies]
cloudimg-core.workspace = true
progenitor-client.workspace = true
reqwest.workspace = true
serde.workspace = true
serde_json.workspace = true
"#
    )
}

fn library(service: &str, title: &str) -> String {
    format!(
        r#"//! A client for {title}.
//!
//! The calls are generated from `specs/{service}.yaml`: each is a method of [`Client`] that gives a builder, and the builder's
//! `send()` makes the call. The [`Session`] that the client is made with signs, retries, keeps time and types the errors, so
//! that `?` turns every failure into an [`Error`].
//!
//! ```ignore
//! let session = Session::builder().credentials(StaticToken::new(token)).build()?;
//! let client = Client::new("https://service.example.com", session);
//! ```

#[rustfmt::skip]
mod generated;

pub use cloudimg_core::{{self as core, Error, ErrorKind, Page, Pager, Session, credentials}};
pub use generated::{{Client, builder, types}};
pub use progenitor_client::{{ByteStream, ResponseValue}};

cloudimg_core::service_hooks!(Client, generated::facts);
"#
    )
}
