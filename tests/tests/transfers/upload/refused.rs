//! What is refused before the first byte goes.

use cloudimg::ErrorKind;
use cloudimg::glance::{Cleanup, ImageCreate, ImageData, ImageLeft, ImageStatus, UploadFailure};
use cloudimg_tests::proxy::Script;

use super::world::{World, random};

/// A qcow2 of one empty cluster of 64 KiB, which the service's own checks let pass.
pub(super) fn qcow2() -> Vec<u8> {
    let mut disk = vec![0; 4 * 65_536];
    let mut put = |at: usize, bytes: &[u8]| disk[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"QFI\xfb\0\0\0\x03");
    put(20, &16_u32.to_be_bytes());
    put(24, &65_536_u64.to_be_bytes());
    put(36, &1_u32.to_be_bytes());
    put(40, &0x30_000_u64.to_be_bytes());
    put(48, &0x10_000_u64.to_be_bytes());
    put(56, &1_u32.to_be_bytes());
    put(96, &4_u32.to_be_bytes());
    put(100, &104_u32.to_be_bytes());
    disk
}

/// `magic` at `at`, before a megabyte of noise.
fn begins(at: usize, magic: &[u8]) -> Vec<u8> {
    let mut data = random(5, 1 << 20);
    data[at..at + magic.len()].copy_from_slice(magic);
    data
}

#[tokio::test]
async fn data_of_another_format_are_refused_before_they_are_sent() {
    let world = World::start().await;
    let (proxy, images) = world.proxied(Script::default()).await;
    let mut footer = random(6, 4096);
    footer[4096 - 512..][..8].copy_from_slice(b"conectix");
    let cases = [
        ("raw", "bare", qcow2(), "disk_format qcow2"),
        ("qcow2", "bare", random(7, 100_000), "disk_format raw"),
        ("qcow2", "bare", random(7, 100), "no header of qcow2"),
        ("raw", "bare", begins(0, b"KDMV\x03\0\0\0\x03\0\0\0"), "disk_format vmdk"),
        ("raw", "bare", begins(0, b"vhdxfile"), "disk_format vhdx"),
        ("raw", "bare", begins(0x40, b"\x7f\x10\xda\xbe"), "disk_format vdi"),
        ("raw", "bare", begins(0, b"conectix"), "disk_format vhd"),
        ("raw", "bare", footer, "disk_format vhd"),
        ("vmdk", "bare", b"# Disk DescriptorFile\nversion=1\n".to_vec(), "in other files"),
        ("qcow2", "bare", begins(0x8001, b"CD001"), "disk_format iso"),
        ("raw", "bare", begins(0, b"\x1f\x8b\x08"), "`ImageData::unpacked()`"),
        ("qcow2", "bare", begins(0, b"\xfd7zXZ\0"), "`ImageData::unpacked()`"),
        ("raw", "bare", begins(0, b"\x28\xb5\x2f\xfd"), "`ImageData::unpacked()`"),
        ("raw", "bare", begins(0, b"BZh91AY&SY"), "container_format compressed"),
        ("raw", "bare", begins(0, b"\x04\x22\x4d\x18"), "unpack them first"),
        ("raw", "bare", begins(257, b"ustar"), "container_format ova"),
        ("vmdk", "ova", qcow2(), "tar archive"),
    ];
    for (disk_format, container_format, data, advice) in cases {
        let id = world.queued(disk_format, container_format).await;
        let error = images.upload(&id, ImageData::bytes(data)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{advice}");
        assert!(error.message().contains(advice) && error.message().contains("nothing was sent"), "{advice}: {error}");
        assert!(error.message().contains("with_format_check(false)"), "{error}");
        assert_eq!(UploadFailure::of(&error).unwrap().image, ImageLeft::Queued, "{advice}");
        assert_eq!(UploadFailure::of(&error).unwrap().tries, 0);
    }
    assert!(proxy.exchanges().iter().all(|exchange| exchange.request.method == "GET"));
}

#[tokio::test]
async fn the_look_at_formats_can_be_left_out() {
    let world = World::start().await;
    let id = world.raw().await;
    // The service looks as well, and takes no qcow2 for raw; a gzip it does.
    let data = begins(0, b"\x1f\x8b\x08");
    let uploaded = world.images().upload(&id, ImageData::bytes(data)).with_format_check(false).await.unwrap();
    assert!(uploaded.verdict.is_verified());
}

#[tokio::test]
async fn data_of_the_right_format_are_taken() {
    let world = World::start().await;
    for (disk_format, container_format, data) in
        [("qcow2", "bare", qcow2()), ("raw", "bare", random(8, 100_000)), ("qcow2", "compressed", begins(0, b"\x1f\x8b\x08"))]
    {
        let id = world.queued(disk_format, container_format).await;
        let uploaded = world.images().upload(&id, ImageData::bytes(data)).await.unwrap();
        assert!(uploaded.verdict.is_verified(), "{disk_format} {container_format}");
    }
}

#[tokio::test]
async fn an_image_without_formats_takes_no_data() {
    let world = World::start().await;
    let id = world.images().create(ImageCreate::new().container_format("bare")).await.unwrap().id;
    let error = world.images().upload(&id, ImageData::bytes(qcow2())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.message().contains("no disk_format") && error.message().contains("look like qcow2"), "{error}");
}

#[tokio::test]
async fn an_image_that_has_data_takes_no_others_and_is_left_alone() {
    let world = World::start().await;
    let id = world.raw().await;
    world.images().upload(&id, ImageData::bytes("12345")).await.unwrap();
    let upload = world.images().upload(&id, ImageData::bytes("6")).with_cleanup(Cleanup::DeleteImage);
    let error = upload.await.unwrap_err();
    assert_eq!((error.kind(), &UploadFailure::of(&error).unwrap().image), (ErrorKind::Conflict, &ImageLeft::Active));
    assert_eq!(world.data(&id).await, b"12345");
}

#[tokio::test]
async fn an_image_that_is_not_there_is_told_to_be_gone() {
    let world = World::start().await;
    let id = "6f9e2c1a-4b7d-4e35-8a90-1c2d3e4f5a6b";
    let error = world.images().upload(id, ImageData::bytes("1")).await.unwrap_err();
    assert_eq!((error.kind(), &UploadFailure::of(&error).unwrap().image), (ErrorKind::NotFound, &ImageLeft::Gone));
}

#[tokio::test]
async fn a_store_that_there_is_not_is_told_with_those_that_there_are() {
    let world = World::start().await;
    let id = world.raw().await;
    let error = world.images().upload(&id, ImageData::bytes("1")).with_store("nowhere").await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, Some(400)));
    let stores = world.images().upload(&id, ImageData::bytes("1"));
    for store in ["fast", "slow"] {
        assert!(error.message().contains(store), "{error}");
    }
    assert_eq!(world.image(&id).await.status, ImageStatus::Queued);
    let uploaded = stores.with_store("slow").await.unwrap();
    assert!(uploaded.verdict.is_verified());
    assert_eq!(uploaded.image.stores.as_deref(), Some("slow"));
}
