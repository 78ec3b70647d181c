//! What every cloudimg client needs and no generator can know.
//!
//! A generated client (`cloudimg-glance-v2`, ...) holds a [`Session`] and sends each call through it: the session guards
//! the path, signs every attempt with its [`Credentials`], retries by its [`RetryPolicy`], keeps time by its
//! [`Clock`], and turns whatever goes wrong into one [`Error`].
//!
//! ```no_run
//! use cloudimg_core::{Session, credentials::StaticToken};
//!
//! # fn main() -> Result<(), cloudimg_core::Error> {
//! let session = Session::builder().credentials(StaticToken::new("gAAAAAB...")).build()?;
//! # let _ = session;
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! | feature | what it turns on |
//! | --- | --- |
//! | `rustls` (default) | https, by rustls, also where `native-tls` is on |
//! | `native-tls` | https, by the system's TLS |
//! | `huawei` | [`credentials`] that sign by AK/SK for Huawei Cloud and its relatives: SDK-HMAC-SHA256 and V11-HMAC-SHA256 |
//! | `obs` | the same AK/SK for the object storage of Huawei Cloud, which has a signature of its own |
//! | `cdnetworks` | [`credentials`] that sign by AK/SK for CDNetworks: CNC-HMAC-SHA256 |
//!
//! The signing kinds are off by default: `cloudimg-core = { version = "0.1", features = ["huawei"] }`.

pub mod clock;
pub mod credentials;
pub mod data;
mod decode;
mod encode;
pub mod endpoint;
pub mod error;
mod hooks;
pub mod ims;
mod obs;
mod operation;
pub mod pace;
pub mod pager;
pub mod poller;
pub mod retry;
mod secret;
pub mod session;
pub mod wire;

pub use clock::Clock;
pub use credentials::Credentials;
pub use decode::decode;
pub use encode::encode_path;
pub use error::{Error, ErrorKind, Result};
pub use operation::{Envelope, LongBody, NextMarker, OperationFacts, Paging};
pub use pace::Pace;
pub use pager::{Page, Pager};
pub use poller::{Observation, Poller};
pub use retry::RetryPolicy;
pub use secret::Secret;
pub use session::{Session, SessionBuilder, Timeouts, TlsOptions};

/// What the macros of this crate need from others; no part of the public interface.
#[doc(hidden)]
pub mod private {
    pub use progenitor_client;
    pub use reqwest;
    pub use serde;
    pub use serde_json;
}
