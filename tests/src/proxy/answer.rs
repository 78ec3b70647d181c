//! The answer of a server, as the client gets it.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::time::sleep;

use super::connection::{Next, silence};
use super::http1::{Framing, Head, Reader};
use super::link::Pace;
use super::{Fault, LengthLie, RetryAfter, Shared};

/// An answer that the proxy gives by itself.
pub(super) fn refusal(status: u16, retry_after: RetryAfter) -> Vec<u8> {
    let after = match retry_after {
        RetryAfter::Unsaid => String::new(),
        RetryAfter::Seconds(seconds) => format!("retry-after: {seconds}\r\n"),
        RetryAfter::At(time) => format!("retry-after: {}\r\n", httpdate::fmt_http_date(time)),
    };
    let body = format!("{{\"message\": \"The proxy says {status}.\"}}");
    let length = body.len();
    format!("HTTP/1.1 {status} Refused\r\ncontent-type: application/json\r\n{after}content-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// What it takes to pass an answer on.
pub(super) struct Answer<'a, R, W> {
    pub(super) shared: &'a Shared,
    pub(super) number: usize,
    pub(super) fault: Option<Fault>,
    pub(super) method: String,
    pub(super) from: Reader<'a, R>,
    pub(super) to: W,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Answer<'_, R, W> {
    pub(super) async fn play(mut self) -> io::Result<Next> {
        let head = loop {
            let Some(head) = self.from.head().await? else { return Ok(Next::Close) };
            match head.status() {
                100..200 => self.to.write_all(&head.bytes).await?,
                _ => break head,
            }
        };
        self.shared.note(self.number, |exchange| exchange.status = Some(head.status()));
        let framing = head.of_answer(&self.method);
        match self.fault.take() {
            Some(Fault::ResetUnanswered) => Ok(Next::Reset),
            Some(Fault::Garbage(bytes)) => {
                self.send_all(&bytes).await?;
                Ok(Next::Close)
            }
            Some(Fault::Twice) => {
                let (raw, whole) = self.whole(framing).await?;
                let twice = [&head.bytes[..], &raw, &head.bytes, &raw].concat();
                self.send_all(&twice).await?;
                Ok(if whole { Next::Again } else { Next::Close })
            }
            Some(Fault::Truncated(thousandths)) => {
                let (raw, whole) = self.whole(framing).await?;
                let mut content = framing.content(&raw);
                let kept = content.len() as u64 * thousandths.min(1000) / 1000;
                content.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
                let lengths: &[u64] = if has_body(&head) { &[content.len() as u64] } else { &[] };
                self.send_all(&[head.with_lengths(lengths), content].concat()).await?;
                Ok(if whole { Next::Again } else { Next::Close })
            }
            Some(Fault::Length(lie)) => {
                let (raw, whole) = self.whole(framing).await?;
                let content = framing.content(&raw);
                let length = content.len() as u64;
                let (lengths, next) = match lie {
                    LengthLie::More(bytes) => (vec![length + bytes], Next::Close),
                    LengthLie::Less(bytes) => (vec![length.saturating_sub(bytes)], Next::Again),
                    LengthLie::Two => (vec![length, length + 1], Next::Close),
                };
                self.send_all(&[head.with_lengths(&lengths), content].concat()).await?;
                Ok(if whole { next } else { Next::Close })
            }
            fault => self.stream(&head, framing, fault).await,
        }
    }

    /// Passes an answer on as it comes, as far as that goes.
    async fn stream(mut self, head: &Head, mut framing: Framing, fault: Option<Fault>) -> io::Result<Next> {
        let (limit, then) = match fault {
            Some(Fault::Cut(bytes)) => (bytes, Some(Next::Close)),
            Some(Fault::ResetWithin(bytes)) => (bytes, Some(Next::Reset)),
            Some(Fault::SilenceAfter(bytes)) => (bytes, None),
            _ => (u64::MAX, Some(Next::Again)),
        };
        let (head_late, body_late) = match fault {
            Some(Fault::DelayHead(time)) => (time, Duration::ZERO),
            Some(Fault::DelayBody(time)) => (Duration::ZERO, time),
            _ => (Duration::ZERO, Duration::ZERO),
        };
        let (piece, pause) = match fault {
            Some(Fault::Drip(bytes, pause)) => (bytes.max(1), pause),
            _ => (usize::MAX, Duration::ZERO),
        };
        let link = self.shared.link;
        let mut way = Way { left: limit, piece, pause, pace: link.pace(), sent: 0 };
        link.travel().await;
        wait(head_late).await;
        let mut open = way.send(&mut self.to, &head.bytes).await?;
        wait(body_late).await;
        let mut broken = false;
        while open {
            match self.from.block(&mut framing, link.block()).await {
                Ok(Some(block)) => open = way.send(&mut self.to, &block).await?,
                Ok(None) => break,
                Err(_) => {
                    broken = true;
                    break;
                }
            }
        }
        self.shared.note(self.number, |exchange| exchange.answered = way.sent);
        if open {
            // All of it is there: what was to stop it came too late.
            let ends = broken || head.closes() || matches!(framing, Framing::UntilClose);
            return Ok(if ends { Next::Close } else { Next::Again });
        }
        match then {
            Some(next) => Ok(next),
            None => {
                silence(self.shared).await;
                Ok(Next::Close)
            }
        }
    }

    /// The body as it comes, and whether the connection is good for another one.
    async fn whole(&mut self, mut framing: Framing) -> io::Result<(Vec<u8>, bool)> {
        let mut raw = Vec::new();
        while let Some(block) = self.from.block(&mut framing, usize::MAX).await? {
            raw.extend_from_slice(&block);
        }
        Ok((raw, framing.is_over()))
    }

    async fn send_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.to.write_all(bytes).await?;
        self.shared.note(self.number, |exchange| exchange.answered = bytes.len() as u64);
        Ok(())
    }
}

fn has_body(head: &Head) -> bool {
    !matches!(head.status(), 204 | 304)
}

async fn wait(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}

/// The way to the client.
struct Way {
    /// How many bytes may still go.
    left: u64,
    piece: usize,
    pause: Duration,
    pace: Pace,
    sent: u64,
}

impl Way {
    /// Sends what may go of `bytes`, and says whether that was all.
    async fn send<W: AsyncWrite + Unpin>(&mut self, to: &mut W, bytes: &[u8]) -> io::Result<bool> {
        let may = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
        for piece in bytes.get(..may).unwrap_or_default().chunks(self.piece.min(may.max(1))) {
            wait(self.pause).await;
            self.pace.after(piece.len()).await;
            to.write_all(piece).await?;
            self.left -= piece.len() as u64;
            self.sent += piece.len() as u64;
        }
        Ok(may == bytes.len())
    }
}
