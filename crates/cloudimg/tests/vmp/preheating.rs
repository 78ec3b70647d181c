//! Images on their way to nodes.

use cloudimg::ErrorKind;
use cloudimg::vmp::{Preheated, PreheatingState};
use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::server::{Server, ok};
use crate::support::{clock, drive, node_list, nodes, refused, text, vmp};

fn begun() -> crate::server::Reply {
    text(&json!({"code": "0", "message": "success"}))
}

#[tokio::test]
async fn each_change_of_a_node_is_told_and_the_nodes_come_after() {
    let looks = [
        nodes(&[]),
        nodes(&[("a", "SENDING"), ("stranger", "SUCCESS")]),
        nodes(&[("a", "SENDING"), ("b", "QUEUED")]),
        nodes(&[("b", "SUCCESS"), ("a", "SENDING")]),
        nodes(&[("b", "SUCCESS"), ("a", "FAIL"), ("a", "SUCCESS")]),
    ];
    let server = Server::start([begun()].into_iter().chain(looks)).await;
    let clock = clock();
    let mut preheating = vmp(&server, &clock).images().preheat("i", ["a", "b", "a"]).await.unwrap();
    assert_eq!((preheating.image(), preheating.nodes()), ("i", &["a".to_owned(), "b".to_owned()][..]));
    let body: Value = serde_json::from_slice(&server.bodies()[0]).unwrap();
    assert_eq!(body, json!({"imageId": "i", "nodeNames": ["a", "b"]}));
    let (changes, waits) = drive(&clock, preheating.by_ref().map(Result::unwrap).collect::<Vec<_>>()).await;
    let changes: Vec<_> = changes.iter().map(|node| (node.node_name.as_str(), node.state.as_ref().unwrap().as_str())).collect();
    assert_eq!(changes, [("a", "SENDING"), ("b", "QUEUED"), ("b", "SUCCESS"), ("a", "SUCCESS")]);
    assert_eq!(waits, [10.0, 15.0, 22.5, 30.0]);
    let preheated = (&mut preheating).await.unwrap();
    assert!(preheated.is_complete() && preheated.succeeded == ["a", "b"]);
    assert_eq!(preheating.outcome().await.unwrap(), preheated, "it can be asked for again");
    assert_eq!(server.paths()[..2], ["/vmp/images/preHeating", "/vmp/images/preHeatingInfo/i"]);
    assert_eq!(server.methods()[..2], ["PUT", "GET"]);
}

#[tokio::test]
async fn a_partial_failure_is_an_error_that_tells_both_sides_or_an_outcome() {
    let end = || nodes(&[("a", "SUCCESS"), ("b", "FAIL"), ("c", "FAIL")]);
    let server = Server::start([end(), end()]).await;
    let images = vmp(&server, &clock()).images();
    let error = images.attach_preheating("i", ["c", "a", "b"]).unwrap().await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::JobFailed, "the image did not come to 2 of 3 nodes: c, b"));
    let partly = Preheated::of(&error).unwrap();
    assert_eq!((&partly.succeeded[..], &partly.failed[..]), (&["a".to_owned()][..], &["c".to_owned(), "b".to_owned()][..]));
    let outcome = images.attach_preheating("i", ["c", "a", "b"]).unwrap().outcome().await.unwrap();
    assert_eq!(&outcome, partly);
    assert_eq!(outcome.into_result().unwrap_err().kind(), ErrorKind::JobFailed);
}

#[tokio::test]
async fn older_answers_tell_of_nodes_as_well() {
    let plain = text(&node_list(&[("a", "SUCCESS")]));
    let server = Server::start([ok("{}"), plain, ok(""), text(&json!({"code": 0, "data": node_list(&[("a", "SUCCESS")])}))]).await;
    let images = vmp(&server, &clock()).images();
    for _ in 0..2 {
        assert!(images.preheat("i", ["a"]).await.unwrap().await.unwrap().is_complete());
    }
}

#[tokio::test]
async fn a_code_that_is_not_of_success_is_an_error_of_the_call_or_of_the_wait() {
    let no = |code: Value| text(&json!({"code": code, "message": "no such node", "data": null}));
    let server = Server::start([no(json!("NodeNotFound")), begun(), no(json!(404))]).await;
    let images = vmp(&server, &clock()).images();
    let error = images.preheat("i", ["a"]).await.unwrap_err();
    assert_eq!((error.kind(), error.code(), error.message()), (ErrorKind::Refused, Some("NodeNotFound"), "no such node"));
    let mut preheating = images.preheat("i", ["a"]).await.unwrap();
    let told = preheating.next().await.unwrap().unwrap_err();
    assert!(preheating.next().await.is_none());
    let error = preheating.await.unwrap_err();
    assert_eq!((error.kind(), error.to_string()), (ErrorKind::Refused, told.to_string()));
    assert!(Preheated::of(&error).is_none());
}

#[tokio::test]
async fn a_node_that_is_not_told_of_is_waited_for_until_patience_ends() {
    let server = Server::answering(|_| nodes(&[("a", "SUCCESS")])).await;
    let clock = clock();
    let preheating = vmp(&server, &clock).images().attach_preheating("i", ["a", "b"]).unwrap();
    let (result, waits) = drive(&clock, preheating).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(waits.iter().sum::<f64>() > 7100.0 && waits.iter().sum::<f64>() <= 7200.0, "{waits:?}");
}

#[tokio::test]
async fn what_cannot_be_right_is_not_sent() {
    let server = Server::start([]).await;
    let images = vmp(&server, &clock()).images();
    let wrong = [
        images.preheat("i", Vec::<String>::new()).await,
        images.preheat("i", ["a", ""]).await,
        images.preheat("", ["a"]).await,
        images.attach_preheating("i", Vec::<String>::new()),
        images.attach_preheating("preHeatingInfo", ["a"]),
    ];
    for result in wrong {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidRequest);
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_start_that_is_lost_is_repeated_since_it_does_no_more_twice() {
    let server = Server::start([crate::server::Reply::CloseUnread, begun(), nodes(&[("a", "SUCCESS")])]).await;
    let clock = clock();
    let vmp = crate::support::builder(&server, &clock).retry(cloudimg::retry::Standard::default()).build().unwrap();
    let (preheated, _) = drive(&clock, async { vmp.images().preheat("i", ["a"]).await.unwrap().await }).await;
    assert!(preheated.unwrap().is_complete());
    assert_eq!(server.methods(), ["PUT", "PUT", "GET"]);
}

#[tokio::test]
async fn an_unknown_state_is_no_end() {
    let server = Server::start([nodes(&[("a", "success")]), refused(503, "Away"), nodes(&[("a", "SUCCESS")])]).await;
    let clock = clock();
    let mut preheating = vmp(&server, &clock).images().attach_preheating("i", ["a"]).unwrap();
    let first = preheating.next().await.unwrap().unwrap();
    assert_eq!(first.state, Some(PreheatingState::Unlisted("success".to_owned())));
    assert!(drive(&clock, preheating).await.0.unwrap().is_complete());
}
