//! What all transfers of image data share: their progress, their limits, and what they say of the bytes in the end.

mod digest;
mod limits;
mod progress;
#[cfg(feature = "glance")]
pub(crate) mod sink;
pub mod sniff;
#[cfg(feature = "glance")]
pub(crate) mod source;
mod verdict;

pub use digest::{Algorithm, Hasher};
pub use limits::Limits;
pub use progress::{Observer, Phase, Progress, Watcher, watch};
pub use verdict::Verdict;

#[cfg(feature = "glance")]
pub(crate) use digest::HashThread;
#[cfg(feature = "glance")]
pub(crate) use limits::Permit;
pub(crate) use progress::Meter;
