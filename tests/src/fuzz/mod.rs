//! What reads bytes from elsewhere, each as a function of any bytes that panics where a promise is broken.
//!
//! [`TARGETS`] lists them. `tests/tests/fuzz.rs` runs them on stored inputs and on changed ones; `tests/fuzz` hands them to cargo-fuzz.

mod cdnetworks;
mod clouds;
mod corpus;
mod errors;
mod headers;
mod huawei;
mod links;
mod mutate;
mod open;
mod times;
mod versions;

use std::time::{Duration, SystemTime};

use cloudimg_core::Error;

pub use corpus::{further, stored};
pub use mutate::Mutator;

/// A target: its name, which is that of its folder of inputs, and what is run on each input.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name.
    pub name: &'static str,
    /// Reads the input as its part of the project does, and checks what comes of it.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "cdnetworks", run: cdnetworks::run },
    Target { name: "clouds", run: clouds::run },
    Target { name: "errors", run: errors::run },
    Target { name: "headers", run: headers::run },
    Target { name: "huawei", run: huawei::run },
    Target { name: "links", run: links::run },
    Target { name: "open", run: open::run },
    Target { name: "times", run: times::run },
    Target { name: "versions", run: versions::run },
];

/// Runs the target of this name.
///
/// # Panics
/// If there is none, or the target finds something.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("no target `{name}`"));
    (target.run)(data);
}

/// The longest message of an error, in characters, with its ellipsis.
const MESSAGE: usize = 1001;
/// The longest code or id.
const NAME: usize = 129;

/// Each error is one line of bounded length, whatever it is about.
fn check_error(error: &Error) {
    check_line(error.message(), MESSAGE);
    check_line(error.code().unwrap_or_default(), NAME);
    check_line(error.request_id().unwrap_or_default(), NAME);
    check_line(&error.to_string(), MESSAGE + 2 * NAME + 200);
    assert!(error.body().len() <= 8 * 1024, "{} bytes are kept", error.body().len());
    assert!(!error.message().is_empty(), "an error without words");
}

/// `text` is on one line and not too long.
fn check_line(text: &str, longest: usize) {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    assert!(!text.contains(breaks), "not on one line: {text:?}");
    assert!(text.chars().count() <= longest, "longer than {longest}: {text:?}");
}

/// The first line and the rest.
fn first_line(data: &[u8]) -> (String, &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (line, rest) = data.split_at(end);
    (String::from_utf8_lossy(line).into_owned(), rest.get(1..).unwrap_or_default())
}

/// The time of day of all targets.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}
