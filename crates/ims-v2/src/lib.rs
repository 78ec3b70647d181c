//! A client for Huawei Cloud Image Management Service v2.
//!
//! The calls are generated from `specs/ims-v2.yaml`: each is a method of [`Client`] that gives a builder, and the builder's
//! `send()` makes the call. The [`Session`] that the client is made with signs, retries, keeps time and types the errors, so
//! that `?` turns every failure into an [`Error`].
//!
//! ```ignore
//! let session = Session::builder().credentials(StaticToken::new(token)).build()?;
//! let client = Client::new("https://service.example.com", session);
//! ```

#[rustfmt::skip]
mod generated;

pub use cloudimg_core::{self as core, Error, ErrorKind, Page, Pager, Session, credentials};
pub use generated::{Client, builder, types};
pub use progenitor_client::{ByteStream, ResponseValue};

cloudimg_core::service_hooks!(Client, generated::facts);
