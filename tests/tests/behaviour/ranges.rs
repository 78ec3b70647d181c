//! Parts of data.

use anyhow::Result;
use cloudimg::ErrorKind;
use cloudimg_tests::{Case, md5};

use crate::support::{BYTES, failed_here, refused};

/// A range as a client spells it, and what comes of it: the `Content-Range` and the bytes.
async fn part(case: &Case, id: &str, range: &str) -> Result<(String, Vec<u8>)> {
    let client = case.glance("demo").await?;
    let answer = client.download_image_data().image_id(id).range(range).send().await?;
    assert_eq!(answer.status(), 206, "{range}");
    let content_range = answer.headers().get("content-range").and_then(|value| value.to_str().ok()).unwrap_or("none").to_owned();
    let mut bytes = Vec::new();
    let mut blocks = answer.into_inner_stream();
    while let Some(block) = futures::TryStreamExt::try_next(&mut blocks).await? {
        bytes.extend_from_slice(&block);
    }
    Ok((content_range, bytes))
}

#[tokio::test]
async fn a_part_is_what_was_asked_for() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("parts", BYTES).await?.id;
        let images = case.images("demo")?;
        for (offset, length) in [(0, 1), (0, 10), (4, 5), (40, 4)] {
            let download = images.download_range(&id, offset, length).await?;
            assert_eq!(download.length(), Some(length));
            let (from, to) = (usize::try_from(offset)?, usize::try_from(offset + length)?);
            assert_eq!(download.bytes(1024).await?, &BYTES[from..to]);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_part_beyond_the_end_is_cut() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("cut", BYTES).await?.id;
        let images = case.images("demo")?;
        assert_eq!(images.download_range(&id, 40, 1000).await?.bytes(1024).await?, &BYTES[40..]);
        assert_eq!(images.download_range(&id, 0, u64::MAX).await?.bytes(1024).await?, BYTES);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_part_carries_the_checksum_of_the_whole() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("whole", BYTES).await?.id;
        let download = case.images("demo")?.download_range(&id, 3, 4).await?;
        assert_eq!(download.checksum(), Some(md5(BYTES).as_str()));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_spelling_of_one_range_works() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("spellings", BYTES).await?.id;
        for (range, from, to) in
            [("bytes=0-9", 0, 9), ("bytes=10-10", 10, 10), ("bytes=40-", 40, 43), ("bytes=-5", 39, 43), ("bytes=-999", 0, 43)]
        {
            let (content_range, bytes) = part(case, &id, range).await?;
            assert_eq!(content_range, format!("bytes {from}-{to}/44"), "{range}");
            assert_eq!(bytes, &BYTES[from..=to], "{range}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_part_from_the_end_on_is_refused() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("end", BYTES).await?.id;
        let images = case.images("demo")?;
        let error = refused(images.download_range(&id, 44, 1).await, 416);
        assert_eq!(error.operation(), Some("download_image_data"));
        refused(images.download_range(&id, 1000, 10).await, 416);
        failed_here(images.download_range(&id, 0, 0).await, ErrorKind::InvalidRequest);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn ranges_that_mean_nothing_are_refused() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("nonsense", BYTES).await?.id;
        let client = case.glance("demo").await?;
        for range in ["bytes=9-3", "lines=1-2", "bytes=a-b", "bytes"] {
            refused(client.download_image_data().image_id(&id).range(range).send().await, 416);
        }
        let error = refused(client.download_image_data().image_id(&id).range("bytes=0-1,4-5").send().await, 400);
        assert!(error.message().starts_with("Requests with multiple ranges are not supported"), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_part_of_an_unknown_image_is_not_found() -> Result<()> {
    Case::run(async |case| {
        refused(case.images("demo")?.download_range(crate::support::NOBODY, 0, 1).await, 404);
        Ok(())
    })
    .await
}
