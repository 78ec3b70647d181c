//! Requests signed with an access key and a secret key, as Huawei Cloud and the clouds built from it want them (feature `huawei`).
//!
//! ```no_run
//! use cloudimg_core::{Session, credentials::AkSk};
//!
//! # fn main() -> Result<(), cloudimg_core::Error> {
//! let keys = AkSk::builder("ABCDEFGHIJ", "the secret key").project_id("0605767caf80f5762f1bc0f9d8e4b8a7").build()?;
//! let session = Session::builder().credentials(keys).build()?;
//! # let _ = session;
//! # Ok(())
//! # }
//! ```
//!
//! [`AkSk`] signs each attempt of a session's calls anew. It signs the headers that reach the service as they were sent: host, date, content
//! type and the provider's own; others (the user agent, what proxies add or rewrite) go unsigned. [`sign`] is the algorithm alone and signs
//! all it is given.

mod canonical;
mod keys;
#[cfg(feature = "obs")]
mod obs;
mod query;
mod sign;

pub use keys::{AkSk, AkSkBuilder};
#[cfg(feature = "obs")]
pub use obs::ObsKeys;
pub use query::{Query, Value};
pub use sign::{Payload, Request, Signed, sign};
