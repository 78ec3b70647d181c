//! Data on its way in: counted, hashed and written, in constant memory.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::sync::mpsc;

use super::hashing::{Algorithm, hex};
use super::model::{DataFile, Digest};
use super::sniff;

/// Small pieces are gathered into blocks of this size on their way to the disk.
const BLOCK: usize = 512 << 10;
/// How many pieces may wait for the disk. Pieces are at most some 400 KB, so this bounds memory.
const QUEUE: usize = 8;

/// Why data did not come in.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The sender went away, or the source failed.
    Source,
    /// More came than was announced; the two counts.
    TooMuch(u64, u64),
    /// It ended before what was announced had come.
    TooLittle(u64, u64),
    /// The disk.
    Disk(std::io::Error),
}

/// Reads a stream to its end into a file, or to nowhere. What was written of a stream that breaks
/// is removed.
pub(crate) async fn ingest<S, E>(
    source: S,
    path: Option<PathBuf>,
    announced: Option<u64>,
) -> Result<(Option<Arc<DataFile>>, Digest), Broken>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    ingest_with(Algorithm::default(), source, path, announced).await
}

/// The same, hashed as the caller says.
pub(crate) async fn ingest_with<S, E>(
    algorithm: Algorithm,
    mut source: S,
    path: Option<PathBuf>,
    announced: Option<u64>,
) -> Result<(Option<Arc<DataFile>>, Digest), Broken>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    // Two threads: the hashes cost about as much as each other, and more than the disk.
    let (to_writer, from_source) = mpsc::channel::<Bytes>(QUEUE);
    let writer = tokio::task::spawn_blocking(move || write(from_source, path));
    let (to_hasher, from_source) = mpsc::channel::<Bytes>(QUEUE);
    let hasher = tokio::task::spawn_blocking(move || hash(algorithm, from_source));

    let mut size = 0_u64;
    let mut head = Vec::new();
    let mut broken = None;
    while let Some(piece) = source.next().await {
        let Ok(piece) = piece else {
            broken = Some(Broken::Source);
            break;
        };
        size += piece.len() as u64;
        if let Some(announced) = announced
            && size > announced
        {
            broken = Some(Broken::TooMuch(announced, size));
            break;
        }
        let missing = sniff::HEAD.saturating_sub(head.len()).min(piece.len());
        head.extend_from_slice(&piece[..missing]);
        if to_hasher.send(piece.clone()).await.is_err() || to_writer.send(piece).await.is_err() {
            // The writer ended early; its error is read below.
            break;
        }
    }
    drop((to_writer, to_hasher));
    let gone = |e: tokio::task::JoinError| Broken::Disk(std::io::Error::other(e));
    let hash = hasher.await.map_err(gone)?;
    let (file, md5) = writer.await.map_err(gone)?.map_err(Broken::Disk)?;
    if let Some(broken) = broken {
        return Err(broken);
    }
    if let Some(announced) = announced
        && size != announced
    {
        return Err(Broken::TooLittle(announced, size));
    }
    Ok((file, Digest { size, md5, algorithm, hash, head }))
}

fn write(mut pieces: mpsc::Receiver<Bytes>, path: Option<PathBuf>) -> std::io::Result<(Option<Arc<DataFile>>, String)> {
    let mut out = match &path {
        Some(path) => Some(BufWriter::with_capacity(BLOCK, File::create_new(path)?)),
        None => None,
    };
    // From here on the file goes when nobody holds it.
    let file = path.map(|path| Arc::new(DataFile(path)));
    let mut md5 = Algorithm::Md5.hasher();
    while let Some(piece) = pieces.blocking_recv() {
        md5.update(&piece);
        if let Some(out) = &mut out {
            out.write_all(&piece)?;
        }
    }
    if let Some(out) = &mut out {
        out.flush()?;
    }
    Ok((file, hex(&md5.finalize())))
}

fn hash(algorithm: Algorithm, mut pieces: mpsc::Receiver<Bytes>) -> String {
    let mut hasher = algorithm.hasher();
    while let Some(piece) = pieces.blocking_recv() {
        hasher.update(&piece);
    }
    hex(&hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;

    fn pieces(n: usize) -> impl Stream<Item = Result<Bytes, ()>> + Unpin {
        stream::iter((0..n).map(|_| Ok(Bytes::from_static(b"0123456789"))))
    }

    #[tokio::test]
    async fn counts_hashes_and_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let (file, digest) = ingest(pieces(10), Some(path.clone()), Some(100)).await.unwrap();
        assert_eq!(digest.size, 100);
        assert_eq!(digest.md5, "7a08b07e84641703e5f2c836aa59a170");
        assert!(digest.hash.starts_with("637a16b29ae017ac"));
        assert_eq!(std::fs::read(&path).unwrap(), b"0123456789".repeat(10));
        drop(file);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn other_lengths_than_announced() {
        assert!(matches!(ingest(pieces(2), None, Some(10)).await, Err(Broken::TooMuch(10, 20))));
        assert!(matches!(ingest(pieces(1), None, Some(11)).await, Err(Broken::TooLittle(11, 10))));
        let broken = stream::iter([Ok(Bytes::from_static(b"x")), Err(())]);
        assert!(matches!(ingest(broken, None, None).await, Err(Broken::Source)));
    }
}
