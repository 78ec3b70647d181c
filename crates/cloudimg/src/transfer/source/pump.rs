//! Sources that block, read on a thread of their own.

use std::io::Read;
use std::thread;

use bytes::Bytes;
use cloudimg_core::data::BLOCK;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use tokio::sync::mpsc;

use crate::{Error, ErrorKind, Result};

/// How many blocks are read before they are asked for; this bounds memory.
const AHEAD: usize = 4;

/// Blocks that are waited for by blocking.
pub(super) trait Blocks: Send + 'static {
    /// The next one, of at most [`BLOCK`] bytes; none at the end.
    fn next(&mut self) -> Result<Option<Bytes>>;
}

/// The blocks of a reader.
pub(super) struct ReadBlocks<R>(pub(super) R);

impl<R: Read + Send + 'static> Blocks for ReadBlocks<R> {
    fn next(&mut self) -> Result<Option<Bytes>> {
        let mut block = Vec::with_capacity(BLOCK);
        (&mut self.0).take(BLOCK as u64).read_to_end(&mut block).map_err(from_reader)?;
        Ok(if block.is_empty() { None } else { Some(block.into()) })
    }
}

/// An error of ours that travelled through a reader comes out as it was.
pub(super) fn from_reader(error: std::io::Error) -> Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(ours) => ours.clone(),
        None => Error::from(error),
    }
}

/// Reads on a thread of its own, some blocks ahead, until the stream is dropped. Not on one of the runtime's, whose end waits for those: a
/// reader may block for ever.
pub(super) fn pump(mut blocks: impl Blocks) -> Result<BoxStream<'static, Result<Bytes>>> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let reading = move || {
        loop {
            let next = blocks.next().transpose();
            let is_last = !matches!(next, Some(Ok(_)));
            if sender.blocking_send(next).is_err() || is_last {
                return;
            }
        }
    };
    thread::Builder::new().name("cloudimg-read".to_owned()).spawn(reading)?;
    let stream = stream::unfold(Some(receiver), |receiver| async {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Some(Ok(block))) => Some((Ok(block), Some(receiver))),
            Some(Some(Err(error))) => Some((Err(error), None)),
            Some(None) => None,
            // Without this, a reader that panics would look like one that has come to its end.
            None => Some((Err(Error::new(ErrorKind::Io, "the thread that reads the source is gone: the reader panicked")), None)),
        }
    });
    Ok(stream.boxed())
}

/// What `work` gives, done where it may block for a moment.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Error::new(ErrorKind::Io, "the work on the file ended early").with_source(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc as sync;
    use std::time::Duration;

    use futures::TryStreamExt as _;

    use super::*;

    #[tokio::test]
    async fn a_reader_is_read_to_its_end_in_blocks() {
        let all: Vec<u8> = (0..3 * BLOCK + 5).map(|n| (n % 251) as u8).collect();
        let blocks: Vec<_> = pump(ReadBlocks(std::io::Cursor::new(all.clone()))).unwrap().try_collect().await.unwrap();
        assert_eq!(blocks.iter().map(Bytes::len).collect::<Vec<_>>(), [BLOCK, BLOCK, BLOCK, 5]);
        assert!(blocks.concat() == all);
    }

    #[tokio::test]
    async fn a_reader_that_panics_is_no_reader_at_its_end() {
        struct Panics(u8);
        impl Read for Panics {
            fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
                self.0 = self.0.checked_sub(1).unwrap();
                Ok(into.len())
            }
        }
        let error = pump(ReadBlocks(Panics(200))).unwrap().try_collect::<Vec<_>>().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.message().contains("panicked"), "{error}");
    }

    #[tokio::test]
    async fn dropping_the_stream_ends_the_thread() {
        struct Endless(#[expect(dead_code, reason = "its end is what is waited for")] sync::Sender<()>);
        impl Read for Endless {
            fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
                Ok(into.len())
            }
        }
        let (alive, gone) = sync::channel();
        let mut stream = pump(ReadBlocks(Endless(alive))).unwrap();
        assert!(stream.next().await.unwrap().is_ok());
        drop(stream);
        let ended = tokio::task::spawn_blocking(move || gone.recv_timeout(Duration::from_secs(60))).await.unwrap();
        assert_eq!(ended, Err(sync::RecvTimeoutError::Disconnected));
    }
}
