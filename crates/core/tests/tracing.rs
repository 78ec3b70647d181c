//! What a session tells whoever listens: a span a call, and never a secret.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod server;

use std::io::Write;
use std::sync::{Arc, Mutex};

use cloudimg_core::credentials::StaticToken;
use cloudimg_core::session::Call;
use cloudimg_core::{OperationFacts, Session};
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

/// Makes one refused call with everything listened to down to `level`, the HTTP client's own words included.
async fn log_of(level: tracing::Level) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let page = format!("<h1>refused</h1>{}the-end", "x".repeat(4096));
    let server = Server::start([status(409).header("x-openstack-request-id", "req-7").body(&page)]).await;
    let session = Session::builder().credentials(StaticToken::new("secret-token")).build().unwrap();
    let mut request = reqwest::Request::new(reqwest::Method::POST, format!("{}/x", server.url()).parse().unwrap());
    *request.body_mut() = Some("{\"password\": \"secret-word\"}".into());
    session.execute(request, &Call::new(POST.id, Some(&POST))).await.unwrap();
    assert_eq!(server.header("x-auth-token"), ["secret-token"]);
    String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
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
