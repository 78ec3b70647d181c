//! What a session tells whoever listens: a span a call, and never a secret.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod server;

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use cloudimg_core::clock::ManualClock;
use cloudimg_core::credentials::StaticToken;
use cloudimg_core::session::Call;
use cloudimg_core::{OperationFacts, Pace, Session};
use server::{Server, status};
use tracing_subscriber::fmt::format::FmtSpan;

static POST: OperationFacts = OperationFacts {
    id: "post_x",
    method: "POST",
    path: "/x",
    media_type: Some("application/json"),
    success: &[200],
    ..OperationFacts::PLAIN
};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Listens to everything down to `level`, the HTTP client's own words included, until the guard is dropped.
fn listen(level: tracing::Level) -> (Log, tracing::subscriber::DefaultGuard) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    (log, tracing::subscriber::set_default(subscriber))
}

/// Makes one refused call with everything listened to down to `level`.
async fn log_of(level: tracing::Level) -> String {
    let (log, _guard) = listen(level);
    let page = format!("<h1>refused</h1>{}the-end", "x".repeat(4096));
    let server = Server::start([status(409).header("x-openstack-request-id", "req-7").body(&page)]).await;
    let session = Session::builder().credentials(StaticToken::new("secret-token")).build().unwrap();
    let mut request = reqwest::Request::new(reqwest::Method::POST, format!("{}/x", server.url()).parse().unwrap());
    *request.body_mut() = Some("{\"password\": \"secret-word\"}".into());
    session.execute(request, &Call::new(POST.id, Some(&POST))).await.unwrap();
    assert_eq!(server.header("x-auth-token"), ["secret-token"]);
    log.text()
}

#[tokio::test]
async fn a_call_is_a_span_that_says_what_support_asks_for() {
    let log = log_of(tracing::Level::INFO).await;
    let span = log.lines().find(|line| line.contains("cloudimg.call")).unwrap();
    for part in ["operation=\"post_x\"", "method=POST", "status=409", "attempts=1", "request_id=\"req-7\"", "duration_ms="] {
        assert!(span.contains(part), "{part} is missing: {span}");
    }
    assert!(!log.contains("refused"), "a body is told at the level of info: {log}");
}

#[tokio::test]
async fn nothing_secret_is_told_at_any_level_and_bodies_are_clipped() {
    let log = log_of(tracing::Level::TRACE).await;
    assert!(log.contains("refused") && !log.contains("the-end"), "{log}");
    assert!(!log.contains("secret-"), "{log}");
}

#[tokio::test]
async fn a_wait_for_the_pace_limit_is_told() {
    let (log, _guard) = listen(tracing::Level::INFO);
    let server = Server::answering(|_| status(200)).await;
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
    let pace = Pace::new().operation(1, Duration::from_secs(20));
    let session = Session::builder().pace(pace).clock(clock.clone()).build().unwrap();
    let call = async || {
        let request = reqwest::Request::new(reqwest::Method::POST, format!("{}/x", server.url()).parse().unwrap());
        session.execute(request, &Call::new(POST.id, Some(&POST))).await.unwrap()
    };
    call().await;
    let told_to_wait = async {
        clock.end_next_sleep(|wait| wait == Duration::from_secs(20)).await;
        std::future::pending().await
    };
    tokio::select! {
        _ = call() => {}
        () = told_to_wait => {}
    }
    let log = log.text();
    let told: Vec<_> = log.lines().filter(|line| line.contains("pace limit for one operation, 1 in 20 s")).collect();
    assert!(told.len() == 1 && told[0].contains("operation=\"post_x\" wait_ms=20000"), "{log}");
}
