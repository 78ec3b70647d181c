//! How often somebody signs in.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cloudimg_core::ErrorKind;
use futures::future::join_all;
use futures::stream;

use crate::server::{Server, ok, status};
use crate::support::{GET, clock, is_sign_in, keystone, secret, token};

/// How many calls come at once.
const CROWD: usize = 1000;

/// As many connections as there are calls, at both ends.
fn allow_a_crowd() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = 4 * CROWD as u64;
    if limit.current.is_some_and(|current| current < wanted) {
        setrlimit(Resource::Nofile, Rlimit { current: Some(limit.maximum.map_or(wanted, |most| most.min(wanted))), ..limit })
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_calls_with_a_token_that_has_ended_sign_in_once() {
    allow_a_crowd();
    let signed_in = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&signed_in);
    let server = Server::answering(move |request| match request.header("x-auth-token") {
        None => {
            let n = count.fetch_add(1, Ordering::SeqCst) as u64 + 1;
            token(&format!("t{n}"), 3600 * n)
        }
        Some("t2") => ok("fine"),
        Some(_) => status(401),
    })
    .await;
    let clock = clock();
    let keystone = keystone(server.url(), &clock);
    assert_eq!(secret(&keystone).await, "t1");
    clock.advance(Duration::from_secs(3601));
    let session = keystone.session();
    let url = format!("{}/x", server.url());
    let calls = (0..CROWD).map(|_| {
        let (session, url) = (session.clone(), url.clone());
        tokio::spawn(async move { session.fetch(&url, &GET).await })
    });
    for answer in join_all(calls).await {
        assert_eq!(answer.unwrap().unwrap(), "fine");
    }
    assert_eq!(signed_in.load(Ordering::SeqCst), 2, "the first one, and one for the whole crowd");
    assert_eq!(server.count(), 2 + CROWD, "no call is made with a token that has ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_calls_whose_token_is_refused_sign_in_once() {
    allow_a_crowd();
    let signed_in = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&signed_in);
    let server = Server::answering(move |request| match request.header("x-auth-token") {
        None => token(&format!("t{}", count.fetch_add(1, Ordering::SeqCst) + 1), 3600),
        Some("t2") => ok("fine"),
        Some(_) => status(401),
    })
    .await;
    let keystone = keystone(server.url(), &clock());
    assert_eq!(secret(&keystone).await, "t1");
    let session = keystone.session();
    let url = format!("{}/x", server.url());
    let calls = (0..CROWD).map(|_| {
        let (session, url) = (session.clone(), url.clone());
        tokio::spawn(async move { session.fetch(&url, &GET).await })
    });
    for answer in join_all(calls).await {
        assert_eq!(answer.unwrap().unwrap(), "fine");
    }
    assert_eq!(signed_in.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_a_call_and_a_ban_is_no_refusal() {
    let server = Server::answering(|request| if is_sign_in(request) { token("t", 3600) } else { status(401) }).await;
    let first = keystone(server.url(), &clock());
    let url = format!("{}/x", server.url());
    let error = first.session().fetch(&url, &GET).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::AuthFailed, Some("get_x")));
    assert_eq!(server.paths(), ["/v3/auth/tokens", "/x", "/v3/auth/tokens", "/x"]);

    let server = Server::answering(|request| if is_sign_in(request) { token("t", 3600) } else { status(403) }).await;
    let second = keystone(server.url(), &clock());
    let error = second.session().fetch(&format!("{}/x", server.url()), &GET).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::Forbidden, 2));
}

#[tokio::test]
async fn a_stream_that_is_used_up_is_not_sent_again_but_the_next_call_has_a_new_token() {
    let signed_in = AtomicUsize::new(0);
    let server = Server::answering(move |request| match request.header("x-auth-token") {
        None => token(&format!("t{}", signed_in.fetch_add(1, Ordering::SeqCst) + 1), 1 << 30),
        Some("t1") => status(401),
        Some(_) => status(204),
    })
    .await;
    let keystone = keystone(server.url(), &clock());
    let glance = cloudimg_glance_v2::Client::new(server.url(), keystone.session());
    let upload = || {
        let blocks =
            stream::iter(["data ", "of an ", "image"].map(|block| Ok::<_, std::io::Error>(Bytes::from_static(block.as_bytes()))));
        glance.upload_image_data().image_id("5f1").body(reqwest::Body::wrap_stream(blocks)).send()
    };
    let error = cloudimg_core::Error::from(upload().await.unwrap_err());
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::AuthFailed, 1), "{error:?}");
    assert_eq!(server.count(), 2);
    upload().await.unwrap();
    let sent: Vec<_> = server.bodies().into_iter().filter(|body| body.starts_with(b"data")).collect();
    assert_eq!(sent, [b"data of an image", b"data of an image"]);
    assert_eq!(server.header("x-auth-token"), ["t1", "t2"]);
}

#[tokio::test]
async fn a_short_life_is_lived_rather_than_renewed_at_every_call() {
    let server = Server::answering(|request| if is_sign_in(request) { token("t", 60) } else { ok("fine") }).await;
    let clock = clock();
    let keystone = keystone(server.url(), &clock);
    let url = format!("{}/x", server.url());
    for _ in 0..20 {
        keystone.session().fetch(&url, &GET).await.unwrap();
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!(server.paths().iter().filter(|path| *path == "/v3/auth/tokens").count(), 1);
}

#[tokio::test]
async fn a_token_is_renewed_in_time_for_a_long_upload() {
    let server = Server::start([token("t1", 7200), token("t2", 20_000), status(204)]).await;
    let clock = clock();
    let keystone = keystone(server.url(), &clock);
    assert_eq!(secret(&keystone).await, "t1");
    clock.advance(Duration::from_secs(3601));
    assert_eq!(secret(&keystone).await, "t1");
    let glance = cloudimg_glance_v2::Client::new(server.url(), keystone.session());
    glance.upload_image_data().image_id("5f1").body("data").send().await.unwrap();
    assert_eq!(server.header("x-auth-token"), ["t2"]);
}
