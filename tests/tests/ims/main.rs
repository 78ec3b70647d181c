//! The Image Management Service: what is published of it, held against its specs and the generated clients.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

mod calls;
mod coverage;
mod sample;
#[path = "../recordings/contract/schema.rs"]
mod schema;
mod schemas;
mod sdk_requests;
#[path = "../../../crates/core/tests/server/mod.rs"]
mod server;

use calls::Made;
use cloudimg_core::credentials::StaticToken;
use cloudimg_core::retry::Never;
use cloudimg_core::{Error, Session};
use cloudimg_tests::{differ, fixtures};
use http::{HeaderMap, StatusCode};
use sample::{FIXTURE, Sample, changed};
use serde_json::{Value, json};
use server::Server;

#[tokio::test]
async fn fixture_ims_samples() {
    let samples: Vec<Value> = fixtures::own(FIXTURE).into_iter().chain(fixtures::further(FIXTURE)).collect();
    let session = session();
    let mut failed = Vec::new();
    for value in &samples {
        if let Err(difference) = judge(value, &session).await {
            failed.push(format!("{}: {difference}", value["id"].as_str().unwrap_or("(without an id)")));
        }
    }
    println!("fixture {FIXTURE}: {} passed, {} failed", samples.len() - failed.len(), failed.len());
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

fn session() -> Session {
    Session::builder().credentials(StaticToken::new("t1")).retry(Never).build().unwrap()
}

/// The first thing in which the clients differ from what was published.
async fn judge(value: &Value, session: &Session) -> Result<(), String> {
    let sample = Sample::read(value)?;
    let Some(request) = &sample.request else { return error_is_read(&sample) };
    let server = Server::answering(sample.reply()).await;
    let made = calls::all(&sample.operation, request, server.url(), session).await?;
    if made.is_empty() {
        return Err(format!("no client has the operation {}", sample.operation));
    }
    if server.count() != made.len() {
        return Err(format!("{} calls sent {} requests", made.len(), server.count()));
    }
    for (index, Made { call, path, answer }) in made.into_iter().enumerate() {
        let sent = sample::Sent::of(&server, index);
        request.compare(&path, &sent).and_then(|()| answered(&sample, answer)).map_err(|error| format!("{call}: {error}"))?;
    }
    Ok(())
}

/// The answer came out as it was sent; where none is published there is nothing to say.
fn answered(sample: &Sample, answer: Result<Value, Error>) -> Result<(), String> {
    match (&sample.response.body, answer) {
        (_, Err(error)) if sample.is_error() => says_the_same(sample, &error),
        (_, Ok(_)) if sample.is_error() => Err("the client took an error for an answer".to_owned()),
        (Value::Null, Err(error)) if error.status() == Some(200) => Ok(()),
        (_, Err(error)) => Err(format!("the client refused the answer: {error}")),
        (before, Ok(after)) => differ("", before, &after).map_or(Ok(()), |difference| Err(format!("the answer: {difference}"))),
    }
}

/// An error without a request: what core makes of it.
fn error_is_read(sample: &Sample) -> Result<(), String> {
    let status = StatusCode::from_u16(sample.response.status).map_err(|error| error.to_string())?;
    let body = sample.response.text();
    let error = Error::from_answer(status, &HeaderMap::new(), body.as_bytes(), std::time::SystemTime::UNIX_EPOCH);
    says_the_same(sample, &error)
}

fn says_the_same(sample: &Sample, error: &Error) -> Result<(), String> {
    let body = &sample.response.body;
    let said = |inner: &str, outer: &str| body["error"][inner].as_str().or(body[outer].as_str()).map(str::to_owned);
    let (code, message) = (said("code", "error_code"), said("message", "error_msg"));
    if error.status() != Some(sample.response.status) || error.code() != code.as_deref() {
        return Err(format!("the error lost its status or code: {error:?}"));
    }
    match message {
        Some(message) if error.message() != message => Err(format!("the error says {:?}, not {message:?}", error.message())),
        _ => Ok(()),
    }
}

#[tokio::test]
async fn samples_that_are_wrong_are_found() {
    let samples = fixtures::own(FIXTURE);
    let session = session();
    let wrong: [(&str, &str, Value, &str); 11] = [
        ("s001", "/operation", json!("ListPictures"), "no client has the operation"),
        ("s001", "/request/path", json!("/v2/images"), "in place of GET /v2/images"),
        ("s001", "/request/query/colour", json!("red"), "no parameter `colour`"),
        ("s001", "/response/body/images/0/min_disk", json!("much"), "refused the answer"),
        ("s001", "/response/body/pages", json!(2), "/pages is lost"),
        ("s007", "/request/body/0/from", json!("/x"), "from is lost"),
        ("s008", "/request/body/volume", json!("x"), "0 forms of the body fit"),
        ("s033", "/request/method", json!("POST"), "sent DELETE"),
        ("s052", "/request/headers/Content-Type", json!("application/json"), "the media type"),
        ("s066", "/response/status", json!(201), "refused the answer"),
        ("s080", "/response/body/error/message", json!("One line.\nAnother line."), "the error says"),
    ];
    for (id, place, value, expected) in wrong {
        let sample = changed(&samples, id, place, value);
        let found = judge(&sample, &session).await.expect_err(place);
        assert!(found.contains(expected), "{id} {place}: {found}");
    }
}

#[tokio::test]
async fn images_are_listed_to_the_first_empty_page() {
    let page = |ids: &[&str]| {
        let images: Vec<_> = ids.iter().map(|id| json!({"id": id, "status": "active"})).collect();
        server::ok(&json!({"images": images}).to_string())
    };
    let server = Server::start([page(&["a", "b"]), page(&["c"]), page(&[])]).await;
    let client = cloudimg_ims_v2::Client::new(server.url(), session());
    let images = client.list_images().limit(2).imagetype("gold").pager().collect().await.unwrap();
    assert_eq!(images.iter().map(|image| image.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    let asked = ["", "&marker=b", "&marker=c"].map(|marker| format!("/v2/cloudimages?__imagetype=gold&limit=2{marker}"));
    assert_eq!(server.paths(), asked);
}

#[tokio::test]
async fn native_lists_follow_their_links() {
    let page = |id: &str, next: Value| {
        let page = json!({"images": [{"id": id, "status": "active"}], "next": next});
        server::ok(&page.to_string())
    };
    let next = json!("/v2/images?marker=a&limit=1");
    let server = Server::start([page("a", next), page("b", Value::Null)]).await;
    let client = cloudimg_ims_v2::Client::new(server.url(), session());
    let images = client.glance_list_images().limit(1).pager().collect().await.unwrap();
    assert_eq!(images.len(), 2);
    assert_eq!(server.paths(), ["/v2/images?limit=1", "/v2/images?limit=1&marker=a"]);
}
