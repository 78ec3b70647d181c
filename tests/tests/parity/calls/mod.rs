//! The call of ours for a recorded one: each argument is taken from what was recorded, and given to the method or setter that is meant for it.

pub(crate) mod images;
pub(crate) mod ims;
mod list;
pub(crate) mod sharing;

pub(crate) use list::list;
