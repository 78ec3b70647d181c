//! A copy to one cloud.

use std::sync::{Arc, Mutex};

use cloudimg::ErrorKind;
use cloudimg::copy::{CopyRules, Target};
use cloudimg::glance::{ImageCreate, ImageStatus, ImageVisibility};
use cloudimg::transfer::{Algorithm, Limits, Phase, Progress, Verdict};

use super::side::{Side, bytes};

#[tokio::test]
async fn an_image_arrives_with_its_record_and_is_verified_at_both_ends() {
    let (here, there) = (Side::start().await, Side::start().await);
    let data = bytes(3 << 20);
    let record = ImageCreate::new().name("debian").visibility("private").min_disk(10).min_ram(512).os_hidden(true).protected(true);
    let record = record.tags(["a".to_owned(), "b".to_owned()]).set("os_distro", "debian").set("a/b~c", "x");
    let source = here.image(record, data.clone()).await;

    let copied = here.images().copy(&source.id).to(&there.cloud).await.unwrap();

    assert!(copied.is_whole());
    assert_eq!(copied.source.id, source.id);
    assert_eq!(copied.verdict, Some(Verdict::Verified(Algorithm::Sha512)));
    assert_eq!(copied.targets[0].target, "target 1");
    let arrived = copied.whole().unwrap().remove(0);
    assert_eq!((arrived.bytes, arrived.skipped), (3 << 20, false));
    assert_eq!(arrived.verdict, Verdict::Verified(Algorithm::Sha512));
    assert!(arrived.left_out.is_empty());
    let copy = there.images().get(&arrived.image.id).await.unwrap();
    assert_eq!(arrived.image, copy);
    assert_ne!(copy.id, source.id);
    assert_eq!(copy.status, ImageStatus::Active);
    assert_eq!((copy.name, copy.visibility), (source.name, source.visibility));
    assert_eq!((copy.min_disk, copy.min_ram, copy.os_hidden, copy.protected), (10, 512, Some(true), true));
    let (mut tags, mut wanted) = (copy.tags, source.tags);
    tags.sort();
    wanted.sort();
    assert_eq!(tags, wanted);
    assert_eq!((&copy.extra["os_distro"], &copy.extra["a/b~c"]), (&"debian".into(), &"x".into()));
    assert_eq!(copy.os_hash_value, source.os_hash_value);
    assert_eq!(there.bytes(&copy.id).await, data);
}

#[tokio::test]
async fn an_image_can_be_copied_within_its_cloud_and_says_whence_it_came() {
    let here = Side::start().await;
    let source = here.image(ImageCreate::new().name("one").set("acme_x", "1").set("acme_y", "2"), bytes(1 << 20)).await;
    let rules = CopyRules::new().without("acme_y").rename("acme_*", "our_*").with_provenance();
    let target = Target::new(&here.cloud).with_name("two").with_visibility("community").with_store("slow");
    let copy = here.images().copy(&source.id).to(target).with_rules(rules).single().await.unwrap().image;
    assert_eq!(copy.name.as_deref(), Some("two"));
    assert_eq!(copy.visibility, ImageVisibility::Community);
    assert_eq!(copy.stores.as_deref(), Some("slow"));
    assert_eq!(copy.extra["our_x"], "1");
    assert!(!copy.extra.contains_key("acme_x") && !copy.extra.contains_key("acme_y"));
    assert_eq!(copy.extra["cloudimg_source_id"], source.id.as_str());
    assert!(copy.extra["cloudimg_source_endpoint"].as_str().unwrap().starts_with(&here.sandbox.image_url()));
    assert_eq!(here.bytes(&copy.id).await, bytes(1 << 20));
}

#[tokio::test]
async fn an_image_without_bytes_stays_one() {
    let (here, there) = (Side::start().await, Side::start().await);
    let id = here.images().create(ImageCreate::new().disk_format("raw").container_format("bare")).await.unwrap().id;
    here.images().upload(&id, cloudimg::glance::ImageData::empty()).await.unwrap();
    let arrived = here.images().copy(&id).to(&there.cloud).single().await.unwrap();
    assert_eq!((arrived.image.status.clone(), arrived.image.size, arrived.bytes), (ImageStatus::Active, Some(0), 0));
    assert!(arrived.verdict.is_verified());
}

#[tokio::test]
async fn what_has_no_data_cannot_be_copied_and_nothing_is_made() {
    let (here, there) = (Side::start().await, Side::start().await);
    let queued = here.images().create(ImageCreate::new().name("queued")).await.unwrap().id;
    let error = here.images().copy(&queued).to(&there.cloud).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.message().contains("is queued: it has no data"), "{error}");

    let error = here.images().copy("00000000-0000-4000-8000-000000000000").to(&there.cloud).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);

    let snapshot = ImageCreate::new().set("block_device_mapping", "[{}]").disk_format("raw").container_format("bare");
    let snapshot = here.images().create(snapshot).await.unwrap().id;
    here.images().upload(&snapshot, cloudimg::glance::ImageData::empty()).await.unwrap();
    let error = here.images().copy(&snapshot).to(&there.cloud).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Conflict && error.message().contains("snapshots of volumes"), "{error}");

    let error = here.images().copy(&queued).await.unwrap_err();
    assert!(error.kind() == ErrorKind::InvalidRequest && error.message().contains("no target"), "{error}");
    let error = here.images().copy(&queued).to(&there.cloud).to(&there.cloud).single().await.unwrap_err();
    assert!(error.kind() == ErrorKind::InvalidRequest && error.message().contains("several targets"), "{error}");
    assert!(there.all().await.is_empty());
}

#[tokio::test]
async fn a_deactivated_source_is_told_at_the_target_and_leaves_nothing_there() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new(), bytes(100)).await;
    here.images().deactivate(&source.id).await.unwrap();
    let error = here.images().copy(&source.id).to(&there.cloud).single().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.message().contains("the source failed") && error.message().contains("deactivated"), "{error}");
    assert!(there.all().await.is_empty());
    // Operators may read it.
    let arrived = here.user("admin").images().copy(&source.id).to(&there.cloud).single().await.unwrap();
    assert!(arrived.verdict.is_verified());
}

#[tokio::test]
async fn progress_is_told_of_the_reading_and_of_each_target() {
    let (here, there) = (Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new(), bytes(5 << 20)).await;
    let noted = || {
        let all = Arc::new(Mutex::new(Vec::<Progress>::new()));
        let here = Arc::clone(&all);
        (all, move |progress: &Progress| here.lock().unwrap().push(progress.clone()))
    };
    let (reading, of_reading) = noted();
    let (sending, of_sending) = noted();
    let limits = Limits::new().with_connections(1).with_bytes_per_second(20 << 20);
    let copy = here.images().copy(&source.id).to(Target::new(&there.cloud).with_progress(of_sending));
    copy.with_progress(of_reading).with_limits(limits).single().await.unwrap();
    let phases = |all: &Mutex<Vec<Progress>>| {
        let mut phases: Vec<_> = all.lock().unwrap().iter().map(|progress| progress.phase.clone()).collect();
        phases.dedup();
        phases
    };
    assert_eq!(phases(&reading), [Phase::Preparing, Phase::Receiving, Phase::Finishing, Phase::Done]);
    assert_eq!(phases(&sending), [Phase::Preparing, Phase::Sending, Phase::Finishing, Phase::Done]);
    let most = |all: &Mutex<Vec<Progress>>, phase: Phase| {
        let all = all.lock().unwrap();
        let (bytes, total) = all.iter().filter(|p| p.phase == phase).map(|p| (p.bytes, p.total)).max().unwrap();
        assert_eq!(total, Some(5 << 20));
        bytes
    };
    // Told some ten times a second, here of a quarter of one.
    assert!(most(&reading, Phase::Receiving) > 1 << 20 && most(&sending, Phase::Sending) > 1 << 20);
}
