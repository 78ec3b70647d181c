//! Request bodies of any size.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::Stream;
use futures::stream::BoxStream;
use http_body::{Frame, SizeHint};

use crate::error::{Error, ErrorKind};

/// The size of the blocks to read sources in: small ones cost a system call and a wake-up each, large ones memory.
pub const BLOCK: usize = 512 * 1024;

/// A body of `length` bytes from `stream`, declared by `Content-Length`; sent in chunks where the length is not known.
///
/// A source that gives fewer or more bytes than declared fails the call instead of leaving the service with part of an image. So the source
/// must end: the last block is sent once it has.
pub fn body<S, E>(stream: S, length: Option<u64>) -> reqwest::Body
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Into<Error> + 'static,
{
    use futures::StreamExt as _;
    let stream = stream.map(|block| block.map_err(Into::into)).boxed();
    reqwest::Body::wrap(Data { stream: Mutex::new(stream), length, read: 0, last: None, ended: false })
}

struct Data {
    // Only ever reached through `&mut`: the lock makes a stream that is not `Sync` fit where one must be.
    stream: Mutex<BoxStream<'static, Result<Bytes, Error>>>,
    length: Option<u64>,
    read: u64,
    /// The block that completes the declared length. Who has that much asks for no more, so it is held back until the source has ended.
    last: Option<Bytes>,
    ended: bool,
}

impl Data {
    /// What is to be sent after the source gave `block`; nothing yet where `None`.
    fn next(&mut self, block: Bytes) -> Option<Result<Bytes, Error>> {
        self.read += block.len() as u64;
        match self.length {
            _ if block.is_empty() => None,
            Some(length) if self.read > length => Some(Err(wrong_length(&format!("more than the {length} bytes declared")))),
            Some(length) if self.read == length => {
                self.last = Some(block);
                None
            }
            _ => Some(Ok(block)),
        }
    }

    /// What is to be sent after the source has ended.
    fn rest(&mut self) -> Option<Result<Bytes, Error>> {
        self.ended = true;
        match self.length {
            Some(length) if self.read < length => Some(Err(wrong_length(&format!("{} bytes of the {length} declared", self.read)))),
            _ => self.last.take().map(Ok),
        }
    }
}

fn wrong_length(what: &str) -> Error {
    Error::new(ErrorKind::Io, format!("the source gave {what}"))
}

impl http_body::Body for Data {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        while !self.ended {
            let stream = self.stream.get_mut().unwrap_or_else(PoisonError::into_inner);
            let next = match ready!(stream.as_mut().poll_next(cx)) {
                Some(Ok(block)) => self.next(block),
                Some(Err(error)) => Some(Err(error)),
                None => self.rest(),
            };
            if let Some(next) = next {
                self.ended |= next.is_err();
                return Poll::Ready(Some(next.map(Frame::data)));
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }

    fn size_hint(&self) -> SizeHint {
        let sent = self.read - self.last.as_ref().map_or(0, |block| block.len() as u64);
        self.length.map_or_else(SizeHint::default, |length| SizeHint::with_exact(length.saturating_sub(sent)))
    }
}
