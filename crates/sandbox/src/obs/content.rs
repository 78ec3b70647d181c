//! What objects hold: bytes in memory, files, or both behind each other.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use crate::glance::model::DataFile;

/// The size of the pieces that files are read in.
const BLOCK: usize = 512 << 10;

/// The data of an object. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Content(Vec<Piece>);

#[derive(Debug, Clone)]
enum Piece {
    Memory(Bytes),
    /// A file, and how long it is.
    File(Arc<DataFile>, u64),
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self(vec![Piece::Memory(bytes.into())])
    }
}

impl Piece {
    fn size(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File(_, size) => *size,
        }
    }

    async fn read(self, span: Range<u64>) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send + Unpin + use<>> {
        match self {
            Self::Memory(bytes) => {
                let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(bytes.len());
                let bytes = bytes.slice(at(span.start)..at(span.end));
                Ok(stream::iter([Ok(bytes)]).left_stream())
            }
            Self::File(keep, _) => {
                let mut file = tokio::fs::File::open(&keep.0).await?;
                file.set_max_buf_size(BLOCK);
                file.seek(io::SeekFrom::Start(span.start)).await?;
                let pieces = ReaderStream::with_capacity(file.take(span.end - span.start), BLOCK);
                // Kept to the end, so that the file outlives its object.
                Ok(pieces.inspect_ok(move |_| _ = &keep).right_stream())
            }
        }
    }
}

impl Content {
    pub(crate) fn file(file: Arc<DataFile>, size: u64) -> Self {
        Self(vec![Piece::File(file, size)])
    }

    /// One behind the other, without a copy.
    pub(super) fn joined(parts: impl IntoIterator<Item = Self>) -> Self {
        Self(parts.into_iter().flat_map(|part| part.0).collect())
    }

    pub(crate) fn size(&self) -> u64 {
        self.0.iter().map(Piece::size).sum()
    }

    /// All of it, as a stream.
    pub(crate) fn stream(&self) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin + use<> {
        self.part(0..self.size())
    }

    /// The bytes within `span`.
    pub(super) fn part(&self, span: Range<u64>) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin + use<> {
        let mut begin = 0;
        let mut wanted = VecDeque::new();
        for piece in &self.0 {
            let end = begin + piece.size();
            let (from, to) = (span.start.max(begin), span.end.min(end));
            if from < to {
                wanted.push_back((piece.clone(), from - begin..to - begin));
            }
            begin = end;
        }
        Box::pin(stream::iter(wanted).then(|(piece, span)| piece.read(span)).try_flatten())
    }

    /// All of it, read at once.
    pub(crate) fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Memory(bytes) => all.extend_from_slice(bytes),
                Piece::File(file, _) => all.extend(std::fs::read(&file.0)?),
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn parts_reach_over_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, b"4567").unwrap();
        let file = Content::file(Arc::new(DataFile(path)), 4);
        let content = Content::joined([b"0123".to_vec().into(), file, b"89".to_vec().into()]);
        assert_eq!((content.size(), content.bytes().unwrap()), (10, b"0123456789".to_vec()));
        for (span, seen) in [(0..10, "0123456789"), (2..6, "2345"), (5..7, "56"), (7..9, "78"), (9..10, "9"), (4..4, "")] {
            let read: Vec<Bytes> = content.part(span).try_collect().await.unwrap();
            assert_eq!(read.concat(), seen.as_bytes());
        }
    }
}
