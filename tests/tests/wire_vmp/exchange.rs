//! Calls to a mock server that gives one answer to all of them, and what arrived there.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cloudimg_cdnetworks_vmp::{Client, Error, ResponseValue, Session, credentials::CncAkSk};
use cloudimg_core::clock::ManualClock;
use cloudimg_core::retry::Never;
use cloudimg_tests::fixtures;
use httpmock::{HttpMockRequest, Mock, MockServer};

use crate::{server, verifier};

/// When the tests began: the mock server tells the real time, by which a client would set its clock right.
static START: LazyLock<u64> = LazyLock::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs());
pub(crate) const SECRET: &str = "Test/Example+Secret==0001";

pub(crate) type Outcome<T> = Result<ResponseValue<T>, progenitor_client::Error<()>>;

/// What the server says to everything.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    pub(crate) body: String,
}

/// An answer that has an id.
pub(crate) fn answer(status: u16, body: &str) -> Answer {
    let headers = vec![("content-type", "application/json"), ("x-cnc-request-id", "cnc-1")];
    Answer { status, headers, body: body.to_owned() }
}

pub(crate) fn ok(body: &str) -> Answer {
    answer(200, body)
}

pub(crate) fn keys() -> CncAkSk {
    CncAkSk::new("AKTESTEXAMPLE01", SECRET).unwrap()
}

pub(crate) fn clock() -> ManualClock {
    ManualClock::new(UNIX_EPOCH + Duration::from_secs(*START))
}

pub(crate) struct Exchange {
    server: MockServer,
    seen: Arc<Mutex<Vec<HttpMockRequest>>>,
}

impl Exchange {
    pub(crate) async fn begin(given: &Answer) -> Self {
        let server = MockServer::start_async().await;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (kept, given) = (Arc::clone(&seen), given.clone());
        let _: Mock<'_> = server
            .mock_async(move |when, then| {
                when.is_true(move |request| {
                    kept.lock().unwrap().push(request.clone());
                    true
                });
                let then = then.status(given.status).body(given.body);
                given.headers.iter().fold(then, |then, (name, value)| then.header(*name, *value));
            })
            .await;
        Self { server, seen }
    }

    /// A client that sends once, and whose time stands still.
    pub(crate) fn client(&self) -> Client {
        let session = Session::builder().clock(clock()).credentials(keys()).retry(Never).build().unwrap();
        Client::new(&self.server.base_url(), session)
    }

    pub(crate) fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// The method and target of the only request, whose headers are right, and its body.
    pub(crate) fn only(&self) -> (String, String) {
        let seen = self.seen.lock().unwrap();
        let [request] = seen.as_slice() else { panic!("{} requests were sent", seen.len()) };
        let target = request.uri_str().strip_prefix(&self.server.base_url()).unwrap_or(request.uri_str());
        let body = String::from_utf8(request.body_ref().to_vec()).unwrap();
        check_headers(request, &self.server.base_url()["http://".len()..], target, &body);
        (format!("{} {target}", request.method_str()), body)
    }
}

/// All headers there are: those that the service wants, with the right values, and the length of a body.
fn check_headers(request: &HttpMockRequest, host: &str, target: &str, body: &str) {
    let mut headers: Vec<_> = request.headers_vec().iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
    headers.sort();
    let wanted = &fixtures::documents("cdnetworks-operations.json")[0]["headers"];
    let mut names: Vec<_> =
        wanted.as_array().unwrap().iter().map(|header| header["name"].as_str().unwrap().to_lowercase()).collect();
    names.push("user-agent".to_owned());
    if !body.is_empty() {
        names.push("content-length".to_owned());
    }
    names.sort();
    assert_eq!(headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), names, "{headers:?}");
    for (name, value) in &headers {
        match name.as_str() {
            "host" => assert_eq!(value, host),
            "content-type" | "accept" => assert_eq!(value, "application/json", "{name}"),
            "user-agent" => assert!(value.starts_with("cloudimg/"), "{value}"),
            "content-length" => assert_eq!(*value, body.len().to_string()),
            "x-cnc-accesskey" => assert_eq!(value, "AKTESTEXAMPLE01"),
            "x-cnc-auth-method" => assert_eq!(value, "AKSK"),
            "x-cnc-timestamp" => assert_eq!(*value, START.to_string()),
            "authorization" => {
                let start = "CNC-HMAC-SHA256 Credential=AKTESTEXAMPLE01, SignedHeaders=content-type;host, Signature=";
                let signature = value.strip_prefix(start).unwrap_or_else(|| panic!("{value}"));
                assert!(signature.len() == 64 && signature.bytes().all(|byte| b"0123456789abcdef".contains(&byte)), "{value}");
            }
            other => panic!("{other}: {value}"),
        }
    }
    let (method, body) = (request.method_str().to_owned(), body.as_bytes().to_vec());
    verifier::cdnetworks(&server::Request { method, path: target.to_owned(), headers, body }, SECRET).unwrap();
}

/// Makes a call that is answered with `given`, checks what it sends, and gives what came of it.
pub(crate) async fn sends<T>(
    given: &Answer,
    line: &str,
    body: &str,
    call: impl AsyncFnOnce(&Client) -> Outcome<T>,
) -> Result<ResponseValue<T>, Error> {
    let exchange = Exchange::begin(given).await;
    let outcome = call(&exchange.client()).await;
    assert_eq!(exchange.only(), (line.to_owned(), body.to_owned()));
    outcome.map_err(Error::from)
}

/// What comes of a call that is answered so.
pub(crate) async fn given<T>(given: &Answer, call: impl AsyncFnOnce(&Client) -> Outcome<T>) -> Result<ResponseValue<T>, Error> {
    let exchange = Exchange::begin(given).await;
    let outcome = call(&exchange.client()).await;
    assert_eq!(exchange.count(), 1);
    outcome.map_err(Error::from)
}
