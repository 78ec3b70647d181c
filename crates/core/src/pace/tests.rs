//! Many calls at once, on a clock that stands still until moved.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::task::JoinSet;

use super::{Limited, Pace, Pacer};
use crate::clock::{Clock as _, ManualClock};
use crate::error::ErrorKind;

const S: Duration = Duration::from_secs(1);
const LIST: (&str, &str) = ("GET", "list");
const NAMES: [&str; 3] = ["list", "show", "create"];

fn clock() -> ManualClock {
    ManualClock::new(SystemTime::UNIX_EPOCH)
}

/// Lets whoever was woken get as far as it can.
async fn settle() {
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
}

/// A call that got its turn: of which operation, the how many-th to ask, and when it was sent.
#[derive(Clone, Copy, Debug)]
struct Sent {
    operation: &'static str,
    asked: usize,
    at: Duration,
}

/// Sends 300 calls at random times, of which some are dropped while they wait, some are slow to be answered and some send nothing after all.
async fn storm(seed: u64, account: u32, operation: u32) -> (Vec<Sent>, usize) {
    let clock = clock();
    let pacer = Pacer::new(Pace::new().account(account, 20 * S).operation(operation, 20 * S), Arc::new(clock.clone()));
    let (sent, asked) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
    let mut random = fastrand::Rng::with_seed(seed);
    let mut calls = JoinSet::new();
    for _ in 0..300 {
        let (pacer, clock, sent, asked) = (Arc::clone(&pacer), clock.clone(), Arc::clone(&sent), Arc::clone(&asked));
        let name = NAMES[random.usize(..NAMES.len())];
        let mut millis = |most: u64| Duration::from_millis(random.u64(..most));
        let (arrival, patience, answer) = (millis(400_000), millis(60_000), millis(5000));
        let (drops, sends) = (random.u8(..5) == 0, random.u8(..10) != 0);
        calls.spawn(async move {
            clock.sleep(arrival).await;
            let number = {
                let mut asked = asked.lock().unwrap();
                *asked += 1;
                *asked
            };
            let place = tokio::select! {
                biased;
                place = pacer.turn(name, ("GET", name), None) => place.unwrap(),
                () = clock.sleep(patience), if drops => return false,
            };
            if sends {
                place.is_sent();
                sent.lock().unwrap().push(Sent { operation: name, asked: number, at: clock.monotonic() });
                clock.sleep(answer).await;
            }
            true
        });
    }
    let mut served = 0;
    while !calls.is_empty() {
        tokio::select! {
            biased;
            Some(done) = calls.join_next() => served += usize::from(done.unwrap()),
            _ = clock.end_next_sleep(|_| true) => settle().await,
        }
    }
    let sent = sent.lock().unwrap().clone();
    (sent, served)
}

fn assert_never_more(sent: &[Sent], limit: usize) {
    for (n, last) in sent.iter().enumerate().skip(limit) {
        let first = sent[n - limit];
        assert!(last.at - first.at >= 20 * S, "{} calls between {first:?} and {last:?}", limit + 1);
    }
}

#[tokio::test]
async fn whatever_comes_no_stretch_of_time_has_too_many_and_the_order_is_kept() {
    for (seed, (account, operation)) in (0..).zip([(12, 5), (5, 5), (4, 99), (99, 3), (1, 1), (7, 2), (15, 5), (3, 2)]) {
        let (mut sent, served) = storm(seed, account, operation).await;
        // A fifth may be dropped; everybody else is served.
        assert!(served >= 300 * 7 / 10, "only {served} of 300 calls were served");
        sent.sort_by_key(|sent| sent.at);
        assert_never_more(&sent, account as usize);
        for name in NAMES {
            let mut own: Vec<_> = sent.iter().copied().filter(|sent| sent.operation == name).collect();
            assert_never_more(&own, operation as usize);
            own.sort_by_key(|sent| sent.asked);
            assert!(own.is_sorted_by_key(|sent| sent.at), "the order is lost: {own:?}");
        }
    }
}

#[tokio::test]
async fn whoever_stops_waiting_leaves_its_turn_to_the_next() {
    let clock = clock();
    let pacer = Pacer::new(Pace::new().operation(1, 20 * S), Arc::new(clock.clone()));
    let place = pacer.turn("list", LIST, None).await.unwrap();
    place.is_sent();
    drop(place);
    let turn = || {
        let (pacer, clock) = (Arc::clone(&pacer), clock.clone());
        tokio::spawn(async move {
            let place = pacer.turn("list", LIST, None).await.unwrap();
            place.is_sent();
            clock.monotonic()
        })
    };
    let (first, second, third) = (turn(), turn(), turn());
    settle().await;
    first.abort();
    settle().await;
    clock.advance(20 * S);
    assert_eq!(second.await.unwrap(), 20 * S);
    settle().await;
    clock.advance(20 * S);
    assert_eq!(third.await.unwrap(), 40 * S);
}

#[tokio::test]
async fn one_that_would_wait_in_vain_is_told_so_and_leaves_no_trace() {
    let clock = clock();
    let pacer = Pacer::new(Pace::new().account(1, 20 * S), Arc::new(clock.clone()));
    pacer.turn("list", LIST, None).await.unwrap().is_sent();
    assert_eq!(pacer.wait_now(LIST), 20 * S);
    let error = pacer.turn("list", LIST, Some(5 * S)).await.err().unwrap();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::Throttled, Some(20 * S)));
    let told = error.to_string();
    assert!(told.contains("pace limit for an account, 1 in 20 s,") && told.contains("nothing was sent"), "{told}");
    assert_eq!(pacer.wait_now(LIST), 20 * S, "neither the refused call nor a look counts");
    clock.advance(20 * S);
    assert_eq!(pacer.wait_now(LIST), Duration::ZERO);
    assert!(pacer.turn("list", LIST, Some(21 * S)).await.is_ok());
}

#[tokio::test]
async fn waiting_is_told_and_told_again_only_if_it_lasts_longer() {
    let clock = clock();
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let pace = Pace::new().operation(1, 20 * S).on_wait(move |waiting| listener.lock().unwrap().push(*waiting));
    let pacer = Pacer::new(pace, Arc::new(clock.clone()));
    let slow = pacer.turn("list", LIST, None).await.unwrap();
    slow.is_sent();
    let waits = tokio::spawn({
        let pacer = Arc::clone(&pacer);
        async move { pacer.turn("list", LIST, None).await.map(drop) }
    });
    settle().await;
    clock.advance(15 * S);
    // The answer comes late, and the time of its place begins with it.
    drop(slow);
    clock.advance(5 * S);
    settle().await;
    clock.advance(15 * S);
    waits.await.unwrap().unwrap();
    let told: Vec<_> = told.lock().unwrap().iter().map(|w| (w.operation, w.wait, w.limit, w.calls, w.per, w.ahead)).collect();
    assert_eq!(told, [20, 15].map(|wait| ("list", wait * S, Limited::Operation, 1, 20 * S, 0)));
}

#[test]
fn a_limit_always_lets_something_pass() {
    let debug = format!("{:?}", Pace::new().account(0, Duration::ZERO));
    assert!(debug.contains("calls: 1") && debug.contains("per: 1ms"), "{debug}");
}
