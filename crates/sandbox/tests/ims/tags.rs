//! Tags: of an image, of a project, of images by them.

use serde_json::{Value, json};

use crate::support::Cloud;

#[tokio::test]
async fn the_tags_of_an_image() {
    let cloud = Cloud::start().await;
    let demo = &cloud.demo;
    let image = demo.server_image("tagged").await;
    let tags = format!("/v2/{}/images/{image}/tags", demo.project);
    let read = || async { demo.get(&tags).await.good(200)["tags"].clone() };
    demo.post(&tags, json!({"tag": {"key": "key1", "value": "old"}})).await.good(204);
    demo.post(&tags, json!({"tag": {"key": "key1", "value": "value1"}})).await.good(204);
    demo.send("PUT", "/v1/cloudimages/tags", json!({"image_id": image, "tag": "aaaa.11.11"})).await.good(204);
    demo.send("PUT", "/v1/cloudimages/tags", json!({"image_id": image, "image_tag": {"key": "k", "value": ""}})).await.good(204);
    let wanted = json!([{"key": "key1", "value": "value1"}, {"key": "aaaa", "value": "11.11"}, {"key": "k", "value": ""}]);
    assert_eq!(read().await, wanted);
    assert_eq!(demo.listed(&image).await.unwrap()["tags"], json!(["key1=value1", "aaaa=11.11", "k"]));

    let action = format!("{tags}/action");
    let some = json!({"action": "create", "tags": [{"key": "x", "value": "1"}, {"key": "y", "value": "2"}]});
    demo.post(&action, some).await.good(204);
    // A batch does not mind a key that is not there; a single call does.
    demo.post(&action, json!({"action": "delete", "tags": [{"key": "x"}, {"key": "never"}]})).await.good(204);
    let batch = format!("/v1/{}/cloudimages/{image}/tags/delete", demo.project);
    demo.send("DELETE", &batch, json!({"tags": [{"key": "y", "value": "2"}, {"key": "never", "value": ""}]})).await.good(204);
    demo.delete(&format!("{tags}/key1")).await.good(204);
    demo.delete(&format!("{tags}/key1")).await.stopped(404, "IMG.0115");
    assert_eq!(read().await, json!([{"key": "aaaa", "value": "11.11"}, {"key": "k", "value": ""}]));

    for (path, body, code) in [
        (&tags, json!({}), "IMG.0001"),
        (&tags, json!({"tag": {"key": "a b", "value": ""}}), "IMG.0115"),
        (&tags, json!({"tag": {"key": "k".repeat(37), "value": ""}}), "IMG.0115"),
        (&action, json!({"action": "paint", "tags": [{"key": "a"}]}), "IMG.0001"),
        (&action, json!({"action": "create", "tags": []}), "IMG.0001"),
        (&action, json!({"action": "create", "tags": [{"key": "a"}, {"key": "a"}]}), "IMG.0115"),
        (&action, json!({"action": "delete", "tags": [{"key": "k".repeat(128)}]}), "IMG.0115"),
        (&format!("/v2/{}/images/unknown/tags", demo.project), json!({"tag": {"key": "a", "value": ""}}), "IMG.0027"),
    ] {
        demo.post(path, body).await.stopped(400, code);
    }
    let many: Vec<Value> = (0..9).map(|n| json!({"key": format!("n{n}"), "value": ""})).collect();
    demo.post(&action, json!({"action": "create", "tags": many})).await.stopped(400, "IMG.0116");
    demo.send("DELETE", &batch, json!({"tags": []})).await.refused("IMG.0001");
    let put = |body: Value| demo.send("PUT", "/v1/cloudimages/tags", body);
    put(json!({"image_id": image})).await.refused("IMG.0115");
    put(json!({"image_id": image, "tag": "a", "image_tag": {"key": "a"}})).await.refused("IMG.0115");
    put(json!({"image_id": "unknown", "tag": "a"})).await.refused("IMG.0027");
    cloud.other.get(&format!("/v2/{}/images/{image}/tags", cloud.other.project)).await.stopped(400, "IMG.0027");
    cloud.other.get(&tags).await.stopped(400, "IMG.0030");
}

#[tokio::test]
async fn the_tags_of_a_project() {
    let cloud = Cloud::start().await;
    let demo = &cloud.demo;
    for (name, tags) in [("one", json!(["a.1", "b"])), ("two", json!(["a.2", "b", "c.3"]))] {
        let body = json!({"name": name, "instance_id": crate::support::SOMETHING, "tags": tags});
        demo.image(demo.post("/v2/cloudimages/action", body).await).await;
    }
    let all = demo.get("/v1/cloudimages/tags").await.good(200);
    assert_eq!(all["tags"], json!(["a=1", "a=2", "b", "c=3"]));
    for (query, wanted) in [
        ("limit=3&page=1", json!(["a=1", "a=2", "b"])),
        ("limit=3&page=2", json!(["c=3"])),
        ("limit=3&page=3", json!([])),
        ("name=one", json!(["a=1", "b"])),
    ] {
        assert_eq!(demo.get(&format!("/v1/cloudimages/tags?{query}")).await.good(200)["tags"], wanted);
    }
    demo.get("/v1/cloudimages/tags?page=0").await.refused("IMG.0001");
    let keys = demo.get(&format!("/v2/{}/images/tags", demo.project)).await.good(200);
    let wanted = json!([{"key": "a", "values": ["2", "1"]}, {"key": "b", "values": [""]}, {"key": "c", "values": ["3"]}]);
    assert_eq!(keys["tags"], wanted);
    demo.get("/v2/another/images/tags").await.stopped(400, "IMG.0030");
}

#[tokio::test]
async fn images_by_tags() {
    let cloud = Cloud::start().await;
    let demo = &cloud.demo;
    let tagged = [("one", json!(["a.1", "b.1"])), ("two", json!(["a.2", "b.1"])), ("three", json!(["c.3"])), ("four", json!([]))];
    for (name, tags) in tagged {
        let body = json!({"name": name, "instance_id": crate::support::SOMETHING, "tags": tags});
        demo.image(demo.post("/v2/cloudimages/action", body).await).await;
    }
    let path = format!("/v2/{}/images/resource_instances/action", demo.project);
    let find = |more: Value| {
        let mut body = json!({"action": "filter"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        demo.post(&path, body)
    };
    for (query, wanted) in [
        (json!({}), vec!["four", "three", "two", "one"]),
        (json!({"tags": [{"key": "a", "values": ["1", "2"]}, {"key": "b", "values": ["1"]}]}), vec!["two", "one"]),
        (json!({"tags": [{"key": "a", "values": ["1"]}]}), vec!["one"]),
        (json!({"tags_any": [{"key": "a", "values": ["1"]}, {"key": "c", "values": []}]}), vec!["three", "one"]),
        (json!({"not_tags": [{"key": "a", "values": []}, {"key": "b", "values": []}]}), vec!["four", "three"]),
        (json!({"not_tags_any": [{"key": "a", "values": ["1"]}, {"key": "c", "values": ["3"]}]}), vec!["four", "two"]),
        (json!({"without_any_tag": true, "tags": [{"key": "a", "values": []}]}), vec!["four"]),
        (json!({"matches": [{"key": "resource_name", "value": "o"}]}), vec!["four", "two", "one"]),
        (json!({"limit": "2", "offset": "1"}), vec!["three", "two"]),
        (json!({"offset": "4"}), vec![]),
    ] {
        let found = find(query.clone()).await.good(200);
        let names: Vec<&str> =
            found["resources"].as_array().unwrap().iter().map(|r| r["resource_name"].as_str().unwrap()).collect();
        assert_eq!(names, wanted, "{query}");
    }
    let one = find(json!({"limit": "1"})).await.good(200);
    assert_eq!((one["total_count"].as_i64(), one["resources"][0]["resource_detail"]["status"].as_str()), (Some(4), Some("active")));
    let count = demo.post(&path, json!({"action": "count"})).await.good(200);
    assert_eq!(count, json!({"total_count": 4}));
    let eleven: Vec<Value> = (0..11).map(|n| json!({"key": n.to_string(), "values": []})).collect();
    for (query, code) in [
        (json!({"action": "show"}), "IMG.0001"),
        (json!({"tags": []}), "IMG.0115"),
        (json!({"tags": eleven}), "IMG.0115"),
        (json!({"limit": "0"}), "IMG.0001"),
        (json!({"limit": 5}), "IMG.0001"),
        (json!({"matches": [{"key": "colour", "value": "red"}]}), "IMG.0001"),
    ] {
        find(query).await.stopped(400, code);
    }
}
