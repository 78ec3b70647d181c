//! Imports that are refused, and ones that fail on their way.

use anyhow::Result;
use cloudimg::glance::types::{GlanceDownloadImport, GlanceDownloadMethod, GlanceDownloadName, TaskStatus, WebDownloadImport};
use cloudimg::glance::{ImageCreate, ImageStatus};
use cloudimg_tests::{Case, until};
use httpmock::MockServer;
use serde_json::json;

use crate::import::{direct, finished, from_web, staged, stores, to_slow};
use crate::support::{BYTES, NOBODY, refused};

#[tokio::test]
async fn bytes_are_staged_once() -> Result<()> {
    Case::run(async |case| {
        let id = staged(case).await?;
        let client = case.glance("demo").await?;
        let error = refused(client.stage_image_data().image_id(&id).body("again").send().await, 409);
        assert_eq!(error.message(), "Image status transition from uploading to uploading is not allowed");
        let error = refused(client.upload_image_data().image_id(&id).body("x").send().await, 409);
        assert_eq!(error.message(), "Image status transition from uploading to saving is not allowed");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn staging_needs_an_image_and_the_right_to_write_it() -> Result<()> {
    Case::run(async |case| {
        let client = case.glance("demo").await?;
        refused(client.stage_image_data().image_id(NOBODY).body("x").send().await, 404);
        let id = case.queued("readable").await?.id;
        let reader = case.glance("viewer").await?;
        refused(reader.stage_image_data().image_id(&id).body("x").send().await, 403);
        let active = case.active("full", BYTES).await?.id;
        refused(client.stage_image_data().image_id(&active).body("x").send().await, 409);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn nothing_staged_is_nothing_to_import() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("unstaged").await?.id;
        let client = case.glance("demo").await?;
        let error = refused(client.import_image_glance_direct().image_id(&id).body(direct()).send().await, 409);
        assert_eq!(error.message(), "Image needs to be staged before 'glance-direct' method can be used");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_active_image_takes_no_import() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("full", BYTES).await?.id;
        let client = case.glance("demo").await?;
        let error = refused(client.import_image_glance_direct().image_id(&id).body(direct()).send().await, 409);
        assert_eq!(error.message(), "Image with status active cannot be target for import");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_import_needs_formats_first() -> Result<()> {
    Case::run(async |case| {
        let id = case.create("demo", ImageCreate::new().name(case.name("formless"))).await?.id;
        let client = case.glance("demo").await?;
        let body = from_web("http://127.0.0.1:9/disk.img");
        let error = refused(client.import_image_web_download().image_id(&id).body(body).send().await, 409);
        assert!(error.message().contains("format"), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn methods_that_do_not_exist_are_refused() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("telepathy").await?.id;
        let client = case.glance("demo").await?;
        for (body, words) in [
            (json!({"method": {"name": "telepathy"}}), "Unknown import method name 'telepathy'."),
            (json!({"method": {"name": "glance-download"}}), "glance-download"),
            (json!({"method": {}}), "'name'"),
            (json!({}), "'method'"),
        ] {
            let body = body.as_object().cloned().unwrap_or_default();
            let error = refused(client.import_image().image_id(&id).body(body).send().await, 400);
            assert!(error.message().contains(words), "{error}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_method_that_is_switched_off_is_refused() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("elsewhere").await?.id;
        let method = GlanceDownloadMethod::new(GlanceDownloadName::GlanceDownload, "RegionTwo", NOBODY);
        let client = case.glance("demo").await?;
        let call = client.import_image_glance_download().image_id(&id).body(GlanceDownloadImport::new(method));
        let error = refused(call.send().await, 400);
        assert!(error.message().contains("glance-download"), "{error}");
        assert_eq!(case.images("demo")?.get(&id).await?.status, ImageStatus::Queued);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn stores_that_do_not_exist_are_refused() -> Result<()> {
    Case::run(async |case| {
        let id = staged(case).await?;
        let client = case.glance("demo").await?;
        let body = direct().stores(["nowhere".to_owned()]);
        let error = refused(client.import_image_glance_direct().image_id(&id).body(body).send().await, 409);
        assert!(error.message().contains("nowhere"), "{error}");
        assert_eq!(case.images("demo")?.get(&id).await?.status, ImageStatus::Uploading);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn addresses_that_the_operator_forbids_are_refused() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("forbidden").await?.id;
        let client = case.glance("demo").await?;
        for url in ["http://example.com/disk.img", "ftp://127.0.0.1/disk.img", "file:///etc/passwd"] {
            let error = refused(client.import_image_web_download().image_id(&id).body(from_web(url)).send().await, 400);
            assert_eq!(error.message(), format!("URI for web-download does not pass filtering: {url}"));
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_a_web_server_does_not_have_fails_the_import() -> Result<()> {
    Case::run(async |case| {
        let server = MockServer::start_async().await;
        let missing = server.mock_async(|when, then| {
            when.path("/missing.img");
            then.status(404);
        });
        missing.await;
        failed_import(case, from_web(&server.url("/missing.img"))).await
    })
    .await
}

#[tokio::test]
async fn a_web_server_that_is_away_fails_the_import() -> Result<()> {
    Case::run(async |case| {
        // A port that was just free: nobody answers there.
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        failed_import(case, from_web(&format!("http://127.0.0.1:{port}/disk.img"))).await
    })
    .await
}

/// An import whose failure shows in everything but the status: the image is queued again.
async fn failed_import(case: &Case, body: WebDownloadImport) -> Result<()> {
    let id = case.queued("failing").await?.id;
    let client = case.glance("demo").await?;
    client.import_image_web_download().image_id(&id).body(body).send().await?;
    let image = finished(case, &id).await?;
    assert_eq!((image.status, image.size), (ImageStatus::Queued, None));
    assert_eq!(image.os_glance_failed_import.as_deref(), Some("fast"));
    assert_eq!(image.os_glance_importing_to_stores.as_deref(), Some(""));
    let task = until("the task ends", async || {
        let tasks = client.list_image_tasks().image_id(&id).send().await?.into_inner().tasks;
        Ok(tasks.into_iter().find(|task| task.status == TaskStatus::Failure))
    })
    .await?;
    assert!(task.message.is_some_and(|message| !message.is_empty()));
    // A failed image can be tried again, by any way.
    case.images("demo")?.upload(&id, cloudimg::glance::ImageData::bytes(BYTES)).await?;
    Ok(())
}

#[tokio::test]
async fn staged_bytes_of_another_format_leave_the_image_importing_for_good() -> Result<()> {
    Case::run(async |case| {
        let id = case.create("demo", case.raw("no-disk").disk_format("qcow2")).await?.id;
        let client = case.glance("demo").await?;
        client.stage_image_data().image_id(&id).body("no disk ".repeat(300)).send().await?;
        client.import_image_glance_direct().image_id(&id).body(direct()).send().await?;
        let image = finished(case, &id).await?;
        assert_eq!(image.status, ImageStatus::Importing);
        assert!(stores(&image).is_empty(), "{image:?}");
        refused(client.import_image_glance_direct().image_id(&id).body(direct()).send().await, 409);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn members_do_not_copy_between_stores() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("stays", BYTES).await?.id;
        for user in ["demo", "viewer"] {
            let client = case.glance(user).await?;
            let error = refused(client.import_image_copy_image().image_id(&id).body(to_slow()).send().await, 403);
            assert_eq!(error.message(), "You are not authorized to complete copy_image action.");
        }
        let queued = case.queued("empty").await?.id;
        let admin = case.glance("admin").await?;
        refused(admin.import_image_copy_image().image_id(&queued).body(to_slow()).send().await, 409);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_import_and_its_tasks_need_an_image() -> Result<()> {
    Case::run(async |case| {
        let client = case.glance("demo").await?;
        refused(client.import_image_glance_direct().image_id(NOBODY).body(direct()).send().await, 404);
        refused(client.list_image_tasks().image_id(NOBODY).send().await, 404);
        let id = case.queued("mine").await?.id;
        refused(case.glance("other").await?.list_image_tasks().image_id(&id).send().await, 404);
        Ok(())
    })
    .await
}
