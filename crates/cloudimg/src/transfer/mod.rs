//! What all transfers of image data share: their progress, their limits, and what they say of the bytes in the end.

mod digest;
mod limits;
mod progress;
#[cfg(feature = "glance")]
pub(crate) mod sink;
pub mod sniff;
#[cfg_attr(not(feature = "glance"), allow(unreachable_pub))]
pub(crate) mod source;
mod verdict;

pub use digest::{Algorithm, Hasher};
pub use limits::Limits;
pub use progress::{Observer, Phase, Progress, Watcher, watch};
pub use verdict::Verdict;

#[allow(unused_imports)]
pub(crate) use digest::HashThread;
#[allow(unused_imports)]
pub(crate) use limits::Permit;
#[allow(unused_imports)]
pub(crate) use progress::Meter;
