//! The file that becomes an image.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use cloudimg_core::data::BLOCK;
use cloudimg_core::{Error, ErrorKind, Result};
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

/// A file as it was when it was looked at.
#[derive(Clone, Debug)]
pub(super) struct Source {
    path: PathBuf,
    pub(super) size: u64,
    changed: Option<SystemTime>,
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Error + use<'_> {
    move |e| Error::new(ErrorKind::Io, format!("{}: {e}", path.display())).with_source(e)
}

impl Source {
    pub(super) async fn look_at(path: &Path) -> Result<Self> {
        let metadata = tokio::fs::metadata(path).await.map_err(failed(path))?;
        let refused =
            |why: &str| Err(Error::new(ErrorKind::InvalidRequest, format!("{}: {why}; nothing was sent", path.display())));
        if metadata.is_dir() {
            return refused("this is a directory; an image is one file");
        }
        if !metadata.is_file() {
            return refused("this is no regular file, and what is sent may have to be read again");
        }
        if metadata.len() == 0 {
            return refused("the file is empty, and no image can be made of it");
        }
        Ok(Self { path: path.to_owned(), size: metadata.len(), changed: metadata.modified().ok() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes from `start` on, `length` of them or those that there are; few.
    pub(super) async fn read(&self, start: u64, length: u64) -> Result<Vec<u8>> {
        let blocks: Vec<Bytes> = self.part(start, length).try_collect().await?;
        Ok(blocks.concat())
    }

    /// The bytes from `start` on, `length` of them.
    pub(super) fn part(&self, start: u64, length: u64) -> impl Stream<Item = Result<Bytes>> + Send + use<> {
        let path = self.path.clone();
        let open = async move {
            let named = |e| failed(&path)(e);
            let mut file = tokio::fs::File::open(&path).await.map_err(named)?;
            file.set_max_buf_size(BLOCK);
            file.seek(std::io::SeekFrom::Start(start)).await.map_err(named)?;
            let pieces = ReaderStream::with_capacity(file.take(length), BLOCK);
            Ok::<_, Error>(pieces.map_err(move |e| failed(&path)(e)))
        };
        stream::once(open).try_flatten().boxed()
    }

    /// Whether the file is still as it was.
    pub(super) async fn check_unchanged(&self) -> Result<()> {
        let now = tokio::fs::metadata(&self.path).await.map_err(failed(&self.path))?;
        if now.len() == self.size && now.modified().ok() == self.changed {
            return Ok(());
        }
        let what = format!(
            "{}: the file was changed while it was sent, so what arrived is neither the old one nor the new",
            self.path.display()
        );
        Err(Error::new(ErrorKind::Io, what))
    }
}
