mod handle;
mod outcome;
mod start;
mod ticket;

pub use handle::Job;
pub use outcome::{Exported, JobOutcome};
pub(super) use start::{Turn, start};
pub use ticket::JobKind;
