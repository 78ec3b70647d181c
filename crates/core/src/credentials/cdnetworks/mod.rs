//! Requests signed with an access key and a secret key, as CDNetworks wants them (feature `cdnetworks`).
//!
//! ```no_run
//! use cloudimg_core::{Session, credentials::CncAkSk};
//!
//! # fn main() -> Result<(), cloudimg_core::Error> {
//! // From CDNETWORKS_ACCESS_KEY and CDNETWORKS_SECRET_KEY.
//! let session = Session::builder().credentials(CncAkSk::from_env()?).build()?;
//! # let _ = session;
//! # Ok(())
//! # }
//! ```
//!
//! The service takes a signature once and a stamp at most five minutes from its own clock. So [`CncAkSk`] gives equal requests different
//! seconds, and learns from a refusal how far this machine's clock is off. [`sign`] is the algorithm alone; [`check`] refuses what the
//! provider's own libraries sign in different ways.

mod check;
mod keys;
mod sign;
mod stamps;

pub use check::check;
pub use keys::CncAkSk;
pub use sign::{Canonical, Request, Signed, sign};
