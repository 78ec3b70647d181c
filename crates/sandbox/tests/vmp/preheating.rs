//! Preheating: nodes by the clock, what is refused and how, both shapes of the answers.

use std::time::Duration;

use cloudimg_sandbox::VmpPreheatingShape;
use serde_json::{Value, json};

use crate::support::{Cloud, NODE, PREHEAT};

const ONE: &str = "node-hk-01";
const TWO: &str = "node-tyo-02";

fn states(info: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    info["preHeatingInfo"].as_array().unwrap().iter().map(|node| (text(&node["nodeName"]), text(&node["state"]))).collect()
}

async fn info(cloud: &Cloud, id: &str) -> Vec<(String, String)> {
    let body = cloud.get(&format!("/vmp/images/preHeatingInfo/{id}")).await.good();
    assert_eq!((body["code"].as_str(), body["message"].as_str()), (Some("0"), Some("success")));
    states(&body["data"])
}

fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted.iter().map(|(node, state)| ((*node).to_owned(), (*state).to_owned())).collect()
}

#[tokio::test]
async fn nodes_are_ready_one_after_the_other() {
    let cloud = Cloud::start().await;
    let id = cloud.vmp().put_image("x", "CUSTOM");
    assert!(info(&cloud, &id).await.is_empty());
    let answer = cloud.put(json!({"imageId": id, "nodeNames": [TWO, ONE, TWO]})).await;
    answer.named();
    assert_eq!(answer.good(), json!({"code": "0", "message": "success"}));
    assert_eq!(info(&cloud, &id).await, pairs(&[(TWO, "SENDING"), (ONE, "SENDING")]));
    cloud.pass(NODE - Duration::from_millis(1));
    assert_eq!(info(&cloud, &id).await, pairs(&[(TWO, "SENDING"), (ONE, "SENDING")]));
    cloud.pass(Duration::from_millis(1));
    assert_eq!(info(&cloud, &id).await, pairs(&[(TWO, "SUCCESS"), (ONE, "SENDING")]));
    cloud.pass(NODE);
    assert_eq!(info(&cloud, &id).await, pairs(&[(TWO, "SUCCESS"), (ONE, "SUCCESS")]));
    assert_eq!(cloud.vmp().image(&id).unwrap().nodes, info(&cloud, &id).await);
    assert_eq!(cloud.vmp().counts().preheatings, 1);
}

#[tokio::test]
async fn a_refusal_with_status_200_is_no_effect() {
    let cloud = Cloud::start().await;
    let id = cloud.vmp().put_image("x", "CUSTOM");
    assert_eq!(cloud.put(json!({"imageId": id, "nodeNames": ["node-none"]})).await.good()["code"], "NodeNotFound");
    assert!(cloud.sandbox.effects().take().is_empty());
    assert_eq!(cloud.put(json!({"imageId": id, "nodeNames": [ONE]})).await.good()["code"], "0");
    assert_eq!(cloud.sandbox.effects().take().len(), 1);
}

#[tokio::test]
async fn a_node_that_failed_tries_again_and_the_others_rest() {
    let cloud = Cloud::start().await;
    let id = cloud.vmp().put_image("x", "SNAPSHOT");
    cloud.vmp().fail_node(ONE);
    let both = json!({"imageId": id, "nodeNames": [ONE, TWO]});
    assert_eq!(cloud.put(both.clone()).await.good()["code"], "0");
    cloud.pass(NODE);
    assert_eq!(info(&cloud, &id).await, pairs(&[(ONE, "FAIL"), (TWO, "SENDING")]));
    assert_eq!(cloud.put(both).await.good()["code"], "0");
    assert_eq!(info(&cloud, &id).await, pairs(&[(ONE, "SENDING"), (TWO, "SENDING")]));
    cloud.pass(NODE);
    assert_eq!(info(&cloud, &id).await, pairs(&[(ONE, "SUCCESS"), (TWO, "SUCCESS")]));
    cloud.vmp().put_node("node-new");
    assert_eq!(cloud.put(json!({"imageId": id, "nodeNames": ["node-new"]})).await.good()["code"], "0");
    assert_eq!(info(&cloud, &id).await[2], ("node-new".to_owned(), "SENDING".to_owned()));
}

#[tokio::test]
async fn what_is_refused_comes_with_200() {
    let cloud = Cloud::start().await;
    let id = cloud.vmp().put_image("x", "CUSTOM");
    let public = cloud.vmp().images().into_iter().find(|image| image.image_type == "COMMON").unwrap().id;
    let building = cloud.snapshot("slow").await;
    for (image, node, code, number) in [
        ("unknown", ONE, "ImageNotFound", 404),
        (&id, "node-nowhere", "NodeNotFound", 404),
        (&public, ONE, "ImageNotOwned", 403),
        (&building, ONE, "ImageNotActive", 409),
    ] {
        let body = json!({"imageId": image, "nodeNames": [TWO, node]});
        let answer = cloud.put(body.clone()).await;
        answer.refused(200, code);
        cloud.vmp().set_preheating_shape(VmpPreheatingShape::NumericEnvelope);
        assert_eq!(cloud.put(body.clone()).await.good()["code"], number);
        cloud.vmp().set_preheating_shape(VmpPreheatingShape::Plain);
        cloud.put(body).await.refused(number, code);
        cloud.vmp().set_preheating_shape(VmpPreheatingShape::Envelope);
    }
    // All or none.
    assert!(info(&cloud, &id).await.is_empty());
    assert_eq!(cloud.vmp().counts().preheatings, 0);
    cloud.get("/vmp/images/preHeatingInfo/unknown").await.refused(200, "ImageNotFound");
    cloud.get("/vmp/images/preHeatingInfo/").await.refused(404, "ApiNotFound");
}

#[tokio::test]
async fn bodies_that_are_refused() {
    let cloud = Cloud::start().await;
    let id = cloud.vmp().put_image("x", "CUSTOM");
    for body in [
        json!({}),
        json!({"imageId": id}),
        json!({"nodeNames": [ONE]}),
        json!({"imageId": id, "nodeNames": []}),
        json!({"imageId": id, "nodeNames": ONE}),
        json!({"imageId": id, "nodeNames": [ONE, 5]}),
        json!({"imageId": id, "nodeNames": [""]}),
        json!({"imageId": 5, "nodeNames": [ONE]}),
    ] {
        cloud.put(body).await.refused(400, "InvalidParameter");
    }
    cloud.text("PUT", PREHEAT, "").await.refused(400, "InvalidBody");
    cloud.text("PUT", PREHEAT, "[]").await.refused(400, "InvalidBody");
    assert!(info(&cloud, &id).await.is_empty());
}

#[tokio::test]
async fn the_other_shapes() {
    let cloud = Cloud::with(|builder| builder.vmp_preheating_shape(VmpPreheatingShape::Plain)).await;
    let id = cloud.vmp().put_image("x", "CUSTOM");
    let path = format!("/vmp/images/preHeatingInfo/{id}");
    assert_eq!(cloud.put(json!({"imageId": id, "nodeNames": [ONE]})).await.good(), json!({}));
    let node = json!({"nodeName": ONE, "state": "SENDING"});
    assert_eq!(cloud.get(&path).await.good(), json!({"preHeatingInfo": [node]}));
    cloud.get("/vmp/images/preHeatingInfo/unknown").await.refused(404, "ImageNotFound");
    cloud.vmp().set_preheating_shape(VmpPreheatingShape::NumericEnvelope);
    let wanted = json!({"code": 0, "message": "success", "data": {"preHeatingInfo": [node]}});
    assert_eq!(cloud.get(&path).await.good(), wanted);
    let again = json!({"imageId": id, "nodeNames": [ONE]});
    assert_eq!(cloud.put(again).await.good(), json!({"code": 0, "message": "success"}));
}

#[tokio::test]
async fn a_deleted_image_takes_its_nodes_with_it() {
    let cloud = Cloud::start().await;
    let id = cloud.vmp().put_image("x", "CUSTOM");
    cloud.put(json!({"imageId": id, "nodeNames": [ONE]})).await.good();
    assert_eq!(cloud.delete(&id).await.status, 200);
    cloud.get(&format!("/vmp/images/preHeatingInfo/{id}")).await.refused(200, "ImageNotFound");
}
