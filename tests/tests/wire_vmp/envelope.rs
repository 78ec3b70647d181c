//! Successes by their status that say in their body that they are none.

use cloudimg_cdnetworks_vmp::types::Preheating;
use cloudimg_cdnetworks_vmp::{Client, Error, ErrorKind, Session};
use futures::future::BoxFuture;

use crate::exchange::{clock, keys};
use crate::server::{self, Server};

type Call = for<'a> fn(&'a Client) -> BoxFuture<'a, Result<u16, Error>>;

/// The call of an operation, as the status of its answer.
macro_rules! call {
    (|$client:ident| $call:expr) => {
        |$client| Box::pin(async move { $call.send().await.map(|answer| answer.status().as_u16()).map_err(Error::from) })
    };
}

const CALLS: [(&str, Call, &str); 6] = [
    ("list_images", call!(|client| client.list_images()), r#""images": []"#),
    ("create_image", call!(|client| client.create_image().body(serde_json::Map::new())), r#""id": "i1""#),
    ("remove_image", call!(|client| client.remove_image().image_id("i1")), r#""other": 1"#),
    (
        "remove_image_with_body",
        call!(|client| client.remove_image_with_body().image_id("i1").body_map(|body| body.image_id("i1"))),
        r#""other": 1"#,
    ),
    ("preheat_image", call!(|client| client.preheat_image().body(Preheating::new("i1", Vec::new()))), r#""data": null"#),
    ("show_preheating", call!(|client| client.show_preheating().id("i1")), r#""data": {"preHeatingInfo": []}"#),
];

/// One that repeats what may be repeated.
fn session() -> Session {
    Session::builder().clock(clock()).credentials(keys()).build().unwrap()
}

async fn answered(session: &Session, call: Call, status: u16, body: &str) -> (Result<u16, Error>, usize) {
    let body = body.to_owned();
    let server = Server::answering(move |_| server::status(status).body(&body).header("x-cnc-request-id", "cnc-3")).await;
    let outcome = call(&Client::new(server.url(), session.clone())).await;
    (outcome, server.count())
}

#[tokio::test]
async fn another_code_than_that_of_success_is_a_refusal() {
    let session = session();
    for (operation, call, rest) in CALLS {
        for (code, told) in [
            (r#""1""#, "1"),
            ("1", "1"),
            ("5001", "5001"),
            ("-1", "-1"),
            ("404", "404"),
            (r#""ImageNotFound""#, "ImageNotFound"),
            (r#""00""#, "00"),
            (r#""success""#, "success"),
        ] {
            let body = format!(r#"{{"code": {code}, "message": "no such image", {rest}}}"#);
            let (outcome, count) = answered(&session, call, 200, &body).await;
            let error = outcome.unwrap_err();
            assert_eq!((error.kind(), error.code(), error.message()), (ErrorKind::Refused, Some(told), "no such image"), "{body}");
            assert_eq!((error.status(), error.request_id(), error.operation()), (Some(200), Some("cnc-3"), Some(operation)));
            assert_eq!((error.body(), error.attempts(), count), (body.as_bytes(), 1, 1), "what is refused is not repeated");
            assert!(!error.is_retryable());
        }
    }
}

#[tokio::test]
async fn the_code_of_success_and_none_are_fine() {
    let session = session();
    for (operation, call, rest) in CALLS {
        for code in [r#""code": "0","#, r#""code": 0,"#, "", r#""code": null,"#, r#""code": "","#] {
            let body = format!(r#"{{{code} "message": "whatever", {rest}}}"#);
            let (outcome, count) = answered(&session, call, 200, &body).await;
            assert_eq!((outcome.unwrap(), count), (200, 1), "{operation}: {body}");
        }
    }
}

#[tokio::test]
async fn a_refusal_may_come_without_words_or_what_was_asked_for() {
    let session = session();
    for (operation, call, _) in CALLS {
        for (body, message) in [
            (r#"{"code": "1"}"#, "the service gave no reason"),
            (r#"{"code": 1, "message": null}"#, "the service gave no reason"),
            (r#"{"code": "1", "message": ""}"#, "the service gave no reason"),
            (r#"{"message": "<b>not</b> now", "data": {"code": "0"}, "code": "1"}"#, "now"),
        ] {
            let error = answered(&session, call, 200, body).await.0.unwrap_err();
            assert_eq!((error.kind(), error.code()), (ErrorKind::Refused, Some("1")), "{operation}: {body}");
            assert!(error.message().contains(message), "{error}");
        }
        // The code of something inside is no code of the answer.
        let (outcome, _) = answered(&session, call, 200, r#"{"data": {"code": "7"}, "images": [], "id": "i1"}"#).await;
        assert!(outcome.is_ok(), "{operation}");
    }
}

/// A removal without a body has no code.
#[tokio::test]
async fn nothing_is_no_refusal() {
    let (session, (_, remove, _)) = (session(), CALLS[2]);
    for (code, body) in [(204, ""), (200, ""), (200, "{}")] {
        assert_eq!(answered(&session, remove, code, body).await.0.unwrap(), code);
    }
}

#[tokio::test]
async fn one_line_tells_of_a_refusal() {
    let (session, (_, show, _)) = (session(), CALLS[5]);
    let error = answered(&session, show, 200, "{\"code\": \"1\", \"message\": \"one\\ntwo\"}").await.0.unwrap_err();
    assert_eq!(error.to_string(), "show_preheating: two (HTTP 200, 1, request cnc-3)");
}
