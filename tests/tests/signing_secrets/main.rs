//! Nothing that signs, or stands for the caller, is ever printed.
//!
//! A program of its own: what is listened to is settled for a whole program, by whichever test comes first.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

#[path = "../../../crates/core/tests/server/mod.rs"]
mod server;
#[path = "../signing/support.rs"]
#[allow(dead_code)] // The tests of signing use the rest.
mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use cloudimg_core::Credentials;
use cloudimg_core::credentials::huawei::{Payload, Query, Request, sign};
use cloudimg_core::credentials::{AkSk, CncAkSk};

use crate::server::{Server, status};
use crate::support::{SHORT, at, call, clock, request, session};

const SECRETS: [&str; 3] = ["secret-key-text", "security-token-text", "Signature="];

fn huawei() -> AkSk {
    AkSk::builder("ACCESSKEY", SECRETS[0]).security_token(SECRETS[1]).build().unwrap()
}

fn assert_clean(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} is told: {text}");
    }
}

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

#[tokio::test]
async fn no_log_and_no_error_tells_a_secret() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    refused(huawei()).await;
    refused(CncAkSk::new("ACCESSKEY", SECRETS[0]).unwrap()).await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("cloudimg.call"), "nothing was listened to: {log}");
    assert_clean(&log);
}

async fn refused(keys: impl Credentials) {
    let server = Server::start([status(401).body("{\"message\":\"no\"}")]).await;
    let session = session(&clock(), keys);
    let error = call(&session, request("GET", server.url()), &SHORT).await.unwrap_err();
    assert!(server.each(Clone::clone)[0].header("authorization").unwrap().contains("Signature="));
    assert_clean(&format!("{error} {error:?} {session:?}"));
}

#[test]
fn debugging_tells_no_secret() {
    let keys = huawei();
    let request = Request {
        method: "GET",
        authority: "h",
        path: "/",
        query: Query::default(),
        headers: &[],
        payload: Payload::Stream,
        time: at(0),
    };
    let signed = sign(&keys, &request).unwrap();
    assert!(signed.canonical_request().contains(SECRETS[1]));
    let builder = AkSk::builder("ACCESSKEY", SECRETS[0]).security_token(SECRETS[1]);
    assert_clean(&format!("{keys:?} {builder:?} {signed:?} {:?}", CncAkSk::new("ACCESSKEY", SECRETS[0]).unwrap()));
}
