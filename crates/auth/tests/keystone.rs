//! A sign-in against a scripted identity and image service: how often it asks, and what it makes of the answers.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

#[path = "../../core/tests/server/mod.rs"]
mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use cloudimg_auth::{Keystone, Named, Scope, Settings, User};
use cloudimg_core::clock::ManualClock;
use cloudimg_core::{Clock as _, ErrorKind, OperationFacts, Session};
use futures::future::join_all;
use server::{Reply, Request, Server, ok, status};

/// The epoch of the tests, and of the tokens that the service gives.
const START: u64 = 1_800_000_000;

fn clock() -> ManualClock {
    ManualClock::new(SystemTime::UNIX_EPOCH + Duration::from_secs(START))
}

fn settings(auth_url: &str) -> Settings {
    let domain = Some(Named::Name("Default".into()));
    let user = User::Name { name: "demo".into(), domain: domain.clone() };
    Settings::new(auth_url, user, "secret-word", Scope::Project { name: "demo".into(), domain })
}

fn keystone(server: &Server, clock: &ManualClock) -> Keystone {
    let session = Session::builder().clock(clock.clone()).build().unwrap();
    Keystone::new(&session, settings(&format!("{}/v3", server.url()))).unwrap()
}

/// A token that ends `life` seconds after the epoch, with `image` as the image service's URL.
fn token(name: &str, life: u64, image: &str) -> Reply {
    let expires = cloudimg_core::wire::Timestamp::from(SystemTime::UNIX_EPOCH + Duration::from_secs(START + life));
    let body = format!(
        r#"{{"token": {{"methods": ["password"], "expires_at": "{expires}", "project": {{"id": "p1"}}, "user": {{"id": "u1"}},
            "catalog": [{{"type": "image", "endpoints": [{{"interface": "public", "region_id": "One", "url": "{image}"}}]}}]}}}}"#
    );
    status(201).header("x-subject-token", name).body(&body)
}

fn is_sign_in(request: &Request) -> bool {
    request.path == "/v3/auth/tokens"
}

#[tokio::test]
async fn many_callers_share_one_sign_in() {
    let server = Server::answering(|_| token("t1", 3600, "http://i")).await;
    let keystone = keystone(&server, &clock());
    let tokens = join_all((0..64).map(|_| {
        let keystone = keystone.clone();
        tokio::spawn(async move { keystone.token().await.unwrap().secret().expose().to_owned() })
    }))
    .await;
    assert!(tokens.into_iter().all(|token| token.unwrap() == "t1"));
    assert_eq!(server.count(), 1);
    assert_eq!(keystone.token().await.unwrap().project_id(), Some("p1"));
    let sent: serde_json::Value = serde_json::from_slice(&server.bodies()[0]).unwrap();
    let expected = serde_json::json!({"auth": {
        "identity": {"methods": ["password"], "password": {"user": {"name": "demo", "domain": {"name": "Default"}, "password": "secret-word"}}},
        "scope": {"project": {"name": "demo", "domain": {"name": "Default"}}}}});
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_refused_sign_in_is_told_to_all_and_not_repeated_for_each() {
    let body =
        r#"{"error": {"code": 401, "message": "The request you have made requires authentication.", "title": "Unauthorized"}}"#;
    let server = Server::answering(move |_| status(401).body(body)).await;
    let keystone = keystone(&server, &clock());
    for error in join_all((0..64).map(|_| keystone.token())).await {
        let error = error.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::AuthFailed, Some("issue_token")));
    }
    assert_eq!(server.count(), 1);
    assert_eq!(keystone.token().await.unwrap_err().kind(), ErrorKind::AuthFailed);
}

#[tokio::test]
async fn a_sign_in_that_nobody_waits_for_any_more_does_not_fail_the_next() {
    let asked = AtomicUsize::new(0);
    let server = Server::answering(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::Silence,
        _ => token("t1", 3600, "http://i"),
    })
    .await;
    let clock = clock();
    let keystone = keystone(&server, &clock);
    tokio::select! {
        biased;
        _ = keystone.token() => panic!("nothing was answered"),
        () = server.reached(1) => {}
    }
    // Beyond the limits on time of the sign-in that was given up.
    clock.advance(Duration::from_secs(301));
    assert_eq!(keystone.token().await.unwrap().secret().expose(), "t1");
}

#[tokio::test]
async fn a_token_is_renewed_two_minutes_before_its_end() {
    let issued = AtomicUsize::new(0);
    let server = Server::answering(move |_| {
        let n = issued.fetch_add(1, Ordering::SeqCst) as u64;
        token(&format!("t{n}"), 3600 * (n + 1), "http://i")
    })
    .await;
    let clock = clock();
    let keystone = keystone(&server, &clock);
    let secret = async || keystone.token().await.unwrap().secret().expose().to_owned();
    assert_eq!(secret().await, "t0");
    clock.advance(Duration::from_secs(3600 - 121));
    assert_eq!(secret().await, "t0");
    clock.advance(Duration::from_secs(2));
    assert_eq!(secret().await, "t1");
}

static GET: OperationFacts =
    OperationFacts { id: "get_x", method: "GET", path: "/x", success: &[200], idempotent: true, ..OperationFacts::PLAIN };

#[tokio::test]
async fn a_token_that_the_service_refuses_is_replaced_once() {
    let issued = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&issued);
    let server = Server::answering(move |request| match (is_sign_in(request), request.header("x-auth-token")) {
        (true, _) => token(&format!("t{}", count.fetch_add(1, Ordering::SeqCst)), 3600, "http://i"),
        (false, Some("t1")) => ok("fine"),
        (false, _) => status(401),
    })
    .await;
    let keystone = keystone(&server, &clock());
    let session = keystone.session();
    let url = format!("{}/x", server.url());
    let answers = join_all((0..16).map(|_| session.fetch(&url, &GET))).await;
    assert!(answers.into_iter().all(|answer| answer.unwrap() == "fine"));
    assert_eq!(issued.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_identity_service_that_is_away_is_named_and_asked_no_more_than_the_policy_says() {
    let server = Server::start([]).await;
    let clock = clock();
    let keystone = keystone(&server, &clock);
    let url = format!("{}/x", server.url());
    server.stop().await;
    let session = keystone.session();
    let mut call = std::pin::pin!(session.fetch(&url, &GET));
    let error = loop {
        tokio::select! {
            biased;
            answer = &mut call => break answer.unwrap_err(),
            _ = clock.end_next_sleep(|asked| asked <= Duration::from_secs(30)) => {}
        }
    };
    assert_eq!((error.kind(), error.operation(), error.attempts()), (ErrorKind::Connect, Some("issue_token"), 4));
    assert!(clock.monotonic() < Duration::from_secs(4));
}

/// The base that is found for an image endpoint at `path` of a service that answers `versions`.
async fn base(path: &str, versions: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> (String, Vec<String>) {
    let image = Server::answering(versions).await;
    let url = format!("{}{path}", image.url());
    let identity = Server::answering(move |_| token("t1", 3600, &url)).await;
    let found = keystone(&identity, &clock()).image_endpoint().await.unwrap();
    (found.strip_prefix(image.url()).unwrap().to_owned(), image.paths())
}

fn document(request: &Request) -> Reply {
    if request.path.ends_with("/v2/") {
        return status(404);
    }
    let versions = r#"{"versions": [{"id": "v2.9", "links": [{"rel": "self", "href": "http://inside:1/v2/"}]}]}"#;
    status(300).header("location", "/elsewhere").body(versions)
}

#[tokio::test]
async fn the_image_service_is_found_wherever_operators_put_it() {
    assert_eq!(base("", document).await, (String::new(), vec!["/".to_owned()]));
    assert_eq!(base("/image", document).await, ("/image".to_owned(), vec!["/image".to_owned()]));
    assert_eq!(base("/image/v2", document).await, ("/image".to_owned(), vec![]));
    assert_eq!(base("/image/v2/", document).await, ("/image".to_owned(), vec![]));
    assert_eq!(base("/v1", document).await, (String::new(), vec!["/".to_owned()]));
    for no_document in [status(404), status(403), ok("<html>")] {
        assert_eq!(base("/image", move |_| no_document.clone()).await.0, "/image");
    }
    let guarded = |request: &Request| if request.header("x-auth-token").is_some() { document(request) } else { status(401) };
    assert_eq!(base("/image", guarded).await.1, ["/image", "/image"]);
}

#[tokio::test]
async fn an_image_service_that_is_away_for_now_is_no_service_without_versions() {
    let image = Server::answering(|_| status(503)).await;
    let url = image.url().to_owned();
    let identity = Server::answering(move |_| token("t1", 3600, &url)).await;
    let session = Session::builder().retry(cloudimg_core::retry::Never).build().unwrap();
    let error = Keystone::new(&session, settings(identity.url())).unwrap().image_endpoint().await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::ServiceUnavailable, Some("discover_versions")));
}

#[tokio::test]
async fn an_endpoint_of_the_settings_needs_no_catalog() {
    let server = Server::answering(|_| status(500)).await;
    let session = Session::builder().build().unwrap();
    let settings = settings(server.url()).with_endpoint("image", "http://mine/v2");
    let keystone = Keystone::new(&session, settings).unwrap();
    assert_eq!(keystone.image_endpoint().await.unwrap(), "http://mine");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn answers_without_a_token_are_errors_and_nothing_secret_is_printed() {
    let body = r#"{"token": {"methods": ["password"]}}"#;
    let server = Server::start([status(201).body(body), status(201).header("x-subject-token", "t").body("{}")]).await;
    let keystone = keystone(&server, &clock());
    for what in ["X-Subject-Token", "token"] {
        let error = keystone.token().await.unwrap_err();
        assert!(error.kind() == ErrorKind::Decode && error.to_string().contains(what), "{error}");
    }
    assert!(!format!("{keystone:?}").contains("secret-word"));
    let error = Keystone::new(&Session::builder().build().unwrap(), settings("not a url")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}
