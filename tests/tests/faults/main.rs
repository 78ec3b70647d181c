//! Everything that can go wrong with a generated call arrives as one typed error through `?`, with 64 calls at once and nothing mixed up.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

#[path = "../../../crates/core/tests/server/mod.rs"]
mod server;

use std::time::{Duration, SystemTime};

use cloudimg_core::clock::ManualClock;
use cloudimg_core::credentials::{Credentials, Outgoing, Proof};
use cloudimg_core::retry::Never;
use cloudimg_core::{Error, ErrorKind, Session};
use cloudimg_glance_v2::{Client, types};
use futures::StreamExt as _;
use futures::future::{BoxFuture, join_all};
use server::{Reply, Server, ok, status};

const CALLS: usize = 64;

fn session() -> Session {
    Session::builder().retry(Never).build().unwrap()
}

async fn show(client: &Client, id: &str) -> Result<types::Image, Error> {
    Ok(client.show_image().image_id(id).send().await?.into_inner())
}

/// Makes 64 calls at once, each of its own id, and hands out what became of each, with its id.
async fn many(server: &Server, session: Session) -> Vec<(String, Error)> {
    let client = Client::new(server.url(), session);
    let calls = (0..CALLS).map(|n| {
        let client = client.clone();
        // Spawned, so that the futures are known to be `Send`.
        tokio::spawn(async move {
            let id = format!("image-{n}");
            let error = show(&client, &id).await.unwrap_err();
            (id, error)
        })
    });
    join_all(calls).await.into_iter().map(Result::unwrap).collect()
}

fn id_of(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn refusals_keep_status_words_and_request_id() {
    let server = Server::answering(|request| {
        let id = id_of(&request.path);
        let body = format!("{{\"message\": \"No image {id}<br /><br />\\n\", \"code\": \"404 Not Found\"}}");
        status(404).header("x-openstack-request-id", &format!("req-{id}")).body(&body)
    })
    .await;
    for (id, error) in many(&server, session()).await {
        assert_eq!((error.kind(), error.status(), error.operation()), (ErrorKind::NotFound, Some(404), Some("show_image")));
        assert_eq!((error.message(), error.request_id()), (&*format!("No image {id}"), Some(&*format!("req-{id}"))));
        assert!(String::from_utf8_lossy(error.body()).contains(&id));
    }
}

#[tokio::test]
async fn each_status_has_its_kind_whatever_the_body() {
    use ErrorKind as K;
    let kinds = [
        (400, K::InvalidRequest),
        (401, K::AuthFailed),
        (403, K::Forbidden),
        (404, K::NotFound),
        (409, K::Conflict),
        (410, K::NotFound),
        (413, K::QuotaExceeded),
        (415, K::InvalidRequest),
        (429, K::Throttled),
        (500, K::ServiceUnavailable),
        (503, K::ServiceUnavailable),
        (302, K::UnexpectedStatus),
    ];
    for (code, kind) in kinds {
        for body in ["", "<html><h1>x</h1></html>", "{", "{\"message\": 7}", "\u{0}\u{fffd}"] {
            let server = Server::start([status(code).body(body)]).await;
            let error = show(&Client::new(server.url(), session()), "7").await.unwrap_err();
            assert_eq!((error.kind(), error.status()), (kind, Some(code)), "{body:?}");
            assert!(!error.to_string().contains(['\n', '<', '\0']), "{error}");
        }
    }
}

#[tokio::test]
async fn answers_of_the_wrong_shape_name_the_place_and_keep_the_rest() {
    let server = Server::answering(|request| {
        let id = id_of(&request.path);
        ok(&format!("{{\"id\": \"{id}\", \"tags\": [1], \"status\": \"active\"}}")).header("x-openstack-request-id", &id)
    })
    .await;
    for (id, error) in many(&server, session()).await {
        assert_eq!((error.kind(), error.status(), error.request_id()), (ErrorKind::Decode, Some(200), Some(&*id)));
        assert!(error.message().contains("tags[0]"), "{error}");
        assert!(String::from_utf8_lossy(error.body()).contains(&id));
    }
    for body in ["", "<html>", "[]", "{\"id\": \"7\"", "\u{0}"] {
        let server = Server::start([ok(body)]).await;
        let error = show(&Client::new(server.url(), session()), "7").await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("show_image")), "{body:?}");
        assert!(error.message().contains(if body.is_empty() { "is empty" } else { "does not decode at" }), "{body:?}: {error}");
    }
}

#[tokio::test]
async fn a_success_that_no_document_knows_is_an_error_of_its_own() {
    let server = Server::answering(|_| status(202).header("x-openstack-request-id", "req-1")).await;
    for (_, error) in many(&server, session()).await {
        assert_eq!((error.kind(), error.status()), (ErrorKind::UnexpectedStatus, Some(202)));
        assert_eq!((error.operation(), error.request_id()), (Some("show_image"), Some("req-1")));
    }
}

#[tokio::test]
async fn a_cut_answer_is_an_interruption_with_its_status() {
    let server = Server::answering(|_| Reply::CutAfter { announced: 100, sent: b"{\"id\": " }).await;
    for (_, error) in many(&server, session()).await {
        assert_eq!((error.kind(), error.status(), error.operation()), (ErrorKind::Interrupted, Some(200), Some("show_image")));
        assert!(error.is_retryable());
    }
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_an_interruption() {
    let server = Server::answering(|_| Reply::CloseUnread).await;
    for (_, error) in many(&server, session()).await {
        assert_eq!((error.kind(), error.status(), error.operation()), (ErrorKind::Interrupted, None, Some("show_image")));
        assert_eq!(error.attempts(), 1);
    }
}

#[tokio::test]
async fn no_connection_is_told_apart_since_nothing_was_sent() {
    let server = Server::start([]).await;
    let client = Client::new(server.url(), session());
    server.stop().await;
    let error = show(&client, "7").await.unwrap_err();
    assert_eq!((error.kind(), error.operation(), error.attempts()), (ErrorKind::Connect, Some("show_image"), 1));
    let no_host = Client::new("http://127.0.0.1:1/", session());
    assert_eq!(show(&no_host, "7").await.unwrap_err().kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn silence_is_a_timeout() {
    let server = Server::answering(|_| Reply::Silence).await;
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
    let session = Session::builder().retry(Never).clock(clock.clone()).build().unwrap();
    let (errors, ()) = tokio::join!(many(&server, session), async {
        server.reached(CALLS).await;
        clock.advance(Duration::from_secs(61));
    });
    for (_, error) in errors {
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Timeout, Some("show_image")));
    }
}

#[tokio::test]
async fn refused_arguments_send_nothing() {
    let server = Server::answering(|_| ok("{}")).await;
    let client = Client::new(&format!("{}/image/", server.url()), session());
    for id in ["", ".", "..", "a/b", "a\\b", "..\\tags\\x", "a\0b"] {
        let error = show(&client, id).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("show_image")), "{id:?}");
        assert!(error.to_string().contains("image_id") && error.to_string().contains("nothing was sent"), "{error}");
        let error = Error::from(client.add_image_tag().image_id("7").tag_value(id).send().await.unwrap_err());
        assert!(error.to_string().contains("tag_value"), "{error}");
    }
    let missing = Error::from(client.show_image().send().await.unwrap_err());
    assert_eq!(missing.kind(), ErrorKind::InvalidRequest);
    assert_eq!(server.count(), 0);
}

#[derive(Debug)]
struct Failing;

impl Credentials for Failing {
    fn authorize<'a>(&'a self, request: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, Error>> {
        let path = request.url().path().to_owned();
        Box::pin(async move { Err(Error::new(ErrorKind::Configuration, format!("no key for {path}"))) })
    }
}

#[tokio::test]
async fn credentials_that_fail_are_told_as_they_are() {
    let server = Server::answering(|_| ok("{}")).await;
    for (id, error) in many(&server, session().with_credentials(Failing)).await {
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert_eq!(error.to_string(), format!("show_image: no key for /v2/images/{id}"));
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_download_that_breaks_tells_it_in_its_stream() {
    let server = Server::answering(|_| Reply::CutAfter { announced: 100, sent: b"1234" }).await;
    let client = Client::new(server.url(), session());
    let answer = client.download_image_data().image_id("7").send().await.unwrap();
    let blocks: Vec<_> = answer.into_inner_stream().collect().await;
    let broken = blocks.into_iter().find_map(Result::err).expect("the end of the data was not noticed");
    let error = Error::from(broken);
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Interrupted, Some("download_image_data")));
}

#[tokio::test]
async fn a_list_that_stops_short_is_an_error_without_the_facade_too() {
    let server =
        Server::answering(|_| ok(r#"{"images": [], "first": "/v2/images", "next": "/v2/images?limit=2", "schema": "x"}"#)).await;
    let client = Client::new(server.url(), session());
    let error = client.list_images().pager().collect().await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("list_images")));
    assert!(error.to_string().contains("has no `marker`"), "{error}");
}

#[tokio::test]
async fn media_types_and_headers_are_those_of_the_document() {
    let server = Server::answering(|_| ok("{}")).await;
    let client = Client::new(server.url(), session());
    let patch = vec![types::PatchOperation::new(types::PatchVerb::Add, "/a").value("b")];
    let _ = client.update_image().image_id("7").body(patch).send().await;
    let _ = client.upload_image_data().image_id("7").body("data").send().await;
    let _ = client.deactivate_image().image_id("7").send().await;
    assert_eq!(server.header("content-type"), ["application/openstack-images-v2.1-json-patch", "application/octet-stream"]);
    let lengths: Vec<_> = server.bodies().iter().map(|body| body.len().to_string()).collect();
    assert_eq!(server.header("content-length"), lengths);
    assert!(server.header("api-version").is_empty());
    assert!(server.header("accept").iter().all(|accept| accept.starts_with("application/json")));
}

#[cfg(target_pointer_width = "64")]
#[test]
fn errors_stay_small() {
    assert_eq!(size_of::<Error>(), 8);
}
