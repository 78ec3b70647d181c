//! A pace limit kept on this side: not more calls than a service allows in a time.
//!
//! Services that count calls, such as CDNetworks', refuse what is too much, or worse. A session with a [`Pace`] never gets there: when so many calls
//! were made that the next would be one too many, it waits, by the session's clock and in the order of arrival. Off by default.
//!
//! ```
//! use std::time::Duration;
//! use cloudimg_core::{Pace, Session};
//!
//! # fn main() -> Result<(), cloudimg_core::Error> {
//! let five_minutes = Duration::from_secs(300);
//! let pace = Pace::new().account(300, five_minutes).operation(30, five_minutes);
//! let pace = pace.on_wait(|waiting| println!("{} waits for {:?}", waiting.operation, waiting.wait));
//! let session = Session::builder().pace(pace).build()?;
//! # let _ = session;
//! # Ok(())
//! # }
//! ```

#[cfg(test)]
mod tests;
mod turn;
mod windows;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use turn::{Pacer, Place};

/// How many calls may go to a service in any stretch of time of a given length.
///
/// Each attempt counts that goes to the network, repetitions too, from when it is sent until the length has passed since its answer: wherever on the
/// way the service counts, no stretch of that length has more. As long as places are left, nothing waits: calls may come in a burst.
///
/// A call whose time (`Timeouts::total`) would end before its turn comes is refused at once, with an error of the kind `Throttled` that says so and
/// how long to wait.
#[derive(Clone, Default)]
pub struct Pace {
    account: Option<Limit>,
    operation: Option<Limit>,
    on_wait: Option<Listener>,
}

/// What makes calls calls of one operation: method and path, since some forms of one call have names of their own.
pub(crate) type Key = (&'static str, &'static str);

type Listener = Arc<dyn Fn(&Waiting) + Send + Sync>;

/// So many calls in any stretch of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limit {
    calls: usize,
    per: Duration,
}

impl Limit {
    /// Less than one call would let nothing pass, and no time at all would be no limit: the least is one call in a millisecond.
    fn new(calls: u32, per: Duration) -> Self {
        Self { calls: usize::try_from(calls).unwrap_or(usize::MAX).max(1), per: per.max(Duration::from_millis(1)) }
    }
}

impl Pace {
    /// No limit, to be given some.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What CDNetworks allows: 300 calls in five minutes for an account, and 30 for an operation. (The provider's introduction to its API.)
    #[cfg(feature = "cdnetworks")]
    #[must_use]
    pub fn cdnetworks() -> Self {
        let five_minutes = Duration::from_secs(300);
        Self::new().account(300, five_minutes).operation(30, five_minutes)
    }

    /// At most so many calls in any stretch of length `per`, all calls of the session together. The least is one call in a millisecond.
    #[must_use]
    pub fn account(mut self, calls: u32, per: Duration) -> Self {
        self.account = Some(Limit::new(calls, per));
        self
    }

    /// At most so many calls of each operation, which is a method with a path, in any stretch of length `per`. The least is one call in a millisecond.
    #[must_use]
    pub fn operation(mut self, calls: u32, per: Duration) -> Self {
        self.operation = Some(Limit::new(calls, per));
        self
    }

    /// Tells `listener` of each call that has to wait, when it begins to, and again if it has to wait longer than it was told. The listener should be
    /// quick: the call stands still meanwhile.
    #[must_use]
    pub fn on_wait(mut self, listener: impl Fn(&Waiting) + Send + Sync + 'static) -> Self {
        self.on_wait = Some(Arc::new(listener));
        self
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace").field("account", &self.account).field("operation", &self.operation).finish_non_exhaustive()
    }
}

/// A call that waits for its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// The operation, by its id in the service's description.
    pub operation: &'static str,
    /// How long it will wait, by what is known now.
    pub wait: Duration,
    /// Which of the two limits it waits for.
    pub limit: Limited,
    /// How many calls that limit allows.
    pub calls: usize,
    /// In any stretch of this length.
    pub per: Duration,
    /// How many waiting calls have their turn before.
    pub ahead: usize,
}

/// What a limit of a [`Pace`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limited {
    /// All calls of the session.
    Account,
    /// The calls of one operation.
    Operation,
}

impl fmt::Display for Limited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Account => "an account",
            Self::Operation => "one operation",
        })
    }
}
