//! What is traced on a test's own thread.
//!
//! There is one listener for the whole program: with one for each test, a place that another test's thread comes to first may be taken for
//! good for one that nobody listens to. Tests run on a thread of their own, and so do the runtimes of `#[tokio::test]`.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Once;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::Registry;

use crate::coverage::Notes;

thread_local! {
    static TEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static CALLS: RefCell<BTreeSet<(String, u16)>> = const { RefCell::new(BTreeSet::new()) };
}

/// One of the two ways for all tests of a program.
static STARTED: Once = Once::new();

struct ToThread;

impl Write for ToThread {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        TEXT.with_borrow_mut(|all| all.write(text))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Keeps all that is traced from now on, as text.
pub fn text() {
    STARTED.call_once(|| {
        let everything = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
        let subscriber = everything.with_writer(|| ToThread).finish();
        tracing::subscriber::set_global_default(subscriber).unwrap_or_else(|error| panic!("{error}"));
    });
    TEXT.with_borrow_mut(Vec::clear);
}

/// What was traced on this thread since [`text`].
#[must_use]
pub fn heard() -> String {
    TEXT.with_borrow(|all| String::from_utf8_lossy(all).into_owned())
}

/// Keeps the operations that are called from now on, with the statuses of their answers.
pub fn calls() {
    STARTED.call_once(|| {
        let notes = Notes::new(|operation, status| {
            CALLS.with_borrow_mut(|all| all.insert((operation.to_owned(), status)));
        });
        let subscriber = Registry::default().with(notes);
        tracing::subscriber::set_global_default(subscriber).unwrap_or_else(|error| panic!("{error}"));
    });
    CALLS.with_borrow_mut(BTreeSet::clear);
}

/// The operations that were called on this thread since [`calls`].
#[must_use]
pub fn called() -> BTreeSet<(String, u16)> {
    CALLS.with_borrow(Clone::clone)
}
