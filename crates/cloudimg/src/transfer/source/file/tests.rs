use std::io::Write as _;
use std::time::{Duration, Instant};

use futures::TryStreamExt as _;

use super::*;

async fn reading(path: &Path) -> Reading {
    FileSource::open(path.to_owned()).unwrap().read().await.unwrap()
}

/// A file of so many bytes that has only these, at these places.
fn sparse(length: u64, data: &[(u64, &[u8])]) -> tempfile::NamedTempFile {
    let named = tempfile::NamedTempFile::new().unwrap();
    let mut file = named.as_file();
    file.set_len(length).unwrap();
    for (at, bytes) in data {
        file.seek(SeekFrom::Start(*at)).unwrap();
        file.write_all(bytes).unwrap();
    }
    named
}

#[tokio::test]
async fn holes_come_as_zeros_whatever_lies_between_them() {
    let length = 3 << 20;
    for data in [
        &[][..],
        &[(0, &b"begin"[..])],
        &[(length - 3, b"end")],
        &[(0, b"begin"), (1 << 20, b"middle"), ((1 << 20) + 70_000, b"near"), (length - 3, b"end")],
    ] {
        let file = sparse(length, data);
        let mut wanted = vec![0; length as usize];
        for (at, bytes) in data {
            wanted[*at as usize..*at as usize + bytes.len()].copy_from_slice(bytes);
        }
        let reading = reading(file.path()).await;
        assert_eq!(reading.length(), Some(length));
        assert_eq!(reading.tail().unwrap(), &wanted[wanted.len() - TAIL..]);
        let blocks: Vec<_> = reading.into_stream().try_collect().await.unwrap();
        assert!(blocks.concat() == wanted, "{data:?}");
    }
}

#[tokio::test]
async fn holes_are_not_read() {
    let length = 10 << 30;
    let file = sparse(length, &[(7 << 30, b"far behind")]);
    let began = Instant::now();
    let mut blocks = reading(file.path()).await.into_stream();
    let (mut read, mut zeros) = (0, std::collections::BTreeSet::new());
    while let Some(block) = blocks.try_next().await.unwrap() {
        read += block.len() as u64;
        if read < 7 << 30 {
            zeros.insert(block.as_ptr());
        }
    }
    assert_eq!(read, length);
    assert_eq!(zeros.len(), 1, "all zeros are the same memory");
    // Reading and clearing ten gigabytes takes longer than this on any machine.
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_file_that_is_not_what_it_was_has_no_end() {
    type Change = fn(&Path);
    let changes: [(Change, &str); 3] = [
        (|path| File::options().write(true).open(path).unwrap().set_len(5).unwrap(), "it"),
        (|path| File::options().append(true).open(path).unwrap().write_all(b"more").unwrap(), "it had"),
        (|path| File::options().write(true).open(path).unwrap().write_all(b"other").unwrap(), "it was written to"),
    ];
    for (change, says) in changes {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), vec![7; 16 << 20]).unwrap();
        let blocks = reading(file.path()).await.into_stream();
        // Some blocks are read ahead, but not all.
        change(file.path());
        let error = blocks.try_collect::<Vec<_>>().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert!(error.message().contains("changed while it was read") && error.message().contains(says), "{error}");
    }
}

#[tokio::test]
async fn a_file_is_read_again_from_its_beginning_and_as_it_is_then() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "first").unwrap();
    let mut source = FileSource::open(file.path().to_owned()).unwrap();
    let all = async |reading: Reading| reading.into_stream().try_collect::<Vec<_>>().await.unwrap().concat();
    assert_eq!(all(source.read().await.unwrap()).await, b"first");
    std::fs::write(file.path(), "another").unwrap();
    let again = source.read().await.unwrap();
    assert_eq!(again.length(), Some(7));
    assert_eq!(all(again).await, b"another");
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let writer = path.clone();
    let writing = std::thread::spawn(move || std::fs::write(writer, "through a pipe").unwrap());
    let source = pump::blocking(move || FileSource::open(path)).await;
    let mut source = source.unwrap();
    assert!(source.length().is_none() && !source.is_reopenable());
    let blocks: Vec<_> = source.read().await.unwrap().into_stream().try_collect().await.unwrap();
    assert_eq!(blocks.concat(), b"through a pipe");
    writing.join().unwrap();
    assert!(source.read().await.is_err());
}
