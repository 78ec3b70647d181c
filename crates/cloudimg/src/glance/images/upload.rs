//! Image data on their way to a service.

use std::fmt;
use std::path::Path;

use bytes::Bytes;
use cloudimg_core::data::{self, BLOCK};
use cloudimg_core::{Error, ErrorKind, Result};
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

use super::Images;

/// Data to be sent as an image, and their length if it is known.
pub struct ImageData {
    stream: BoxStream<'static, Result<Bytes>>,
    length: Option<u64>,
    may_be_empty: bool,
}

impl ImageData {
    /// The bytes of a file.
    ///
    /// # Errors
    /// `Io` if it cannot be opened, naming the file.
    pub async fn path(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let failed = |e: std::io::Error| Error::new(ErrorKind::Io, format!("{}: {e}", path.display())).with_source(e);
        let file = tokio::fs::File::open(path).await.map_err(failed)?;
        let metadata = file.metadata().await.map_err(failed)?;
        if metadata.is_dir() {
            return Err(Error::new(ErrorKind::Io, format!("{}: this is a directory; an image is one file", path.display())));
        }
        // Of a pipe or device the metadata tell no length.
        Ok(Self::reader(file, metadata.is_file().then_some(metadata.len())))
    }

    /// What `reader` gives, of `length` bytes if that is known.
    pub fn reader(reader: impl AsyncRead + Send + 'static, length: impl Into<Option<u64>>) -> Self {
        Self::stream(ReaderStream::with_capacity(reader, BLOCK), length)
    }

    /// What `stream` gives, of `length` bytes if that is known.
    pub fn stream<S, E>(stream: S, length: impl Into<Option<u64>>) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Error> + 'static,
    {
        Self { stream: stream.map_err(Into::into).boxed(), length: length.into(), may_be_empty: false }
    }

    /// These bytes.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let length = bytes.len() as u64;
        Self::stream(stream::iter([Ok::<_, Error>(bytes)]), length)
    }

    /// No bytes, for an image that is to be active and empty. All others are refused where they have none.
    #[must_use]
    pub fn empty() -> Self {
        Self { may_be_empty: true, ..Self::bytes(Bytes::new()) }
    }

    /// The length, if it is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The source, which has bytes to give unless it may be empty: the service would make an active image of them, and their owner find
    /// out when no server boots from it.
    async fn into_stream(mut self) -> Result<BoxStream<'static, Result<Bytes>>> {
        if self.may_be_empty || self.length.is_some_and(|length| length > 0) {
            return Ok(self.stream);
        }
        while self.length.is_none()
            && let Some(block) = self.stream.try_next().await?
        {
            if !block.is_empty() {
                return Ok(stream::once(async { Ok(block) }).chain(self.stream).boxed());
            }
        }
        let what = "there are no bytes to send; take `ImageData::empty()` for an empty image; nothing was sent";
        Err(Error::new(ErrorKind::InvalidRequest, what).with_operation("upload_image_data"))
    }
}

impl fmt::Debug for ImageData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageData").field("length", &self.length).finish_non_exhaustive()
    }
}

impl Images {
    /// Sends the data of a queued image, as a stream and with the length declared if it is known. (Image API v2, "Upload binary image
    /// data".)
    ///
    /// The data are sent once: a source that was read cannot be read again. After `InvalidRequest` or `QuotaExceeded` the image is queued
    /// again; but data refused for not being of the disk format (415) may lie in the store and stand in the way of others: make the image anew.
    ///
    /// # Errors
    /// `Conflict` if the image is not queued, `NotFound`, `QuotaExceeded`, `InvalidRequest` for no bytes at all (see [`ImageData::empty`]),
    /// `Io` if the source fails or gives another number of bytes than it declared.
    pub async fn upload(&self, id: &str, data: ImageData) -> Result<()> {
        let client = self.cloud.glance_client().await?;
        let length = data.length;
        let mut call = client.upload_image_data().image_id(id).body(data::body(data.into_stream().await?, length));
        if let Some(length) = length {
            call = call.x_open_stack_image_size(length);
        }
        call.send().await?;
        Ok(())
    }
}
