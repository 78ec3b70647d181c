//! Image data on their way from a service: as a stream, to a writer, to a file.

mod answer;
mod blocks;
mod expected;
mod file;
mod options;
mod pieces;
mod receive;
mod refusal;
mod stream;
mod writer;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::path::Path;
use std::pin::Pin;

use cloudimg_core::{Error, ErrorKind, Result};
use tokio::io::AsyncWrite;

use self::answer::no_data_yet;
use self::blocks::{Blocks, Source};
use self::expected::Expected;
pub use self::file::FileDownload;
use self::options::Options;
pub use self::stream::ImageStream;
pub use self::writer::{Downloaded, WriterDownload};
use super::Images;
use crate::transfer::{Limits, Observer, Phase};

/// A download to be: awaited it is an [`ImageStream`]; [`to_path`](Self::to_path) and [`to_writer`](Self::to_writer) say where the bytes go instead.
///
/// Nothing is sent before it is awaited.
#[must_use = "nothing is sent before it is awaited"]
pub struct Download {
    images: Images,
    id: String,
    options: Options,
}

impl Download {
    /// Is told how far it is.
    pub fn with_progress(mut self, observer: impl Observer) -> Self {
        self.options.observe(observer);
        self
    }

    /// Keeps these limits.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.options.limits = limits;
        self
    }

    /// Everything goes to a file, which is there once its bytes are known to be right.
    ///
    /// # Errors
    /// When awaited, before anything is sent: `Conflict` if there is such a file already or another download writes it, `Io` if there can be none.
    /// Later: `Corrupt` if the bytes are not those of the image, even if all come anew; `Io` if the disk is full, after which the same call goes on;
    /// and those of [`Images::download`].
    pub fn to_path(self, path: impl AsRef<Path>) -> FileDownload {
        FileDownload::new(self, path.as_ref().to_owned())
    }

    /// Everything goes to `writer`, which is flushed in the end, but not closed. A writer cannot take bytes back: look at the outcome before they are
    /// used.
    pub fn to_writer<'w>(self, writer: impl AsyncWrite + Send + Unpin + 'w) -> WriterDownload<'w> {
        WriterDownload::new(self, Box::new(writer))
    }

    async fn open(self) -> Result<ImageStream> {
        let meter = self.options.meter(&self.images);
        let image = self.images.get(&self.id).await?;
        let expected = Expected::of(&image);
        let source = Source::new(&self.images, image, &self.options.limits);
        let mut blocks = Blocks::new(source.clone(), 0, None, true)?;
        blocks.open().await?;
        meter.phase(Phase::Receiving, blocks.left());
        Ok(ImageStream::whole(source, blocks, &expected, meter))
    }
}

impl IntoFuture for Download {
    type Output = Result<ImageStream>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.open())
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Images {
    /// Fetches the data of an image: awaited it gives their stream, which is verified on the way. (Image API v2, "Download binary image data".)
    ///
    /// The record of the image is read first. What breaks off is asked for again from there on, as long as the cloud's retry policy allows and
    /// something came in between.
    ///
    /// # Errors
    /// `NotFound` if there is no such image (404) or it has no data yet (no status), `Forbidden` if it is deactivated, which the message says,
    /// or not to be read by the caller.
    pub fn download(&self, id: &str) -> Download {
        Download { images: self.clone(), id: id.to_owned(), options: Options::default() }
    }

    /// Fetches `length` bytes from `offset` on, or what there is of them. Services tell hashes of whole images only, so a part is not verified.
    ///
    /// # Errors
    /// Those of [`download`](Self::download); `InvalidRequest` where the image is not that long or its store cannot give parts.
    pub async fn download_range(&self, id: &str, offset: u64, length: u64) -> Result<ImageStream> {
        if length == 0 {
            return Err(Error::new(ErrorKind::InvalidRequest, "a range of no bytes cannot be asked for; nothing was sent"));
        }
        let options = Options::default();
        let source = Source::new(self, self.get(id).await?, &options.limits);
        if !source.has_data() {
            return Err(no_data_yet(id));
        }
        let end = offset.saturating_add(length);
        let end = source.size().filter(|size| *size > offset).map_or(end, |size| end.min(size));
        let mut blocks = Blocks::new(source.clone(), offset, Some(end), false)?;
        blocks.open().await?;
        Ok(ImageStream::part(source, blocks))
    }
}
