//! Types that take what services really send: enums and objects that keep what no spec lists, times that keep their text.

mod extra;
mod keys;
mod open_enum;
mod open_object;
mod timestamp;

pub use extra::Extra;
#[doc(hidden)]
pub use keys::Keys;
pub use timestamp::Timestamp;
