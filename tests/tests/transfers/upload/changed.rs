//! A file that changes while it is sent.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use cloudimg::ErrorKind;
use cloudimg::glance::{ImageData, ImageLeft, ImageStatus, UploadFailure};
use cloudimg::transfer::{Limits, Phase, Progress};

use super::world::{World, random};

const LENGTH: usize = 24 << 20;

/// What comes of an upload of a file that `change` changes when a part of it is over.
async fn outcome(change: impl Fn(&Path) + Send + Sync + 'static) -> (World, String, cloudimg::Error) {
    let world = World::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk.img");
    std::fs::write(&path, random(1, LENGTH)).unwrap();
    let id = world.raw().await;
    let data = ImageData::path(&path).await.unwrap();
    let changed = AtomicBool::new(false);
    let observer = move |progress: &Progress| {
        if progress.phase == Phase::Sending && progress.bytes > 0 && !changed.swap(true, Ordering::SeqCst) {
            change(&path);
        }
    };
    // Slow enough for the reader not to have read all of it before.
    let limits = Limits::new().with_bytes_per_second(40 << 20);
    let error = world.images().upload(&id, data).with_progress(observer).with_limits(limits).await.unwrap_err();
    (world, id, error)
}

async fn is_found(change: impl Fn(&Path) + Send + Sync + 'static, says: &str) {
    let (world, id, error) = outcome(change).await;
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    assert!(error.message().contains("disk.img") && error.message().contains(says), "{error}");
    assert_eq!(UploadFailure::of(&error).unwrap().image, ImageLeft::Queued);
    assert_eq!(world.image(&id).await.status, ImageStatus::Queued);
}

#[tokio::test]
async fn a_file_that_grows_shorter_is_found() {
    let shorten = |path: &Path| OpenOptions::new().write(true).open(path).unwrap().set_len(12 << 20).unwrap();
    is_found(shorten, "bytes").await;
}

#[tokio::test]
async fn a_file_that_grows_is_found() {
    let append = |path: &Path| OpenOptions::new().append(true).open(path).unwrap().write_all(b"more").unwrap();
    is_found(append, "it had 25165824 bytes and has 25165828").await;
}

#[tokio::test]
async fn a_file_that_is_written_within_is_found() {
    let rewrite = |path: &Path| OpenOptions::new().write(true).open(path).unwrap().write_all_at(b"other", 3).unwrap();
    is_found(rewrite, "it was written to").await;
}

#[tokio::test]
async fn a_file_whose_time_is_set_back_is_found() {
    let rewrite = |path: &Path| {
        let file = OpenOptions::new().write(true).open(path).unwrap();
        let before = file.metadata().unwrap().modified().unwrap();
        file.write_all_at(b"other", 3).unwrap();
        file.set_modified(before).unwrap();
    };
    is_found(rewrite, "its status was changed").await;
}

#[tokio::test]
async fn a_file_that_is_replaced_under_its_name_is_found() {
    let replace = |path: &Path| {
        let other = path.with_extension("new");
        std::fs::write(&other, random(2, LENGTH)).unwrap();
        std::fs::rename(&other, path).unwrap();
    };
    is_found(replace, "its status was changed").await;
}
