//! Copies to IMS and from it, by way of a bucket.

use std::time::Duration;

use cloudimg::ErrorKind;
use cloudimg::copy::{CopyRules, Remains, Target};
use cloudimg::credentials::AkSk;
use cloudimg::glance::ImageCreate;
use cloudimg::ims::{CreateImageFromFile, Ims};
use cloudimg::poller::Rhythm;
use cloudimg::transfer::{Algorithm, Verdict};
use cloudimg_sandbox::Fault;

use super::side::{Side, bytes};

const BUCKET: &str = "sandbox";

/// IMS of a sandbox, by the access key of `demo`.
fn ims(side: &Side) -> Ims {
    let (access, secret) = side.sandbox.access_key("demo").unwrap();
    let keys = AkSk::builder(access, secret).project_id(side.sandbox.project_id("demo").unwrap()).build().unwrap();
    let builder = Ims::builder().endpoint(side.sandbox.ims_url()).region("RegionOne").keys(keys);
    let mut rhythm = Rhythm::default();
    rhythm.first = Duration::from_millis(5);
    builder.obs_endpoint(side.sandbox.obs_url()).build().unwrap().with_rhythm(rhythm)
}

fn golden(object: String) -> CreateImageFromFile {
    CreateImageFromFile::new("golden", object, 40)
}

/// The temporary objects that are there.
fn left(side: &Side) -> Vec<String> {
    let ims = side.sandbox.ims();
    let all = ims.objects(BUCKET).into_iter().chain(ims.unfinished_objects(BUCKET));
    all.filter(|name| name.starts_with("cloudimg-")).collect()
}

#[tokio::test]
async fn an_image_goes_to_ims_and_comes_back_without_a_file() {
    let (here, there, back) = (Side::start().await, Side::start().await, Side::start().await);
    // In one call, in parts of which the last is whole, and in one of which it is a byte.
    for size in [1000, 16 << 20, (16 << 20) + 1] {
        let source = here.image(ImageCreate::new().name("x"), bytes(size)).await;
        let target = Target::ims(&ims(&there).images(), BUCKET, None, golden);
        let copied = here.images().copy(&source.id).to(target).await.unwrap();
        assert!(copied.verdict.as_ref().unwrap().is_verified());
        assert!(matches!(copied.targets[0].remains, Remains::Nothing));
        let arrived = copied.whole().unwrap().remove(0);
        assert_eq!(arrived.verdict, Verdict::Verified(Algorithm::Md5));
        assert_eq!((arrived.bytes, arrived.image.name.as_deref()), (size as u64, Some("golden")));
        assert_eq!(left(&there), [""; 0]);

        // The sandbox exports what was imported, whatever the format.
        let back_again = ims(&there).images().copy_through(BUCKET, &arrived.image.id, "qcow2").to(&back.cloud);
        let copied = back_again.with_rules(CopyRules::new().set("disk_format", "raw")).await.unwrap();
        assert_eq!(copied.source.disk_format.as_ref().unwrap().as_str(), "qcow2");
        assert_eq!(copied.verdict, Some(Verdict::Verified(Algorithm::Md5)));
        let returned = copied.whole().unwrap().remove(0);
        assert!(returned.verdict.is_verified());
        assert_eq!(back.bytes(&returned.image.id).await, bytes(size));
        assert_eq!((returned.image.name.as_deref(), returned.image.min_disk), (Some("golden"), 40));
        assert!(returned.image.extra.keys().all(|name| !name.starts_with('_')), "{:?}", returned.image.extra);
        assert_eq!(left(&there), [""; 0]);
    }
}

#[tokio::test]
async fn glance_and_ims_are_targets_of_one_read() {
    let (here, one, two) = (Side::start().await, Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new().name("x"), bytes(20 << 20)).await;
    let to_ims = Target::ims(&ims(&two).images(), BUCKET, Some("vhd"), golden).with_label("ims");
    let copied = here.images().copy(&source.id).to(&one.cloud).to(to_ims).await.unwrap();
    assert_eq!(copied.targets[1].target, "ims");
    let arrived = copied.whole().unwrap();
    assert_eq!(one.bytes(&arrived[0].image.id).await, bytes(20 << 20));
    assert_eq!(arrived[1].bytes, 20 << 20);
    let objects: Vec<_> = two.sandbox.effects().all().into_iter().filter(|effect| effect.path.ends_with(".vhd")).collect();
    assert!(!objects.is_empty(), "the format names the object");
}

#[tokio::test]
async fn a_part_that_fails_is_sent_again() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new(), bytes(17 << 20)).await;
    there.sandbox.faults().next("PUT", "/sandbox/*", Fault::CloseBeforeAnswer);
    let target = Target::ims(&ims(&there).images(), BUCKET, None, golden);
    let arrived = here.images().copy(&source.id).to(target).single().await.unwrap();
    assert_eq!(there.sandbox.faults().pending(), 0);
    assert!(arrived.verdict.is_verified());
}

#[tokio::test]
async fn what_fails_on_the_way_to_ims_leaves_no_object() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new(), bytes(17 << 20)).await;
    let target = || Target::ims(&ims(&there).images(), BUCKET, None, golden);
    there.sandbox.faults().times(50, "PUT", "/sandbox/*", Fault::Status(403, None));
    let mut copied = here.images().copy(&source.id).to(target()).await.unwrap();
    let failed = copied.targets.remove(0);
    assert_eq!(failed.result.unwrap_err().kind(), ErrorKind::Forbidden);
    assert!(matches!(failed.remains, Remains::Nothing), "{}", failed.remains);
    assert_eq!(left(&there), [""; 0]);
    there.sandbox.faults().clear();

    // The source breaks for good once parts are there.
    here.sandbox.faults().times(1, "GET", "/v2/images/*/file", Fault::CutBodyAfter(12 << 20));
    here.sandbox.faults().times(50, "GET", "/v2/images/*/file", Fault::Status(403, None));
    let mut copied = here.images().copy(&source.id).to(target()).await.unwrap();
    let failed = copied.targets.remove(0);
    let error = failed.result.unwrap_err();
    assert!(error.message().starts_with("the source failed"), "{error}");
    assert!(matches!(failed.remains, Remains::Nothing), "{}", failed.remains);
    assert_eq!(left(&there), [""; 0]);
}

#[tokio::test]
async fn what_ims_cannot_do_is_refused_before_anything_is_sent() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new(), bytes(1000)).await;
    let images = ims(&there).images();
    let target = |format: Option<&str>| Target::ims(&images, BUCKET, format, golden);
    let copy = || here.images().copy(&source.id);
    for (copy, says) in [
        (copy().to(target(None)).with_same_id(), "IMS gives ids by itself"),
        (copy().to(target(None)).with_skip_if_same(), "tells no hashes"),
        (copy().to(target(None).with_name("x")), "for the body of its import"),
        (copy().to(target(Some("docker"))), "`docker`, which the service makes no images of"),
    ] {
        let error = copy.single().await.unwrap_err();
        assert!(error.kind() == ErrorKind::InvalidRequest && error.message().contains(says), "{error}");
    }
    let done = there.sandbox.effects().all();
    assert!(done.iter().all(|effect| effect.service != "obs" && effect.service != "ims"), "{done:?}");
}

#[tokio::test]
async fn an_export_that_fails_is_told_at_every_target() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new().name("x"), bytes(1 << 20)).await;
    let id = here
        .images()
        .copy(&source.id)
        .to(Target::ims(&ims(&there).images(), BUCKET, None, golden))
        .single()
        .await
        .unwrap()
        .image
        .id;
    there.sandbox.faults().times(50, "POST", "/v1/cloudimages/*/file", Fault::Status(403, None));
    let mut copied = ims(&there).images().copy_through(BUCKET, &id, "qcow2").to(&here.cloud).await.unwrap();
    let failed = copied.targets.remove(0);
    let error = failed.result.unwrap_err();
    assert!(error.kind() == ErrorKind::Forbidden && error.message().starts_with("the source failed"), "{error}");
    assert_eq!(here.all().await.len(), 1, "the one that was there before");
    assert_eq!(left(&there), [""; 0]);
}
