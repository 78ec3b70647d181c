//! Imports that are waited for to their end, each in the outcome that it has.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Result;
use cloudimg::glance::{ImageData, ImageStatus, ImportFailure, ImportLeft, ImportMethod, Imported};
use cloudimg::poller::Rhythm;
use cloudimg::transfer::{Algorithm, Phase, Progress, Verdict};
use cloudimg::{Error, ErrorKind};
use cloudimg_tests::{Case, sha512};
use futures::{StreamExt as _, TryStreamExt as _};
use httpmock::MockServer;

use crate::import::{staged, stores};
use crate::support::BYTES;

/// Often, for the imports of these tests are over at once.
fn often() -> Rhythm {
    let mut rhythm = Rhythm::default();
    (rhythm.first, rhythm.longest) = (Duration::from_millis(50), Duration::from_millis(200));
    rhythm.patience = Some(Duration::from_secs(90));
    rhythm
}

/// A queued image with these bytes staged.
async fn staged_bytes(case: &Case, disk_format: &str, bytes: Vec<u8>) -> Result<String> {
    let id = case.create("demo", case.raw("staged").disk_format(disk_format)).await?.id;
    case.glance("demo").await?.stage_image_data().image_id(&id).body(bytes).send().await?;
    Ok(id)
}

/// The failure that an import must have ended in.
#[track_caller]
fn failed(result: Result<Imported, Error>) -> ImportFailure {
    match result {
        Err(error) if error.kind() == ErrorKind::JobFailed => match ImportFailure::of(&error) {
            Some(failure) => failure.clone(),
            None => panic!("the error does not have the failure: {error:?}"),
        },
        other => panic!("expected an import that failed: {other:?}"),
    }
}

#[tokio::test]
async fn staged_bytes_arrive_in_two_stores_and_are_verified() -> Result<()> {
    Case::run(async |case| {
        let id = staged(case).await?;
        let import = case.images("demo")?.import(&id, ImportMethod::GlanceDirect).with_stores(["fast", "slow"]);
        let import = import.with_expected_hash(Algorithm::Sha512, sha512(BYTES)).with_rhythm(often());
        let imported = import.wait().await?;
        assert_eq!((imported.image.status.clone(), imported.image.id.as_str()), (ImageStatus::Active, id.as_str()));
        assert_eq!((imported.stores.join(","), imported.is_partial()), ("fast,slow".to_owned(), false));
        assert_eq!(imported.verdict, Verdict::Verified(Algorithm::Sha512));
        let tasks = case.images("demo")?.tasks(&id).await?;
        assert_eq!(imported.task.as_deref(), Some(tasks[0].id.as_str()));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn data_are_staged_imported_and_verified_in_one_call() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("at-once").await?.id;
        let images = case.images("demo")?;
        let phases: Arc<Mutex<Vec<Phase>>> = Arc::default();
        let here = Arc::clone(&phases);
        let import = images.import_data(&id, ImageData::bytes(BYTES)).with_stores(["slow"]).with_rhythm(often());
        let import = import.with_progress(move |progress: &Progress| here.lock().unwrap().push(progress.phase.clone()));
        let imported = import.wait().await?;
        assert_eq!((imported.stores.join(","), imported.verdict), ("slow".to_owned(), Verdict::Verified(Algorithm::Sha512)));
        let mut phases = phases.lock().unwrap().clone();
        phases.dedup();
        phases.retain(|phase| !matches!(phase, Phase::Working { .. }));
        assert_eq!(phases, [Phase::Preparing, Phase::Sending, Phase::Done]);

        let id = case.create("demo", case.raw("no-disk").disk_format("qcow2")).await?.id;
        let error = images.import_data(&id, ImageData::bytes("no disk ".repeat(300))).wait().await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, None), "{error:?}");
        assert_eq!(images.get(&id).await?.status, ImageStatus::Queued);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn other_bytes_than_were_meant_are_found() -> Result<()> {
    Case::run(async |case| {
        let id = staged(case).await?;
        let import = case.images("demo")?.import(&id, ImportMethod::GlanceDirect).with_rhythm(often());
        let error = import.with_expected_hash(Algorithm::Sha512, sha512(b"others")).wait().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn bytes_of_a_web_server_arrive_in_the_default_store() -> Result<()> {
    Case::run(async |case| {
        let server = MockServer::start_async().await;
        let mock = server.mock_async(|when, then| {
            when.method("GET").path("/disk.img");
            then.status(200).header("content-type", "application/octet-stream").body(BYTES);
        });
        mock.await;
        let id = case.queued("fetched").await?.id;
        let from = ImportMethod::web_download(server.url("/disk.img"));
        let import = case.images("demo")?.import(&id, from).with_rhythm(often());
        let imported = import.with_expected_hash(Algorithm::Md5, cloudimg_tests::md5(BYTES)).wait().await?;
        assert_eq!((imported.stores, imported.failed), (vec!["fast".to_owned()], Vec::new()));
        assert_eq!(imported.verdict, Verdict::Verified(Algorithm::Md5));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_store_that_takes_data_gets_them_if_all_are_meant() -> Result<()> {
    Case::run(async |case| {
        let id = staged(case).await?;
        let import = case.images("demo")?.import(&id, ImportMethod::GlanceDirect).with_all_stores();
        let imported = import.with_rhythm(often()).wait().await?;
        assert_eq!((imported.stores.len(), imported.failed.len()), (2, 0), "{imported:?}");
        assert!(!imported.verdict.is_verified());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_web_server_without_the_file_leaves_the_image_queued() -> Result<()> {
    Case::run(async |case| {
        let server = MockServer::start_async().await;
        let missing = server.mock_async(|when, then| {
            when.path("/missing.img");
            then.status(404);
        });
        missing.await;
        let id = case.queued("failing").await?.id;
        let images = case.images("demo")?;
        let from = ImportMethod::web_download(server.url("/missing.img"));
        let failure = failed(images.import(&id, from.clone()).with_rhythm(often()).wait().await);
        assert_eq!((&failure.left, failure.is_locked), (&ImportLeft::Queued, false), "{failure:?}");
        assert_eq!((failure.failed.join(","), failure.image_id.as_str()), ("fast".to_owned(), id.as_str()));
        assert_eq!(images.get(&id).await?.status, ImageStatus::Queued);
        // And again, with the entries of the first one there.
        let failure = failed(images.import(&id, from).with_rhythm(often()).wait().await);
        assert_eq!(images.tasks(&id).await?.len(), 2);
        assert_eq!(failure.task, images.tasks(&id).await?.pop().map(|task| task.id));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_fetch_that_breaks_off_fails_the_import() -> Result<()> {
    Case::run(async |case| {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/disk.img", listener.local_addr()?);
        let serving = tokio::spawn(async move {
            use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
            while let Ok((mut connection, _)) = listener.accept().await {
                let _ = connection.read(&mut [0; 4096]).await;
                let _ = connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nonly this").await;
            }
        });
        let id = case.queued("breaking").await?.id;
        let from = ImportMethod::web_download(url);
        let failure = failed(case.images("demo")?.import(&id, from).with_rhythm(often()).wait().await);
        assert_eq!(failure.left, ImportLeft::Queued, "{failure:?}");
        serving.abort();
        Ok(())
    })
    .await
}

#[tokio::test]
async fn bytes_that_are_no_disk_leave_the_image_importing_for_good() -> Result<()> {
    Case::run(async |case| {
        let id = staged_bytes(case, "qcow2", "no disk ".repeat(300).into()).await?;
        let images = case.images("demo")?;
        let error = images.import(&id, ImportMethod::GlanceDirect).with_rhythm(often()).wait().await.unwrap_err();
        assert!(error.message().contains("delete it and make it anew"), "{error}");
        assert_eq!(failed(Err(error)).left, ImportLeft::Importing);
        let again = images.import(&id, ImportMethod::GlanceDirect).await.unwrap_err();
        assert_eq!((again.kind(), again.status()), (ErrorKind::Conflict, None));
        assert!(again.message().contains("delete the image and make it anew; nothing was sent"), "{again}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_store_that_cannot_be_written_fails_the_whole_import() -> Result<()> {
    Case::run(async |case| {
        let id = staged(case).await?;
        let import = case.images("demo")?.import(&id, ImportMethod::GlanceDirect).with_stores(["fast", "web"]);
        let failure = failed(import.with_rhythm(often()).wait().await);
        assert_eq!((failure.left, failure.failed), (ImportLeft::Importing, vec!["web".to_owned()]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_store_that_cannot_be_written_makes_a_partial_success_where_that_is_enough() -> Result<()> {
    Case::run(async |case| {
        let id = staged(case).await?;
        let import = case.images("demo")?.import(&id, ImportMethod::GlanceDirect).with_stores(["fast", "web"]);
        let imported = import.with_partial_success().with_rhythm(often()).wait().await?;
        assert!(imported.is_partial(), "{imported:?}");
        assert_eq!((imported.stores.join(","), imported.failed.join(",")), ("fast".to_owned(), "web".to_owned()));
        assert_eq!(imported.image.os_glance_failed_import.as_deref(), Some("web"));

        // The entry stays, and is none of a later import's.
        let images = case.images("admin")?;
        let import = images.import(&id, ImportMethod::CopyImage).with_stores(["slow"]).with_rhythm(often());
        let copied = import.wait().await?;
        assert!(!copied.is_partial(), "{copied:?}");
        assert_eq!((copied.stores.join(","), stores(&copied.image).len()), ("slow".to_owned(), 2));
        assert_eq!(copied.image.os_glance_failed_import.as_deref(), Some("web"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn no_store_at_all_is_no_partial_success() -> Result<()> {
    Case::run(async |case| {
        let id = staged(case).await?;
        let import = case.images("demo")?.import(&id, ImportMethod::GlanceDirect).with_stores(["web"]);
        let failure = failed(import.with_partial_success().with_rhythm(often()).wait().await);
        assert_eq!((failure.left, failure.failed), (ImportLeft::Queued, vec!["web".to_owned()]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_copy_that_fails_is_no_success_though_the_image_is_active() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("stays", BYTES).await?.id;
        let images = case.images("admin")?;
        let import = images.import(&id, ImportMethod::CopyImage).with_stores(["web"]).with_rhythm(often());
        let failure = failed(import.wait().await);
        assert_eq!((failure.left, failure.failed), (ImportLeft::Active, vec!["web".to_owned()]));
        // Nor is one that may fail in part, if it fails in every one.
        let import = images.import(&id, ImportMethod::CopyImage).with_stores(["web"]).with_rhythm(often());
        let failure = failed(import.with_partial_success().wait().await);
        assert_eq!((failure.left, failure.failed), (ImportLeft::Active, vec!["web".to_owned()]));
        let import = images.import(&id, ImportMethod::CopyImage).with_stores(["slow", "web"]).with_rhythm(often());
        let copied = import.with_partial_success().wait().await?;
        assert_eq!((copied.stores.join(","), copied.failed.join(",")), ("slow".to_owned(), "web".to_owned()));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_copy_to_all_stores_ends_at_once_where_all_have_the_image() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("everywhere", BYTES).await?.id;
        let images = case.images("admin")?;
        let copy = || images.import(&id, ImportMethod::CopyImage).with_all_stores().with_rhythm(often());
        let copied = copy().wait().await?;
        assert_eq!((copied.stores.join(","), stores(&copied.image).len()), ("slow".to_owned(), 2));
        let before = images.tasks(&id).await?.len();
        let nothing = copy().wait().await?;
        assert_eq!((nothing.task.clone(), nothing.is_partial()), (None, false), "{nothing:?}");
        assert_eq!(images.tasks(&id).await?.len(), before);
        let error = images.import(&id, ImportMethod::CopyImage).with_stores(["slow"]).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, None));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_import_is_told_as_it_goes_on_and_found_again_by_its_ticket() -> Result<()> {
    Case::run(async |case| {
        let size = 24 << 20;
        let id = staged_bytes(case, "raw", vec![7; size]).await?;
        let images = case.images("demo")?;
        let told: Arc<Mutex<Vec<Progress>>> = Arc::default();
        let here = Arc::clone(&told);
        let import = images.import(&id, ImportMethod::GlanceDirect).with_stores(["fast", "slow"]).with_rhythm(often());
        let import = import.with_progress(move |progress: &Progress| here.lock().unwrap().push(progress.clone()));
        let mut importing = import.await?;
        let states: Vec<_> = importing.by_ref().try_collect().await?;
        assert!(states.iter().all(|state| state.stores_left.iter().all(|store| store == "fast" || store == "slow")), "{states:?}");
        let ticket = importing.ticket();
        let imported = importing.await?;
        {
            let told = told.lock().unwrap();
            assert_eq!(told.first().map(|progress| &progress.phase), Some(&Phase::Preparing));
            assert_eq!(told.last().map(|progress| &progress.phase), Some(&Phase::Done));
            for progress in told.iter().filter(|progress| matches!(progress.phase, Phase::Working { .. })) {
                assert!(progress.bytes <= size as u64 && progress.total.is_none_or(|total| total == size as u64), "{progress:?}");
            }
            let is_working = told.iter().any(|progress| matches!(progress.phase, Phase::Working { .. }));
            assert!(is_working || states.is_empty(), "{told:?}");
        }
        let again = images.attach_import(&ticket).await?.with_rhythm(often()).await?;
        assert_eq!((again.task, again.stores), (imported.task, imported.stores));
        let error = case.images("other")?.attach_import(&ticket).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_image_that_is_deleted_ends_the_wait() -> Result<()> {
    Case::run(async |case| {
        let id = staged(case).await?;
        let images = case.images("demo")?;
        let importing = images.import(&id, ImportMethod::GlanceDirect).with_rhythm(often()).await?;
        images.delete(&id).await?;
        let failure = failed(importing.await);
        assert_eq!(failure.left, ImportLeft::Gone);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_second_import_is_told_who_has_the_image() -> Result<()> {
    Case::run(async |case| {
        // A web server that answers late, so that the first import goes on meanwhile.
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/disk.img", listener.local_addr()?);
        let id = case.queued("wanted").await?.id;
        let images = case.images("demo")?;
        let from = ImportMethod::web_download(url);
        let first = images.import(&id, from.clone()).with_rhythm(often()).await?;
        let holder = images.get(&id).await?.os_glance_import_task.expect("the first one holds the image");
        // The status may be either by now, and is looked at before anything is sent.
        let error = images.import(&id, from).with_rhythm(often()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error:?}");
        assert_eq!(ImportFailure::of(&error).map(|failure| &failure.left), Some(&ImportLeft::Another(holder)), "{error:?}");
        drop(listener);
        assert_eq!(failed(first.await).left, ImportLeft::Queued);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn refusals_tell_what_the_cloud_would_take() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        let id = staged(case).await?;
        let error = images.import(&id, ImportMethod::GlanceDirect).with_stores(["nowhere"]).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Conflict, Some(409)), "{error:?}");
        assert!(error.message().contains("`nowhere`") && error.message().contains("fast, slow"), "{error}");
        let queued = case.queued("elsewhere").await?.id;
        let there = ImportMethod::glance_download("RegionTwo", crate::support::NOBODY);
        let error = images.import(&queued, there).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, Some(400)), "{error:?}");
        assert!(error.message().contains("it does by glance-direct, web-download, copy-image"), "{error}");
        let from = ImportMethod::web_download("http://me:hush@example.com/disk.img?signature=s3cr3t");
        let error = images.import(&queued, from).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, Some(400)), "{error:?}");
        assert!(error.message().contains("example.com"), "{error}");
        assert!(!format!("{error:?}").contains("hush") && !format!("{error:?}").contains("s3cr3t"), "{error:?}");
        Ok(())
    })
    .await
}
