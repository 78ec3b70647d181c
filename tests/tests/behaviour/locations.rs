//! Data that lie somewhere already.

use anyhow::Result;
use cloudimg::glance::types::{LocationCreate, LocationHashAlgorithm, LocationValidation, TaskStatus, TaskType};
use cloudimg::glance::{Image, ImageStatus};
use cloudimg_tests::{Case, sha512, until};
use httpmock::MockServer;
use reqwest::Method;

use crate::import::stores;
use crate::support::{BYTES, NOBODY, answer, refused, says, stranger};

/// A web server that has data.
async fn files() -> MockServer {
    let server = MockServer::start_async().await;
    // Services look at the head before they fetch.
    server
        .mock_async(|when, then| {
            when.path("/disk.img");
            then.status(200).header("content-type", "application/octet-stream").body(BYTES);
        })
        .await;
    server
}

/// How the latest task of an image ended.
async fn outcome(case: &Case, id: &str) -> Result<TaskStatus> {
    let images = case.images("demo")?;
    until("the task of the location ends", async || {
        let tasks = images.tasks(id).await?;
        let ended = tasks.into_iter().find(|task| task.status != TaskStatus::Pending && task.status != TaskStatus::Processing);
        Ok(ended.map(|task| {
            assert_eq!(task.type_, TaskType::LocationImport);
            task.status
        }))
    })
    .await
}

/// An image of `demo` whose data lie on `server`.
pub(crate) async fn located(case: &Case, server: &MockServer) -> Result<Image> {
    let id = case.queued("located").await?.id;
    let images = case.images("demo")?;
    images.locations(&id).add(LocationCreate::new(server.url("/disk.img"))).await?;
    assert_eq!(outcome(case, &id).await?, TaskStatus::Success);
    // The hashes are made after the image is active.
    until("the image has its hash", async || {
        let image = images.get(&id).await?;
        Ok(image.os_hash_value.is_some().then_some(image))
    })
    .await
}

#[tokio::test]
async fn an_image_becomes_active_with_data_that_lie_elsewhere() -> Result<()> {
    Case::run(async |case| {
        let server = files().await;
        let image = located(case, &server).await?;
        assert_eq!((&image.status, image.size), (&ImageStatus::Active, Some(44)));
        assert_eq!(image.os_hash_value, Some(sha512(BYTES)));
        assert!(stores(&image).contains("web"), "{image:?}");
        assert_eq!(case.images("demo")?.download(&image.id).await?.bytes(1024).await?, BYTES);
        let places = case.images("admin")?.locations(&image.id).list().await?;
        assert_eq!(places.len(), 1);
        assert_eq!(places[0].url, server.url("/disk.img"));
        assert_eq!(places[0].metadata.as_ref().map(|metadata| metadata["store"].clone()), Some("web".into()));
        let add = case.images("demo")?.locations(&image.id).add(LocationCreate::new(server.url("/disk.img"))).await;
        assert_eq!(refused(add, 409).message(), "It's not allowed to add locations if image status is active.");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn data_elsewhere_have_the_hash_that_was_promised() -> Result<()> {
    Case::run(async |case| {
        let server = files().await;
        let images = case.images("demo")?;
        for (data, expected, status) in
            [(BYTES, TaskStatus::Success, ImageStatus::Active), (b"other", TaskStatus::Failure, ImageStatus::Queued)]
        {
            let id = case.queued("promised").await?.id;
            let promise = LocationValidation::new().os_hash_algo(LocationHashAlgorithm::Sha512).os_hash_value(sha512(data));
            images.locations(&id).add(LocationCreate::new(server.url("/disk.img")).validation_data(promise)).await?;
            assert_eq!(outcome(case, &id).await?, expected);
            let image = images.get(&id).await?;
            assert_eq!(image.status, status);
            assert_eq!(image.os_hash_value, (status == ImageStatus::Active).then(|| sha512(BYTES)));
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_place_without_data_leaves_the_image_queued() -> Result<()> {
    Case::run(async |case| {
        let server = MockServer::start_async().await;
        let id = case.queued("astray").await?.id;
        let images = case.images("demo")?;
        images.locations(&id).add(LocationCreate::new(server.url("/gone.img"))).await?;
        assert_eq!(outcome(case, &id).await?, TaskStatus::Failure);
        let image = images.get(&id).await?;
        assert_eq!((image.status, image.size), (ImageStatus::Queued, None));
        assert!(case.images("admin")?.locations(&id).list().await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn places_that_make_no_sense_are_refused() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("nowhere").await?.id;
        let locations = case.images("demo")?.locations(&id);
        for url in ["file:///etc/hosts", "ftp://127.0.0.1/disk.img", "nowhere"] {
            let error = refused(locations.add(LocationCreate::new(url)).await, 403);
            assert_eq!(error.message(), "http store must be enabled to use location API by normal user.", "{url}");
        }
        let place = || LocationCreate::new("http://127.0.0.1:9/disk.img");
        let promise = LocationValidation::new().os_hash_algo(LocationHashAlgorithm::Sha512);
        let error = refused(locations.add(place().validation_data(promise.clone().os_hash_value("zz"))).await, 400);
        assert_eq!(error.message(), "os_hash_value (zz) is not a valid hexadecimal value");
        let error = refused(locations.add(place().validation_data(promise)).await, 400);
        assert!(error.message().ends_with("'os_hash_value' is a dependency of 'os_hash_algo'"), "{error}");
        let unknown = LocationValidation::new().os_hash_algo("crc32").os_hash_value("ab");
        let error = refused(locations.add(place().validation_data(unknown)).await, 400);
        assert!(error.message().contains("'crc32' is not one of"), "{error}");
        let request = case.request("demo", Method::POST, &format!("/v2/images/{id}/locations")).await?;
        let request = request.header("content-type", "application/json").body("{}");
        says(answer(request).await?, 400, "'url' is a required property");
        assert_eq!(case.images("demo")?.get(&id).await?.status, ImageStatus::Queued);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn places_are_for_those_who_write_the_image_to_add() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("mine").await?.id;
        let place = || LocationCreate::new("http://127.0.0.1:9/disk.img");
        let error = refused(case.images("viewer")?.locations(&id).add(place()).await, 403);
        assert_eq!(error.message(), "You are not authorized to complete add_image_location action.");
        refused(case.images("other")?.locations(&id).add(place()).await, 404);
        refused(case.images("demo")?.locations(NOBODY).add(place()).await, 404);
        refused(stranger(case).await?.add_image_location().image_id(&id).body(place()).send().await, 401);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn places_are_told_to_services_alone() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("empty").await?.id;
        assert!(case.images("admin")?.locations(&id).list().await?.is_empty());
        let error = refused(case.images("demo")?.locations(&id).list().await, 403);
        assert_eq!(error.message(), "You are not authorized to complete fetch_image_location action.");
        refused(case.images("other")?.locations(&id).list().await, 404);
        let error = refused(case.images("admin")?.locations(NOBODY).list().await, 404);
        assert_eq!(error.message(), format!("No image found with ID {NOBODY}"));
        Ok(())
    })
    .await
}
