//! Imports that succeed: staged bytes, bytes from a web server, copies between stores.

use std::collections::BTreeSet;

use anyhow::Result;
use cloudimg::glance::types::{
    CopyImageImport, CopyImageMethod, CopyImageName, GlanceDirectImport, GlanceDirectMethod, GlanceDirectName, TaskStatus,
    TaskType, WebDownloadImport, WebDownloadMethod, WebDownloadName,
};
use cloudimg::glance::{Image, ImageStatus};
use cloudimg_tests::{Case, sha512, until};
use httpmock::MockServer;

use crate::support::BYTES;

/// The import of staged bytes.
pub(crate) fn direct() -> GlanceDirectImport {
    GlanceDirectImport::new(GlanceDirectMethod::new(GlanceDirectName::GlanceDirect))
}

/// The import from a URL.
pub(crate) fn from_web(url: &str) -> WebDownloadImport {
    WebDownloadImport::new(WebDownloadMethod::new(WebDownloadName::WebDownload, url))
}

/// The copy to the store `slow`.
pub(crate) fn to_slow() -> CopyImageImport {
    CopyImageImport::new(CopyImageMethod::new(CopyImageName::CopyImage)).stores(["slow".to_owned()])
}

/// The image once nothing works on it any more; its status alone does not tell.
pub(crate) async fn finished(case: &Case, id: &str) -> Result<Image> {
    let images = case.images("demo")?;
    until("the import ends", async || {
        let image = images.get(id).await?;
        Ok(image.os_glance_import_task.is_none().then_some(image))
    })
    .await
}

/// The ids in a list that is one text.
pub(crate) fn stores(image: &Image) -> BTreeSet<&str> {
    image.stores.as_deref().unwrap_or_default().split(',').filter(|store| !store.is_empty()).collect()
}

/// A queued image with staged bytes.
pub(crate) async fn staged(case: &Case) -> Result<String> {
    let id = case.queued("staged").await?.id;
    case.glance("demo").await?.stage_image_data().image_id(&id).body(BYTES.to_vec()).send().await?;
    Ok(id)
}

#[tokio::test]
async fn staged_bytes_leave_the_image_uploading() -> Result<()> {
    Case::run(async |case| {
        let id = staged(case).await?;
        let image = case.images("demo")?.get(&id).await?;
        assert_eq!((image.status, image.size), (ImageStatus::Uploading, Some(44)));
        assert_eq!((image.checksum, image.stores), (None, None));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn staged_bytes_become_the_data() -> Result<()> {
    Case::run(async |case| {
        let id = staged(case).await?;
        let client = case.glance("demo").await?;
        let accepted = client.import_image_glance_direct().image_id(&id).body(direct()).send().await?;
        assert_eq!(accepted.status(), 202);
        let image = finished(case, &id).await?;
        assert_eq!((image.status.clone(), image.size), (ImageStatus::Active, Some(44)), "{image:?}");
        assert_eq!(image.os_hash_value, Some(sha512(BYTES)));
        assert_eq!(stores(&image), BTreeSet::from(["fast"]));
        assert_eq!(image.os_glance_failed_import.as_deref().unwrap_or_default(), "");
        assert_eq!(case.images("demo")?.download(&id).await?.bytes(1024).await?, BYTES);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_import_may_be_asked_for_in_words_of_ones_own() -> Result<()> {
    Case::run(async |case| {
        let id = staged(case).await?;
        let body = serde_json::json!({"method": {"name": "glance-direct"}}).as_object().cloned().unwrap_or_default();
        case.glance("demo").await?.import_image().image_id(&id).body(body).send().await?;
        assert_eq!(finished(case, &id).await?.status, ImageStatus::Active);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn staged_bytes_go_to_several_stores() -> Result<()> {
    Case::run(async |case| {
        let id = staged(case).await?;
        let client = case.glance("demo").await?;
        let body = direct().stores(["fast".to_owned(), "slow".to_owned()]);
        client.import_image_glance_direct().image_id(&id).body(body).send().await?;
        let image = finished(case, &id).await?;
        assert_eq!(image.status, ImageStatus::Active);
        assert_eq!(stores(&image), BTreeSet::from(["fast", "slow"]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_import_leaves_a_task_that_tells_of_it() -> Result<()> {
    Case::run(async |case| {
        let id = staged(case).await?;
        let client = case.glance("demo").await?;
        assert!(client.list_image_tasks().image_id(&id).send().await?.into_inner().tasks.is_empty());
        client.import_image_glance_direct().image_id(&id).body(direct()).send().await?;
        finished(case, &id).await?;
        let task = until("the task ends", async || {
            let tasks = client.list_image_tasks().image_id(&id).send().await?.into_inner().tasks;
            anyhow::ensure!(tasks.len() == 1, "{tasks:?}");
            Ok(tasks.into_iter().find(|task| task.status == TaskStatus::Success))
        })
        .await?;
        assert_eq!((task.type_, task.image_id.as_deref()), (TaskType::ApiImageImport, Some(id.as_str())));
        assert_eq!(task.owner, Some(case.project("demo").await?));
        // These times have microseconds and no zone.
        let created = task.created_at.and_then(|time| time.time());
        assert!(created.is_some() && task.updated_at.and_then(|time| time.time()) >= created);
        assert_eq!(
            task.input.and_then(|input| input["import_req"]["method"]["name"].as_str().map(str::to_owned)).as_deref(),
            Some("glance-direct")
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn bytes_come_from_a_web_server() -> Result<()> {
    Case::run(async |case| {
        let server = MockServer::start_async().await;
        let mock = server.mock_async(|when, then| {
            when.method("GET").path("/disk.img");
            then.status(200).header("content-type", "application/octet-stream").body(BYTES);
        });
        let mock = mock.await;
        let id = case.queued("fetched").await?.id;
        let client = case.glance("demo").await?;
        let body = from_web(&server.url("/disk.img"));
        client.import_image_web_download().image_id(&id).body(body).send().await?;
        let image = finished(case, &id).await?;
        assert_eq!((image.status.clone(), image.size), (ImageStatus::Active, Some(44)), "{image:?}");
        assert_eq!(image.os_hash_value, Some(sha512(BYTES)));
        assert!(mock.calls_async().await >= 1);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_administrator_copies_data_between_stores() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("copied", BYTES).await?.id;
        let admin = case.glance("admin").await?;
        admin.import_image_copy_image().image_id(&id).body(to_slow()).send().await?;
        let image = finished(case, &id).await?;
        assert_eq!(image.status, ImageStatus::Active);
        assert_eq!(stores(&image), BTreeSet::from(["fast", "slow"]));
        assert_eq!(case.images("demo")?.download(&id).await?.bytes(1024).await?, BYTES);
        let error = crate::support::refused(admin.import_image_copy_image().image_id(&id).body(to_slow()).send().await, 400);
        assert_eq!(error.message(), "Image is already present at store 'slow'");
        Ok(())
    })
    .await
}
