//! An identity service that goes away, and comes back half a minute later.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use cloudimg_auth::Keystone;
use cloudimg_core::clock::ManualClock;
use cloudimg_core::retry::{Decision, Failure, RetryPolicy};
use cloudimg_core::{Clock as _, ErrorKind, Result, Session};

use crate::server::{Reply, Request, Server, ok, status};
use crate::support::{GET, clock, secret, settings, token};

/// How long it is away.
const OUTAGE: Duration = Duration::from_secs(30);

/// Tries again each second, for as long as that can do no harm.
#[derive(Debug)]
struct EachSecond;

impl RetryPolicy for EachSecond {
    fn decide(&self, failure: &Failure<'_>) -> Decision {
        if failure.is_repeatable() { Decision::After(Duration::from_secs(1)) } else { Decision::GiveUp }
    }
}

/// How it is away.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// Nobody listens.
    Gone,
    /// A proxy in front of it answers.
    Unavailable,
    /// Connections break.
    Broken,
}

/// An identity service that counts its sign-ins, and an image service that takes the newest token only.
struct World {
    clock: ManualClock,
    keystone: Keystone,
    identity: Option<Server>,
    address: String,
    image: Server,
    signed_in: Arc<AtomicUsize>,
    away: Arc<AtomicBool>,
    way: Way,
    /// The token that the image service takes from now on, if not the newest.
    least: Arc<AtomicUsize>,
}

impl World {
    async fn new(way: Way, policy: Option<EachSecond>) -> Self {
        let (signed_in, away, least) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let identity = Server::answering(answers(&signed_in, &away, way)).await;
        let clock = clock();
        let builder = Session::builder().clock(clock.clone());
        let session = match policy {
            Some(policy) => builder.retry(policy),
            None => builder,
        };
        let keystone = Keystone::new(&session.build().unwrap(), settings(identity.url())).unwrap();
        let wanted = Arc::clone(&least);
        let image = Server::answering(move |request| {
            let number = request.header("x-auth-token").and_then(|token| token.strip_prefix('t')?.parse::<usize>().ok());
            if number.is_some_and(|number| number >= wanted.load(Ordering::SeqCst)) { ok("fine") } else { status(401) }
        })
        .await;
        let address = identity.url().trim_start_matches("http://").to_owned();
        Self { clock, keystone, identity: Some(identity), address, image, signed_in, away, way, least }
    }

    async fn go_away(&mut self) {
        self.away.store(true, Ordering::SeqCst);
        if let Some(identity) = self.identity.take_if(|_| self.way == Way::Gone) {
            identity.stop().await;
        }
    }

    async fn come_back(&mut self) {
        self.away.store(false, Ordering::SeqCst);
        if self.identity.is_none() {
            self.identity = Some(Server::answering_at(&self.address, answers(&self.signed_in, &self.away, self.way)).await);
        }
    }

    /// Makes a call while time passes as fast as anybody waits for it; at `back`, the identity service is there again.
    async fn call(&mut self, back: Duration) -> Result<()> {
        let session = self.keystone.session();
        let url = format!("{}/x", self.image.url());
        let mut call = std::pin::pin!(session.fetch(&url, &GET));
        loop {
            tokio::select! {
                biased;
                answer = &mut call => return answer.map(drop),
                _ = self.clock.end_next_sleep(|asked| asked <= Duration::from_secs(20)) => {}
            }
            if self.clock.monotonic() >= back && self.away.load(Ordering::SeqCst) {
                self.come_back().await;
            }
        }
    }
}

fn answers(
    signed_in: &Arc<AtomicUsize>,
    away: &Arc<AtomicBool>,
    way: Way,
) -> impl Fn(&Request) -> Reply + Send + Sync + 'static + use<> {
    let (signed_in, away) = (Arc::clone(signed_in), Arc::clone(away));
    move |_| match way {
        // A connection that is still open must not answer for somebody who has gone.
        Way::Gone | Way::Broken if away.load(Ordering::SeqCst) => Reply::CloseUnread,
        Way::Unavailable if away.load(Ordering::SeqCst) => status(503),
        _ => {
            let n = signed_in.fetch_add(1, Ordering::SeqCst) + 1;
            token(&format!("t{n}"), 3600 * n as u64)
        }
    }
}

#[tokio::test]
async fn an_outage_while_a_token_is_to_be_renewed_loses_no_call() {
    for way in [Way::Gone, Way::Unavailable, Way::Broken] {
        let mut world = World::new(way, None).await;
        assert_eq!(secret(&world.keystone).await, "t1");
        world.clock.advance(Duration::from_secs(3600 - 119));
        world.go_away().await;
        let back = world.clock.monotonic() + OUTAGE;
        let mut calls = 0;
        while world.clock.monotonic() < back {
            world.call(back).await.unwrap_or_else(|error| panic!("{way:?}, call {calls}: {error}"));
            calls += 1;
            world.clock.advance(Duration::from_secs(1));
        }
        assert!(calls >= 10, "{calls}");
        assert_eq!(world.signed_in.load(Ordering::SeqCst), 1, "{way:?}");
        if world.away.load(Ordering::SeqCst) {
            world.come_back().await;
        }
        world.clock.advance(Duration::from_secs(10));
        world.call(back).await.unwrap();
        assert_eq!((secret(&world.keystone).await, world.signed_in.load(Ordering::SeqCst)), ("t2".to_owned(), 2), "{way:?}");
    }
}

#[tokio::test]
async fn an_outage_when_a_token_is_refused_is_waited_for_as_the_policy_allows() {
    for way in [Way::Gone, Way::Unavailable, Way::Broken] {
        let mut world = World::new(way, Some(EachSecond)).await;
        let back = world.clock.monotonic() + OUTAGE;
        for _ in 0..3 {
            world.call(back).await.unwrap();
        }
        world.least.store(2, Ordering::SeqCst);
        world.go_away().await;
        for _ in 0..3 {
            world.call(back).await.unwrap_or_else(|error| panic!("{way:?}: {error}"));
        }
        assert!(world.clock.monotonic() >= OUTAGE, "{way:?}");
        assert_eq!(world.signed_in.load(Ordering::SeqCst), 2, "{way:?}");
    }
}

#[tokio::test]
async fn a_token_that_has_ended_is_not_used_in_an_outage() {
    let mut world = World::new(Way::Gone, None).await;
    assert_eq!(secret(&world.keystone).await, "t1");
    world.clock.advance(Duration::from_secs(3600));
    world.go_away().await;
    let error = world.call(Duration::MAX).await.unwrap_err();
    assert_eq!((error.kind(), error.operation(), error.is_retryable()), (ErrorKind::Connect, Some("issue_token"), true), "{error}");
    assert_eq!(world.image.count(), 0);
}

#[tokio::test]
async fn a_service_that_hangs_holds_up_no_call_for_longer_than_the_old_token_lasts() {
    let hung = Arc::<AtomicBool>::default();
    let silent = Arc::clone(&hung);
    let identity = Server::answering(move |_| if silent.load(Ordering::SeqCst) { Reply::Silence } else { token("t1", 3600) }).await;
    let image = Server::answering(|_| ok("fine")).await;
    let clock = clock();
    let session = Session::builder().clock(clock.clone()).build().unwrap();
    let keystone = Keystone::new(&session, settings(identity.url())).unwrap();
    assert_eq!(secret(&keystone).await, "t1");
    clock.advance(Duration::from_secs(3600 - 119));
    hung.store(true, Ordering::SeqCst);
    let session = keystone.session();
    let url = format!("{}/x", image.url());
    let before = clock.monotonic();
    for _ in 0..2 {
        let mut call = std::pin::pin!(session.fetch(&url, &GET));
        loop {
            tokio::select! {
                biased;
                answer = &mut call => break drop(answer.unwrap()),
                _ = clock.end_next_sleep(|asked| asked == Duration::from_secs(30)) => {}
            }
        }
    }
    // The first one waited, the second one did not.
    assert_eq!(clock.monotonic() - before, Duration::from_secs(30));
    assert_eq!(image.header("x-auth-token"), ["t1", "t1"]);
}
