//! Kinds of faults, whose details a seed decides.

use std::time::{Duration, SystemTime};

use fastrand::Rng;

use super::{Fault, LengthLie, RetryAfter};

/// What may go wrong, without the details.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// [`Fault::DelayHead`]
    LateHead,
    /// [`Fault::DelayBody`]
    LateBody,
    /// [`Fault::Drip`]
    Drip,
    /// [`Fault::ResetUnsent`]
    ResetUnsent,
    /// [`Fault::ResetUnanswered`]
    ResetUnanswered,
    /// [`Fault::ResetWithin`]
    ResetWithin,
    /// [`Fault::Cut`]
    Cut,
    /// [`Fault::Silence`]
    Silence,
    /// [`Fault::SilenceAfter`] nothing: the server has done what was asked.
    SilenceUnanswered,
    /// [`Fault::SilenceAfter`] a part of the answer.
    SilenceWithin,
    /// [`Fault::Twice`]
    Twice,
    /// [`Fault::Garbage`]
    Garbage,
    /// [`Fault::Status`] 429 with seconds to wait.
    Throttled,
    /// [`Fault::Status`] 429 with a time to wait for, or nothing.
    ThrottledUntil,
    /// [`Fault::Status`] 503, with and without a time.
    Unavailable,
    /// [`Fault::Length`], more than comes.
    LongerLength,
    /// [`Fault::Length`], less than comes.
    ShorterLength,
    /// [`Fault::Length`], two of them.
    TwoLengths,
    /// [`Fault::Truncated`]
    Truncated,
}

impl FaultKind {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::LateHead,
        Self::LateBody,
        Self::Drip,
        Self::ResetUnsent,
        Self::ResetUnanswered,
        Self::ResetWithin,
        Self::Cut,
        Self::Silence,
        Self::SilenceUnanswered,
        Self::SilenceWithin,
        Self::Twice,
        Self::Garbage,
        Self::Throttled,
        Self::ThrottledUntil,
        Self::Unavailable,
        Self::LongerLength,
        Self::ShorterLength,
        Self::TwoLengths,
        Self::Truncated,
    ];

    /// A fault of this kind; times are told from `now`.
    pub fn fault(self, rng: &mut Rng, now: SystemTime) -> Fault {
        let millis = |rng: &mut Rng, most| Duration::from_millis(rng.u64(1..=most));
        // Most heads of answers have 150 to 300 bytes.
        let within = |rng: &mut Rng| if rng.bool() { rng.u64(1..150) } else { rng.u64(150..900) };
        match self {
            Self::LateHead => Fault::DelayHead(millis(rng, 8)),
            Self::LateBody => Fault::DelayBody(millis(rng, 8)),
            Self::Drip => Fault::Drip(rng.usize(20..200), Duration::from_micros(rng.u64(0..500))),
            Self::ResetUnsent => Fault::ResetUnsent,
            Self::ResetUnanswered => Fault::ResetUnanswered,
            Self::ResetWithin => Fault::ResetWithin(within(rng)),
            Self::Cut => Fault::Cut(within(rng)),
            Self::Silence => Fault::Silence,
            Self::SilenceUnanswered => Fault::SilenceAfter(0),
            Self::SilenceWithin => Fault::SilenceAfter(within(rng)),
            Self::Twice => Fault::Twice,
            Self::Garbage => Fault::Garbage(garbage(rng)),
            Self::Throttled => Fault::Status(429, RetryAfter::Seconds(rng.u64(0..4))),
            Self::ThrottledUntil => {
                let until = now + Duration::from_secs(rng.u64(0..4));
                Fault::Status(429, if rng.bool() { RetryAfter::At(until) } else { RetryAfter::Unsaid })
            }
            Self::Unavailable => {
                let after = match rng.u8(0..3) {
                    0 => RetryAfter::Unsaid,
                    1 => RetryAfter::Seconds(rng.u64(0..3)),
                    _ => RetryAfter::At(now + Duration::from_secs(rng.u64(0..3))),
                };
                Fault::Status(503, after)
            }
            Self::LongerLength => Fault::Length(LengthLie::More(rng.u64(1..2000))),
            Self::ShorterLength => Fault::Length(LengthLie::Less(rng.u64(1..60))),
            Self::TwoLengths => Fault::Length(LengthLie::Two),
            Self::Truncated => Fault::Truncated(rng.u64(0..1000)),
        }
    }
}

/// Something that is no answer of HTTP, or hardly one.
fn garbage(rng: &mut Rng) -> Vec<u8> {
    match rng.u8(0..6) {
        0 => b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(),
        1 => b"<html><body>It works!</body></html>".to_vec(),
        2 => b"HTTP/1.1 OK\r\n\r\n".to_vec(),
        3 => b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}".to_vec(),
        4 => vec![0; rng.usize(1..300)],
        _ => (0..rng.usize(1..300)).map(|_| rng.u8(..)).collect(),
    }
}
