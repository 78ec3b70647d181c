//! From a stream that is waited for to blocks that are waited for by blocking.

use bytes::Bytes;
use futures::StreamExt as _;
use futures::future::{Either, select};
use futures::stream::BoxStream;
use tokio::sync::mpsc;

use crate::transfer::source::pump::Blocks;
use crate::{Error, ErrorKind, Result};

/// How many blocks are read before they are asked for.
const AHEAD: usize = 2;

/// The blocks of `stream`, which a task of the caller's runtime reads until nobody asks for them any more.
pub(super) fn blocks(mut stream: BoxStream<'static, Result<Bytes>>) -> impl Blocks {
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        loop {
            let gone = std::pin::pin!(sender.closed());
            let next = match select(stream.next(), gone).await {
                Either::Left((next, _)) => next,
                Either::Right(_) => return,
            };
            let is_last = !matches!(next, Some(Ok(_)));
            if sender.send(next).await.is_err() || is_last {
                return;
            }
        }
    });
    Bridge { receiver, is_over: false }
}

struct Bridge {
    receiver: mpsc::Receiver<Option<Result<Bytes>>>,
    is_over: bool,
}

impl Blocks for Bridge {
    fn next(&mut self) -> Result<Option<Bytes>> {
        if self.is_over {
            return Ok(None);
        }
        match self.receiver.blocking_recv() {
            Some(Some(block)) => block.map(Some),
            Some(None) => {
                self.is_over = true;
                Ok(None)
            }
            None => Err(Error::new(ErrorKind::Io, "the task that reads the source is gone: the runtime is being shut down")),
        }
    }
}
