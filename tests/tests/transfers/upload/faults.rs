//! Whatever a network does to an upload, its end is true.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use cloudimg::clock::{Clock, ManualClock, Sleep};
use cloudimg::glance::{ImageData, ImageLeft, ImageStatus, UploadFailure};
use cloudimg::retry::Standard;
use cloudimg::{Cloud, ErrorKind, Timeouts};
use cloudimg_tests::proxy::{Fault, FaultKind, Plan, Proxy, Request};
use futures::stream;

use super::world::{World, random};

/// How long a call may be silent, by a clock that only silence moves so far.
const LIMIT: Duration = Duration::from_secs(60);

/// Waits that somebody means take their time; limits pass when the proxy says that there is silence, however busy the machine is.
#[derive(Clone, Debug)]
struct Patient(ManualClock);

impl Clock for Patient {
    fn now(&self) -> SystemTime {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        if duration >= LIMIT / 2 {
            return self.0.sleep(duration);
        }
        let clock = self.0.clone();
        Box::pin(async move {
            tokio::time::sleep(duration).await;
            clock.advance(duration);
        })
    }
}

/// A fault for every body, or for the first one only.
#[derive(Debug)]
struct Bodies {
    fault: Fault,
    first_only: bool,
    begun: std::sync::atomic::AtomicBool,
}

impl Plan for Bodies {
    fn fault(&self, _: usize, request: &Request) -> Option<Fault> {
        let is_body = request.method == "PUT";
        let is_first = is_body && !self.begun.swap(is_body, std::sync::atomic::Ordering::SeqCst);
        (is_body && (is_first || !self.first_only)).then(|| self.fault.clone())
    }
}

async fn ends_truly(world: &World, kind: FaultKind, seed: u64, first_only: bool, reopenable: bool) -> bool {
    let what = format!("{kind:?}, seed {seed}, first only {first_only}, reopenable {reopenable}");
    let fault = kind.fault(&mut fastrand::Rng::with_seed(seed), SystemTime::now());
    let plan = Bodies { fault, first_only, begun: false.into() };
    let clock = ManualClock::new(SystemTime::now());
    let silent = clock.clone();
    let proxy = Proxy::builder(world.address()).plan(plan).on_silence(move || silent.advance(LIMIT + Duration::from_secs(1)));
    let proxy = proxy.start().await.unwrap();
    let retry = Standard::default().with_waits(Duration::from_millis(1), Duration::from_millis(1)).with_attempts(2);
    let cloud = Cloud::builder(world.settings(Some(&format!("{}/v2", proxy.url()))))
        .retry(retry)
        .clock(Patient(clock))
        .timeouts(Timeouts::default().with_head(LIMIT).with_idle(LIMIT).with_total(LIMIT * 1000));
    let images = cloud.build().unwrap().images();
    let id = world.raw().await;
    let bytes = random(seed, 300_000);
    let data = if reopenable {
        ImageData::bytes(bytes.clone())
    } else {
        let blocks: Vec<_> = bytes.chunks(50_000).map(|block| Ok::<_, std::io::Error>(Bytes::copy_from_slice(block))).collect();
        ImageData::stream(stream::iter(blocks), seed.is_multiple_of(2).then_some(bytes.len() as u64))
    };
    let outcome = images.upload(&id, data).await;
    let bodies = proxy.exchanges().iter().filter(|exchange| exchange.request.method == "PUT").count();
    assert!(bodies <= if reopenable { 2 } else { 1 }, "{what}: {bodies} bodies");
    let image = world.image(&id).await;
    if image.status == ImageStatus::Active {
        assert!(world.data(&id).await == bytes, "{what}: the image has wrong bytes");
    }
    match outcome {
        Ok(uploaded) => {
            assert!(uploaded.verdict.is_verified(), "{what}");
            assert_eq!(image.status, ImageStatus::Active, "{what}");
            true
        }
        Err(error) => {
            let left = &UploadFailure::of(&error).unwrap_or_else(|| panic!("{what}: {error:?}")).image;
            let wanted = match image.status {
                ImageStatus::Queued => ImageLeft::Queued,
                ImageStatus::Saving => ImageLeft::Saving,
                ImageStatus::Active => ImageLeft::Active,
                status => panic!("{what}: {status}"),
            };
            assert_eq!(left, &wanted, "{what}: {error}");
            assert_ne!(error.kind(), ErrorKind::Corrupt, "{what}: {error}");
            false
        }
    }
}

/// How many end well of some of each kind of fault.
async fn ends_well(first_only: bool, reopenable: bool) -> usize {
    let world = &World::start().await;
    let of_kind = async |kind| {
        let mut well = 0;
        for seed in 0..2 {
            well += usize::from(ends_truly(world, kind, seed, first_only, reopenable).await);
        }
        well
    };
    futures::future::join_all(FaultKind::ALL.map(of_kind)).await.into_iter().sum()
}

#[tokio::test]
async fn what_can_be_opened_anew_arrives_after_almost_any_fault() {
    let well = ends_well(true, true).await;
    assert!(well > FaultKind::ALL.len(), "few end well: {well}");
}

#[tokio::test]
async fn faults_that_do_not_pass_end_with_the_true_state_of_the_image() {
    let well = ends_well(false, true).await;
    assert!(well < 2 * FaultKind::ALL.len(), "no fault does any harm");
}

#[tokio::test]
async fn what_is_read_once_arrives_or_leaves_the_true_state_of_the_image() {
    let well = ends_well(true, false).await;
    assert!(well > 0 && well < 2 * FaultKind::ALL.len(), "{well}");
}
