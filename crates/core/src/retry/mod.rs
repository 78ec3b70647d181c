//! When a failed attempt is followed by another.

mod budget;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderMap;

pub use budget::RetryBudget;

use crate::error::{Error, ErrorKind};

/// Decides whether a failed attempt is repeated, and when.
///
/// A body that cannot be rewound is never sent twice, whatever the policy says.
pub trait RetryPolicy: fmt::Debug + Send + Sync + 'static {
    /// What to do after `failure`.
    fn decide(&self, failure: &Failure<'_>) -> Decision;
}

impl<P: RetryPolicy + ?Sized> RetryPolicy for Arc<P> {
    fn decide(&self, failure: &Failure<'_>) -> Decision {
        (**self).decide(failure)
    }
}

/// A failed attempt.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Failure<'a> {
    /// What went wrong.
    pub error: &'a Error,
    /// How many attempts were made, this one included.
    pub attempts: u32,
    /// The time since the call began, but for what it waited under the session's pace limit.
    pub elapsed: Duration,
    /// Whether the operation may be sent twice with no other effect than once.
    pub idempotent: bool,
}

/// The answer of a [`RetryPolicy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Hand the error to the caller.
    GiveUp,
    /// Try again after this long.
    After(Duration),
}

impl Failure<'_> {
    /// Whether sending again can neither do harm nor is bound to fail alike.
    ///
    /// A refused connection and a 429 leave nothing done, so any call may follow; all else may have taken effect and is for idempotent
    /// calls only.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        match self.error.kind() {
            ErrorKind::Connect | ErrorKind::Throttled => true,
            _ => self.idempotent && self.error.is_retryable(),
        }
    }
}

/// The default policy: a few attempts, exponential waits with full jitter, `Retry-After` obeyed.
#[derive(Clone, Copy, Debug)]
pub struct Standard {
    attempts: u32,
    first: Duration,
    longest: Duration,
    patience: Duration,
    after_status: Option<u32>,
    after_connect: Option<u32>,
}

impl Default for Standard {
    /// 4 attempts, waits of up to 0.5 s, 1 s and 2 s, a `Retry-After` of up to 60 s, 2 minutes in all.
    fn default() -> Self {
        Self {
            attempts: 4,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(20),
            patience: Duration::from_secs(120),
            after_status: None,
            after_connect: None,
        }
    }
}

impl Standard {
    /// The longest `Retry-After` that is waited for: beyond it the caller had better decide.
    pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

    /// At most `attempts` in all; 1 means no repetition.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// At most `retries` repetitions after an answer that invites one (429, 502 to 504), whatever [`with_attempts`](Self::with_attempts)
    /// says: the `status_code_retries` of the established tools. Attempts that failed otherwise count too.
    #[must_use]
    pub fn with_status_retries(mut self, retries: u32) -> Self {
        self.after_status = Some(retries);
        self
    }

    /// The same after no answer at all (no connection, a broken one, silence): the `connect_retries` of the established tools.
    #[must_use]
    pub fn with_connect_retries(mut self, retries: u32) -> Self {
        self.after_connect = Some(retries);
        self
    }

    /// How many attempts there may be in all, given how the last one failed.
    fn most(&self, failure: &Failure<'_>) -> u32 {
        // A success that broke off has a status too, and is a matter of the connection.
        let refused = failure.error.status().is_some_and(|status| status >= 400);
        let retries = if refused { self.after_status } else { self.after_connect };
        retries.map_or(self.attempts, |retries| retries.saturating_add(1))
    }

    /// The upper bounds of the waits: `first` for the first one, doubled each time up to `longest`.
    #[must_use]
    pub fn with_waits(mut self, first: Duration, longest: Duration) -> Self {
        (self.first, self.longest) = (first, longest);
        self
    }

    /// No new attempt once a call has lasted this long.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

impl RetryPolicy for Standard {
    fn decide(&self, failure: &Failure<'_>) -> Decision {
        if failure.attempts >= self.most(failure) || !failure.is_repeatable() {
            return Decision::GiveUp;
        }
        let wait = match failure.error.retry_after() {
            Some(asked) if asked > Self::LONGEST_RETRY_AFTER => return Decision::GiveUp,
            Some(asked) => asked,
            None => {
                let doublings = failure.attempts.saturating_sub(1).min(16);
                let bound = self.first.saturating_mul(1 << doublings).min(self.longest);
                bound.mul_f64(fastrand::f64())
            }
        };
        if failure.elapsed.saturating_add(wait) > self.patience { Decision::GiveUp } else { Decision::After(wait) }
    }
}

/// No repetition at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Never;

impl RetryPolicy for Never {
    fn decide(&self, _: &Failure<'_>) -> Decision {
        Decision::GiveUp
    }
}

/// The wait that a `Retry-After` header asks for, in seconds or as a date.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(httpdate::parse_http_date(text).ok()?.duration_since(now).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(error: &Error, attempts: u32, idempotent: bool) -> Failure<'_> {
        Failure { error, attempts, elapsed: Duration::ZERO, idempotent }
    }

    fn is_repeated(kind: ErrorKind, idempotent: bool) -> bool {
        Standard::default().decide(&failure(&Error::new(kind, ""), 1, idempotent)) != Decision::GiveUp
    }

    #[test]
    fn only_what_left_nothing_done_is_repeated_blindly() {
        for kind in [ErrorKind::Connect, ErrorKind::Throttled] {
            assert!(is_repeated(kind, false), "{kind:?}");
        }
        for kind in [ErrorKind::ServiceUnavailable, ErrorKind::Interrupted, ErrorKind::Timeout] {
            assert!(is_repeated(kind, true) && !is_repeated(kind, false), "{kind:?}");
        }
        for kind in [ErrorKind::NotFound, ErrorKind::Tls] {
            assert!(!is_repeated(kind, true), "{kind:?}");
        }
    }

    #[test]
    fn attempts_and_patience_end() {
        let error = Error::new(ErrorKind::Connect, "");
        assert_eq!(Standard::default().decide(&failure(&error, 4, true)), Decision::GiveUp);
        let late = Failure { elapsed: Duration::from_secs(121), ..failure(&error, 1, true) };
        assert_eq!(Standard::default().decide(&late), Decision::GiveUp);
    }

    #[test]
    fn answers_and_connections_may_have_their_own_number_of_repetitions() {
        let busy = Error::from_answer(http::StatusCode::SERVICE_UNAVAILABLE, &HeaderMap::new(), b"", SystemTime::UNIX_EPOCH);
        let broken = Error::new(ErrorKind::Connect, "");
        let ends = |policy: Standard, error| (1..20).find(|n| policy.decide(&failure(error, *n, true)) == Decision::GiveUp);
        let policy = Standard::default();
        assert_eq!((ends(policy, &busy), ends(policy, &broken)), (Some(4), Some(4)));
        let policy = policy.with_status_retries(5);
        assert_eq!((ends(policy, &busy), ends(policy, &broken)), (Some(6), Some(4)));
        let policy = policy.with_connect_retries(0);
        assert_eq!((ends(policy, &busy), ends(policy, &broken)), (Some(6), Some(1)));
    }

    #[test]
    fn waits_stay_within_their_bounds() {
        let error = Error::new(ErrorKind::Connect, "");
        let policy = Standard::default().with_attempts(100);
        for attempts in 1..60 {
            match policy.decide(&failure(&error, attempts, true)) {
                Decision::After(wait) => assert!(wait <= Duration::from_secs(20)),
                Decision::GiveUp => panic!("gave up after {attempts}"),
            }
        }
    }

    #[test]
    fn retry_after_comes_as_seconds_or_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", text.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(read("12"), Some(Duration::from_secs(12)));
        assert_eq!(read("Mon, 12 Jan 1970 13:47:00 GMT"), Some(Duration::from_secs(20)));
        assert_eq!(read("Mon, 12 Jan 1970 13:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
    }
}
