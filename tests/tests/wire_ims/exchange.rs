//! One call to a mock server: what was sent, word for word, and what the client made of the answer.

use std::sync::{Arc, Mutex};

use cloudimg_core::credentials::StaticToken;
use cloudimg_core::retry::Never;
use cloudimg_core::{Error, ErrorKind, Session};
use cloudimg_tests::differ;
use httpmock::{HttpMockRequest, Mock, MockServer};
use progenitor_client::ResponseValue;
use serde::Serialize;
use serde_json::{Value, json};

/// What a call must send.
#[derive(Clone)]
pub(crate) struct Sends {
    method: &'static str,
    /// Path and query as they stand in the request.
    target: String,
    headers: Vec<(&'static str, &'static str)>,
    /// Null where there is none.
    body: Value,
}

impl Sends {
    pub(crate) fn new(method: &'static str, target: &str) -> Self {
        let headers = vec![("accept", "application/json"), ("x-auth-token", "t1")];
        Self { method, target: target.to_owned(), headers, body: Value::Null }
    }

    pub(crate) fn json(self, body: Value) -> Self {
        self.of_type("application/json", body)
    }

    /// JSON of another media type.
    pub(crate) fn of_type(self, media_type: &'static str, body: Value) -> Self {
        Self { body, ..self.with_header("content-type", media_type) }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self.headers.sort_unstable();
        self
    }
}

/// What the server says, and what must become of it.
#[derive(Clone)]
pub(crate) struct Answers {
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: String,
    meaning: Meaning,
}

#[derive(Clone)]
enum Meaning {
    /// The answer, decoded.
    Value(Value),
    /// A refusal: its kind, code, message and id of the request.
    Refusal(ErrorKind, Option<&'static str>, &'static str, Option<&'static str>),
}

const JSON: (&str, &str) = ("content-type", "application/json");

pub(crate) fn ok(body: Value) -> Answers {
    answers(200, body)
}

pub(crate) fn answers(status: u16, body: Value) -> Answers {
    Answers { status, headers: &[JSON], body: body.to_string(), meaning: Meaning::Value(body) }
}

pub(crate) fn nothing() -> Answers {
    Answers { status: 204, headers: &[], body: String::new(), meaning: Meaning::Value(Value::Null) }
}

pub(crate) fn job() -> Answers {
    ok(json!({"job_id": "8a12fc664fb4daa3014fb4e581380005"}))
}

/// A refusal in each shape in which the service and what stands before it refuse.
fn refusals() -> Vec<Answers> {
    let refusal = |status, headers, body: &str, meaning| Answers { status, headers, body: body.to_owned(), meaning };
    vec![
        refusal(
            400,
            &[JSON, ("x-request-id", "r-header")],
            r#"{"error": {"message": "The image does not exist.", "code": "IMG.0027"}}"#,
            Meaning::Refusal(ErrorKind::NotFound, Some("IMG.0027"), "The image does not exist.", Some("r-header")),
        ),
        refusal(
            401,
            &[JSON],
            r#"{"error_code": "APIGW.0307", "error_msg": "The token must be updated.", "request_id": "r-body"}"#,
            Meaning::Refusal(ErrorKind::AuthFailed, Some("APIGW.0307"), "The token must be updated.", Some("r-body")),
        ),
        refusal(
            429,
            &[JSON, ("x-request-id", "r-header")],
            r#"{"error_msg": "Throttled.", "error_code": "APIG.0308", "request_id": "r-body"}"#,
            Meaning::Refusal(ErrorKind::Throttled, Some("APIG.0308"), "Throttled.", Some("r-header")),
        ),
        refusal(
            404,
            &[("content-type", "text/html; charset=UTF-8"), ("x-openstack-request-id", "req-1")],
            "<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1>No image found<br /><br /></body></html>",
            Meaning::Refusal(ErrorKind::NotFound, None, "No image found", Some("req-1")),
        ),
        refusal(
            403,
            &[("content-type", "text/html; charset=UTF-8")],
            "",
            Meaning::Refusal(ErrorKind::Forbidden, None, "Forbidden", None),
        ),
    ]
}

/// The answer itself, then refusals.
pub(crate) fn each(success: Answers) -> impl Iterator<Item = Answers> {
    std::iter::once(success).chain(refusals())
}

/// A mock server that gives one answer to whatever it is asked.
pub(crate) struct Exchange {
    server: MockServer,
    answers: Answers,
    seen: Arc<Mutex<Vec<HttpMockRequest>>>,
}

impl Exchange {
    pub(crate) async fn begin(answers: &Answers) -> Self {
        let server = MockServer::start_async().await;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (kept, given) = (Arc::clone(&seen), answers.clone());
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
        Self { server, answers: answers.clone(), seen }
    }

    pub(crate) fn url(&self) -> String {
        self.server.base_url()
    }

    pub(crate) fn session(&self) -> Session {
        Session::builder().credentials(StaticToken::new("t1")).retry(Never).build().unwrap()
    }

    pub(crate) fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// Compares what was sent, and what came of the answer.
    pub(crate) fn end<T: Serialize>(self, operation: &str, sends: &Sends, outcome: Outcome<T>) {
        let seen = self.seen.lock().unwrap();
        let [request] = seen.as_slice() else { panic!("{operation} sent {} requests: {:?}", seen.len(), outcome.map(drop)) };
        let base = self.server.base_url();
        let target = request.uri_str().strip_prefix(&base).unwrap_or(request.uri_str());
        assert_eq!((request.method_str(), target), (sends.method, sends.target.as_str()), "{operation}");
        assert_eq!(headers(request), sends.headers, "{operation}");
        let body = match request.body_ref() {
            [] => Value::Null,
            bytes => serde_json::from_slice(bytes).unwrap(),
        };
        assert_eq!(body, sends.body, "{operation}");
        let outcome = outcome.map(ResponseValue::into_inner).map_err(Error::from);
        match (&self.answers.meaning, outcome) {
            (Meaning::Value(said), Ok(decoded)) => {
                let decoded = serde_json::to_value(decoded).unwrap();
                assert_eq!(differ("", said, &decoded), None, "{operation}");
            }
            (Meaning::Refusal(kind, code, message, request_id), Err(error)) => {
                let told = (error.kind(), error.code(), error.message(), error.request_id());
                assert_eq!(told, (*kind, *code, *message, *request_id), "{operation}");
                let rest = (error.status(), error.operation(), error.body());
                // Forms of one body are one operation or several, as the caller names it.
                assert_eq!(rest, (Some(self.answers.status), Some(operation), self.answers.body.as_bytes()));
            }
            (_, outcome) => panic!("{operation}: {} became {:?}", self.answers.body, outcome.map(drop)),
        }
    }
}

pub(crate) type Outcome<T> = Result<ResponseValue<T>, progenitor_client::Error<()>>;

/// All headers but those of the connection.
fn headers(request: &HttpMockRequest) -> Vec<(&str, &str)> {
    let of_connection = ["host", "user-agent", "content-length", "accept-encoding"];
    let all = request.headers_vec().iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut all: Vec<_> = all.filter(|(name, _)| !of_connection.contains(name)).collect();
    all.sort_unstable();
    all
}

/// One line a call: the operation (with the test's name where an operation has several), what is sent, the call, and the answer.
/// Each becomes a test: the call is answered, then refused in each shape of a refusal.
macro_rules! wires {
    ($client:ident of $client_crate:ident; $( $operation:ident $(as $name:ident)?: $sends:expr, $call:expr => $answer:expr; )*) => {
        pub(crate) const OPERATIONS: &[&str] = &[$( stringify!($operation) ),*];
        $( $crate::exchange::wires!(@test [$operation $($name)?] $client $client_crate $sends, $call, $answer); )*
    };
    (@test [$operation:ident] $($rest:tt)*) => {
        $crate::exchange::wires!(@test [$operation $operation] $($rest)*);
    };
    (@test [$operation:ident $name:ident] $client:ident $client_crate:ident $sends:expr, $call:expr, $answer:expr) => {
        #[tokio::test]
        async fn $name() {
            for answers in $crate::exchange::each($answer) {
                let exchange = $crate::exchange::Exchange::begin(&answers).await;
                let $client = $client_crate::Client::new(&exchange.url(), exchange.session());
                let outcome = $call.send().await;
                exchange.end(stringify!($operation), &$sends, outcome);
            }
        }
    };
}
pub(crate) use wires;
