//! Data that the service does not take or give.

use anyhow::Result;
use cloudimg::glance::{ImageCreate, ImageData, ImageLeft, ImageStatus, UploadFailure};
use cloudimg::{Error, ErrorKind};
use cloudimg_tests::Case;
use reqwest::Method;

use crate::support::{BYTES, NOBODY, answer, failed_here, refused, says};

#[tokio::test]
async fn data_are_written_once() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("once", BYTES).await?.id;
        let client = case.glance("demo").await?;
        let error = refused(client.upload_image_data().image_id(&id).body("x").send().await, 409);
        assert_eq!(error.message(), "Image status transition from active to saving is not allowed");
        assert_eq!(error.operation(), Some("upload_image_data"));
        let error = failed_here(case.images("demo")?.upload(&id, ImageData::bytes("x")).await, ErrorKind::Conflict);
        assert_eq!(UploadFailure::of(&error).map(|failure| &failure.image), Some(&ImageLeft::Active));
        assert_eq!(case.images("demo")?.download(&id).await?.bytes(1024).await?, BYTES);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn data_need_formats_first() -> Result<()> {
    Case::run(async |case| {
        let id = case.create("demo", ImageCreate::new()).await?.id;
        let client = case.glance("demo").await?;
        let error = refused(client.upload_image_data().image_id(&id).body("x").send().await, 400);
        assert_eq!(error.message(), "Properties disk_format, container_format must be set prior to saving data.");
        let error = failed_here(case.images("demo")?.upload(&id, ImageData::bytes("x")).await, ErrorKind::InvalidRequest);
        assert!(error.message().contains("no disk_format and no container_format"), "{error}");
        assert_eq!(case.images("demo")?.get(&id).await?.status, ImageStatus::Queued);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn data_of_another_format_are_refused_and_spoil_the_image() -> Result<()> {
    Case::run(async |case| {
        let id = case.create("demo", case.raw("disk").disk_format("qcow2")).await?.id;
        let images = case.images("demo")?;
        let no_disk = || ImageData::bytes("no disk ".repeat(300));
        let error = failed_here(images.upload(&id, no_disk()).await, ErrorKind::InvalidRequest);
        assert!(error.message().contains("no header of qcow2"), "{error}");
        let error = refused(images.upload(&id, no_disk()).with_format_check(false).await, 415);
        assert!(error.message().starts_with("Image disk_format qcow2 does not match stream data raw; "), "{error}");
        assert_eq!(UploadFailure::of(&error).map(|failure| &failure.image), Some(&ImageLeft::Spoiled));
        let image = images.get(&id).await?;
        // Hashes and stores of what was refused stay.
        assert_eq!((image.status, image.size), (ImageStatus::Queued, None));
        // They also stand in the way of any others: only a new image helps.
        let error = refused(images.upload(&id, ImageData::bytes("x")).with_format_check(false).await, 500);
        assert!(error.message().starts_with("The server has either erred"), "{error}");
        assert_eq!(UploadFailure::of(&error).map(|failure| &failure.image), Some(&ImageLeft::Spoiled));
        images.delete(&id).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_size_that_is_not_that_of_the_data_is_refused() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("mismatch").await?.id;
        let client = case.glance("demo").await?;
        let call = client.upload_image_data().image_id(&id).x_open_stack_image_size(10u64).body("12345");
        let error = refused(call.send().await, 400);
        assert_eq!(error.message(), "Size mismatch: expected 10 bytes, got 5 bytes");
        let images = case.images("demo")?;
        assert_eq!(images.get(&id).await?.status, ImageStatus::Queued);
        images.upload(&id, ImageData::bytes("12345")).await?;
        assert_eq!(images.get(&id).await?.status, ImageStatus::Active);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_source_that_ends_early_leaves_no_active_image() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("short").await?.id;
        let images = case.images("demo")?;
        let source = futures::stream::iter([Ok::<_, Error>("12345".into())]);
        let error = failed_here(images.upload(&id, ImageData::stream(source, 10)).await, ErrorKind::Io);
        assert!(error.message().contains("5 bytes of the 10 declared"), "{error}");
        assert_eq!(UploadFailure::of(&error).map(|failure| &failure.image), Some(&ImageLeft::Queued));
        assert_eq!(images.get(&id).await?.status, ImageStatus::Queued);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn stores_that_cannot_be_written_are_refused() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("stored").await?.id;
        let client = case.glance("demo").await?;
        let call = client.upload_image_data().image_id(&id).x_image_meta_store("nowhere").body("x");
        let error = refused(call.send().await, 400);
        assert_eq!(error.message(), "Store for identifier nowhere not found");
        let error = refused(case.images("demo")?.upload(&id, ImageData::bytes("x")).with_store("nowhere").await, 400);
        assert!(error.message().contains("the stores are: ") && error.message().contains("fast"), "{error}");
        assert_eq!(case.images("demo")?.get(&id).await?.status, ImageStatus::Queued);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn data_for_an_unknown_image_are_refused() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        refused(images.upload(NOBODY, ImageData::bytes("x")).await, 404);
        let error = refused(images.download(NOBODY).await, 404);
        assert_eq!(error.message(), format!("No image found with ID {NOBODY}"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn data_from_a_reader_are_refused() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("readable").await?.id;
        let error = refused(case.images("viewer")?.upload(&id, ImageData::bytes("x")).await, 403);
        assert!(error.message().starts_with("You are not authorized to complete upload_image action"), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn data_of_another_media_type_are_refused() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("json").await?.id;
        let path = format!("/v2/images/{id}/file");
        let request = case.request("demo", Method::PUT, &path).await?.header("content-type", "application/json").body("{}");
        says(answer(request).await?, 415, "Invalid content type application/json");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn data_for_a_deactivated_image_are_refused() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("asleep", BYTES).await?.id;
        let images = case.images("demo")?;
        images.deactivate(&id).await?;
        let client = case.glance("demo").await?;
        refused(client.upload_image_data().image_id(&id).body("x").send().await, 409);
        let error = failed_here(images.upload(&id, ImageData::bytes("x")).await, ErrorKind::Conflict);
        let left = ImageLeft::Other(ImageStatus::Deactivated);
        assert_eq!(UploadFailure::of(&error).map(|failure| &failure.image), Some(&left));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_head_of_data_cannot_be_asked_for() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("headless", BYTES).await?.id;
        for path in [format!("/v2/images/{id}/file"), format!("/v2/images/{id}")] {
            let (status, _) = answer(case.request("demo", Method::HEAD, &path).await?).await?;
            assert_eq!(status, 405, "{path}");
        }
        Ok(())
    })
    .await
}
