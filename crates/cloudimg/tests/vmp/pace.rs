//! Not more calls than the service allows.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use cloudimg::clock::{Clock as _, ManualClock};
use cloudimg::credentials::CncAkSk;
use cloudimg::vmp::Vmp;
use cloudimg::{ErrorKind, Pace, Timeouts};
use cloudimg_sandbox::{Clock, Sandbox};

use crate::server::Server;
use crate::support::{builder, clock, drive, images, in_state, nodes};

const FIVE_MINUTES: Duration = Duration::from_secs(300);

/// A server that notes when each call came, by its path.
async fn noting(
    clock: &ManualClock,
    reply: impl Fn(&str, Duration) -> crate::server::Reply + Send + Sync + 'static,
) -> (Server, Arc<Mutex<Vec<(String, Duration)>>>) {
    let calls = Arc::<Mutex<Vec<_>>>::default();
    let (noted, clock) = (Arc::clone(&calls), clock.clone());
    let server = Server::answering(move |request| {
        let path = request.path.split('?').next().unwrap_or_default().to_owned();
        let reply = reply(&path, clock.monotonic());
        noted.lock().unwrap().push((path, clock.monotonic()));
        reply
    });
    (server.await, calls)
}

fn most_in_five_minutes(times: &[Duration]) -> usize {
    times
        .iter()
        .enumerate()
        .map(|(n, first)| times[n..].iter().take_while(|time| **time < *first + FIVE_MINUTES).count())
        .max()
        .unwrap_or(0)
}

#[tokio::test]
async fn a_burst_goes_through_until_the_window_is_full_and_the_wait_is_told() {
    let server = Server::answering(|_| images(&[])).await;
    let clock = clock();
    let told = Arc::<Mutex<Vec<_>>>::default();
    let listener = Arc::clone(&told);
    let pace = Pace::cdnetworks().on_wait(move |waiting| listener.lock().unwrap().push((waiting.operation, waiting.wait)));
    let vmp = builder(&server, &clock).pace(pace).build().unwrap();
    for _ in 0..30 {
        vmp.images().list().name("x").collect().await.unwrap();
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!((server.count(), clock.monotonic()), (30, Duration::from_secs(30)));
    let (list, waits) = drive(&clock, vmp.clone().images().list().collect()).await;
    list.unwrap();
    assert_eq!((waits, told.lock().unwrap().clone()), (vec![270.0], vec![("list_images", Duration::from_secs(270))]));
    vmp.images().remove("i").await.unwrap();
    assert_eq!(clock.monotonic(), FIVE_MINUTES, "another operation has places left");
}

#[tokio::test]
async fn the_limit_is_on_unless_taken_away_and_refuses_what_would_wait_in_vain() {
    let server = Server::answering(|_| images(&[])).await;
    let clock = clock();
    let short = builder(&server, &clock).timeouts(Timeouts::default().with_total(Duration::from_secs(60)));
    let vmp = short.build().unwrap();
    // Equal calls would wait for seconds of their own.
    for n in 0..30 {
        vmp.images().list().name(n.to_string()).collect().await.unwrap();
    }
    let error = vmp.images().list().collect().await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Throttled, Some(FIVE_MINUTES)));
    assert!(error.message().contains("pace limit for one operation, 30 in 300 s"), "{error}");
    let free = builder(&server, &clock).pace(None).build().unwrap();
    for n in 0..40 {
        free.images().list().name(n.to_string()).collect().await.unwrap();
    }
    assert_eq!(server.count(), 70);
    let own = vmp.with_pace(Pace::new().account(1, FIVE_MINUTES));
    own.images().list().name("own").collect().await.unwrap();
    assert_eq!(own.clone().images().remove("i").await.unwrap_err().kind(), ErrorKind::Throttled);
    assert_eq!(server.count(), 71);
}

#[tokio::test]
async fn waiting_for_an_image_takes_one_call_in_ten_seconds_at_most() {
    let clock = clock();
    let hour = Duration::from_secs(3600);
    let (server, calls) = noting(&clock, move |_, now| in_state(if now < hour { "BUILDING" } else { "ACTIVE" })).await;
    let (image, _) = drive(&clock, builder(&server, &clock).build().unwrap().images().attach("i").unwrap()).await;
    image.unwrap();
    let times: Vec<_> = calls.lock().unwrap().iter().map(|(_, time)| *time).collect();
    assert!(times.last().unwrap() >= &hour && times.windows(2).all(|two| two[1] - two[0] >= Duration::from_secs(10)), "{times:?}");
    assert!(times.len() < 130, "{}", times.len());
}

#[tokio::test]
async fn many_handles_of_one_account_keep_to_the_limit_together_and_all_end() {
    let clock = clock();
    let hour = Duration::from_secs(3600);
    let (server, calls) = noting(&clock, move |path, now| match path {
        "/vmp/images" => images(
            &(0..9)
                .map(|n| crate::support::image(&format!("i{n}"), if now < hour { "BUILDING" } else { "ACTIVE" }))
                .collect::<Vec<_>>(),
        ),
        _ => nodes(&[("a", if now < hour { "SENDING" } else { "SUCCESS" })]),
    })
    .await;
    let vmp = builder(&server, &clock).build().unwrap();
    let made = (0..9).map(|n| vmp.images().attach(format!("i{n}")).unwrap());
    let brought = (0..9).map(|n| vmp.images().attach_preheating(format!("i{n}"), ["a"]).unwrap());
    let all = async { futures::future::join(futures::future::join_all(made), futures::future::join_all(brought)).await };
    let mut all = std::pin::pin!(all);
    let (made, brought) = loop {
        tokio::select! {
            biased;
            done = &mut all => break done,
            _ = clock.end_next_sleep(|_| true) => tokio::task::yield_now().await,
        }
    };
    assert!(made.iter().all(Result::is_ok) && brought.iter().all(Result::is_ok), "{made:?} {brought:?}");
    let calls = calls.lock().unwrap();
    for wanted in ["/vmp/images", "/vmp/images/preHeatingInfo"] {
        let times: Vec<_> = calls
            .iter()
            .filter(|(path, _)| path.starts_with(wanted) && (wanted.len() > 11 || path.len() == 11))
            .map(|(_, time)| *time)
            .collect();
        assert!(
            times.len() > 100 && most_in_five_minutes(&times) <= 30,
            "{wanted}: {} of {}",
            most_in_five_minutes(&times),
            times.len()
        );
    }
}

/// Client and sandbox go by one time: no call is refused by a service that counts as the provider says it does.
#[tokio::test]
async fn a_service_that_counts_never_has_to_refuse() {
    let theirs = Clock::manual("2026-01-02T03:04:05Z".parse().unwrap());
    let limits = (cloudimg_sandbox::Vmp::ACCOUNT_LIMIT, cloudimg_sandbox::Vmp::OPERATION_LIMIT);
    let sandbox = Sandbox::builder().clock(theirs.clone()).vmp_rate_limits(limits.0, limits.1).start().await.unwrap();
    let ours = ManualClock::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045));
    let (access, secret) = sandbox.vmp_access_key();
    let timeouts = Timeouts::default().with_head(None).with_idle(None).with_total(None);
    let vmp = Vmp::builder().keys(CncAkSk::new(access, secret).unwrap()).endpoint(sandbox.vmp_url());
    let vmp = vmp.clock(ours.clone()).timeouts(timeouts).retry(cloudimg::retry::Never).build().unwrap();
    let work = async {
        for round in 0..95 {
            vmp.images().list().name(format!("image {round}")).collect().await.unwrap();
        }
    };
    let mut work = std::pin::pin!(work);
    loop {
        let before = ours.monotonic();
        tokio::select! {
            biased;
            () = &mut work => break,
            _ = ours.end_next_sleep(|_| true) => theirs.advance(ours.monotonic() - before),
        }
    }
    assert_eq!(ours.monotonic(), 3 * FIVE_MINUTES);
    let calls = sandbox.vmp().calls();
    assert!(calls.len() == 95 && calls.iter().all(|call| call.status == 200), "{calls:?}");
    sandbox.stop().await;
}
