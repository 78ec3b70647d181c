//! A session with a pace limit, on the network: what counts, who waits, and who is told.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod server;

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use cloudimg_core::clock::{Clock as _, ManualClock};
use cloudimg_core::credentials::{Credentials, Outgoing, Proof};
use cloudimg_core::retry::{Never, Standard};
use cloudimg_core::session::Call;
use cloudimg_core::{Error, ErrorKind, OperationFacts, Pace, Session, Timeouts};
use futures::future::BoxFuture;
use server::{Server, ok, status};

const S: Duration = Duration::from_secs(1);

const fn facts(id: &'static str, path: &'static str) -> OperationFacts {
    OperationFacts { id, method: "GET", path, success: &[200], idempotent: true, ..OperationFacts::PLAIN }
}

static LIST: OperationFacts = facts("list_x", "/x");
static LIST_OTHERWISE: OperationFacts = facts("list_x_otherwise", "/x");
static SHOW: OperationFacts = facts("show_x", "/x/{id}");

fn clock() -> ManualClock {
    ManualClock::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000))
}

async fn call(session: &Session, server: &Server, facts: &'static OperationFacts) -> Result<(), Error> {
    let request = reqwest::Request::new(reqwest::Method::GET, format!("{}/x", server.url()).parse().unwrap());
    let response = session.execute(request, &Call::new(facts.id, Some(facts))).await?;
    response.extensions().get::<Error>().map_or(Ok(()), |error| Err(error.clone()))
}

/// Ends each wait of up to 20 s until `work` is done, and says how long they were; limits on time are longer.
async fn hurried<T>(clock: &ManualClock, work: impl Future<Output = T>) -> (T, Vec<Duration>) {
    let mut waits = Vec::new();
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return (done, waits),
            wait = clock.end_next_sleep(|asked| asked <= 20 * S && asked != 5 * S) => waits.push(wait),
        }
    }
}

fn session(clock: &ManualClock, pace: Pace) -> Session {
    Session::builder().clock(clock.clone()).pace(pace).retry(Never).build().unwrap()
}

#[tokio::test]
async fn calls_come_in_a_burst_until_the_window_is_full_and_then_wait() {
    let server = Server::answering(|_| ok("")).await;
    let clock = clock();
    let session = session(&clock, Pace::new().account(5, 20 * S).operation(3, 10 * S));
    let other = session.clone().with_retry(Standard::default());
    for _ in 0..3 {
        call(&session, &server, &LIST).await.unwrap();
    }
    call(&other, &server, &SHOW).await.unwrap();
    call(&other, &server, &SHOW).await.unwrap();
    let (done, waits) = hurried(&clock, call(&session, &server, &LIST)).await;
    done.unwrap();
    assert_eq!((waits, server.count()), (vec![20 * S], 6));
    assert_eq!(clock.monotonic(), 20 * S);
}

#[tokio::test]
async fn each_attempt_counts() {
    let server = Server::start([status(503), status(503), ok(""), ok("")]).await;
    let clock = clock();
    let retry = Standard::default().with_waits(Duration::from_millis(1), Duration::from_millis(1));
    let session = session(&clock, Pace::new().operation(3, 20 * S)).with_retry(retry);
    let (done, waits) = hurried(&clock, call(&session, &server, &LIST)).await;
    done.unwrap();
    assert!(waits.iter().all(|wait| *wait <= S) && server.count() == 3, "{waits:?}");
    let (done, waits) = hurried(&clock, call(&session, &server, &LIST)).await;
    done.unwrap();
    assert!(waits.len() == 1 && waits[0] > 19 * S, "{waits:?}");
}

#[tokio::test]
async fn a_wait_for_ones_turn_is_no_part_of_the_patience_for_repetitions() {
    let server = Server::start([ok(""), status(503), ok("")]).await;
    let clock = clock();
    let session = session(&clock, Pace::new().operation(1, 20 * S));
    let session = session.with_retry(Standard::default().with_patience(10 * S));
    call(&session, &server, &LIST).await.unwrap();
    hurried(&clock, call(&session, &server, &LIST)).await.0.unwrap();
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_call_whose_time_ends_first_is_refused_with_the_reason() {
    let server = Server::answering(|_| ok("")).await;
    let clock = clock();
    let session = session(&clock, Pace::new().operation(1, 20 * S)).with_timeouts(Timeouts::default().with_total(15 * S));
    call(&session, &server, &LIST).await.unwrap();
    let error = call(&session, &server, &LIST).await.unwrap_err();
    assert_eq!((error.kind(), error.operation(), error.retry_after()), (ErrorKind::Throttled, Some("list_x"), Some(20 * S)));
    assert_eq!(
        error.message(),
        "the pace limit for one operation, 1 in 20 s, has no place for another 20 s, when the call's own time is up; nothing was sent"
    );
    assert_eq!(server.count(), 1);
    call(&session, &server, &SHOW).await.unwrap();
    let error = call(&session, &server, &LIST_OTHERWISE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled, "forms of one call count together");
}

#[tokio::test]
async fn a_repetition_that_has_no_turn_left_gives_the_last_answer() {
    let server = Server::answering(|_| status(503).body("away")).await;
    let clock = clock();
    let retry = Standard::default().with_waits(Duration::from_millis(1), Duration::from_millis(1));
    let session = session(&clock, Pace::new().operation(1, 20 * S)).with_timeouts(Timeouts::default().with_total(15 * S));
    let error = call(&session.with_retry(retry), &server, &LIST).await.unwrap_err();
    assert_eq!((error.status(), error.attempts(), server.count()), (Some(503), 1, 1));
}

#[tokio::test]
async fn sessions_share_a_limit_unless_they_get_their_own() {
    let server = Server::answering(|_| ok("")).await;
    let clock = clock();
    let shared = session(&clock, Pace::new().account(1, 20 * S));
    call(&shared, &server, &LIST).await.unwrap();
    let short = |session: &Session| session.with_timeouts(Timeouts::default().with_total(S));
    assert_eq!(call(&short(&shared), &server, &LIST).await.unwrap_err().kind(), ErrorKind::Throttled);
    let own = short(&shared).with_pace(Pace::new().account(1, 20 * S));
    call(&own, &server, &LIST).await.unwrap();
    assert!(call(&own, &server, &LIST).await.is_err());
    let free = short(&shared).with_pace(None);
    for _ in 0..5 {
        call(&free, &server, &LIST).await.unwrap();
    }
}

/// Writes down when it was asked, and refuses the second time.
#[derive(Debug)]
struct Dated(ManualClock, Arc<Mutex<Vec<Duration>>>);

impl Credentials for Dated {
    fn authorize<'a>(&'a self, _: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, Error>> {
        let mut times = self.1.lock().unwrap();
        times.push(self.0.monotonic());
        let refuses = times.len() == 2;
        Box::pin(async move { if refuses { Err(Error::new(ErrorKind::AuthFailed, "no")) } else { Ok(Proof::default()) } })
    }
}

#[tokio::test]
async fn a_signature_is_made_after_the_wait_and_what_was_not_sent_does_not_count() {
    let server = Server::answering(|_| ok("")).await;
    let clock = clock();
    let times = Arc::<Mutex<Vec<_>>>::default();
    let session = session(&clock, Pace::new().operation(2, 20 * S)).with_credentials(Dated(clock.clone(), Arc::clone(&times)));
    call(&session, &server, &LIST).await.unwrap();
    call(&session, &server, &LIST).await.unwrap_err();
    call(&session, &server, &LIST).await.unwrap();
    hurried(&clock, call(&session, &server, &LIST)).await.0.unwrap();
    assert_eq!((times.lock().unwrap().clone(), server.count()), (vec![Duration::ZERO, Duration::ZERO, Duration::ZERO, 20 * S], 3));
}

#[tokio::test]
async fn many_calls_at_once_all_arrive_and_never_too_many_at_a_time() {
    let clock = clock();
    let arrivals = Arc::<Mutex<Vec<Duration>>>::default();
    let server = Server::answering({
        let (clock, arrivals) = (clock.clone(), Arc::clone(&arrivals));
        move |_| {
            arrivals.lock().unwrap().push(clock.monotonic());
            ok("")
        }
    })
    .await;
    let told = Arc::<Mutex<usize>>::default();
    let count = Arc::clone(&told);
    let pace = Pace::new().operation(8, 20 * S).on_wait(move |waiting| {
        assert_eq!((waiting.operation, waiting.calls, waiting.per), ("list_x", 8, 20 * S));
        *count.lock().unwrap() += 1;
    });
    let session = session(&clock, pace).with_timeouts(Timeouts::default().with_total(None).with_head(None).with_idle(None));
    let calls = futures::future::join_all((0..64).map(|_| call(&session, &server, &LIST)));
    let mut calls = std::pin::pin!(calls);
    loop {
        tokio::select! {
            biased;
            done = &mut calls => {
                assert!(done.iter().all(Result::is_ok));
                break;
            }
            // Time may run ahead of the answers: then places come free later.
            _ = clock.end_next_sleep(|_| true) => tokio::task::yield_now().await,
        }
    }
    let arrivals = arrivals.lock().unwrap().clone();
    assert_eq!(arrivals.len(), 64);
    assert!(arrivals.windows(9).all(|nine| nine[8] - nine[0] >= 20 * S), "{arrivals:?}");
    assert!(*told.lock().unwrap() >= 56);
}
