//! What is sent again, and what never is.

use std::time::Duration;

use cloudimg_cdnetworks_vmp::types::{ImageFromInstance, Preheating};
use cloudimg_cdnetworks_vmp::{Client, Error, ErrorKind, Session};
use cloudimg_core::clock::ManualClock;

use crate::exchange::{SECRET, clock, keys};
use crate::server::{Reply, Server, ok, status};
use crate::verifier;

/// Gives these answers; waits end at once, but for limits on time.
async fn service(script: impl IntoIterator<Item = Reply>) -> (Server, Client, ManualClock) {
    let (server, clock) = (Server::start(script).await, clock());
    let session = Session::builder().clock(clock.clone()).credentials(keys()).build().unwrap();
    let client = Client::new(server.url(), session);
    (server, client, clock)
}

async fn hurried<T>(clock: &ManualClock, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            _ = clock.end_next_sleep(|asked| asked < Duration::from_secs(9)) => {}
        }
    }
}

/// The stamps of all requests, each of which is signed well.
fn stamps(server: &Server) -> Vec<u64> {
    server.each(|request| verifier::cdnetworks(request, SECRET).unwrap().stamp.parse().unwrap())
}

fn making(client: &Client) -> cloudimg_cdnetworks_vmp::builder::CreateImageFromInstance<'_> {
    client.create_image_from_instance().body(ImageFromInstance::new("n", "s1"))
}

#[tokio::test]
async fn an_image_is_not_made_twice_once_the_call_may_have_arrived() {
    let lost = [
        (Reply::CloseUnread, ErrorKind::Interrupted),
        (status(500), ErrorKind::ServiceUnavailable),
        (status(502), ErrorKind::ServiceUnavailable),
        (status(503).header("retry-after", "1"), ErrorKind::ServiceUnavailable),
        (status(504), ErrorKind::ServiceUnavailable),
        (Reply::CutAfter { announced: 99, sent: b"{\"id\"" }, ErrorKind::Interrupted),
        (ok("{\"id\": 1}"), ErrorKind::Decode),
        (status(408), ErrorKind::Timeout),
    ];
    for (reply, kind) in lost {
        let text = format!("{reply:?}");
        let (server, client, clock) = service([ok(r#"{"images": []}"#), reply, ok(r#"{"id": "i1"}"#)]).await;
        // A connection that is open already, too.
        client.list_images().send().await.unwrap();
        let error: Error = hurried(&clock, making(&client).send()).await.unwrap_err().into();
        assert_eq!((error.kind(), server.count()), (kind, 2), "{text}: {error}");
    }
}

#[tokio::test]
async fn an_image_is_not_made_twice_when_no_answer_comes_in_time() {
    let (server, client, clock) = service([Reply::Silence, ok(r#"{"id": "i1"}"#)]).await;
    let call = tokio::spawn(async move { making(&client).send().await.map(drop).map_err(Error::from) });
    server.reached(1).await;
    // A minute is the limit on the head of an answer.
    clock.end_next_sleep(|asked| asked == Duration::from_secs(60)).await;
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.attempts(), server.count()), (ErrorKind::Timeout, 1, 1), "{error}");
}

/// Being told to wait means that nothing was done.
#[tokio::test]
async fn a_call_that_was_too_many_is_sent_again_later() {
    let (server, client, clock) = service([status(429).header("retry-after", "5"), ok(r#"{"id": "i1"}"#)]).await;
    assert_eq!(hurried(&clock, making(&client).send()).await.unwrap().into_inner().id, "i1");
    let stamps = stamps(&server);
    assert!(stamps.len() == 2 && stamps[0] + 5 <= stamps[1], "{stamps:?}");
}

#[tokio::test]
async fn what_changes_nothing_more_is_sent_again_each_time_for_a_later_second() {
    let away = || [status(503).header("retry-after", "0"), Reply::CloseUnread, status(502)];
    let images = r#"{"images": []}"#;
    let (server, client, clock) = service(away().into_iter().chain([ok(images)])).await;
    hurried(&clock, client.list_images().limit(1).send()).await.unwrap();
    are_later(&server);
    let (server, client, clock) = service(away().into_iter().chain([ok("{}")])).await;
    hurried(&clock, client.show_preheating().id("i1").send()).await.unwrap();
    are_later(&server);
    let (server, client, clock) = service(away().into_iter().chain([ok("{}")])).await;
    hurried(&clock, client.remove_image().image_id("i1").send()).await.unwrap();
    are_later(&server);
    let (server, client, clock) = service(away().into_iter().chain([ok("{}")])).await;
    let body = Preheating::new("i1", vec!["ams-01".to_owned()]);
    hurried(&clock, client.preheat_image().body(body).send()).await.unwrap();
    are_later(&server);
    assert!(server.bodies().windows(2).all(|pair| pair[0] == pair[1]));
}

fn are_later(server: &Server) {
    let stamps = stamps(server);
    assert!(stamps.len() == 4 && stamps.is_sorted_by(|one, other| one < other), "{stamps:?}");
    let signatures = server.each(|request| verifier::cdnetworks(request, SECRET).unwrap().signature);
    assert!(signatures.windows(2).all(|pair| pair[0] != pair[1]));
}

#[tokio::test]
async fn an_answer_that_broke_off_is_asked_for_again() {
    let cut = Reply::CutAfter { announced: 99, sent: b"{\"images\": [" };
    let (server, client, clock) = service([cut, ok(r#"{"images": [{"id": "i1"}]}"#)]).await;
    let images = hurried(&clock, client.list_images().send()).await.unwrap().into_inner().images;
    assert_eq!((images.len(), server.count()), (1, 2));
}

/// A redirect is not signed for.
#[tokio::test]
async fn another_place_gets_no_signature() {
    let elsewhere = Server::answering(|_| ok(r#"{"images": []}"#)).await;
    let (server, client, clock) = service([status(307).header("location", &format!("{}/vmp/images", elsewhere.url()))]).await;
    let _ = hurried(&clock, client.list_images().send()).await;
    assert_eq!(server.count(), 1);
    assert!(elsewhere.header("authorization").is_empty() && elsewhere.header("x-cnc-accesskey").is_empty());
    let (server, client, clock) = service([status(307).header("location", &format!("{}/vmp/images", elsewhere.url()))]).await;
    let before = elsewhere.count();
    let error: Error = hurried(&clock, making(&client).send()).await.unwrap_err().into();
    assert_eq!((server.count(), elsewhere.count()), (1, before), "{error}");
}
