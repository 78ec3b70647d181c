//! Packed sources, unpacked on their way.

use std::io::Write as _;

use cloudimg::ErrorKind;
use cloudimg::glance::{ImageData, ImageLeft, ImageStatus, UploadFailure};
use futures::stream;
use lzma_rust2::{XzOptions, XzWriter};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::refused::qcow2;
use super::world::{World, random};

fn packed(bytes: &[u8]) -> [(&'static str, Vec<u8>); 3] {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    let mut xz = XzWriter::new(Vec::new(), XzOptions::with_preset(1)).unwrap();
    xz.write_all(bytes).unwrap();
    let zstd = compress_to_vec(bytes, CompressionLevel::Fastest);
    [("gz", gzip.finish().unwrap()), ("xz", xz.finish().unwrap()), ("zst", zstd)]
}

#[tokio::test]
async fn packed_files_become_the_images_that_are_in_them() {
    let world = World::start().await;
    let folder = tempfile::tempdir().unwrap();
    let disk = qcow2();
    for (name, bytes) in packed(&disk) {
        // Its bytes tell, not its name.
        let path = folder.path().join(format!("{name}.img"));
        std::fs::write(&path, bytes).unwrap();
        let id = world.queued("qcow2", "bare").await;
        let data = ImageData::path(&path).await.unwrap().unpacked();
        let uploaded = world.images().upload(&id, data).await.unwrap();
        assert!(uploaded.verdict.is_verified() && uploaded.bytes == disk.len() as u64, "{name}");
        assert!(world.data(&id).await == disk, "{name}");
    }
}

#[tokio::test]
async fn packed_streams_and_readers_are_unpacked_too() {
    let world = World::start().await;
    let plain = random(1, 2_000_000);
    for (name, bytes) in packed(&plain) {
        let blocks: Vec<_> = bytes.chunks(9000).map(|block| Ok::<_, std::io::Error>(block.to_vec().into())).collect();
        for data in [
            ImageData::stream(stream::iter(blocks), None),
            ImageData::blocking_reader(std::io::Cursor::new(bytes.clone()), bytes.len() as u64),
            ImageData::reader(std::io::Cursor::new(bytes.clone()), None),
            ImageData::bytes(bytes.clone()),
        ] {
            let id = world.raw().await;
            assert!(world.images().upload(&id, data.unpacked()).await.unwrap().verdict.is_verified(), "{name}");
            assert!(world.data(&id).await == plain, "{name}");
        }
    }
}

#[tokio::test]
async fn what_comes_out_is_looked_at_like_anything_else() {
    let world = World::start().await;
    for (name, bytes) in packed(&qcow2()) {
        let id = world.raw().await;
        let error = world.images().upload(&id, ImageData::bytes(bytes).unpacked()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{name}");
        assert!(error.message().contains("disk_format qcow2"), "{name}: {error}");
    }
    for (name, bytes) in packed(b"") {
        let id = world.raw().await;
        let error = world.images().upload(&id, ImageData::bytes(bytes).unpacked()).await.unwrap_err();
        assert!(error.message().contains("there are no bytes to send"), "{name}: {error}");
    }
}

#[tokio::test]
async fn damage_and_too_much_leave_the_image_queued() {
    let world = World::start().await;
    let plain = random(2, 3_000_000);
    for (name, bytes) in packed(&plain) {
        let id = world.raw().await;
        let short = bytes[..bytes.len() - 5].to_vec();
        let error = world.images().upload(&id, ImageData::bytes(short).unpacked()).await.unwrap_err();
        assert_eq!((error.kind(), &UploadFailure::of(&error).unwrap().image), (ErrorKind::Corrupt, &ImageLeft::Queued), "{name}");
        let bomb = ImageData::bytes(bytes).unpacked_up_to(1_000_000);
        let error = world.images().upload(&id, bomb).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::QuotaExceeded, "{name}");
        assert_eq!(world.image(&id).await.status, ImageStatus::Queued, "{name}");
    }
}
