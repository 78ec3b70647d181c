//! Where the bytes of an image come from.

mod file;
mod pump;
mod reading;
#[cfg(feature = "unpack")]
mod unpack;

use std::fmt;
use std::future::Future;
use std::io::Read;
use std::path::Path;

use bytes::Bytes;
use cloudimg_core::data::BLOCK;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt as _, Stream, StreamExt as _, TryStreamExt as _};
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

use crate::{Error, ErrorKind, Result};
use file::FileSource;
use pump::ReadBlocks;
pub(crate) use reading::Reading;

/// Data to be sent as an image, and their length if it is known.
///
/// A file, bytes in memory and what [`reopenable`](Self::reopenable) opens can be read again from their beginning, so that a transfer that breaks can
/// be made once more. A reader or a stream is read once: nothing of it is ever sent twice.
pub struct ImageData {
    origin: Origin,
    length: Option<u64>,
    may_be_empty: bool,
    #[cfg(feature = "unpack")]
    unpacking: Option<unpack::Unpacking>,
}

enum Origin {
    File(FileSource),
    Bytes(Bytes),
    /// What is there until it is read.
    Once(Option<Once>),
    Anew(Box<dyn FnMut() -> BoxFuture<'static, Result<ImageData>> + Send>),
}

enum Once {
    Blocking(Box<dyn Read + Send>),
    Stream(BoxStream<'static, Result<Bytes>>),
}

impl ImageData {
    /// The bytes of a file, a block device or a pipe.
    ///
    /// Holes of a sparse file are not read. A file that changes while it is sent ends the transfer.
    ///
    /// # Errors
    /// `Io` if it cannot be opened, naming the file.
    pub async fn path(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_owned();
        let source = pump::blocking(move || FileSource::open(path)).await?;
        let length = source.length();
        Ok(Self { length, ..Self::of(Origin::File(source)) })
    }

    /// What `reader` gives, of `length` bytes if that is known.
    pub fn reader(reader: impl AsyncRead + Send + 'static, length: impl Into<Option<u64>>) -> Self {
        Self::stream(ReaderStream::with_capacity(reader, BLOCK), length)
    }

    /// What `reader` gives, of `length` bytes if that is known; it is read on a thread of its own.
    ///
    /// A transfer that is dropped leaves the thread as soon as the reader has given its block.
    pub fn blocking_reader(reader: impl Read + Send + 'static, length: impl Into<Option<u64>>) -> Self {
        Self { length: length.into(), ..Self::of(Origin::Once(Some(Once::Blocking(Box::new(reader))))) }
    }

    /// What `stream` gives, of `length` bytes if that is known.
    pub fn stream<S, E>(stream: S, length: impl Into<Option<u64>>) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Error> + 'static,
    {
        let stream = Once::Stream(stream.map_err(Into::into).boxed());
        Self { length: length.into(), ..Self::of(Origin::Once(Some(stream))) }
    }

    /// These bytes.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { length: Some(bytes.len() as u64), ..Self::of(Origin::Bytes(bytes)) }
    }

    /// What `open` opens, each time from its beginning: once for the transfer, and again if it breaks and is to be made once more.
    ///
    /// ```
    /// use cloudimg::glance::ImageData;
    ///
    /// let data = ImageData::reopenable(|| async {
    ///     let tape = std::fs::File::open("/dev/nst0")?;
    ///     Ok(ImageData::blocking_reader(tape, None))
    /// });
    /// ```
    pub fn reopenable<O, F>(mut open: O) -> Self
    where
        O: FnMut() -> F + Send + 'static,
        F: Future<Output = Result<Self>> + Send + 'static,
    {
        Self::of(Origin::Anew(Box::new(move || open().boxed())))
    }

    /// No bytes, for an image that is to be active and empty. All others are refused where they have none.
    #[must_use]
    pub fn empty() -> Self {
        Self { may_be_empty: true, ..Self::bytes(Bytes::new()) }
    }

    /// The same data unpacked on their way, if they are packed by gzip, xz or Zstandard, which their first bytes tell and not their name; else
    /// as they are. What comes of packed data has no length that is known beforehand.
    ///
    /// Damage, an early end and anything behind the end are found. Memory is needed for as far as the packer looked back, 64 MiB at most: the
    /// usual level of xz takes 8, the highest one 64.
    #[cfg(feature = "unpack")]
    #[must_use]
    pub fn unpacked(self) -> Self {
        Self { unpacking: Some(unpack::Unpacking::default()), ..self }
    }

    /// The same as [`unpacked`](Self::unpacked) where no more than `most` bytes may come of it: a little of packed data can be made to become a
    /// lot.
    #[cfg(feature = "unpack")]
    #[must_use]
    pub fn unpacked_up_to(self, most: u64) -> Self {
        Self { unpacking: Some(unpack::Unpacking { most: Some(most) }), ..self }
    }

    /// The length, if it is known before the data are opened: of those that are unpacked, as they are packed.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    fn of(origin: Origin) -> Self {
        Self {
            origin,
            length: None,
            may_be_empty: false,
            #[cfg(feature = "unpack")]
            unpacking: None,
        }
    }

    /// Whether the data can be read again from their beginning.
    pub(crate) fn is_reopenable(&self) -> bool {
        match &self.origin {
            Origin::File(file) => file.is_reopenable(),
            Origin::Bytes(_) | Origin::Anew(_) => true,
            Origin::Once(_) => false,
        }
    }

    /// Begins to read, from the beginning.
    ///
    /// The service would make an active image of no bytes, and its owner find out when no server boots from it: so there must be some, or leave
    /// to have none.
    pub(crate) async fn open(&mut self) -> Result<Reading> {
        let mut may_be_empty = self.may_be_empty;
        let mut reading = match &mut self.origin {
            Origin::Anew(open) => {
                let mut opened = open().await?;
                may_be_empty |= opened.may_be_empty;
                let reading = opened.begin().await?;
                opened.prepared(reading).await?
            }
            _ => self.begin().await?,
        };
        reading = self.prepared(reading).await?;
        if may_be_empty || reading.length().is_some_and(|length| length > 0) {
            return Ok(reading);
        }
        if reading.length().is_none() && !reading.head(1).await?.is_empty() {
            return Ok(reading);
        }
        let what = "there are no bytes to send; take `ImageData::empty()` for an empty image; nothing was sent";
        Err(Error::new(ErrorKind::InvalidRequest, what))
    }

    #[cfg(feature = "unpack")]
    async fn prepared(&mut self, reading: Reading) -> Result<Reading> {
        match self.unpacking {
            Some(how) => unpack::unpacked(reading, how).await,
            None => Ok(reading),
        }
    }

    #[cfg(not(feature = "unpack"))]
    #[allow(clippy::unused_async)]
    async fn prepared(&mut self, reading: Reading) -> Result<Reading> {
        Ok(reading)
    }

    async fn begin(&mut self) -> Result<Reading> {
        match &mut self.origin {
            Origin::File(file) => file.read().await,
            Origin::Bytes(bytes) => Ok(Reading::of_bytes(bytes.clone())),
            Origin::Once(once) => match once.take() {
                Some(Once::Stream(stream)) => Ok(Reading::new(stream, self.length)),
                Some(Once::Blocking(reader)) => Ok(Reading::new(pump::pump(ReadBlocks(reader))?, self.length)),
                None => Err(Error::new(ErrorKind::Io, "the source was read already, and cannot be read again from its beginning")),
            },
            Origin::Anew(_) => {
                let what = "what opens data anew gave data of that kind again, instead of some to be read";
                Err(Error::new(ErrorKind::InvalidRequest, what))
            }
        }
    }
}

impl fmt::Debug for ImageData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageData").field("length", &self.length).finish_non_exhaustive()
    }
}
