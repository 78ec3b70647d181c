//! The copies of an image in several stores.

use std::collections::BTreeSet;

use anyhow::Result;
use cloudimg_tests::Case;

use crate::import::{finished, stores, to_slow};
use crate::support::{BYTES, NOBODY, refused, stranger};

/// An image with data in two stores.
async fn copied(case: &Case) -> Result<String> {
    let id = case.active("copied", BYTES).await?.id;
    case.glance("admin").await?.import_image_copy_image().image_id(&id).body(to_slow()).send().await?;
    assert_eq!(stores(&finished(case, &id).await?), BTreeSet::from(["fast", "slow"]));
    Ok(id)
}

#[tokio::test]
async fn a_copy_is_deleted_and_the_last_one_stays() -> Result<()> {
    Case::run(async |case| {
        let id = copied(case).await?;
        let admin = case.cloud("admin")?.glance().stores();
        admin.delete_image("fast", &id).await?;
        let images = case.images("demo")?;
        assert_eq!(stores(&images.get(&id).await?), BTreeSet::from(["slow"]));
        assert_eq!(images.download(&id).await?.bytes(1024).await?, BYTES);
        let error = refused(admin.delete_image("slow", &id).await, 403);
        assert!(error.message().starts_with("Cannot delete image data from the only store containing it."), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn copies_that_are_not_there_are_not_deleted() -> Result<()> {
    Case::run(async |case| {
        let id = copied(case).await?;
        let admin = case.cloud("admin")?.glance().stores();
        let error = refused(admin.delete_image("web", &id).await, 404);
        assert!(error.message().contains("web"), "{error}");
        let error = refused(admin.delete_image("nowhere", &id).await, 409);
        assert_eq!(error.message(), "The selected store nowhere is not available on this node.");
        let error = refused(admin.delete_image("fast", NOBODY).await, 404);
        assert_eq!(error.message(), format!("Failed to find image {NOBODY}"));
        let queued = case.queued("queued").await?.id;
        let error = refused(admin.delete_image("fast", &queued).await, 409);
        assert!(error.message().contains("if image status is not 'active'"), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn copies_are_for_administrators_to_delete() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("mine", BYTES).await?.id;
        let error = refused(case.cloud("demo")?.glance().stores().delete_image("fast", &id).await, 403);
        assert_eq!(error.message(), "You are not authorized to complete delete_image_location action.");
        refused(case.cloud("other")?.glance().stores().delete_image("fast", &id).await, 404);
        refused(stranger(case).await?.delete_image_from_store().store_id("fast").image_id(&id).send().await, 401);
        Ok(())
    })
    .await
}
