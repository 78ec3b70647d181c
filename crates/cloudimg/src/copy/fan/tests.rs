use std::time::SystemTime;

use cloudimg_core::ErrorKind;
use cloudimg_core::clock::ManualClock;
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};

use super::*;

const IDLE: Option<Duration> = Some(Duration::from_secs(60));

fn fan() -> (Fan, ManualClock) {
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
    (Fan::new(Arc::new(clock.clone())), clock)
}

fn block(length: usize) -> Bytes {
    Bytes::from(vec![7; length])
}

async fn bytes(branch: Branch) -> cloudimg_core::Result<usize> {
    branch.into_stream().try_fold(0, |sum, piece| async move { Ok(sum + piece.len()) }).await
}

#[tokio::test]
async fn every_branch_gets_every_byte() {
    let (mut fan, _) = fan();
    let (one, _one) = fan.branch(IDLE);
    let (other, _other) = fan.branch(IDLE);
    let sending = async {
        for length in [0, 1, 1 << 20, 7 << 20, 3] {
            assert!(fan.send(block(length)).await);
        }
        fan.end();
    };
    let ((), one, other) = tokio::join!(sending, bytes(one), bytes(other));
    assert_eq!((one.unwrap(), other.unwrap()), ((8 << 20) + 4, (8 << 20) + 4));
}

#[tokio::test]
async fn a_branch_that_takes_nothing_holds_the_others_only_when_its_buffer_is_full() {
    let (mut fan, _) = fan();
    let (one, _one) = fan.branch(IDLE);
    let (_two, two) = fan.branch(IDLE);
    let mut one = Box::pin(one.into_stream());
    let mut taken = 0;
    while fan.send(block(1 << 20)).now_or_never().is_some() {
        while let Some(Some(piece)) = one.next().now_or_never() {
            taken += piece.unwrap().len();
        }
    }
    assert_eq!(taken, BUFFER as usize);
    drop(two);
}

#[tokio::test]
async fn small_blocks_do_not_pile_up_without_end() {
    let (mut fan, _) = fan();
    let (_branch, _watch) = fan.branch(IDLE);
    let mut sent = 0;
    while tokio::task::unconstrained(fan.send(block(1))).now_or_never().is_some() {
        sent += 1;
    }
    assert_eq!(sent, BUFFER / LEAST_COST);
}

#[tokio::test]
async fn a_branch_that_is_given_up_lets_the_others_go_on() {
    let (mut fan, _) = fan();
    let (one, _one) = fan.branch(IDLE);
    let (_held, watch) = fan.branch(IDLE);
    let sending = async {
        for _ in 0..20 {
            assert!(fan.send(block(1 << 20)).await);
        }
        fan.end();
    };
    let giving_up = async {
        tokio::task::yield_now().await;
        drop(watch);
    };
    let ((), (), one) = tokio::join!(sending, giving_up, bytes(one));
    assert_eq!(one.unwrap(), 20 << 20);
}

#[tokio::test]
async fn without_branches_nothing_is_wanted_any_more() {
    let (mut fan, _) = fan();
    let (_branch, watch) = fan.branch(IDLE);
    assert!(fan.send(block(1)).await);
    drop(watch);
    assert!(!fan.send(block(1)).await);
}

#[tokio::test]
async fn only_an_end_that_is_said_is_one() {
    let (mut good, _) = fan();
    let (branch, _watch) = good.branch(IDLE);
    good.end();
    assert_eq!(bytes(branch).await.unwrap(), 0);

    let (mut failed, _) = fan();
    let (branch, _watch) = failed.branch(IDLE);
    failed.fail(&Error::new(ErrorKind::Corrupt, "wrong bytes"));
    assert_eq!(bytes(branch).await.unwrap_err().kind(), ErrorKind::Corrupt);

    let (mut dropped, _) = fan();
    let (branch, _watch) = dropped.branch(IDLE);
    drop(dropped);
    assert_eq!(bytes(branch).await.unwrap_err().kind(), ErrorKind::Interrupted);
}

#[tokio::test]
async fn a_branch_has_stalled_when_bytes_wait_and_none_is_taken() {
    let (mut fan, clock) = fan();
    let limit = Duration::from_secs(30);
    let (branch, watch) = fan.branch(IDLE);
    let mut stream = Box::pin(branch.into_stream());
    let mut stalled = Box::pin(watch.stalled(limit));
    assert!(stalled.as_mut().now_or_never().is_none());
    // Nothing waits to be taken: the source is slow.
    clock.advance(limit * 3);
    assert!(stalled.as_mut().now_or_never().is_none());
    fan.send(block(2 * PIECE)).await;
    clock.advance(limit / 2);
    assert!(stalled.as_mut().now_or_never().is_none());
    stream.next().await.unwrap().unwrap();
    clock.advance(limit - Duration::from_secs(1));
    assert!(stalled.as_mut().now_or_never().is_none(), "one was taken");
    clock.advance(Duration::from_secs(31));
    assert!(stalled.as_mut().now_or_never().is_some());
}

#[tokio::test]
async fn a_branch_that_nobody_reads_any_more_has_not_stalled() {
    let (mut fan, clock) = fan();
    let (branch, watch) = fan.branch(IDLE);
    assert!(fan.send(block(BUFFER as usize)).await);
    drop(branch);
    assert!(!fan.send(block(1)).await);
    let mut stalled = Box::pin(watch.stalled(Duration::from_secs(30)));
    assert!(stalled.as_mut().now_or_never().is_none());
    clock.advance(Duration::from_secs(300));
    assert!(stalled.as_mut().now_or_never().is_none());
}

#[tokio::test]
async fn who_waits_for_bytes_shows_that_it_lives() {
    let (mut fan, clock) = fan();
    let (branch, _watch) = fan.branch(IDLE);
    let mut stream = Box::pin(branch.into_stream());
    let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let reading = tokio::spawn(async move {
        std::future::poll_fn(|cx| {
            counted.fetch_add(1, Ordering::Relaxed);
            stream.poll_next_unpin(cx)
        })
        .await
    });
    for _ in 0..8 {
        clock.end_next_sleep(|_| true).await;
        tokio::task::yield_now().await;
    }
    assert!(asked.load(Ordering::Relaxed) >= 8, "every 15 s of 120");
    fan.send(block(1)).await;
    assert_eq!(reading.await.unwrap().unwrap().unwrap(), block(1));
}
