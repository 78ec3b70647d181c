//! The states of an image, and its end.

use anyhow::Result;
use cloudimg::glance::{ImageData, ImagePatch, ImageStatus};
use cloudimg_tests::Case;

use crate::support::{BYTES, NOBODY, refused};

#[tokio::test]
async fn an_image_goes_from_queued_to_active_to_deactivated_and_back() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        let id = case.queued("walk").await?.id;
        images.upload(&id, ImageData::bytes(BYTES)).await?;
        assert_eq!(images.get(&id).await?.status, ImageStatus::Active);
        images.deactivate(&id).await?;
        assert_eq!(images.get(&id).await?.status, ImageStatus::Deactivated);
        images.reactivate(&id).await?;
        assert_eq!(images.get(&id).await?.status, ImageStatus::Active);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn deactivate_and_reactivate_may_be_repeated() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        let id = case.active("repeat", BYTES).await?.id;
        images.reactivate(&id).await?;
        images.deactivate(&id).await?;
        images.deactivate(&id).await?;
        images.reactivate(&id).await?;
        images.reactivate(&id).await?;
        assert_eq!(images.get(&id).await?.status, ImageStatus::Active);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_image_without_data_cannot_be_deactivated_or_reactivated() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        let id = case.queued("empty").await?.id;
        let error = refused(images.deactivate(&id).await, 403);
        assert_eq!(error.message(), "Not allowed to deactivate image in status 'queued'");
        let error = refused(images.reactivate(&id).await, 403);
        assert_eq!(error.message(), "Not allowed to reactivate image in status 'queued'");
        refused(images.deactivate(NOBODY).await, 404);
        refused(images.reactivate(NOBODY).await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_data_of_a_deactivated_image_are_kept_from_members() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        let id = case.active("kept", BYTES).await?.id;
        images.deactivate(&id).await?;
        let error = refused(images.download(&id).await, 403);
        let told = error.message().strip_prefix("The requested image has been deactivated. Image data download is forbidden.");
        assert!(told.is_some_and(|remedy| remedy.contains("reactivated")), "{error}");
        refused(images.download_range(&id, 0, 4).await, 403);
        assert_eq!(case.images("admin")?.download(&id).await?.bytes(1024).await?, BYTES);
        images.reactivate(&id).await?;
        assert_eq!(images.download(&id).await?.bytes(1024).await?, BYTES);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_deleted_image_is_gone() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        let id = case.active("gone", BYTES).await?.id;
        images.delete(&id).await?;
        refused(images.get(&id).await, 404);
        refused(images.download(&id).await, 404);
        refused(images.update(&id, ImagePatch::new().min_disk(1)).await, 404);
        refused(images.tags(&id).add("late").await, 404);
        let error = refused(images.delete(&id).await, 404);
        assert_eq!(error.message(), format!("Failed to find image {id} to delete"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_id_of_a_deleted_image_stays_taken() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        let id = case.queued("first").await?.id;
        images.delete(&id).await?;
        refused(images.create(case.raw("second").id(&id)).await, 409);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_protected_image_is_not_deleted() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        let id = case.create("demo", case.raw("safe").protected(true)).await?.id;
        let error = refused(images.delete(&id).await, 403);
        assert_eq!(error.message(), format!("Image {id} is protected and cannot be deleted."));
        images.update(&id, ImagePatch::new().protected(false)).await?;
        images.delete(&id).await?;
        refused(images.get(&id).await, 404);
        Ok(())
    })
    .await
}
