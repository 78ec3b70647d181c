//! `PATCH /v2/cloudimages/{id}`.

use serde_json::{Value, json};

use crate::support::Cloud;

#[tokio::test]
async fn attributes_change() {
    let cloud = Cloud::start().await;
    let demo = &cloud.demo;
    let image = demo.server_image("before").await;
    let path = format!("/v2/cloudimages/{image}");
    let patch = |operations: Value| demo.send("PATCH", &path, operations);
    let changed = patch(json!([
        {"op": "replace", "path": "/name", "value": "after"},
        {"op": "replace", "path": "/min_ram", "value": 2048},
        {"op": "add", "path": "/max_ram", "value": 4096},
        {"op": "add", "path": "/__description", "value": "told"},
        {"op": "replace", "path": "/__os_version", "value": "Ubuntu 24.04 server 64bit"},
        {"op": "replace", "path": "/protected", "value": "true"},
    ]));
    let changed = changed.await.good(200);
    for (key, value) in [("name", "after"), ("max_ram", "4096"), ("__description", "told"), ("__platform", "Ubuntu")] {
        assert_eq!(changed[key], value);
    }
    assert_eq!((changed["min_ram"].as_i64(), changed["protected"].as_bool()), (Some(2048), Some(true)));
    assert_eq!(demo.listed(&image).await.unwrap(), changed);
    let changed = patch(json!([{"op": "remove", "path": "/__description"}])).await.good(200);
    assert_eq!(changed.get("__description"), None);
    demo.delete(&format!("/v2/images/{image}")).await.refused("IMG.0028");
}

#[tokio::test]
async fn what_does_not_change() {
    let cloud = Cloud::start().await;
    let demo = &cloud.demo;
    let image = demo.server_image("fixed").await;
    let path = format!("/v2/cloudimages/{image}");
    let before = demo.listed(&image).await.unwrap();
    for (operation, code) in [
        (json!({"op": "replace", "path": "/max_ram", "value": "1"}), "IMG.0035"),
        (json!({"op": "replace", "path": "/__description", "value": "x"}), "IMG.0035"),
        (json!({"op": "remove", "path": "/__description"}), "IMG.0035"),
        (json!({"op": "remove", "path": "/name"}), "IMG.0035"),
        (json!({"op": "move", "path": "/name", "value": "x"}), "IMG.0001"),
        (json!({"op": "replace", "path": "/status", "value": "killed"}), "IMG.0001"),
        (json!({"op": "replace", "path": "/colour", "value": "red"}), "IMG.0001"),
        (json!({"op": "replace", "path": "name", "value": "x"}), "IMG.0001"),
        (json!({"op": "replace", "path": "/name"}), "IMG.0001"),
        (json!({"op": "replace", "path": "/name", "value": "a/b"}), "IMG.0003"),
        (json!({"op": "replace", "path": "/min_ram", "value": -1}), "IMG.0055"),
        (json!({"op": "add", "path": "/max_ram", "value": "much"}), "IMG.0055"),
        (json!({"op": "add", "path": "/hw_firmware_type", "value": "coreboot"}), "IMG.0141"),
        (json!({"op": "add", "path": "/__description", "value": ["x"]}), "IMG.0001"),
    ] {
        // All or nothing: the first of the two is good.
        let body = json!([{"op": "replace", "path": "/name", "value": "other"}, operation]);
        demo.send("PATCH", &path, body).await.refused(code);
    }
    demo.send("PATCH", &path, json!({"op": "remove"})).await.refused("IMG.0001");
    demo.send("PATCH", "/v2/cloudimages/unknown", json!([{"op": "remove", "path": "/max_ram"}])).await.refused("IMG.0027");
    assert_eq!(demo.listed(&image).await.unwrap(), before);
}
