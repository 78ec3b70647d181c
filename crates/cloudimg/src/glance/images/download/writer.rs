//! Image data to a writer, and what comes of a download.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::path::PathBuf;
use std::pin::Pin;

use cloudimg_core::{Error, ErrorKind, Result};
use futures::TryStreamExt as _;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::Download;
use crate::glance::Image;
use crate::transfer::{Limits, Observer, Verdict};

/// What came of a download.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Downloaded {
    /// The image's record as it was when the download began.
    pub image: Image,
    /// The length of the image.
    pub bytes: u64,
    /// What is known of the bytes.
    pub verdict: Verdict,
    /// How many of them were here from an earlier try, so that they did not come again; 0 for a writer.
    pub resumed_from: u64,
    /// The file; none for a writer.
    pub path: Option<PathBuf>,
}

/// A download to a writer, to be awaited.
#[must_use = "nothing is sent before it is awaited"]
pub struct WriterDownload<'w> {
    download: Download,
    writer: Box<dyn AsyncWrite + Send + Unpin + 'w>,
}

impl<'w> WriterDownload<'w> {
    pub(super) fn new(download: Download, writer: Box<dyn AsyncWrite + Send + Unpin + 'w>) -> Self {
        Self { download, writer }
    }

    /// Is told how far it is.
    pub fn with_progress(mut self, observer: impl Observer) -> Self {
        self.download = self.download.with_progress(observer);
        self
    }

    /// Keeps these limits.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.download = self.download.with_limits(limits);
        self
    }

    async fn run(mut self) -> Result<Downloaded> {
        let mut stream = self.download.open().await?;
        let mut bytes = 0;
        while let Some(block) = stream.try_next().await? {
            self.writer.write_all(&block).await.map_err(|e| failed(e, bytes))?;
            bytes += block.len() as u64;
        }
        self.writer.flush().await.map_err(|e| failed(e, bytes))?;
        let nothing = || Verdict::Unverifiable("the stream ended without a verdict".to_owned());
        let verdict = stream.verdict().cloned().unwrap_or_else(nothing);
        Ok(Downloaded { image: stream.image().clone(), bytes, verdict, resumed_from: 0, path: None })
    }
}

fn failed(error: std::io::Error, written: u64) -> Error {
    Error::new(ErrorKind::Io, format!("the writer failed after {written} bytes: {error}")).with_source(error)
}

impl<'w> IntoFuture for WriterDownload<'w> {
    type Output = Result<Downloaded>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'w>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for WriterDownload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriterDownload").field("download", &self.download).finish_non_exhaustive()
    }
}
