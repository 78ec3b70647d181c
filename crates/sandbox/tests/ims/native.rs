//! The calls of Glance on the port of IMS.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::Cloud;

#[tokio::test]
async fn images_go_a_step_after_they_are_deleted() {
    let cloud = Cloud::still().await;
    let demo = &cloud.demo;
    let made = json!({"name": "x", "disk_format": "vhd", "container_format": "bare"});
    let id = demo.post("/v2/images", made).await.good(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/v2/images/{id}");
    assert_eq!(demo.delete(&path).await.status, 204);
    assert!(demo.listed(&id).await.is_some());
    assert_eq!(demo.delete(&path).await.status, 204);
    cloud.sandbox.clock().advance(crate::support::STEP);
    for _ in 0..500 {
        if demo.listed(&id).await.is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(demo.listed(&id).await.is_none());
    assert_eq!(demo.get(&path).await.status, 404);
    // Of an image that is not there Glance speaks, in its own way.
    let gone = demo.delete(&path).await;
    assert_eq!(gone.status, 404);
    assert!(gone.text.contains("No image found with ID"), "{}", gone.text);
    let id = demo.post("/v2/images", json!({"name": "y"})).await.good(201)["id"].as_str().unwrap().to_owned();
    demo.send("DELETE", &format!("/v2/images/{id}"), json!({"delete_backup": "yes"})).await.refused("IMG.0001");
    demo.send("DELETE", &format!("/v2/images/{id}"), json!([])).await.refused("IMG.0001");
}

#[tokio::test]
async fn patches_of_both_kinds() {
    let cloud = Cloud::start().await;
    let image = cloud.demo.server_image("before").await;
    let path = format!("/v2/images/{image}");
    let patch = |draft: &'static str, body: Value| {
        let call = cloud
            .demo
            .call(Method::PATCH, &path)
            .header("Content-Type", format!("application/openstack-images-v{draft}-json-patch"));
        call.body(body.to_string()).send()
    };
    let answer = patch("2.1", json!([{"op": "replace", "path": "/name", "value": "one"}])).await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["name"], "one");
    let answer = patch("2.0", json!([{"replace": "/name", "value": "two"}])).await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["name"], "two");
    let answer = patch("2.1", json!([{"op": "replace", "path": "/max_ram", "value": "1"}])).await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], "IMG.0035");
    let answer = cloud.demo.send("PATCH", &path, json!([{"op": "replace", "path": "/name", "value": "x"}])).await;
    assert_eq!(answer.status, 415);
    // The other port answers as Glance does.
    let answer = cloud.demo.glance(Method::GET, &path, None).await.good(200);
    assert_eq!(answer["name"], "two");
}

#[tokio::test]
async fn one_image_for_both() {
    let cloud = Cloud::start().await;
    let (demo, other) = (&cloud.demo, &cloud.other);
    let image = demo.server_image("one").await;
    let listed = demo.get("/v2/images?__imagetype=private&limit=1").await.good(200);
    assert_eq!(listed["images"][0]["id"], image.as_str());
    assert!(listed["next"].as_str().unwrap().contains("marker="));
    assert_eq!(demo.get(&format!("/v2/images/{image}")).await.good(200)["name"], "one");
    assert_eq!(demo.get("/v2/images/unknown").await.status, 404);
    let tag = |tag: &str| format!("/v2/images/{image}/tags/{tag}");
    let put = |path: String| demo.call(Method::PUT, &path).send();
    assert_eq!(put(tag("blue")).await.unwrap().status(), 204);
    assert_eq!(put(tag("a%3Db")).await.unwrap().status(), 400);
    let tags = demo.get(&format!("/v2/{}/images/{image}/tags", demo.project)).await.good(200);
    assert_eq!(tags["tags"], json!([{"key": "blue", "value": ""}]));
    assert_eq!(demo.delete(&tag("blue")).await.status, 204);
    assert_eq!(demo.delete(&tag("blue")).await.status, 404);
    for number in 0..10 {
        assert_eq!(put(tag(&format!("t{number}"))).await.unwrap().status(), 204);
    }
    assert_eq!(put(tag("t10")).await.unwrap().status(), 400);

    let members = format!("/v2/images/{image}/members");
    let member = demo.post(&members, json!({"member": other.project})).await.good(200);
    assert_eq!((member["status"].as_str(), member["image_id"].as_str()), (Some("pending"), Some(image.as_str())));
    assert_eq!(demo.post(&members, json!({"member": other.project})).await.status, 409);
    let one = format!("{members}/{}", other.project);
    assert_eq!(demo.get(&one).await.good(200)["status"], "pending");
    assert_eq!(demo.send("PUT", &one, json!({"status": "accepted"})).await.status, 403);
    assert_eq!(other.send("PUT", &one, json!({"status": "accepted"})).await.good(200)["status"], "accepted");
    assert_eq!(other.names("").await, ["one"]);
    assert_eq!(demo.delete(&one).await.status, 204);
    assert_eq!(demo.delete(&one).await.status, 404);
    for schema in ["image", "images", "member", "members"] {
        assert_eq!(demo.get(&format!("/v2/schemas/{schema}")).await.good(200)["name"], schema);
    }
    assert_eq!(demo.get("/v2/schemas/nothing").await.status, 404);
}

#[tokio::test]
async fn what_a_new_image_says_of_itself() {
    let cloud = Cloud::start().await;
    let body = json!({"__os_version": "Ubuntu 14.04 server 64bit", "container_format": "bare", "disk_format": "vhd", "min_disk": 100,
        "min_ram": 1024, "name": "test", "tags": ["test=testvalue", "image=imagevalue"], "visibility": "private", "protected": false});
    let made = cloud.demo.post("/v2/images", body).await.good(201);
    for (key, value) in [
        ("__os_type", "Linux"),
        ("__platform", "Ubuntu"),
        ("__imagetype", "private"),
        ("__isregistered", "true"),
        ("__image_source_type", "uds"),
        ("virtual_env_type", "FusionCompute"),
        ("visibility", "private"),
        ("status", "queued"),
    ] {
        assert_eq!(made[key], value, "{key}");
    }
    assert_eq!(made["owner"], cloud.demo.project.as_str());
    assert_eq!(cloud.demo.post("/v2/images", json!({"min_disk": "much"})).await.status, 400);
    assert_eq!(cloud.demo.post("/v2/images", json!("text")).await.status, 400);
    // On the other port nothing is added.
    let plain = cloud.demo.glance(Method::POST, "/v2/images", Some(json!({"name": "plain"}))).await.good(201);
    assert_eq!((plain.get("__imagetype"), plain["visibility"].as_str()), (None, Some("shared")));
    assert_eq!(cloud.demo.glance(Method::GET, "/v2/cloudimages", None).await.status, 404);
}
