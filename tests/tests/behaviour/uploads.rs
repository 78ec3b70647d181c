//! What the facade makes of uploads: verified, told where they fail, and not repeated where that would do harm.

use anyhow::Result;
use bytes::Bytes;
use cloudimg::glance::{Cleanup, ImageData, ImageLeft, ImageStatus, UploadFailure};
use cloudimg::transfer::{Algorithm, Verdict};
use cloudimg::{Error, ErrorKind};
use cloudimg_tests::Case;
use futures::stream;

use crate::support::{BYTES, failed_here, refused};

#[tokio::test]
async fn an_upload_is_verified_by_the_hash_of_the_service() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("verified").await?.id;
        let uploaded = case.images("demo")?.upload(&id, ImageData::bytes(BYTES)).with_store("slow").await?;
        assert_eq!(uploaded.verdict, Verdict::Verified(Algorithm::Sha512));
        assert_eq!((uploaded.bytes, uploaded.skipped), (BYTES.len() as u64, false));
        assert_eq!((uploaded.image.status, uploaded.image.stores.as_deref()), (ImageStatus::Active, Some("slow")));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_same_bytes_are_not_sent_twice() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("same", BYTES).await?.id;
        let images = case.images("demo")?;
        let again = images.upload(&id, ImageData::bytes(BYTES)).with_skip_if_same().await?;
        assert!(again.skipped && again.verdict.is_verified());
        let other = images.upload(&id, ImageData::bytes(vec![0; BYTES.len()])).with_skip_if_same().await;
        let error = failed_here(other, ErrorKind::Conflict);
        assert!(error.message().contains("sha512"), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_source_that_fails_leaves_the_image_queued_for_another_try() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("torn").await?.id;
        let images = case.images("demo")?;
        for length in [None, Some(1_000_000)] {
            let torn = || Err(Error::new(ErrorKind::Io, "the tape tore"));
            let blocks = stream::iter([Ok(Bytes::from(vec![7; 300_000])), torn()]);
            let error = failed_here(images.upload(&id, ImageData::stream(blocks, length)).await, ErrorKind::Io);
            assert_eq!(UploadFailure::of(&error).map(|failure| &failure.image), Some(&ImageLeft::Queued), "{error}");
        }
        let uploaded = images.upload(&id, ImageData::bytes(BYTES)).await?;
        assert!(uploaded.verdict.is_verified());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_image_of_an_upload_that_failed_is_deleted_for_who_asks_for_it() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        // Not by the case, which would look for it in the end.
        let id = images.create(case.raw("cleaned")).await?.id;
        let torn = stream::iter([Ok(Bytes::from_static(b"a part")), Err(Error::new(ErrorKind::Io, "the tape tore"))]);
        let upload = images.upload(&id, ImageData::stream(torn, None)).with_format_check(false);
        let error = failed_here(upload.with_cleanup(Cleanup::DeleteImage).await, ErrorKind::Io);
        assert_eq!(UploadFailure::of(&error).map(|failure| &failure.image), Some(&ImageLeft::Removed));
        refused(images.get(&id).await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn data_are_staged_for_an_import() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("staged").await?.id;
        let images = case.images("demo")?;
        assert_eq!(images.stage(&id, ImageData::bytes(BYTES)).await?, BYTES.len() as u64);
        assert_eq!(images.get(&id).await?.status, ImageStatus::Uploading);
        refused(images.stage(&id, ImageData::bytes(BYTES)).await, 409);
        Ok(())
    })
    .await
}
