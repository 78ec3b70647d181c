//! The vendor's SDK for Go and ours: what it put on the wire for the five calls is what was signed for the vectors of its signature.

mod calls;
mod decided;

use anyhow::{Context as _, Error, Result, ensure};
use cloudimg_cdnetworks_vmp::{Client, Session, credentials::CncAkSk};
use cloudimg_core::clock::ManualClock;
use cloudimg_tests::{differ_exactly, fixtures};
use futures::future::BoxFuture;
use serde_json::Value;

use crate::entry::Recorded;
use crate::scene::read;
use crate::server::{Request, Server, ok};
use crate::verifier;

const VECTORS: &str = "cdnetworks-signing-vectors.json";

/// One call of the SDK.
#[derive(Clone)]
pub(crate) struct Call {
    name: String,
    /// The method, the path as it was sent, the query decoded and in its order, the body.
    request: Recorded,
    access_key: String,
    secret_key: String,
    timestamp: u64,
    signed_headers: Vec<String>,
    headers: Vec<(String, String)>,
}

impl Call {
    fn read(vector: &Value) -> Result<Self> {
        let text = |name: &str| vector[name].as_str().map(str::to_owned).with_context(|| format!("a vector has no {name}"));
        let address = text("url")?;
        let (_, rest) = address.split_once("://").context("the URL has no scheme")?;
        let target = rest.get(rest.find('/').unwrap_or(rest.len())..).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let body = text("body")?;
        let body = if body.is_empty() { Value::Null } else { serde_json::from_str(&body)? };
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let headers = vector["headers"].as_object().context("a vector has no headers")?;
        let value = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(Self {
            name: text("name")?,
            request: Recorded { query, ..Recorded::new(&text("method")?, path, body) },
            access_key: text("access_key")?,
            secret_key: text("secret_key")?,
            timestamp: vector["timestamp"].as_u64().context("a vector has no time")?,
            signed_headers: vector["signed_headers"].as_array().into_iter().flatten().map(value).collect(),
            headers: headers.iter().map(|(name, text)| (name.to_lowercase(), value(text))).collect(),
        })
    }

    /// The value of the query parameter.
    fn asked(&self, name: &str) -> Option<&str> {
        self.request.query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

fn calls() -> Vec<Call> {
    let vectors = fixtures::documents(VECTORS).remove(0);
    vectors["vectors"].as_array().unwrap().iter().map(|vector| Call::read(vector).unwrap()).collect()
}

/// A method of the SDK, and the call of ours that does the same.
struct Row {
    method: &'static str,
    path: &'static str,
    call: for<'a> fn(&'a Client, &'a Call) -> BoxFuture<'a, Result<()>>,
}

impl Row {
    fn is_of(&self, call: &Call) -> bool {
        let (template, path): (Vec<_>, Vec<_>) = (self.path.split('/').collect(), call.request.path.split('/').collect());
        let fits = |(part, given): (&&str, &&str)| part.starts_with('{') || part == given;
        self.method == call.request.method && template.len() == path.len() && template.iter().zip(&path).all(fits)
    }
}

/// One line a row: the test's name, the SDK's method, what it calls, and our call.
macro_rules! rows {
    ($( $name:ident: $sdk:ident $method:literal $path:literal => $call:path; )*) => {
        const ROWS: &[Row] =
            &[$( Row { method: $method, path: $path, call: |client, call| Box::pin($call(client, call)) }, )*];

        $(
            #[doc = concat!("The SDK's `", stringify!($sdk), "`.")]
            #[tokio::test]
            async fn $name() {
                check($method, $path).await;
            }
        )*
    };
}

rows! {
    parity_cdnetworks_query_image: Vmpqueryimage "GET" "/vmp/images" => calls::list;
    parity_cdnetworks_create_image: Vmpcreateimage "POST" "/vmp/images" => calls::create;
    parity_cdnetworks_remove_image: Vmpremoveimage "DELETE" "/vmp/images/{imageId}" => calls::remove;
    parity_cdnetworks_deploy_image_preheating: Deployvmpimagepreheating "PUT" "/vmp/images/preHeating" => calls::preheat;
    parity_cdnetworks_query_image_preheating_state: Queryvmpimagepreheatingstate "GET" "/vmp/images/preHeatingInfo/{id}" => calls::show;
}

/// What ours sends for the call of the SDK.
async fn sent(row: &Row, call: &Call) -> Result<(Request, String)> {
    let server = Server::answering(|_| ok(r#"{"id": "i1", "images": []}"#)).await;
    let clock = ManualClock::new(std::time::UNIX_EPOCH + std::time::Duration::from_secs(call.timestamp));
    let keys = CncAkSk::new(call.access_key.as_str(), call.secret_key.as_str())?;
    let client = Client::new(server.url(), Session::builder().clock(clock).credentials(keys).build()?);
    (row.call)(&client, call).await?;
    let mut seen = server.each(Clone::clone);
    ensure!(seen.len() == 1, "{} requests were sent", seen.len());
    Ok((seen.remove(0), server.url().trim_start_matches("http://").to_owned()))
}

/// The first difference of ours from `expected`.
async fn difference(row: &Row, expected: &Call) -> Result<Option<String>> {
    let (request, host) = sent(row, expected).await?;
    let ours = read(&request);
    let by_name = |recorded: &Recorded| {
        let mut pairs = recorded.query.clone();
        // The order of names means nothing, but for what sorts: there a direction belongs to the key before it.
        pairs.sort_by_key(|(name, _)| if name.starts_with("sort") { "sort".to_owned() } else { name.clone() });
        pairs
    };
    if (&ours.method, &ours.path) != (&expected.request.method, &expected.request.path) {
        return Ok(Some(format!("{} {}", ours.method, ours.path)));
    }
    if by_name(&ours) != by_name(&expected.request) {
        return Ok(Some(format!("the query is {:?} instead of {:?}", ours.query, expected.request.query)));
    }
    if let Some(difference) = differ_exactly("body", &expected.request.body, &ours.body) {
        return Ok(Some(difference));
    }
    for (name, value) in expected.headers.iter().filter(|(name, _)| name != "host") {
        if request.header(name) != Some(value) {
            return Ok(Some(format!("{name} is {:?} instead of {value}", request.header(name))));
        }
    }
    ensure!(request.header("host") == Some(&host), "the host is that which it was sent to");
    // A plus and a broken escape, which the SDKs sign differently, never go out.
    cloudimg_core::credentials::cdnetworks::check(&request.path)?;
    let verified = verifier::cdnetworks(&request, &expected.secret_key).map_err(Error::msg)?;
    if verified.signed_headers != expected.signed_headers {
        return Ok(Some(format!("the headers {:?} are signed", verified.signed_headers)));
    }
    Ok(None)
}

async fn check(method: &str, path: &str) {
    let row = ROWS.iter().find(|row| (row.method, row.path) == (method, path)).unwrap();
    let (mut wrong, mut equal) = (Vec::new(), 0);
    for call in calls().iter().filter(|call| row.is_of(call)) {
        let decision = decided::of(call);
        let expected = decision.as_ref().map_or_else(|| call.clone(), |decision| (decision.ours)(call));
        match difference(row, &expected).await {
            Ok(None) if decision.is_none() => equal += 1,
            // Decided is only what is not equal.
            Ok(None) => {
                let undecided = difference(row, call).await;
                if matches!(undecided, Ok(None)) {
                    wrong.push(format!("{}: equal, and yet decided", call.name));
                }
            }
            Ok(Some(difference)) => wrong.push(format!("{}: {difference}", call.name)),
            Err(error) => wrong.push(format!("{}: {error:#}", call.name)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(equal > 0, "nothing that was recorded is to be copied");
}

#[test]
fn each_call_of_the_sdk_is_in_a_row() {
    let calls = calls();
    assert_eq!((ROWS.len(), calls.len()), (5, 20));
    for call in &calls {
        assert_eq!(ROWS.iter().filter(|row| row.is_of(call)).count(), 1, "{}", call.name);
    }
    decided::each_is_of_a_call(&calls);
}

/// The form of the SDK is to be had as well, signed as it is sent.
#[tokio::test]
async fn parity_cdnetworks_remove_image_with_a_body() {
    let row = Row { call: |client, call| Box::pin(calls::remove_with_body(client, call)), ..ROWS[2] };
    let call = calls().into_iter().find(|call| call.name == "delete-image-typed-body").unwrap();
    assert_eq!(difference(&row, &call).await.unwrap(), None);
}

/// What the service would see differ is seen here.
#[tokio::test]
async fn differences_are_found() {
    let calls = calls();
    let of = |name: &str| calls.iter().find(|call| call.name == name).unwrap().clone();
    let (list, create) = (of("get-list-query-order-kept"), of("post-create-from-url"));
    let other = |change: fn(&mut Recorded)| {
        let mut call = create.clone();
        change(&mut call.request);
        call
    };
    let (sent, _) = sent(&ROWS[1], &create).await.unwrap();
    assert_eq!(sent.method, "POST");
    for changed in
        [other(|request| request.body["minDisk"] = "40".into()), other(|request| request.body["osType"] = "linux".into())]
    {
        let found = difference(&ROWS[1], &changed).await;
        assert!(!matches!(found, Ok(None)), "{found:?}");
    }
    let unsigned = Call { signed_headers: vec!["host".to_owned()], ..list.clone() };
    assert!(difference(&ROWS[0], &unsigned).await.unwrap().unwrap().contains("are signed"));
    let typed = Call { headers: vec![("content-type".to_owned(), "text/plain".to_owned())], ..list };
    assert!(difference(&ROWS[0], &typed).await.unwrap().unwrap().starts_with("content-type"));
    let bodied = of("delete-image-typed-body");
    assert!(difference(&ROWS[2], &bodied).await.unwrap().unwrap().starts_with("body"));
}
