use std::time::Duration;

/// Limits on the time of a call, each apart; `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// For making a connection, TLS included.
    pub connect: Option<Duration>,
    /// From the end of the request to the head of the answer.
    pub head: Option<Duration>,
    /// For silence within a body, on either way.
    pub idle: Option<Duration>,
    /// For the whole call, its waits and repetitions included; not for calls with a body of any size.
    pub total: Option<Duration>,
}

impl Default for Timeouts {
    /// 10 s to connect, 60 s for the head, 60 s of silence, 5 minutes in all.
    fn default() -> Self {
        let seconds = |n| Some(Duration::from_secs(n));
        Self { connect: seconds(10), head: seconds(60), idle: seconds(60), total: seconds(300) }
    }
}

impl Timeouts {
    /// Another limit for making a connection.
    #[must_use]
    pub fn with_connect(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.connect = limit.into();
        self
    }

    /// Another limit for the head of the answer.
    #[must_use]
    pub fn with_head(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.head = limit.into();
        self
    }

    /// Another limit for silence.
    #[must_use]
    pub fn with_idle(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.idle = limit.into();
        self
    }

    /// Another limit for the whole call.
    #[must_use]
    pub fn with_total(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.total = limit.into();
        self
    }
}
