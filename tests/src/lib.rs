//! What the tests of this workspace share.
//!
//! A [`Target`] is the cloud that they run on: the sandbox, or the servers that `CLOUDIMG_LIVE_CONFIG` names. A [`Case`] is one test's
//! view of it: signed-in clients, names that nobody else uses, and the removal of whatever the test made.

pub mod bulk;
mod case;
mod coverage;
pub mod facts;
pub mod fixtures;
pub mod fuzz;
pub mod ims;
mod json;
pub mod listen;
mod openrc;
pub mod proxy;
mod sandbox;
mod target;
mod wait;

pub use case::Case;
pub use coverage::Notes;
pub use json::{differ, differ_exactly};
pub use target::Target;
pub use wait::until;

/// The MD5 of `data` in lower-case hexadecimal.
#[must_use]
pub fn md5(data: &[u8]) -> String {
    hex::<md5::Md5>(data)
}

/// The SHA-512 of `data` in lower-case hexadecimal.
#[must_use]
pub fn sha512(data: &[u8]) -> String {
    hex::<sha2::Sha512>(data)
}

fn hex<D: sha2::Digest>(data: &[u8]) -> String {
    D::digest(data).iter().map(|byte| format!("{byte:02x}")).collect()
}
