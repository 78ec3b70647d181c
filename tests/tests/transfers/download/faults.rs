//! Downloads through a network that fails in every way that the test proxy knows.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use cloudimg::clock::ManualClock;
use cloudimg::retry::{RetryBudget, Standard};
use cloudimg::{Cloud, ErrorKind, Timeouts};
use cloudimg_tests::proxy::{FaultKind, Proxy, Seeded};

use super::world::{MIB, World, random};

/// A limit of any call; no wait between attempts is as long.
const LIMIT: Duration = Duration::from_secs(60);
const SEEDS: u64 = 6;
const FEW: usize = 20_000;

/// A cloud behind a proxy that plays `plan`, whose time passes as fast as somebody waits for it.
async fn behind(world: &World, upstream: SocketAddr, plan: Seeded) -> (Proxy, Cloud, tokio::task::JoinHandle<()>) {
    let clock = ManualClock::new(SystemTime::now());
    let time = clock.clone();
    let proxy = Proxy::builder(upstream).plan(plan).on_silence(move || time.advance(LIMIT)).start().await.unwrap();
    let timeouts = Timeouts::default().with_head(LIMIT).with_idle(LIMIT).with_total(LIMIT * 1000);
    let retry = Standard::default().with_waits(Duration::from_millis(10), Duration::from_secs(1)).with_patience(LIMIT * 1000);
    let cloud = world.through(&proxy.url()).clock(clock.clone()).timeouts(timeouts).retry(retry);
    let cloud = cloud.retry_budget(RetryBudget::unlimited()).build().unwrap();
    // Signs in before things go wrong.
    cloud.project_id().await.unwrap();
    let waits = tokio::spawn(async move {
        loop {
            clock.end_next_sleep(|asked| asked < Duration::from_secs(5)).await;
        }
    });
    (proxy, cloud, waits)
}

/// What may go wrong for good where every exchange suffers.
fn is_expected(kind: ErrorKind) -> bool {
    use ErrorKind as K;
    matches!(
        kind,
        K::Interrupted
            | K::Timeout
            | K::Connect
            | K::ServiceUnavailable
            | K::Throttled
            | K::Decode
            | K::Corrupt
            | K::UnexpectedStatus
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_among_the_exchanges_ends_in_the_right_bytes_or_a_typed_error() {
    let world = World::start().await;
    let data = random(9 * MIB, 11);
    // What comes in drops takes too long for more than a few.
    let (id, few) = (world.image(&data).await, world.image(&data[..FEW]).await);
    let mut right = 0;
    for kind in FaultKind::ALL {
        let (id, data) = if kind == FaultKind::Drip { (&few, &data[..FEW]) } else { (&id, &data[..]) };
        for seed in 0..SEEDS {
            let plan = Seeded::new(seed, [kind]).with_odds(50).among(0..6).with_time(SystemTime::now());
            let (proxy, cloud, waits) = behind(&world, world.address(), plan).await;
            let connections = if seed % 2 == 0 { 1 } else { 4 };
            let path = world.path(&format!("{kind:?}-{seed}"));
            let done = cloud.images().download(id).to_path(&path).with_connections(connections).await;
            match done {
                Ok(done) => {
                    assert!(done.verdict.is_verified());
                    assert!(std::fs::read(&path).unwrap() == data, "{kind:?} {seed}: wrong bytes");
                    right += 1;
                    std::fs::remove_file(&path).unwrap();
                }
                Err(error) => {
                    assert!(is_expected(error.kind()) && error.operation().is_some(), "{kind:?} {seed}: {error:?}");
                    assert!(!path.exists(), "{kind:?} {seed}: {error:?}");
                }
            }
            waits.abort();
            drop(proxy);
        }
    }
    let all = FaultKind::ALL.len() as u64 * SEEDS;
    assert!(right > all * 3 / 4, "only {right} of {all} came to their end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_through_each_fault_is_never_taken_for_right_if_it_is_not() {
    let world = World::start().await;
    let data = random(MIB, 12);
    let (id, few) = (world.image(&data).await, world.image(&data[..FEW]).await);
    for kind in FaultKind::ALL {
        let (id, data) = if kind == FaultKind::Drip { (&few, &data[..FEW]) } else { (&id, &data[..]) };
        for seed in 0..SEEDS {
            let plan = Seeded::new(seed, [kind]).with_odds(50).among(0..4).with_time(SystemTime::now());
            let (_proxy, cloud, waits) = behind(&world, world.address(), plan).await;
            let mut got = Vec::new();
            match cloud.images().download(id).to_writer(&mut got).await {
                Ok(done) => assert!(done.verdict.is_verified() && got == data, "{kind:?} {seed}"),
                Err(error) => assert!(is_expected(error.kind()), "{kind:?} {seed}: {error:?}"),
            }
            waits.abort();
        }
    }
}
