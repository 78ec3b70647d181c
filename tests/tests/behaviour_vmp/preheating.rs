//! Images, pulled onto nodes ahead of use.

use cloudimg_cdnetworks_vmp::types::{NodeState, Preheating, PreheatingState};
use cloudimg_cdnetworks_vmp::{Error, ErrorKind};
use cloudimg_sandbox::{Vmp, VmpPreheatingShape};

use crate::world::{NODE, UNKNOWN, World, refused};

cases!(
    an_image_comes_to_nodes_one_after_the_other,
    a_node_that_failed_is_tried_again,
    what_cannot_be_preheated,
    an_image_that_was_never_preheated_has_no_nodes,
    strangers_are_refused,
);

fn body(id: &str, nodes: &[&str]) -> Preheating {
    Preheating::new(id, nodes.iter().map(|node| (*node).to_owned()).collect::<Vec<_>>())
}

async fn told(world: &World, id: &str) -> Vec<(String, Option<PreheatingState>)> {
    let info = world.client.show_preheating().id(id).send().await.unwrap();
    assert_eq!(info.headers()["x-cnc-request-id"].len(), 36);
    let pair = |node: NodeState| (node.node_name, node.state);
    info.into_inner().into_nodes().into_iter().map(pair).collect()
}

async fn an_image_comes_to_nodes_one_after_the_other(world: &World) {
    use PreheatingState::{Fail, Sending, Success};
    let id = world.vmp().put_image("mine", "CUSTOM");
    let nodes = [Vmp::NODES[0], Vmp::NODES[2], Vmp::NODES[1]];
    world.vmp().fail_node(nodes[1]);
    let begun = world.client.preheat_image().body(body(&id, &nodes)).send().await.unwrap().into_inner();
    assert_eq!(begun.code.is_some(), world.shape == VmpPreheatingShape::Envelope);
    for states in [[Sending, Sending, Sending], [Success, Sending, Sending], [Success, Fail, Sending], [Success, Fail, Success]] {
        let wanted: Vec<_> = nodes.iter().map(|node| (*node).to_owned()).zip(states.map(Some)).collect();
        assert_eq!(told(world, &id).await, wanted);
        world.pass(NODE);
    }
}

async fn a_node_that_failed_is_tried_again(world: &World) {
    let id = world.vmp().put_image("mine", "SNAPSHOT");
    let node = Vmp::NODES[3];
    world.vmp().fail_node(node);
    for end in [PreheatingState::Fail, PreheatingState::Success] {
        world.client.preheat_image().body(body(&id, &[node])).send().await.unwrap();
        world.pass(NODE);
        assert_eq!(told(world, &id).await, [(node.to_owned(), Some(end))]);
    }
}

/// How a refusal comes depends on the shape: with a code in a success, or by its status.
#[track_caller]
fn refused_in_shape<T: std::fmt::Debug>(
    shape: VmpPreheatingShape,
    result: Result<T, progenitor_client::Error<()>>,
    status: u16,
    code: &str,
) -> Error {
    let number = status.to_string();
    let (status, code) = match shape {
        VmpPreheatingShape::Plain => (status, code),
        VmpPreheatingShape::NumericEnvelope => (200, number.as_str()),
        _ => (200, code),
    };
    let error = refused(result, status, code);
    assert_eq!(error.kind() == ErrorKind::Refused, status == 200, "{error}");
    error
}

async fn what_cannot_be_preheated(world: &World) {
    let (vmp, client) = (world.vmp(), &world.client);
    let public = vmp.images()[0].id.clone();
    let mine = vmp.put_image("mine", "CUSTOM");
    let begun = world.begun("begun").await;
    let node = Vmp::NODES[0];
    let numeric = VmpPreheatingShape::NumericEnvelope;
    for shape in [world.shape, numeric] {
        vmp.set_preheating_shape(shape);
        for (id, nodes, status, code) in [
            (UNKNOWN, &[node][..], 404, "ImageNotFound"),
            (&public, &[node], 403, "ImageNotOwned"),
            (&begun, &[node], 409, "ImageNotActive"),
            (&mine, &[node, "nowhere"], 404, "NodeNotFound"),
        ] {
            let error = refused_in_shape(shape, client.preheat_image().body(body(id, nodes)).send().await, status, code);
            assert_eq!((error.operation(), error.attempts()), (Some("preheat_image"), 1));
            assert!(!error.body().is_empty() && error.message().contains("The "), "{error}");
        }
        refused_in_shape(shape, client.show_preheating().id(UNKNOWN).send().await, 404, "ImageNotFound");
        refused_in_shape(shape, client.show_preheating().id("镜像 1").send().await, 404, "ImageNotFound");
    }
    // What is wrong with the call itself is an error in each shape.
    refused(client.preheat_image().body(body(&mine, &[])).send().await, 400, "InvalidParameter");
    assert_eq!(vmp.counts().preheatings, 0);
}

async fn an_image_that_was_never_preheated_has_no_nodes(world: &World) {
    let id = world.vmp().put_image("mine", "CUSTOM");
    assert!(told(world, &id).await.is_empty());
}

async fn strangers_are_refused(world: &World) {
    let id = world.vmp().put_image("mine", "CUSTOM");
    world.is_unknown_caller(world.stranger.preheat_image().body(body(&id, &Vmp::NODES[..1])).send().await);
    world.is_unknown_caller(world.stranger.show_preheating().id(&id).send().await);
    assert_eq!(world.vmp().counts().preheatings, 0);
}
