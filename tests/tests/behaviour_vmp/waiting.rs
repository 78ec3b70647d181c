//! What goes on after an answer, waited for by the sandbox's time.

use std::time::Duration;

use cloudimg_cdnetworks_vmp::types::{ImageState, Preheating, PreheatingState};
use cloudimg_cdnetworks_vmp::{ErrorKind, pace_of_polls};
use cloudimg_core::poller::Rhythm;
use cloudimg_sandbox::{Fault, Vmp, VmpPreheatingShape};
use futures::StreamExt as _;

use crate::world::{NODE, UNKNOWN, World, refused};

cases!(
    an_image_is_made,
    states_come_as_a_stream,
    an_image_that_fails_is_an_error,
    an_image_that_vanishes_is_missed,
    being_told_to_slow_down_and_lost_answers_do_no_harm,
    waiting_has_an_end,
    an_image_comes_to_all_nodes,
    nodes_that_fail_are_told,
    an_image_that_is_not_there_comes_nowhere,
    whoever_may_not_look_is_told_at_once,
);

fn patience(seconds: u64) -> Rhythm {
    let mut rhythm = pace_of_polls();
    rhythm.patience = Some(Duration::from_secs(seconds));
    rhythm
}

async fn preheated(world: &World, nodes: &[&str]) -> String {
    let id = world.vmp().put_image("mine", "CUSTOM");
    let nodes: Vec<_> = nodes.iter().map(|node| (*node).to_owned()).collect();
    world.client.preheat_image().body(Preheating::new(&id, nodes)).send().await.unwrap();
    id
}

async fn an_image_is_made(world: &World) {
    let id = world.begun("mine").await;
    let image = world.client.made(&id).await.unwrap();
    assert_eq!((image.id, image.state), (id, Some(ImageState::Active)));
    // At once, and each 10 s.
    let looks: Vec<_> = world.vmp().calls().into_iter().filter(|call| call.method == "GET").collect();
    assert_eq!(looks.len(), 4);
    assert!(looks.iter().all(|look| look.target.contains("ids=")));
}

async fn states_come_as_a_stream(world: &World) {
    let id = world.begun("mine").await;
    let mut wait = world.client.made(&id);
    let mut states = Vec::new();
    while let Some(state) = wait.next().await {
        states.push(state.unwrap());
    }
    assert_eq!(states, [const { ImageState::Building }; 3]);
    assert_eq!(wait.await.unwrap().state, Some(ImageState::Active));
}

async fn an_image_that_fails_is_an_error(world: &World) {
    world.vmp().fail_next_image();
    let id = world.begun("doomed").await;
    let error = world.client.made(&id).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::JobFailed, Some("create_image")));
    assert!(error.message().contains(&id) && error.message().contains("INACTIVE"), "{error}");
}

async fn an_image_that_vanishes_is_missed(world: &World) {
    let id = world.begun("mine").await;
    let mut wait = world.client.made(&id);
    assert_eq!(wait.next().await.unwrap().unwrap(), ImageState::Building);
    world.client.remove_image().image_id(&id).send().await.unwrap();
    assert_eq!(wait.await.unwrap_err().kind(), ErrorKind::NotFound);
    // A list may lag behind, so one look is not enough.
    world.statuses();
    assert_eq!(world.client.made(UNKNOWN).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(world.statuses(), [200, 200]);
}

async fn being_told_to_slow_down_and_lost_answers_do_no_harm(world: &World) {
    let id = world.begun("mine").await;
    world.vmp().throttle(9, Some(20));
    for fault in [Fault::LoseAnswer, Fault::Html502, Fault::CutBodyAfter(9), Fault::Status(503, None), Fault::CloseBeforeAnswer] {
        world.sandbox.faults().next("GET", "/vmp/images", fault);
    }
    assert_eq!(world.client.made(&id).await.unwrap().id, id);
    assert_eq!(world.sandbox.faults().pending(), 0);
    let id = preheated(world, &Vmp::NODES[..2]).await;
    world.vmp().throttle(9, None);
    assert!(world.client.preheated(&id, Vmp::NODES[..2].to_vec()).await.unwrap().is_complete());
}

async fn waiting_has_an_end(world: &World) {
    let id = world.begun("mine").await;
    let error = world.client.made(&id).with_rhythm(patience(15)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(world.client.made(&id).with_rhythm(patience(60)).await.is_ok(), "it went on");
    // A node that nobody asked for is not told of, which is not the same as done.
    let id = preheated(world, &Vmp::NODES[..1]).await;
    world.statuses();
    let wait = world.client.preheated(&id, [Vmp::NODES[0], "elsewhere"]).with_rhythm(patience(600));
    assert_eq!(wait.await.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(world.statuses().len(), 61, "each 10 s, for ten minutes");
    assert_eq!(pace_of_polls().patience, Some(Duration::from_secs(7200)));
}

async fn an_image_comes_to_all_nodes(world: &World) {
    let id = preheated(world, &Vmp::NODES).await;
    let mut wait = world.client.preheated(&id, Vmp::NODES);
    let mut looks = Vec::new();
    while let Some(states) = wait.next().await {
        let done = states.unwrap().into_iter().filter(|node| node.state == Some(PreheatingState::Success)).count();
        looks.push(done);
    }
    assert_eq!(looks, [0, 1, 2, 3]);
    let mut nodes = wait.await.unwrap().into_result().unwrap();
    nodes.sort();
    assert_eq!(nodes, Vmp::NODES);
    // Of those that are there already, and twice the same.
    let again = world.client.preheated(&id, [Vmp::NODES[1], Vmp::NODES[1]]).await.unwrap();
    assert_eq!(again.succeeded, [Vmp::NODES[1]]);
}

async fn nodes_that_fail_are_told(world: &World) {
    let nodes = [Vmp::NODES[2], Vmp::NODES[0]];
    world.vmp().fail_node(nodes[1]);
    let id = preheated(world, &nodes).await;
    let ended = world.client.preheated(&id, nodes).await.unwrap();
    assert_eq!((ended.succeeded.as_slice(), ended.failed.as_slice()), (&[nodes[0].to_owned()][..], &[nodes[1].to_owned()][..]));
    let error = ended.into_result().unwrap_err();
    assert!(error.kind() == ErrorKind::JobFailed && error.message().contains(nodes[1]), "{error}");
    // Tried again, it comes there.
    world.client.preheat_image().body(Preheating::new(&id, vec![nodes[1].to_owned()])).send().await.unwrap();
    assert!(world.client.preheated(&id, nodes).await.unwrap().is_complete());
    world.pass(NODE);
}

async fn an_image_that_is_not_there_comes_nowhere(world: &World) {
    let (status, kind) = match world.shape {
        VmpPreheatingShape::Plain => (404, ErrorKind::NotFound),
        _ => (200, ErrorKind::Refused),
    };
    let error = refused(world.client.preheated(UNKNOWN, [Vmp::NODES[0]]).await, status, "ImageNotFound");
    assert_eq!(error.kind(), kind);
    let error = world.client.preheated(UNKNOWN, [""; 0]).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("show_preheating")));
}

async fn whoever_may_not_look_is_told_at_once(world: &World) {
    let id = world.begun("mine").await;
    refused(world.stranger.made(&id).await, 403, "SignatureDoesNotMatch");
    world.statuses();
    refused(world.stranger.preheated(&id, [Vmp::NODES[0]]).await, 403, "SignatureDoesNotMatch");
    assert_eq!(world.statuses(), [403]);
}
