//! Keys that end: renewed in time, once for all, and used on while a renewal fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cloudimg_auth::Named;
use cloudimg_auth::huawei::{Agency, Iam, Link, Signer};
use cloudimg_core::clock::ManualClock;
use cloudimg_core::pace::Pace;
use cloudimg_core::{ErrorKind, Timeouts};

use crate::server::{Reply, Request, Server, ok, status};
use crate::support::{HOUR, access_of, aksk, at, call, chain, clock, keys, session, temporary};

/// A metadata service whose keys are called M1, M2 and so on, and last an hour by `clock`.
async fn metadata(clock: &ManualClock) -> Server {
    let (clock, count) = (clock.clone(), AtomicUsize::new(0));
    Server::answering(move |request| match request.method.as_str() {
        "PUT" => ok("t"),
        _ => keys(&format!("M{}", count.fetch_add(1, Ordering::Relaxed) + 1), &at(&clock, HOUR)),
    })
    .await
}

fn signer(clock: &ManualClock, server: &Server) -> Signer {
    chain([Link::Metadata], &[]).with_metadata_endpoint(server.url()).signer(&session(clock))
}

fn keys_sent(server: &Server) -> Vec<String> {
    server.header("authorization").iter().map(|text| access_of(text).to_owned()).collect()
}

#[tokio::test]
async fn a_thousand_calls_at_the_end_of_a_key_make_one_renewal() {
    let clock = clock();
    let (metadata, service) = (metadata(&clock).await, Server::answering(|_| status(200)).await);
    let signer = signer(&clock, &metadata);
    // Time stands still, so that no limit on it can pass while a thousand calls share two cores.
    let session = session(&clock).with_timeouts(Timeouts::default().with_connect(None));
    call(&session, signer.clone(), &service).await.unwrap();
    assert_eq!(keys_sent(&service), ["M1"]);
    clock.advance(HOUR);
    let calls = (0..1000).map(|_| call(&session, signer.clone(), &service));
    for result in futures::future::join_all(calls).await {
        result.unwrap();
    }
    assert_eq!(metadata.methods(), ["PUT", "GET", "GET"]);
    let sent = keys_sent(&service);
    assert!(sent.len() == 1001 && sent[1..].iter().all(|key| key == "M2"));
    assert!(service.header("x-security-token")[1..].iter().all(|token| token == "token-of-M2"));
}

#[tokio::test]
async fn a_thousand_first_calls_look_for_keys_once_and_share_what_comes_of_it() {
    let clock = clock();
    let server = Server::answering(|_| status(500)).await;
    let signer = signer(&clock, &server);
    let looks = (0..1000).map(|_| signer.keys());
    for result in futures::future::join_all(looks).await {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::ServiceUnavailable);
    }
    assert_eq!(server.methods(), ["PUT"]);
}

#[tokio::test]
async fn keys_are_renewed_before_their_end() {
    let clock = clock();
    let metadata = metadata(&clock).await;
    let signer = signer(&clock, &metadata);
    for (minutes, key) in [(0, "M1"), (29, "M1"), (2, "M2"), (29, "M2"), (2, "M3")] {
        clock.advance(Duration::from_secs(minutes * 60));
        assert_eq!(signer.keys().await.unwrap().access_key(), key);
    }
}

#[tokio::test]
async fn while_keys_live_a_renewal_that_fails_does_no_harm() {
    let clock = clock();
    let broken = Arc::new(AtomicUsize::new(0));
    let server = {
        let (clock, broken) = (clock.clone(), Arc::clone(&broken));
        Server::answering(move |request: &Request| match (request.method.as_str(), broken.load(Ordering::Relaxed)) {
            ("PUT", _) => ok("t"),
            (_, 0) => keys("M", &at(&clock, HOUR)),
            _ => status(500),
        })
        .await
    };
    let signer = signer(&clock, &server);
    signer.keys().await.unwrap();
    broken.store(1, Ordering::Relaxed);
    clock.advance(HOUR - Duration::from_secs(60));
    for _ in 0..10 {
        assert_eq!(signer.keys().await.unwrap().access_key(), "M");
    }
    assert_eq!(server.count(), 3, "the failure is not repeated at once");
    clock.advance(Duration::from_secs(31));
    signer.keys().await.unwrap();
    assert_eq!(server.count(), 4);
    clock.advance(Duration::from_secs(30));
    assert_eq!(signer.keys().await.unwrap_err().kind(), ErrorKind::ServiceUnavailable);
    broken.store(0, Ordering::Relaxed);
    signer.keys().await.unwrap();
}

#[tokio::test]
async fn looking_for_keys_waits_for_no_turn() {
    let clock = clock();
    let (metadata, service) = (metadata(&clock).await, Server::answering(|_| status(200)).await);
    let iam = Server::answering({
        let clock = clock.clone();
        move |_| temporary("T", &at(&clock, HOUR))
    })
    .await;
    let session = session(&clock).with_pace(Pace::new().account(1, HOUR));
    let machine = chain([Link::Metadata], &[]).with_metadata_endpoint(metadata.url()).signer(&session);
    let iam = Iam::signed(&session, &machine, iam.url()).unwrap();
    let signer = Agency::new(Named::Id("d".to_owned()), "images").signer(&session, &iam);
    // Time stands still: who waited for a second turn would do so for ever.
    tokio::time::timeout(Duration::from_secs(60), call(&session, signer, &service)).await.unwrap().unwrap();
    assert_eq!(keys_sent(&service), ["T"]);
}

#[tokio::test]
async fn keys_that_a_service_refuses_are_renewed_once() {
    let clock = clock();
    let (metadata, service) = (metadata(&clock).await, Server::start([status(401), status(200), status(401), status(401)]).await);
    let signer = signer(&clock, &metadata);
    let session = session(&clock);
    call(&session, signer.clone(), &service).await.unwrap();
    assert_eq!(keys_sent(&service), ["M1", "M2"]);
    let error = call(&session, signer, &service).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::AuthFailed, 2));
    assert_eq!(keys_sent(&service), ["M1", "M2", "M2", "M3"]);
    // Those that last are as wrong the second time.
    let service = Server::start([status(401)]).await;
    let error = call(&session, Signer::new(&session, aksk("OWN")), &service).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::AuthFailed, 1));
}

#[tokio::test]
async fn keys_that_have_ended_when_they_come_are_not_used() {
    let clock = clock();
    let server =
        Server::answering(|request| if request.method == "PUT" { ok("t") } else { keys("M", "2001-01-01T00:00:00Z") }).await;
    let error = signer(&clock, &server).keys().await.unwrap_err();
    assert!(error.kind() == ErrorKind::AuthFailed && error.message().contains("clock"), "{error}");
    // Without a date only a 401 tells.
    let replies: [Reply; 2] = [ok("t"), keys("M", "")];
    let server = Server::start(replies).await;
    let signer = signer(&clock, &server);
    clock.advance(100 * HOUR);
    assert_eq!(signer.keys().await.unwrap().expires(), None);
}
