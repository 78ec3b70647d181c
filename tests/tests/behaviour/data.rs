//! Data that go up and come back.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use cloudimg::glance::{ImageCreate, ImageData, ImageStatus};
use cloudimg::{Error, ErrorKind};
use cloudimg_tests::{Case, md5, sha512, until};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::sync::Notify;

use crate::support::{BYTES, failed_here, refused};

/// Data of several blocks, no two of them alike.
fn much() -> Vec<u8> {
    (0..1_500_000u32).flat_map(|n| n.to_le_bytes()).collect()
}

/// An empty disk of 64 KiB as `qemu-img create -f qcow2` writes it, as far as readers of headers look.
fn qcow2() -> Vec<u8> {
    let mut disk = vec![0; 4 * 65_536];
    let mut put = |at: usize, bytes: &[u8]| disk[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"QFI\xfb");
    put(4, &3u32.to_be_bytes());
    put(20, &16u32.to_be_bytes());
    put(24, &65_536u64.to_be_bytes());
    put(36, &1u32.to_be_bytes());
    put(40, &0x30_000u64.to_be_bytes());
    put(48, &0x10_000u64.to_be_bytes());
    put(56, &1u32.to_be_bytes());
    put(96, &4u32.to_be_bytes());
    put(100, &104u32.to_be_bytes());
    disk
}

#[tokio::test]
async fn what_went_up_comes_down_with_the_same_hashes() -> Result<()> {
    Case::run(async |case| {
        let data = much();
        let image = case.active("there-and-back", &data).await?;
        assert_eq!(image.status, ImageStatus::Active);
        assert_eq!(image.size, i64::try_from(data.len()).ok());
        assert_eq!(image.virtual_size, image.size);
        assert_eq!(image.checksum, Some(md5(&data)));
        assert_eq!((image.os_hash_algo.as_deref(), image.os_hash_value), (Some("sha512"), Some(sha512(&data))));
        assert_eq!(image.stores.as_deref(), Some("fast"));
        let download = case.images("demo")?.download(&image.id).await?;
        assert_eq!(download.checksum(), Some(md5(&data).as_str()));
        let mut got = Vec::new();
        assert_eq!(download.copy_to(&mut got).await?, data.len() as u64);
        assert!(got == data);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_second_download_gives_the_same_and_its_length() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("twice", BYTES).await?.id;
        let images = case.images("demo")?;
        assert_eq!(images.download(&id).await?.bytes(1024).await?, BYTES);
        let again = images.download(&id).await?;
        // The first answer may lack the length where a cache is filled on the way.
        assert_eq!(again.length(), Some(BYTES.len() as u64));
        assert_eq!(again.bytes(1024).await?, BYTES);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_stream_of_unknown_length_goes_up() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("chunked").await?.id;
        let blocks: Vec<Result<Bytes, Error>> = (0..300u32).map(|n| Ok(Bytes::from(format!("block {n};")))).collect();
        let expected: Vec<u8> = blocks.iter().flatten().flat_map(|block| block.to_vec()).collect();
        let images = case.images("demo")?;
        images.upload(&id, ImageData::stream(stream::iter(blocks), None)).await?;
        let image = images.get(&id).await?;
        assert_eq!((image.status, image.size), (ImageStatus::Active, i64::try_from(expected.len()).ok()));
        assert_eq!(image.os_hash_value, Some(sha512(&expected)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_file_goes_up_and_comes_down() -> Result<()> {
    Case::run(async |case| {
        let folder = tempfile::tempdir()?;
        let (sent, got) = (folder.path().join("sent"), folder.path().join("got"));
        std::fs::write(&sent, BYTES)?;
        let id = case.queued("file").await?.id;
        let images = case.images("demo")?;
        images.upload(&id, ImageData::path(&sent).await?).await?;
        let mut file = tokio::fs::File::create(&got).await?;
        images.download(&id).await?.copy_to(&mut file).await?;
        assert_eq!(std::fs::read(&got)?, BYTES);
        let error = failed_here(ImageData::path(folder.path().join("absent")).await, ErrorKind::Io);
        assert!(error.message().contains("absent"), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn no_bytes_make_an_active_image_of_no_size_for_who_asks_for_it() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("empty").await?.id;
        let images = case.images("demo")?;
        let nothing = stream::iter([Ok::<_, Error>(Bytes::new())]);
        for data in [ImageData::bytes(Bytes::new()), ImageData::stream(nothing, None)] {
            let error = failed_here(images.upload(&id, data).await, ErrorKind::InvalidRequest);
            assert!(error.message().contains("no bytes to send"), "{error}");
        }
        assert_eq!(images.get(&id).await?.status, ImageStatus::Queued);
        images.upload(&id, ImageData::empty()).await?;
        let image = images.get(&id).await?;
        assert_eq!((image.status, image.size), (ImageStatus::Active, Some(0)));
        assert_eq!(image.os_hash_value, Some(sha512(b"")));
        assert_eq!(images.download(&id).await?.bytes(1024).await?, b"");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_image_without_data_has_nothing_to_download() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("nothing").await?.id;
        let error = failed_here(case.images("demo")?.download(&id).await, ErrorKind::NotFound);
        assert_eq!(error.message(), format!("the image {id} has no data yet"));
        let client = case.glance("demo").await?;
        assert_eq!(client.download_image_data().image_id(&id).send().await?.status(), 204);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_disk_image_tells_the_size_of_its_disk() -> Result<()> {
    Case::run(async |case| {
        let id = case.create("demo", case.raw("disk").disk_format("qcow2")).await?.id;
        let images = case.images("demo")?;
        images.upload(&id, ImageData::bytes(qcow2())).await?;
        let image = images.get(&id).await?;
        assert_eq!((image.status, image.size, image.virtual_size), (ImageStatus::Active, Some(4 * 65_536), Some(65_536)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn data_go_to_the_store_that_is_named() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("slow").await?.id;
        let client = case.glance("demo").await?;
        client.upload_image_data().image_id(&id).x_image_meta_store("slow").body(BYTES.to_vec()).send().await?;
        let image = case.images("demo")?.get(&id).await?;
        assert_eq!(image.stores.as_deref(), Some("slow"));
        assert_eq!(case.images("demo")?.download(&id).await?.bytes(1024).await?, BYTES);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_image_is_saving_while_its_data_are_on_their_way() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("saving").await?.id;
        let images = case.images("demo")?;
        let go_on = Arc::new(Notify::new());
        let wait = Arc::clone(&go_on);
        let rest = stream::once(async move {
            wait.notified().await;
            Ok::<_, Error>(Bytes::from_static(b"second"))
        });
        let data = stream::iter([Ok(Bytes::from_static(b"first, "))]).chain(rest);
        // Looking at its format would wait for more than the first block.
        let upload = images.upload(&id, ImageData::stream(data, 13)).with_format_check(false);
        let watch = async {
            until("the image is saving", async || {
                let status = images.get(&id).await?.status;
                Ok((status == ImageStatus::Saving).then_some(()))
            })
            .await?;
            let client = case.glance("demo").await?;
            refused(client.upload_image_data().image_id(&id).body("x").send().await, 409);
            go_on.notify_one();
            anyhow::Ok(())
        };
        let (uploaded, watched) = tokio::join!(upload, watch);
        watched?;
        uploaded?;
        assert_eq!(images.download(&id).await?.bytes(64).await?, b"first, second");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_download_arrives_block_by_block() -> Result<()> {
    Case::run(async |case| {
        let data = much();
        let id = case.active("stream", &data).await?.id;
        let mut blocks = case.images("demo")?.download(&id).await?.into_stream();
        let mut got = Vec::new();
        while let Some(block) = blocks.try_next().await? {
            assert!(block.len() < data.len(), "all in one block");
            got.extend_from_slice(&block);
        }
        assert!(got == data);
        let error = failed_here(case.images("demo")?.download(&id).await?.bytes(1000).await, ErrorKind::QuotaExceeded);
        assert!(error.message().contains("1000"), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn uploads_of_several_images_run_side_by_side() -> Result<()> {
    Case::run(async |case| {
        let images = &case.images("demo")?;
        let mut uploads = Vec::new();
        for n in 0..4 {
            let id = case.create("demo", ImageCreate::new().disk_format("raw").container_format("bare")).await?.id;
            let data = format!("{n}").repeat(100_000);
            uploads.push(async move {
                images.upload(&id, ImageData::bytes(data.clone())).await?;
                let got = images.download(&id).await?.bytes(1 << 20).await?;
                assert!(got == data.as_bytes());
                anyhow::Ok(())
            });
        }
        let all = futures::future::try_join_all(uploads);
        tokio::time::timeout(Duration::from_secs(120), all).await??;
        Ok(())
    })
    .await
}
