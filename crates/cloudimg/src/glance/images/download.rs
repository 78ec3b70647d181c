//! Image data on their way from a service.

use std::fmt;

use bytes::Bytes;
use cloudimg_core::{Error, ErrorKind, Result};
use futures::stream::BoxStream;
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use http::HeaderMap;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::Images;

/// Image data on their way here.
///
/// A connection that breaks, or falls silent beyond the session's limit, ends the stream with an error.
pub struct Download {
    stream: BoxStream<'static, Result<Bytes>>,
    length: Option<u64>,
    checksum: Option<String>,
}

impl Download {
    /// The number of bytes to come, if the service says so.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The MD5 of the whole image in hexadecimal, also where only a part of it comes; absent where the service knows none.
    #[must_use]
    pub fn checksum(&self) -> Option<&str> {
        self.checksum.as_deref()
    }

    /// The bytes, block by block.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes>> + Send + Unpin + 'static {
        self.stream
    }

    /// Writes all bytes to `writer` and says how many they were.
    ///
    /// # Errors
    /// `Io` if the writer fails, and what ends the stream early.
    pub async fn copy_to<W: AsyncWrite + Unpin + Send>(mut self, writer: &mut W) -> Result<u64> {
        let mut written = 0;
        while let Some(block) = self.stream.try_next().await? {
            writer.write_all(&block).await?;
            written += block.len() as u64;
        }
        writer.flush().await?;
        Ok(written)
    }

    /// All bytes in memory, if they are no more than `limit`.
    ///
    /// # Errors
    /// `QuotaExceeded` beyond the limit, and what ends the stream early.
    pub async fn bytes(mut self, limit: usize) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        while let Some(block) = self.stream.try_next().await? {
            if all.len() + block.len() > limit {
                return Err(Error::new(ErrorKind::QuotaExceeded, format!("the data are longer than the limit of {limit} bytes")));
            }
            all.extend_from_slice(&block);
        }
        Ok(all)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("length", &self.length).finish_non_exhaustive()
    }
}

impl Images {
    /// Fetches the data of an image. (Image API v2, "Download binary image data".)
    ///
    /// # Errors
    /// `NotFound` if there is no such image or it has no data yet, `Forbidden` if it is deactivated.
    pub async fn download(&self, id: &str) -> Result<Download> {
        self.fetch(id, None).await
    }

    /// Fetches `length` bytes from `offset` on, or what there is of them.
    ///
    /// # Errors
    /// Those of [`download`](Self::download); `InvalidRequest` where the image is not that long or its store cannot give parts.
    pub async fn download_range(&self, id: &str, offset: u64, length: u64) -> Result<Download> {
        let Some(last) = length.checked_sub(1).map(|length| offset.saturating_add(length)) else {
            return Err(Error::new(ErrorKind::InvalidRequest, "a range of no bytes cannot be asked for; nothing was sent"));
        };
        self.fetch(id, Some(format!("bytes={offset}-{last}"))).await
    }

    async fn fetch(&self, id: &str, range: Option<String>) -> Result<Download> {
        let client = self.cloud.glance_client().await?;
        let is_part = range.is_some();
        let mut call = client.download_image_data().image_id(id);
        if let Some(range) = range {
            call = call.range(range);
        }
        let answer = call.send().await?;
        if answer.status() == http::StatusCode::NO_CONTENT {
            return Err(
                Error::new(ErrorKind::NotFound, format!("the image {id} has no data yet")).with_operation("download_image_data")
            );
        }
        if is_part && answer.status() != http::StatusCode::PARTIAL_CONTENT {
            let what = "the service ignored the range and would send the whole image";
            return Err(Error::new(ErrorKind::InvalidRequest, what).with_operation("download_image_data"));
        }
        let length = answer.content_length();
        let checksum = header(answer.headers(), "content-md5");
        Ok(Download { stream: answer.into_inner_stream().map_err(Error::from).boxed(), length, checksum })
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
