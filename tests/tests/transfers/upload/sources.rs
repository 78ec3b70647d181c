//! Each kind of source.

use std::io::Cursor;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cloudimg::ErrorKind;
use cloudimg::glance::{ImageData, ImageStatus};
use cloudimg::transfer::{Algorithm, Limits, Phase, Progress, Verdict};
use cloudimg_tests::proxy::Script;
use futures::stream;

use super::world::{World, random};

#[tokio::test]
async fn every_source_arrives_as_it_was_and_is_verified() {
    let world = World::start().await;
    let bytes = random(1, 3_000_001);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &bytes).unwrap();
    let length = bytes.len() as u64;
    let blocks =
        |n: usize| stream::iter(bytes.chunks(n).map(|b| Ok::<_, std::io::Error>(Bytes::copy_from_slice(b))).collect::<Vec<_>>());
    let again = bytes.clone();
    let sources = [
        ("path", ImageData::path(file.path()).await.unwrap()),
        ("reader", ImageData::reader(Cursor::new(bytes.clone()), length)),
        ("reader of unknown length", ImageData::reader(Cursor::new(bytes.clone()), None)),
        ("blocking reader", ImageData::blocking_reader(Cursor::new(bytes.clone()), length)),
        ("blocking reader of unknown length", ImageData::blocking_reader(Cursor::new(bytes.clone()), None)),
        ("stream of small blocks", ImageData::stream(blocks(1000), length)),
        ("stream of one block", ImageData::stream(blocks(usize::MAX), None)),
        ("bytes", ImageData::bytes(bytes.clone())),
        (
            "what is opened anew",
            ImageData::reopenable(move || {
                let again = again.clone();
                async move { Ok(ImageData::bytes(again)) }
            }),
        ),
    ];
    for (name, data) in sources {
        let id = world.raw().await;
        let uploaded = world.images().upload(&id, data).await.unwrap();
        assert_eq!(uploaded.verdict, Verdict::Verified(Algorithm::Sha512), "{name}");
        assert_eq!((uploaded.bytes, uploaded.skipped, &uploaded.image.status), (length, false, &ImageStatus::Active), "{name}");
        assert!(world.data(&id).await == bytes, "{name}");
    }
}

#[tokio::test]
async fn the_length_is_declared_where_it_is_known() {
    let world = World::start().await;
    let (proxy, images) = world.proxied(Script::default()).await;
    let id = world.raw().await;
    images.upload(&id, ImageData::bytes("12345")).await.unwrap();
    let puts: Vec<_> = proxy.exchanges().into_iter().filter(|exchange| exchange.request.method == "PUT").collect();
    assert_eq!(puts.len(), 1);
    let image = world.image(&id).await;
    assert_eq!(image.size, Some(5));
}

#[tokio::test]
async fn progress_is_told_by_phases() {
    let world = World::start().await;
    let id = world.raw().await;
    let told = Arc::new(Mutex::new(Vec::<Progress>::new()));
    let here = Arc::clone(&told);
    let bytes = random(2, 2_000_000);
    let upload = world.images().upload(&id, ImageData::bytes(bytes));
    upload.with_progress(move |progress: &Progress| here.lock().unwrap().push(progress.clone())).await.unwrap();
    let told = told.lock().unwrap();
    let mut phases: Vec<_> = told.iter().map(|progress| progress.phase.clone()).collect();
    phases.dedup();
    assert_eq!(phases, [Phase::Preparing, Phase::Sending, Phase::Finishing, Phase::Done]);
    assert!(told.iter().filter(|progress| progress.phase == Phase::Sending).all(|progress| progress.total == Some(2_000_000)));
}

#[tokio::test]
async fn limits_hold_up_the_bytes() {
    let world = World::start().await;
    let id = world.raw().await;
    let began = std::time::Instant::now();
    let limits = Limits::new().with_bytes_per_second(2_000_000);
    world.images().upload(&id, ImageData::bytes(random(3, 1_000_000))).with_limits(limits).await.unwrap();
    assert!(began.elapsed().as_millis() >= 350, "{:?}", began.elapsed());
}

#[tokio::test]
async fn no_bytes_are_sent_only_where_that_is_meant() {
    let world = World::start().await;
    let (proxy, images) = world.proxied(Script::default()).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let id = world.raw().await;
    let nothing = || stream::iter([Ok::<_, std::io::Error>(Bytes::new())]);
    let sources = [
        ImageData::bytes(""),
        ImageData::stream(nothing(), None),
        ImageData::stream(nothing(), 0),
        ImageData::path(file.path()).await.unwrap(),
        ImageData::blocking_reader(std::io::empty(), None),
    ];
    for data in sources {
        let error = images.upload(&id, data).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("upload_image_data")));
        assert!(error.message().contains("ImageData::empty()"), "{error}");
    }
    assert_eq!(proxy.exchanges().len(), 0);
    let uploaded = images.upload(&id, ImageData::empty()).await.unwrap();
    assert_eq!((uploaded.bytes, uploaded.image.status, uploaded.image.size), (0, ImageStatus::Active, Some(0)));
    assert!(uploaded.verdict.is_verified());
}

#[tokio::test]
async fn dropping_an_upload_ends_it_and_the_image_is_queued_again() {
    let world = World::start().await;
    let id = world.raw().await;
    struct Endless(#[expect(dead_code, reason = "its end is what is waited for")] std::sync::mpsc::Sender<()>);
    impl std::io::Read for Endless {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            into.fill(7);
            Ok(into.len())
        }
    }
    let (alive, gone) = std::sync::mpsc::channel();
    let upload = tokio::spawn(world.images().upload(&id, ImageData::blocking_reader(Endless(alive), None)).into_future());
    let images = world.images();
    let is = async |status: ImageStatus| {
        cloudimg_tests::until("the status", async || Ok((images.get(&id).await?.status == status).then_some(()))).await.unwrap();
    };
    is(ImageStatus::Saving).await;
    upload.abort();
    is(ImageStatus::Queued).await;
    let patience = std::time::Duration::from_secs(60);
    let ended = tokio::task::spawn_blocking(move || gone.recv_timeout(patience)).await.unwrap();
    assert_eq!(ended, Err(std::sync::mpsc::RecvTimeoutError::Disconnected), "nobody reads the source any more");
}

#[tokio::test]
async fn a_sparse_file_is_sent_with_its_holes_as_zeros() {
    use std::io::{Seek as _, SeekFrom, Write as _};
    let world = World::start().await;
    let named = tempfile::NamedTempFile::new().unwrap();
    let mut file = named.as_file();
    file.write_all(b"begin").unwrap();
    file.seek(SeekFrom::Start(5 << 20)).unwrap();
    file.write_all(b"middle").unwrap();
    file.set_len(9 << 20).unwrap();
    let mut wanted = vec![0; 9 << 20];
    wanted[..5].copy_from_slice(b"begin");
    wanted[5 << 20..(5 << 20) + 6].copy_from_slice(b"middle");
    let id = world.raw().await;
    let uploaded = world.images().upload(&id, ImageData::path(named.path()).await.unwrap()).await.unwrap();
    assert!(uploaded.verdict.is_verified());
    assert!(world.data(&id).await == wanted);
}

#[tokio::test]
async fn data_are_staged_from_the_same_sources() {
    let world = World::start().await;
    let id = world.raw().await;
    let bytes = random(4, 700_000);
    assert_eq!(world.images().stage(&id, ImageData::bytes(bytes)).await.unwrap(), 700_000);
    assert_eq!(world.image(&id).await.status, ImageStatus::Uploading);
    let error = world.images().stage(&id, ImageData::bytes("")).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("stage_image_data")));
}
