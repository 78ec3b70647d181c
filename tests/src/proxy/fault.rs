use std::time::{Duration, SystemTime};

/// What is done to one exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The answer comes late.
    DelayHead(Duration),
    /// The body of the answer comes late, its head in time.
    DelayBody(Duration),
    /// The answer comes in pieces of so many bytes, with a pause before each.
    Drip(usize, Duration),
    /// The connection is reset as soon as the head of the request is here; nothing goes on to the server.
    ResetUnsent,
    /// The server answers, and the connection is reset instead.
    ResetUnanswered,
    /// The server answers, and the connection is reset after so many bytes of that.
    ResetWithin(u64),
    /// The server answers, and the connection is closed in an orderly way after so many bytes of that.
    Cut(u64),
    /// The request is taken, and nothing is ever answered; the server does not see it.
    Silence,
    /// The server answers, and nothing comes after so many bytes of that; with 0 nothing at all.
    SilenceAfter(u64),
    /// The answer is followed by itself.
    Twice,
    /// The server answers, and these bytes come instead; then the connection is closed.
    Garbage(Vec<u8>),
    /// An answer with this status by the proxy; the server does not see the request.
    Status(u16, RetryAfter),
    /// The answer announces a length that is not its own.
    Length(LengthLie),
    /// The body ends after so many thousandths of it, rightly framed.
    Truncated(u64),
}

/// What a refusal says of when to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryAfter {
    /// Nothing.
    Unsaid,
    /// In so many seconds.
    Seconds(u64),
    /// At this time.
    At(SystemTime),
}

/// How an announced length is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LengthLie {
    /// So many bytes more than come; then the connection is closed.
    More(u64),
    /// So many bytes less than come, or none where there are not that many.
    Less(u64),
    /// Two lengths at once, of which one is right.
    Two,
}
