//! Types that take what services really send: enums and objects that keep what no spec lists, times that keep their text.

mod open_enum;
mod open_object;
mod timestamp;

pub use timestamp::Timestamp;
