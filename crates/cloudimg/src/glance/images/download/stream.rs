//! Image data as a stream that knows in the end what it was.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use cloudimg_core::{Error, ErrorKind, Result};
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::blocks::{Blocks, Source};
use super::expected::Expected;
use crate::glance::Image;
use crate::transfer::{HashThread, Meter, Phase, Verdict};

/// Image data on their way here, block by block.
///
/// What breaks off, or falls silent beyond the session's limit, is asked for again from there on. After the last byte the stream ends, and
/// [`verdict`](Self::verdict) says what is known of the bytes; or it ends in an error of the kind [`Corrupt`](ErrorKind::Corrupt), and those that
/// came are not to be used. It may be read as slowly as need be.
#[must_use = "dropped, it stops the download"]
pub struct ImageStream {
    blocks: BoxStream<'static, Result<Bytes>>,
    source: Source,
    length: Option<u64>,
    checksum: Option<String>,
    verdict: Arc<OnceLock<Verdict>>,
}

impl ImageStream {
    /// A whole image.
    pub(super) fn whole(source: Source, blocks: Blocks, expected: &Expected, meter: Meter) -> Self {
        let hash = HashThread::new([expected.algorithm()]);
        Self::new(source, blocks, meter, Some((hash, expected.clone())))
    }

    /// A part of one.
    pub(super) fn part(source: Source, blocks: Blocks) -> Self {
        let meter = Meter::new(None, Arc::clone(&source.clock));
        Self::new(source, blocks, meter, None)
    }

    fn new(source: Source, blocks: Blocks, meter: Meter, hash: Option<(HashThread, Expected)>) -> Self {
        let (length, checksum) = (blocks.left(), blocks.md5().map(str::to_owned));
        let verdict = Arc::new(OnceLock::new());
        let reading = Reading { blocks, meter, hash, verdict: Arc::clone(&verdict) };
        let blocks =
            stream::try_unfold(reading, async |mut reading| Ok(reading.next().await?.map(|block| (block, reading)))).boxed();
        Self { blocks, source, length, checksum, verdict }
    }

    /// The image's record as it was when the download began.
    #[must_use]
    pub fn image(&self) -> &Image {
        &self.source.image
    }

    /// The number of bytes that came or are to come in all, if the service says so.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The MD5 of the whole image in hexadecimal, also where only a part of it comes; absent where the service knows none.
    #[must_use]
    pub fn checksum(&self) -> Option<&str> {
        self.checksum.as_deref()
    }

    /// What is known of the bytes; none before the stream has ended, and none if it ended in an error.
    #[must_use]
    pub fn verdict(&self) -> Option<&Verdict> {
        self.verdict.get()
    }

    /// The bytes, block by block, where their verdict is of no interest: wrong ones end in an error as well.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes>> + Send + Unpin + 'static {
        self.blocks
    }

    /// Writes all bytes to `writer` and says how many they were.
    ///
    /// # Errors
    /// `Io` if the writer fails, `Corrupt` if they are not those of the image, and what ends the stream early.
    pub async fn copy_to<W: AsyncWrite + Unpin + Send>(mut self, writer: &mut W) -> Result<u64> {
        let mut written = 0;
        while let Some(block) = self.try_next().await? {
            let failed = |e: std::io::Error| {
                Error::new(ErrorKind::Io, format!("the writer failed after {written} bytes: {e}")).with_source(e)
            };
            writer.write_all(&block).await.map_err(failed)?;
            written += block.len() as u64;
        }
        writer.flush().await?;
        Ok(written)
    }

    /// All bytes in memory, if they are no more than `limit`.
    ///
    /// # Errors
    /// `QuotaExceeded` beyond the limit, `Corrupt` if they are not those of the image, and what ends the stream early.
    pub async fn bytes(mut self, limit: usize) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        while let Some(block) = self.try_next().await? {
            if all.len() + block.len() > limit {
                return Err(Error::new(ErrorKind::QuotaExceeded, format!("the data are longer than the limit of {limit} bytes")));
            }
            all.extend_from_slice(&block);
        }
        Ok(all)
    }
}

impl Stream for ImageStream {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.blocks.poll_next_unpin(cx)
    }
}

impl fmt::Debug for ImageStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageStream").field("image", &self.source.image.id).field("length", &self.length).finish_non_exhaustive()
    }
}

struct Reading {
    blocks: Blocks,
    meter: Meter,
    hash: Option<(HashThread, Expected)>,
    verdict: Arc<OnceLock<Verdict>>,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        if let Some(block) = self.blocks.next().await? {
            if let Some((hash, _)) = &self.hash {
                hash.update(block.clone()).await?;
            }
            self.meter.add(block.len() as u64);
            return Ok(Some(block));
        }
        self.meter.phase(Phase::Finishing, None);
        let verdict = match self.hash.take() {
            Some((hash, expected)) => {
                let mut hashers = hash.hashers().await?;
                match hashers.pop() {
                    Some(hasher) => expected.judge(hasher, self.blocks.md5())?,
                    None => Verdict::Unverifiable("nothing was hashed".to_owned()),
                }
            }
            None => Verdict::Unverifiable("services tell hashes of whole images, and this is a part of one".to_owned()),
        };
        // It ends once.
        let _ = self.verdict.set(verdict);
        self.meter.done();
        Ok(None)
    }
}
