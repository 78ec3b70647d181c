//! One source, several targets.

use std::time::Duration;

use cloudimg::copy::{Remains, Target};
use cloudimg::glance::{ImageCreate, ImageStatus};
use cloudimg::{Cloud, ErrorKind};
use cloudimg_tests::proxy::{Fault, Link, RetryAfter};

use super::side::{Calls, Side, bytes, no_faults};

const SIZE: usize = 12 << 20;

/// Copies to `bad` and a good target, which gets its copy; the error of the bad one.
async fn with_good(here: &Side, good: &Side, bad: &Cloud, stall_limit: Duration) -> (cloudimg::Error, Remains) {
    let source = here.image(ImageCreate::new().name("x").set("a", "b"), bytes(SIZE)).await;
    let copy =
        here.images().copy(&source.id).to(Target::new(bad).with_label("bad")).to(Target::new(&good.cloud).with_label("good"));
    let copied = copy.with_stall_limit(stall_limit).await.unwrap();
    assert!(!copied.is_whole());
    assert!(copied.verdict.as_ref().is_some_and(|verdict| verdict.is_verified()));
    let [bad, there] = copied.targets.try_into().unwrap();
    assert_eq!((bad.target.as_str(), there.target.as_str()), ("bad", "good"));
    let arrived = there.result.unwrap();
    assert!(arrived.verdict.is_verified());
    assert_eq!(good.bytes(&arrived.image.id).await, bytes(SIZE));
    (bad.result.unwrap_err(), bad.remains)
}

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn one_read_feeds_three_targets() {
    let (here, one, two) = (Side::start().await, Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new().name("x"), bytes(SIZE)).await;
    let (proxy, reading) = here.through(no_faults(), Link::default()).await;
    let copied = reading.images().copy(&source.id).to(&one.cloud).to(&two.cloud).to(&here.cloud).await.unwrap();
    for (arrived, side) in copied.whole().unwrap().iter().zip([&one, &two, &here]) {
        assert!(arrived.verdict.is_verified() && !arrived.skipped);
        assert_eq!(side.bytes(&arrived.image.id).await, bytes(SIZE));
    }
    let read: Vec<_> = proxy.exchanges().into_iter().filter(|e| e.request.path().ends_with("/file")).collect();
    assert_eq!(read.len(), 1, "{read:?}");
}

#[tokio::test]
async fn a_target_over_its_quota_is_left_behind() {
    let (here, good, other) = (Side::start().await, Side::start().await, Side::start().await);
    let refusal = Calls::first("PUT", "/file", Fault::Status(413, RetryAfter::Unsaid));
    let (_proxy, bad) = other.through(refusal, Link::default()).await;
    let (error, remains) = with_good(&here, &good, &bad, LONG).await;
    assert_eq!(error.kind(), ErrorKind::QuotaExceeded);
    assert!(matches!(remains, Remains::Nothing), "{remains}");
    assert!(other.all().await.is_empty());
}

#[tokio::test]
async fn a_target_whose_connection_is_killed_is_left_behind() {
    let (here, good, other) = (Side::start().await, Side::start().await, Side::start().await);
    let (proxy, bad) = other.through(no_faults(), Link::default().with_bytes_per_second(8 << 20)).await;
    // In the middle of the data; what cleans up comes too late for this proxy.
    let killing = async {
        cloudimg_tests::until("the data are on their way", async || {
            let is_sending = proxy.exchanges().iter().any(|exchange| exchange.request.method == "PUT");
            Ok(is_sending.then_some(()))
        })
        .await
        .unwrap();
        drop(proxy);
    };
    let ((error, remains), ()) = tokio::join!(with_good(&here, &good, &bad, LONG), killing);
    assert!(matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::Connect), "{error:?}");
    let Remains::Unknown(id, why) = remains else { panic!("{remains}") };
    assert_eq!(why.kind(), ErrorKind::Connect);
    // It never became active, and the id that was told is that of what is left.
    let left = other.all().await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].id, id);
    assert_ne!(left[0].status, ImageStatus::Active);
}

#[tokio::test]
async fn a_target_that_takes_no_bytes_is_given_up_in_time() {
    let (here, good, other) = (Side::start().await, Side::start().await, Side::start().await);
    // Small calls get through; a piece of the data takes 16 seconds.
    let (_proxy, bad) = other.through(no_faults(), Link::default().with_bytes_per_second(16 << 10)).await;
    let (error, remains) = with_good(&here, &good, &bad, Duration::from_secs(8)).await;
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.message().contains("took no bytes for 8 s"), "{error}");
    assert!(matches!(remains, Remains::Nothing), "{remains}");
    assert!(other.all().await.is_empty());
}

#[tokio::test]
async fn a_target_that_is_not_ready_is_given_up_in_time() {
    let (here, good, other) = (Side::start().await, Side::start().await, Side::start().await);
    let (_proxy, bad) = other.through(Calls::first("POST", "/v2/images", Fault::SilenceAfter(0)), Link::default()).await;
    let (error, _) = with_good(&here, &good, &bad, Duration::from_secs(6)).await;
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.message().contains("not ready within 6 s"), "{error}");
    // Its record was made all the same, and is deleted in the background.
    cloudimg_tests::until("the record is gone", async || Ok(other.all().await.is_empty().then_some(()))).await.unwrap();
}

#[tokio::test]
async fn when_all_targets_fail_the_reading_stops() {
    let (here, one, two) = (Side::start().await, Side::start().await, Side::start().await);
    let size = 64 << 20;
    let source = here.image(ImageCreate::new(), bytes(size)).await;
    let (proxy, reading) = here.through(no_faults(), Link::default()).await;
    let refusal = || Calls::first("PUT", "/file", Fault::ResetUnsent);
    let (_one, first) = one.through(refusal(), Link::default()).await;
    let (_two, second) = two.through(refusal(), Link::default()).await;
    let copied = reading.images().copy(&source.id).to(&first).to(&second).await.unwrap();
    assert_eq!(copied.verdict, None);
    assert!(copied.targets.iter().all(|target| target.result.is_err() && matches!(target.remains, Remains::Nothing)));
    assert!(copied.whole().is_err());
    let read: u64 = proxy.exchanges().iter().map(|exchange| exchange.answered).sum();
    assert!(read < size as u64 / 2, "{read} bytes were read");
}

#[tokio::test]
async fn the_slowest_link_sets_the_pace() {
    let (here, one, two) = (Side::start().await, Side::start().await, Side::start().await);
    let source = here.image(ImageCreate::new(), bytes(24 << 20)).await;
    let link = |rate| Link::default().with_bytes_per_second(rate).with_round_trip(Duration::from_millis(5));
    let (_reading, from) = here.through(no_faults(), link(200 << 20)).await;
    let (_fast, fast) = one.through(no_faults(), link(100 << 20)).await;
    let (_slow, slow) = two.through(no_faults(), link(12 << 20)).await;
    let begun = std::time::Instant::now();
    let copied = from.images().copy(&source.id).to(&slow).to(&fast).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(2), "12 MiB a second: {:?}", begun.elapsed());
    for (arrived, side) in copied.whole().unwrap().iter().zip([&two, &one]) {
        assert!(arrived.verdict.is_verified());
        assert_eq!(side.bytes(&arrived.image.id).await, bytes(24 << 20));
    }
}
