use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use cloudimg_core::poller::{Poller, Rhythm};
use cloudimg_core::{Error, ErrorKind, Result};
use futures::Stream;

/// What goes on at the service: a stream of what looks at it show, and then a result. A failure is remembered.
pub(super) struct Watched<S, T> {
    poller: Poller<'static, S, T>,
    rhythm: Rhythm,
    failed: Option<Error>,
}

impl<S, T> Watched<S, T> {
    pub(super) fn new(poller: Poller<'static, S, T>, rhythm: Rhythm) -> Self {
        Self { poller: poller.with_rhythm(rhythm), rhythm, failed: None }
    }

    pub(super) fn with_rhythm(self, rhythm: Rhythm) -> Self {
        Self { poller: self.poller.with_rhythm(rhythm), rhythm, ..self }
    }

    pub(super) fn with_limit(self, limit: Duration) -> Self {
        let mut rhythm = self.rhythm;
        rhythm.patience = Some(limit);
        self.with_rhythm(rhythm)
    }
}

impl<S, T: Unpin> Watched<S, T> {
    pub(super) fn poll_state(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<S>>> {
        let seen = ready!(Pin::new(&mut self.poller).poll_next(cx));
        if let Some(Err(error)) = &seen {
            self.failed = Some(error.clone());
        }
        Poll::Ready(seen)
    }

    /// What came of it, once the stream has ended.
    pub(super) fn result(&mut self) -> Result<T> {
        let taken = || Error::new(ErrorKind::InvalidRequest, "the result has been taken already");
        match &self.failed {
            Some(error) => Err(error.clone()),
            None => self.poller.take_result().ok_or_else(taken),
        }
    }
}
