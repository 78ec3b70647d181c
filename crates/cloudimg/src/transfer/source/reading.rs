use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use cloudimg_core::data::BLOCK;
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};

use crate::Result;
#[cfg(feature = "unpack")]
use crate::{Error, ErrorKind};

/// Data that are being read. Their beginning can be looked at before they go.
pub(crate) struct Reading {
    /// What was looked at.
    kept: VecDeque<Bytes>,
    rest: BoxStream<'static, Result<Bytes>>,
    length: Option<u64>,
    tail: Option<Bytes>,
}

impl Reading {
    pub(crate) fn new(stream: BoxStream<'static, Result<Bytes>>, length: Option<u64>) -> Self {
        // Its end may be met when its beginning is looked at, and then once more.
        Self { kept: VecDeque::new(), rest: stream.fuse().boxed(), length, tail: None }
    }

    pub(super) fn of_bytes(bytes: Bytes) -> Self {
        let tail = bytes.slice(bytes.len().saturating_sub(crate::transfer::sniff::TAIL)..);
        let length = Some(bytes.len() as u64);
        Self { tail: Some(tail), ..Self::new(stream::iter([Ok(bytes)]).boxed(), length) }
    }

    /// The same with the last bytes, which were looked at elsewhere.
    pub(super) fn with_tail(self, tail: Option<Bytes>) -> Self {
        Self { tail, ..self }
    }

    /// How many bytes there will be, if that is known.
    pub(crate) fn length(&self) -> Option<u64> {
        self.length
    }

    /// The last bytes, if they could be looked at.
    pub(crate) fn tail(&self) -> Option<&Bytes> {
        self.tail.as_ref()
    }

    /// The first `wanted` bytes, or all if they are fewer.
    pub(crate) async fn head(&mut self, wanted: usize) -> Result<Bytes> {
        let mut read: usize = self.kept.iter().map(Bytes::len).sum();
        while read < wanted
            && let Some(block) = self.rest.try_next().await?
        {
            read += block.len();
            if !block.is_empty() {
                self.kept.push_back(block);
            }
        }
        let wanted = wanted.min(read);
        if let Some(first) = self.kept.front().filter(|first| first.len() >= wanted) {
            return Ok(first.slice(..wanted));
        }
        let mut head = BytesMut::with_capacity(wanted);
        for block in &self.kept {
            head.extend_from_slice(&block[..block.len().min(wanted - head.len())]);
        }
        Ok(head.freeze())
    }

    /// All of it, in blocks of at most [`BLOCK`] bytes, none of them empty.
    pub(crate) fn into_stream(self) -> BoxStream<'static, Result<Bytes>> {
        let all = stream::iter(self.kept.into_iter().map(Ok)).chain(self.rest);
        let blocks = stream::try_unfold((all.boxed(), Bytes::new()), |(mut all, mut block)| async move {
            while block.is_empty() {
                match all.try_next().await? {
                    Some(next) => block = next,
                    None => return Ok(None),
                }
            }
            // Whoever gives a whole image as one block shall see progress too.
            let piece = block.split_to(block.len().min(BLOCK));
            Ok(Some((piece, (all, block))))
        });
        blocks.boxed()
    }
}

#[cfg(feature = "unpack")]
impl Reading {
    /// The same, which fails unless as many bytes come as were declared: for who does not pass them on as they are.
    pub(super) fn into_checked_stream(self) -> BoxStream<'static, Result<Bytes>> {
        let Some(length) = self.length else { return self.into_stream() };
        let blocks = stream::try_unfold((self.into_stream(), 0), move |(mut blocks, read)| async move {
            let next = blocks.try_next().await?;
            let read = read + next.as_ref().map_or(0, |block| block.len() as u64);
            if read > length || (next.is_none() && read < length) {
                let what = format!("the source gave {read} bytes of the {length} declared");
                return Err(Error::new(ErrorKind::Io, what));
            }
            Ok(next.map(|block| (block, (blocks, read))))
        });
        blocks.boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(blocks: &[&'static [u8]]) -> Reading {
        let blocks: Vec<_> = blocks.iter().map(|block| Ok(Bytes::from_static(block))).collect();
        Reading::new(stream::iter(blocks).boxed(), None)
    }

    #[tokio::test]
    async fn what_was_looked_at_still_comes() {
        let mut looked = reading(&[b"", b"ab", b"", b"cde", b"f"]);
        assert_eq!(looked.head(1).await.unwrap(), "a");
        assert_eq!(looked.head(4).await.unwrap(), "abcd");
        assert_eq!(looked.head(100).await.unwrap(), "abcdef");
        assert_eq!(looked.head(100).await.unwrap(), "abcdef", "the end was met");
        let all: Vec<_> = looked.into_stream().try_collect().await.unwrap();
        assert_eq!(all, ["ab", "cde", "f"]);
    }

    #[tokio::test]
    async fn a_stream_that_must_not_be_polled_after_its_end_is_not() {
        let once = stream::unfold(true, |is_first| async move { is_first.then(|| (Ok(Bytes::from_static(b"all")), false)) });
        let mut looked = Reading::new(once.boxed(), None);
        assert_eq!(looked.head(100).await.unwrap(), "all");
        assert_eq!(looked.into_stream().try_collect::<Vec<_>>().await.unwrap(), ["all"]);
    }

    #[tokio::test]
    async fn another_number_of_bytes_than_declared_is_found() {
        for (declared, is_right) in [(2, false), (3, true), (4, false)] {
            let reading = Reading::new(stream::iter([Ok(Bytes::from_static(b"all"))]).boxed(), Some(declared));
            assert_eq!(reading.into_checked_stream().try_collect::<Vec<_>>().await.is_ok(), is_right, "{declared}");
        }
    }

    #[tokio::test]
    async fn one_block_of_all_comes_in_pieces() {
        let all: Vec<_> = Reading::of_bytes(vec![7; BLOCK + 3].into()).into_stream().try_collect().await.unwrap();
        assert_eq!(all.iter().map(Bytes::len).collect::<Vec<_>>(), [BLOCK, 3]);
    }
}
