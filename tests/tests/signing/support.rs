//! Calls through a session whose clock the test moves.

use std::time::{Duration, SystemTime};

use cloudimg_core::clock::ManualClock;
use cloudimg_core::session::Call;
use cloudimg_core::{Credentials, Error, LongBody, OperationFacts, Session};
use reqwest::Request;

const fn facts(id: &'static str, method: &'static str, long_body: LongBody) -> OperationFacts {
    OperationFacts { id, method, path: "/x", success: &[200], idempotent: true, long_body, ..OperationFacts::PLAIN }
}

pub(crate) static SHORT: OperationFacts = facts("short_call", "GET", LongBody::None);
pub(crate) static UPLOAD: OperationFacts = facts("upload", "PUT", LongBody::Request);

pub(crate) const START: u64 = 1_800_000_000;

pub(crate) fn clock() -> ManualClock {
    ManualClock::new(at(START))
}

pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(crate) fn session(clock: &ManualClock, credentials: impl Credentials) -> Session {
    Session::builder().clock(clock.clone()).credentials(credentials).build().unwrap()
}

pub(crate) fn request(method: &str, url: &str) -> Request {
    Request::new(method.parse().unwrap(), url.parse().unwrap())
}

pub(crate) fn with_body(mut request: Request, media_type: &'static str, body: impl Into<reqwest::Body>) -> Request {
    request.headers_mut().insert("content-type", media_type.parse().unwrap());
    *request.body_mut() = Some(body.into());
    request
}

pub(crate) fn stream(blocks: &'static [&'static str], length: u64) -> reqwest::Body {
    let blocks = blocks.iter().map(|block| Ok::<_, Error>(bytes::Bytes::from_static(block.as_bytes())));
    cloudimg_core::data::body(futures::stream::iter(blocks), Some(length))
}

pub(crate) async fn call(session: &Session, request: Request, facts: &'static OperationFacts) -> Result<(), Error> {
    let response = session.execute(request, &Call::new(facts.id, Some(facts))).await?;
    response.extensions().get::<Error>().map_or(Ok(()), |error| Err(error.clone()))
}

/// Runs `work`, ends every wait of less than 5 s at once, and says how long they were. Limits on time are longer.
pub(crate) async fn hurried<T>(clock: &ManualClock, work: impl Future<Output = T>) -> (T, Vec<Duration>) {
    let mut waits = Vec::new();
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return (done, waits),
            wait = clock.end_next_sleep(|asked| asked < Duration::from_secs(5)) => waits.push(wait),
        }
    }
}
