//! What is left where an upload fails, and what is tried again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cloudimg::ErrorKind;
use cloudimg::glance::{Cleanup, ImageData, ImageLeft, ImageStatus, Images, UploadFailure};
use cloudimg_sandbox::Fault;
use cloudimg_tests::proxy::Script;
use futures::stream;
use tokio::sync::Notify;

use super::world::{World, random};

const FILE: &str = "/v2/images/*/file";

fn once(bytes: &'static [u8]) -> ImageData {
    ImageData::stream(stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(bytes))]), bytes.len() as u64)
}

/// Data that begin at once and end when they are let.
fn gated(bytes: &'static [u8]) -> (Arc<Notify>, ImageData) {
    let gate = Arc::new(Notify::new());
    let end = Arc::clone(&gate);
    let blocks = stream::unfold(true, move |is_first| {
        let end = Arc::clone(&end);
        async move {
            if is_first {
                return Some((Ok::<_, std::io::Error>(Bytes::from_static(bytes)), false));
            }
            end.notified().await;
            None
        }
    });
    (gate, ImageData::stream(blocks, None))
}

async fn saving(images: &Images, id: &str) {
    let is_saving = async || Ok((images.get(id).await?.status == ImageStatus::Saving).then_some(()));
    cloudimg_tests::until("the upload", is_saving).await.unwrap();
}

#[tokio::test]
async fn a_failure_that_passes_is_followed_by_another_try_of_what_can_be_opened_anew() {
    let world = World::start().await;
    for fault in [Fault::Status(503, None), Fault::Status(502, None), Fault::CloseBeforeAnswer, Fault::Status(401, None)] {
        let id = world.raw().await;
        world.sandbox.faults().next("PUT", FILE, fault.clone());
        let opened = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&opened);
        let data = ImageData::reopenable(move || {
            count.fetch_add(1, Ordering::SeqCst);
            async { Ok(ImageData::bytes("the same bytes")) }
        });
        let uploaded = world.images().upload(&id, data).await.unwrap();
        assert!(uploaded.verdict.is_verified(), "{fault:?}");
        assert_eq!(opened.load(Ordering::SeqCst), 2, "{fault:?}");
        assert_eq!(world.data(&id).await, b"the same bytes");
    }
}

#[tokio::test]
async fn what_cannot_be_opened_anew_is_sent_once() {
    let world = World::start().await;
    let (proxy, images) = world.proxied(Script::default()).await;
    for fault in [Fault::Status(503, None), Fault::CloseBeforeAnswer, Fault::Status(401, None)] {
        let id = world.raw().await;
        world.sandbox.faults().next("PUT", FILE, fault.clone());
        let before = proxy.exchanges().len();
        let error = images.upload(&id, once(b"12345")).await.unwrap_err();
        let failure = UploadFailure::of(&error).unwrap();
        assert_eq!((&failure.image, failure.tries), (&ImageLeft::Queued, 1), "{fault:?}: {error}");
        assert!(error.message().contains("the image is queued"), "{error}");
        let puts = proxy.exchanges()[before..].iter().filter(|exchange| exchange.request.method == "PUT").count();
        assert_eq!(puts, 1, "{fault:?}");
    }
}

#[tokio::test]
async fn tries_end() {
    let world = World::start().await;
    let id = world.raw().await;
    world.sandbox.faults().times(100, "PUT", FILE, Fault::Status(503, None));
    let error = world.images().upload(&id, ImageData::bytes("12345")).await.unwrap_err();
    let failure = UploadFailure::of(&error).unwrap();
    assert_eq!((error.kind(), &failure.image, failure.tries), (ErrorKind::ServiceUnavailable, &ImageLeft::Queued, 4));
    assert_eq!(failure.cause().status(), Some(503));
}

#[tokio::test]
async fn an_answer_that_is_lost_is_made_up_for_by_the_record() {
    let world = World::start().await;
    for data in [ImageData::bytes("12345"), once(b"12345")] {
        let id = world.raw().await;
        world.sandbox.faults().next("PUT", FILE, Fault::LoseAnswer);
        let uploaded = world.images().upload(&id, data).await.unwrap();
        assert!(uploaded.verdict.is_verified());
        assert_eq!(uploaded.image.status, ImageStatus::Active);
    }
}

#[tokio::test]
async fn an_image_that_somebody_else_writes_is_left_to_them() {
    let world = World::start().await;
    let id = world.raw().await;
    let images = world.images();
    let (end, theirs) = gated(b"theirs");
    let writing = tokio::spawn(world.images().upload(&id, theirs).with_format_check(false).into_future());
    saving(&images, &id).await;
    let error = images.upload(&id, ImageData::bytes("ours")).with_cleanup(Cleanup::DeleteImage).await.unwrap_err();
    assert_eq!((error.kind(), &UploadFailure::of(&error).unwrap().image), (ErrorKind::Conflict, &ImageLeft::Saving));
    end.notify_one();
    writing.await.unwrap().unwrap();
    assert_eq!(world.data(&id).await, b"theirs");
}

#[tokio::test]
async fn an_image_that_is_deleted_meanwhile_is_gone() {
    let world = World::start().await;
    let id = world.raw().await;
    let images = world.images();
    let (end, data) = gated(b"half");
    let uploading = tokio::spawn(world.images().upload(&id, data).with_format_check(false).into_future());
    saving(&images, &id).await;
    images.delete(&id).await.unwrap();
    end.notify_one();
    let error = uploading.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), &UploadFailure::of(&error).unwrap().image), (ErrorKind::NotFound, &ImageLeft::Gone), "{error}");
}

#[tokio::test]
async fn data_that_the_service_refuses_for_their_format_spoil_the_image() {
    let world = World::start().await;
    let id = world.queued("qcow2", "bare").await;
    let refused = || ImageData::bytes("no disk ".repeat(300));
    let error = world.images().upload(&id, refused()).with_format_check(false).await.unwrap_err();
    assert_eq!((error.status(), &UploadFailure::of(&error).unwrap().image), (Some(415), &ImageLeft::Spoiled));
    assert!(error.message().contains("make it anew"), "{error}");
    let error = world.images().upload(&id, ImageData::bytes("x")).with_format_check(false).await.unwrap_err();
    assert_eq!((error.status(), &UploadFailure::of(&error).unwrap().image), (Some(500), &ImageLeft::Spoiled));
    let upload = world.images().upload(&id, refused()).with_format_check(false).with_cleanup(Cleanup::DeleteImage);
    let error = upload.await.unwrap_err();
    assert_eq!(UploadFailure::of(&error).unwrap().image, ImageLeft::Removed);
    assert_eq!(world.images().get(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_source_that_fails_is_told_and_the_image_is_queued() {
    let world = World::start().await;
    let id = world.raw().await;
    let broken = stream::iter([Ok(Bytes::from(random(1, 100_000))), Err(std::io::Error::other("the tape tore"))]);
    let error = world.images().upload(&id, ImageData::stream(broken, None)).await.unwrap_err();
    assert_eq!((error.kind(), &UploadFailure::of(&error).unwrap().image), (ErrorKind::Io, &ImageLeft::Queued));
    assert!(error.message().contains("the tape tore"), "{error}");
    let short = ImageData::blocking_reader(std::io::Cursor::new(b"12345"), 10);
    let error = world.images().upload(&id, short).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Io && error.message().contains("5 bytes of the 10 declared"), "{error}");
}

#[tokio::test]
async fn a_token_about_to_end_is_renewed_before_a_body_goes() {
    let clock = cloudimg_sandbox::Clock::manual("2026-01-02T03:04:05Z".parse().unwrap());
    let builder = cloudimg_sandbox::Sandbox::builder().clock(clock.clone()).token_lifetime(Duration::from_secs(24 * 3600));
    let world = World { sandbox: builder.start().await.unwrap() };
    let time = std::time::SystemTime::from(clock.now());
    let hands = cloudimg::clock::ManualClock::new(time);
    let cloud = cloudimg::Cloud::builder(world.settings(None)).clock(hands.clone()).build().unwrap();
    let keystone = cloud.keystone().unwrap().clone();
    let images = cloud.images();
    let image = cloudimg::glance::ImageCreate::new().disk_format("raw").container_format("bare");
    let id = images.create(image).await.unwrap().id;
    let first = keystone.token().await.unwrap().secret().expose().to_owned();
    // Twenty minutes are left: enough for any call but one with a body of any size.
    let most = Duration::from_secs(24 * 3600 - 1200);
    clock.advance(most);
    hands.advance(most);
    images.get(&id).await.unwrap();
    assert_eq!(keystone.token().await.unwrap().secret().expose(), first);
    images.upload(&id, once(b"12345")).await.unwrap();
    assert_ne!(keystone.token().await.unwrap().secret().expose(), first);
}
