//! A session against a server that does what no server should.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use cloudimg_core::clock::ManualClock;
use cloudimg_core::credentials::{Basic, Credentials, Outgoing, Proof, Rejection, StaticToken};
use cloudimg_core::retry::{Never, RetryBudget, Standard};
use cloudimg_core::session::Call;
use cloudimg_core::{Envelope, Error, ErrorKind, LongBody, OperationFacts, Session, Timeouts};
use futures::future::BoxFuture;
use server::{Reply, Server, ok, status};

const fn facts(id: &'static str, method: &'static str, idempotent: bool, long_body: LongBody) -> OperationFacts {
    OperationFacts { id, method, path: "/x", success: &[200, 204], idempotent, long_body, ..OperationFacts::PLAIN }
}

static GET: OperationFacts = facts("get_x", "GET", true, LongBody::None);
static POST: OperationFacts = facts("post_x", "POST", false, LongBody::None);
static UPLOAD: OperationFacts = facts("put_x", "PUT", false, LongBody::Request);
static DOWNLOAD: OperationFacts = facts("download_x", "GET", true, LongBody::Response);

fn request(server: &Server, facts: &OperationFacts) -> reqwest::Request {
    let url = format!("{}/x", server.url()).parse().unwrap();
    reqwest::Request::new(facts.method.parse().unwrap(), url)
}

async fn call(session: &Session, request: reqwest::Request, facts: &'static OperationFacts) -> Result<reqwest::Response, Error> {
    let response = session.execute(request, &Call::new(facts.id, Some(facts))).await?;
    match response.extensions().get::<Error>() {
        Some(error) => Err(error.clone()),
        None => Ok(response),
    }
}

fn clock() -> ManualClock {
    ManualClock::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000))
}

/// The time that an error's body is given.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs `work` and ends every wait of up to 30 s at once; says how long they were. Limits on time are longer, or `PATIENCE`.
async fn hurried<T>(clock: &ManualClock, work: impl Future<Output = T>) -> (T, Vec<Duration>) {
    let mut waits = Vec::new();
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return (done, waits),
            wait = clock.end_next_sleep(|asked| asked <= Duration::from_secs(30) && asked != PATIENCE) => waits.push(wait),
        }
    }
}

/// A session whose clock stands still.
fn session(clock: &ManualClock) -> Session {
    Session::builder().clock(clock.clone()).build().unwrap()
}

#[tokio::test]
async fn an_idempotent_call_outlives_failures_and_waits_as_told() {
    let server = Server::start([status(503).header("retry-after", "7"), status(429).header("retry-after", "9"), ok("fine")]).await;
    let clock = clock();
    let session = session(&clock);
    let (result, waits) = hurried(&clock, call(&session, request(&server, &GET), &GET)).await;
    assert_eq!(result.unwrap().text().await.unwrap(), "fine");
    assert_eq!(waits, [Duration::from_secs(7), Duration::from_secs(9)]);
}

#[tokio::test]
async fn a_call_that_is_not_idempotent_is_repeated_only_where_nothing_was_done() {
    let server = Server::start([status(503), ok("never reached")]).await;
    let error = call(&session(&clock()), request(&server, &POST), &POST).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), server.count()), (ErrorKind::ServiceUnavailable, Some(503), 1));

    let server = Server::start([Reply::CloseUnread, ok("never reached")]).await;
    let error = call(&session(&clock()), request(&server, &POST), &POST).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::Interrupted, 1));

    let server = Server::start([status(429), ok("fine")]).await;
    let clock = clock();
    let (result, _) = hurried(&clock, call(&session(&clock), request(&server, &POST), &POST)).await;
    assert_eq!((result.unwrap().status(), server.count()), (reqwest::StatusCode::OK, 2));
}

#[tokio::test]
async fn the_last_answer_tells_how_often_it_was_tried() {
    let server = Server::start((0..9).map(|_| status(502).body("<html><h1>502 Bad Gateway</h1></html>"))).await;
    let clock = clock();
    let session = session(&clock).with_retry(Standard::default().with_attempts(3));
    let (result, _) = hurried(&clock, call(&session, request(&server, &GET), &GET)).await;
    let error = result.unwrap_err();
    assert_eq!(error.to_string(), "get_x: 502 Bad Gateway (HTTP 502, 3 attempts)");
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_refused_connection_is_tried_again_whatever_the_call() {
    let server = Server::start([]).await;
    let refused = request(&server, &POST);
    server.stop().await;
    let clock = clock();
    let (result, waits) = hurried(&clock, call(&session(&clock), refused, &POST)).await;
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), waits.len()), (ErrorKind::Connect, 4, 3));
    assert!(error.to_string().contains("no connection to the service at 127.0.0.1"), "{error}");
}

#[derive(Debug, Default)]
struct Renewing(AtomicU64);

impl Credentials for Renewing {
    fn authorize<'a>(&'a self, request: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, Error>> {
        let n = self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            StaticToken::put(&format!("token-{n}").into(), request)?;
            Ok(Proof(n))
        })
    }

    fn rejected(&self, _: Proof) -> BoxFuture<'_, Rejection> {
        Box::pin(async { Rejection::TryAgain })
    }
}

#[tokio::test]
async fn a_401_is_answered_once_with_new_proof() {
    let server = Server::start([status(401), ok("fine")]).await;
    let session = session(&clock()).with_credentials(Renewing::default());
    assert!(call(&session, request(&server, &POST), &POST).await.is_ok());
    assert_eq!(server.header("x-auth-token"), ["token-0", "token-1"]);

    let server = Server::start([status(401), status(401), ok("never reached")]).await;
    let error = call(&session, request(&server, &POST), &POST).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::AuthFailed, 2));
}

#[tokio::test]
async fn a_body_that_was_used_up_is_never_sent_again() {
    let server = Server::start([status(401), ok("never reached")]).await;
    let session = session(&clock()).with_credentials(Renewing::default());
    let mut upload = request(&server, &UPLOAD);
    let blocks = futures::stream::iter([Ok::<_, Error>(bytes::Bytes::from_static(b"abc"))]);
    *upload.body_mut() = Some(cloudimg_core::data::body(blocks, Some(3)));
    let error = call(&session, upload, &UPLOAD).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::AuthFailed, 1));
    assert_eq!(server.bodies(), [b"abc".to_vec()]);
}

#[tokio::test]
async fn a_source_of_another_length_than_declared_fails_the_upload() {
    for (blocks, length, what) in [
        (&["ab"][..], 3, "2 bytes of the 3 declared"),
        (&["ab", "cd"][..], 3, "more than the 3 bytes declared"),
        (&["abc", "d"][..], 3, "more than the 3 bytes declared"),
        (&["a"][..], 0, "more than the 0 bytes declared"),
    ] {
        let server = Server::start([ok("")]).await;
        let mut upload = request(&server, &UPLOAD);
        let blocks: Vec<_> = blocks.iter().map(|b| Ok::<_, Error>(bytes::Bytes::from_static(b.as_bytes()))).collect();
        *upload.body_mut() = Some(cloudimg_core::data::body(futures::stream::iter(blocks), Some(length)));
        let error = call(&session(&clock()), upload, &UPLOAD).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().contains(what), "{error}");
    }
}

fn upload_of(server: &Server, blocks: &'static [&'static str], length: u64) -> reqwest::Request {
    let mut upload = request(server, &UPLOAD);
    let blocks = blocks.iter().map(|block| Ok::<_, Error>(bytes::Bytes::from_static(block.as_bytes())));
    *upload.body_mut() = Some(cloudimg_core::data::body(futures::stream::iter(blocks), Some(length)));
    upload
}

#[tokio::test]
async fn uploads_declare_their_length_also_where_it_is_nothing() {
    let server = Server::start([ok(""), ok("")]).await;
    let session = session(&clock());
    for (blocks, length) in [(&["ab", "", "c", ""][..], 3), (&[][..], 0)] {
        call(&session, upload_of(&server, blocks, length), &UPLOAD).await.unwrap();
    }
    assert_eq!(server.bodies(), [b"abc".to_vec(), Vec::new()]);
    assert_eq!(server.header("content-length"), ["3", "0"]);
}

#[tokio::test]
async fn the_limit_on_the_head_holds_once_an_upload_is_there() {
    for idle in [None, Some(Duration::from_secs(600))] {
        let server = Server::start([Reply::Silence]).await;
        let clock = clock();
        let timeouts = Timeouts::default().with_head(Duration::from_secs(20)).with_idle(idle);
        let session = session(&clock).with_timeouts(timeouts);
        let upload = upload_of(&server, &["abc"], 3);
        let work = call(&session, upload, &UPLOAD);
        let limited = async {
            tokio::join!(work, async {
                server.reached(1).await;
                clock.advance(Duration::from_secs(41));
            })
        };
        let (result, ()) = tokio::time::timeout(Duration::from_secs(5), limited).await.expect("the limit does not hold");
        let error = result.unwrap_err();
        assert!(error.kind() == ErrorKind::Timeout && error.to_string().contains("no answer came in time (20 s)"), "{error}");
    }
}

#[tokio::test]
async fn limits_beyond_all_time_are_no_limits() {
    let server = Server::start([status(503).header("retry-after", "7"), ok("fine")]).await;
    let clock = clock();
    clock.advance(Duration::from_secs(1));
    let longest = Duration::MAX;
    let session = session(&clock).with_timeouts(Timeouts::default().with_head(longest).with_idle(longest).with_total(longest));
    let (result, _) = hurried(&clock, call(&session, request(&server, &GET), &GET)).await;
    assert_eq!(result.unwrap().text().await.unwrap(), "fine");
}

#[tokio::test]
async fn credentials_go_to_no_other_origin() {
    let other = Server::start([ok("from elsewhere")]).await;
    let server = Server::start([status(302).header("location", &format!("{}/x", other.url()))]).await;
    let session = session(&clock()).with_credentials(Basic::new("me", "secret-word"));
    let response = call(&session, request(&server, &GET), &GET).await.unwrap();
    assert_eq!(response.text().await.unwrap(), "from elsewhere");
    assert_eq!(server.header("authorization").len(), 1);
    assert!(other.header("authorization").is_empty());

    // A body may hold a password: it stays here as well.
    let other = Server::start([ok("never reached")]).await;
    let server = Server::start([status(307).header("location", &format!("{}/x", other.url()))]).await;
    let mut post = request(&server, &POST);
    *post.body_mut() = Some("secret".into());
    let error = call(&session, post, &POST).await.unwrap_err();
    assert_eq!((error.status(), other.count()), (Some(307), 0));
}

#[tokio::test]
async fn a_redirect_within_the_origin_keeps_method_and_body_and_ends_some_time() {
    let server = Server::start([status(301).header("location", "/x"), ok("fine")]).await;
    let mut post = request(&server, &POST);
    *post.body_mut() = Some("data".into());
    assert!(call(&session(&clock()), post, &POST).await.is_ok());
    assert_eq!(server.bodies(), [b"data".to_vec(), b"data".to_vec()]);
    assert_eq!(server.methods(), ["POST", "POST"]);

    let server = Server::start((0..20).map(|_| status(301).header("location", "/x"))).await;
    let error = call(&session(&clock()), request(&server, &GET), &GET).await.unwrap_err();
    assert_eq!((error.status(), server.count()), (Some(301), 6));
    assert!(error.to_string().contains("points to /x"), "{error}");
}

#[tokio::test]
async fn silence_before_the_head_ends_the_call() {
    let server = Server::start([Reply::Silence]).await;
    let clock = clock();
    let session = session(&clock).with_retry(Never);
    let work = call(&session, request(&server, &GET), &GET);
    let (result, _) = tokio::join!(work, async {
        server.reached(1).await;
        clock.advance(Duration::from_secs(61));
    });
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("no answer came in time (60 s)"), "{error}");
}

#[tokio::test]
async fn the_whole_call_has_a_limit_whatever_is_retried() {
    let server = Server::start((0..9).map(|_| status(503).header("retry-after", "30"))).await;
    let clock = clock();
    let session = session(&clock).with_timeouts(Timeouts::default().with_total(Duration::from_secs(65)));
    let (result, _) = hurried(&clock, call(&session, request(&server, &GET), &GET)).await;
    assert_eq!(result.unwrap_err().status(), Some(503));
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn silence_within_a_download_ends_it_but_its_length_does_not() {
    let server = Server::start([Reply::StallAfter { announced: 10, sent: b"1234" }]).await;
    let clock = clock();
    let mut response = call(&session(&clock), request(&server, &DOWNLOAD), &DOWNLOAD).await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "1234");
    clock.advance(Duration::from_secs(3600));
    // An hour between two reads is the caller's own affair; the silence is counted from the read on.
    let (chunk, ()) = tokio::join!(response.chunk(), async {
        let _ = clock.end_next_sleep(|_| true).await;
    });
    let error = Error::from(chunk.unwrap_err());
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Timeout, Some("download_x")));
}

#[tokio::test]
async fn a_download_that_breaks_off_says_so() {
    let server = Server::start([Reply::CutAfter { announced: 10, sent: b"1234" }]).await;
    let response = call(&session(&clock()), request(&server, &DOWNLOAD), &DOWNLOAD).await.unwrap();
    assert_eq!(Error::from(response.bytes().await.unwrap_err()).kind(), ErrorKind::Interrupted);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_again_where_that_does_no_harm() {
    let broken = || Reply::CutAfter { announced: 10, sent: b"{\"a\"" };
    let server = Server::start([broken(), ok("{}")]).await;
    let clock = clock();
    let (result, _) = hurried(&clock, call(&session(&clock), request(&server, &GET), &GET)).await;
    assert_eq!((result.unwrap().text().await.unwrap().as_str(), server.count()), ("{}", 2));

    let server = Server::start([broken(), ok("never reached")]).await;
    let error = call(&session(&clock), request(&server, &POST), &POST).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), server.count()), (ErrorKind::Interrupted, Some(200), 1));
}

#[tokio::test]
async fn calls_that_all_fail_use_up_what_the_session_has_for_repetitions() {
    let server = Server::start((0..99).map(|_| status(503))).await;
    let clock = clock();
    let session = Session::builder().clock(clock.clone()).retry_budget(RetryBudget::new(4)).build().unwrap();
    let mut attempts = Vec::new();
    for _ in 0..4 {
        let (result, _) = hurried(&clock, call(&session, request(&server, &GET), &GET)).await;
        attempts.push(result.unwrap_err().attempts());
    }
    assert_eq!(attempts, [4, 2, 1, 1]);
}

#[tokio::test]
async fn a_success_can_say_that_it_is_none_and_can_come_without_a_body() {
    static PUT: OperationFacts = OperationFacts {
        envelope: Some(Envelope { code: "code", message: "message", success: "0" }),
        ..facts("put_x", "PUT", true, LongBody::None)
    };
    let refusal = ok(r#"{"code": "40404", "message": "no such node"}"#).header("x-cnc-request-id", "r-1");
    let server = Server::start([refusal, ok(r#"{"code": 0}"#), ok(""), status(204)]).await;
    let session = session(&clock());
    let error = call(&session, request(&server, &PUT), &PUT).await.unwrap_err();
    assert_eq!(error.to_string(), "put_x: no such node (HTTP 200, 40404, request r-1)");
    assert_eq!((error.kind(), error.is_retryable(), server.count()), (ErrorKind::Refused, false, 1));
    for body in ["{\"code\": 0}", "{}", "{}"] {
        assert_eq!(call(&session, request(&server, &PUT), &PUT).await.unwrap().text().await.unwrap(), body);
    }
}

#[tokio::test]
async fn an_endless_error_page_is_read_to_a_limit_and_a_stalled_one_kept() {
    let server = Server::start([Reply::Endless { status: 500 }]).await;
    let error = call(&session(&clock()), request(&server, &POST), &POST).await.unwrap_err();
    assert_eq!((error.status(), error.body().len()), (Some(500), 8192));

    let server = Server::start([Reply::StallAfterStatus { status: 404, sent: b"{\"message\": \"none\"}", announced: 99 }]).await;
    let clock = clock();
    let session = session(&clock);
    let (result, _) = tokio::join!(call(&session, request(&server, &POST), &POST), clock.end_next_sleep(|asked| asked == PATIENCE));
    assert_eq!(result.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn calls_wait_for_credentials_that_fail_only_once() {
    #[derive(Debug)]
    struct Failing(Arc<AtomicU64>);
    impl Credentials for Failing {
        fn authorize<'a>(&'a self, _: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, Error>> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Box::pin(async { Err(Error::new(ErrorKind::Connect, "identity is away").with_operation("issue_token")) })
        }
    }
    let (server, asked) = (Server::start([ok("never reached")]).await, Arc::default());
    let session = session(&clock()).with_credentials(Failing(Arc::clone(&asked)));
    let error = call(&session, request(&server, &GET), &GET).await.unwrap_err();
    assert_eq!((error.operation(), asked.load(Ordering::SeqCst), server.count()), (Some("issue_token"), 1, 0));
}

#[test]
fn nothing_secret_is_printed() {
    let session = Session::builder().credentials(StaticToken::new("secret-token")).build().unwrap();
    let basic = Basic::new("me", "secret-word");
    assert!(!format!("{session:?} {basic:?}").contains("secret-"));
}
