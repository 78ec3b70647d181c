//! A client for Huawei Cloud Image Management Service v1.
//!
//! The calls are generated from `specs/ims-v1.yaml`: each is a method of [`Client`] that gives a builder, and the builder's
//! `send()` makes the call. The [`Session`] that the client is made with signs, retries, keeps time and types the errors, so
//! that `?` turns every failure into an [`Error`].
//!
//! ```ignore
//! let session = Session::builder().credentials(StaticToken::new(token)).build()?;
//! let client = Client::new("https://service.example.com", session);
//! ```
//!
//! Bodies can be held against the service's rules before they are sent, by [`Check`]. Long work is a job; `cloudimg-ims-v2` waits for it.

mod checks;
#[rustfmt::skip]
mod generated;

pub use cloudimg_core::{self as core, Error, ErrorKind, Page, Pager, Session, credentials, ims::Check};
pub use generated::{Client, builder, types};
pub use progenitor_client::{ByteStream, ResponseValue};

cloudimg_core::service_hooks!(Client, generated::facts);
