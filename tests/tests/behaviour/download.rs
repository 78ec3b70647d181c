//! Downloads to files, over several connections, given up and taken up again.

use std::sync::Arc;

use anyhow::Result;
use cloudimg::ErrorKind;
use cloudimg::transfer::{Algorithm, Limits, Phase, Progress, Verdict};
use cloudimg_tests::Case;
use httpmock::MockServer;
use tokio::sync::Notify;

use crate::locations::located;
use crate::support::{BYTES, failed_here, refused};

const MIB: usize = 1 << 20;

fn random(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    fastrand::Rng::with_seed(length as u64).fill(&mut bytes);
    bytes
}

#[tokio::test]
async fn an_image_comes_to_a_file_over_one_connection_and_over_several() -> Result<()> {
    Case::run(async |case| {
        let data = random(20 * MIB + 5);
        let id = case.active("to-file", &data).await?.id;
        let folder = tempfile::tempdir()?;
        for connections in [1, 3] {
            let path = folder.path().join(connections.to_string());
            let done = case.images("demo")?.download(&id).to_path(&path).with_connections(connections).await?;
            assert_eq!((done.bytes, done.resumed_from), (data.len() as u64, 0));
            assert_eq!(done.verdict, Verdict::Verified(Algorithm::Sha512));
            assert!(std::fs::read(&path)? == data);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_download_that_was_given_up_goes_on_where_it_was() -> Result<()> {
    Case::run(async |case| {
        let data = random(12 * MIB);
        let id = case.active("given-up", &data).await?.id;
        let images = case.images("demo")?;
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("disk");
        let enough = Arc::new(Notify::new());
        let told = Arc::clone(&enough);
        let observer = move |progress: &Progress| {
            if progress.phase == Phase::Receiving && progress.bytes > 2 * MIB as u64 {
                told.notify_one();
            }
        };
        let slow = Limits::new().with_bytes_per_second(8 * MIB as u64);
        let download = images.download(&id).to_path(&path).with_progress(observer).with_limits(slow);
        tokio::select! {
            done = async { download.await } => panic!("it was to be given up: {done:?}"),
            () = enough.notified() => {}
        }
        assert!(!path.exists());
        let done = images.download(&id).to_path(&path).with_connections(2).await?;
        assert!(done.resumed_from > MIB as u64 && done.resumed_from < data.len() as u64, "{}", done.resumed_from);
        assert_eq!(done.verdict, Verdict::Verified(Algorithm::Sha512));
        assert!(std::fs::read(&path)? == data);
        assert_eq!(std::fs::read_dir(folder.path())?.count(), 1);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_stream_and_a_writer_say_that_the_bytes_are_right() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("verdict", BYTES).await?.id;
        let images = case.images("demo")?;
        let mut stream = images.download(&id).await?;
        assert_eq!((stream.length(), stream.verdict()), (Some(BYTES.len() as u64), None));
        while futures::TryStreamExt::try_next(&mut stream).await?.is_some() {}
        assert_eq!(stream.verdict(), Some(&Verdict::Verified(Algorithm::Sha512)));
        let mut got = Vec::new();
        let done = images.download(&id).to_writer(&mut got).await?;
        assert_eq!(done.verdict, Verdict::Verified(Algorithm::Sha512));
        assert_eq!(got, BYTES);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_file_that_cannot_come_leaves_nothing() -> Result<()> {
    Case::run(async |case| {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("disk");
        let images = case.images("demo")?;

        let queued = case.queued("nothing").await?.id;
        let error = failed_here(images.download(&queued).to_path(&path).with_connections(4).await, ErrorKind::NotFound);
        assert!(error.message().contains("no data yet"), "{error}");
        failed_here(images.download_range(&queued, 0, 4).await, ErrorKind::NotFound);

        let kept = case.active("kept", BYTES).await?.id;
        images.deactivate(&kept).await?;
        let error = refused(images.download(&kept).to_path(&path).await, 403);
        assert!(error.message().contains("`deactivated`"), "{error}");

        let gone = case.active("gone", BYTES).await?.id;
        images.delete(&gone).await?;
        refused(images.download(&gone).to_path(&path).await, 404);
        assert_eq!(std::fs::read_dir(folder.path())?.count(), 0);

        case.images("admin")?.download(&kept).to_path(&path).await?;
        assert_eq!(std::fs::read(&path)?, BYTES);
        failed_here(images.download(&kept).to_path(&path).await, ErrorKind::Conflict);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_store_that_gives_no_parts_gives_the_whole_to_several_connections_too() -> Result<()> {
    Case::run(async |case| {
        let data = random(10 * MIB);
        let server = MockServer::start_async().await;
        let body = data.clone();
        server
            .mock_async(|when, then| {
                when.path("/disk.img");
                then.status(200).header("content-type", "application/octet-stream").body(body);
            })
            .await;
        let id = located(case, &server).await?.id;
        let images = case.images("demo")?;
        refused(images.download_range(&id, 5, 5).await, 400);
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("disk");
        let done = images.download(&id).to_path(&path).with_connections(3).await?;
        assert_eq!(done.verdict, Verdict::Verified(Algorithm::Sha512));
        assert!(std::fs::read(&path)? == data);
        Ok(())
    })
    .await
}
