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
/// A source that gives fewer or more bytes than declared fails the call instead of leaving the service with part of an image.
pub fn body<S, E>(stream: S, length: Option<u64>) -> reqwest::Body
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Into<Error> + 'static,
{
    use futures::StreamExt as _;
    let stream = stream.map(|block| block.map_err(Into::into)).boxed();
    reqwest::Body::wrap(Data { stream: Mutex::new(stream), length, sent: 0 })
}

struct Data {
    // Only ever reached through `&mut`: the lock makes a stream that is not `Sync` fit where one must be.
    stream: Mutex<BoxStream<'static, Result<Bytes, Error>>>,
    length: Option<u64>,
    sent: u64,
}

impl Data {
    fn count(&mut self, block: &Bytes) -> Result<(), Error> {
        self.sent += block.len() as u64;
        match self.length {
            Some(length) if self.sent > length => Err(wrong_length(&format!("more than the {length} bytes declared"))),
            _ => Ok(()),
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
        let stream = self.stream.get_mut().unwrap_or_else(PoisonError::into_inner);
        let block = ready!(stream.as_mut().poll_next(cx));
        Poll::Ready(match block {
            Some(Ok(block)) => Some(self.count(&block).map(|()| Frame::data(block))),
            Some(Err(error)) => Some(Err(error)),
            None => match self.length {
                Some(length) if self.sent < length => {
                    let sent = self.sent;
                    Some(Err(wrong_length(&format!("{sent} bytes of the {length} declared"))))
                }
                _ => None,
            },
        })
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, |length| SizeHint::with_exact(length.saturating_sub(self.sent)))
    }
}
