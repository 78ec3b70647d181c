//! Images made and deleted.

use std::time::Duration;

use cloudimg_sandbox::{Sandbox, Vmp, VmpDeleteAnswer};
use serde_json::{Value, json};

use crate::support::{BUILD, Cloud, IMAGES};

const URL: &str = "https://img.example.com/a.qcow2?x=1&y=2";

#[tokio::test]
async fn an_image_of_an_instance_is_made_by_the_clock() {
    let cloud = Cloud::start().await;
    let body = json!({"name": "web-base", "instanceUuid": Vmp::INSTANCE, "ostype": "windows", "qgaEnabled": "TRUE"});
    let answer = cloud.post(body).await;
    answer.named();
    let body = answer.good();
    let id = body["id"].as_str().unwrap();
    assert_eq!(body, json!({"id": id}));
    let mut wanted = json!({"id": id, "name": "web-base", "type": "SNAPSHOT", "createdAt": "2026-01-02 11:04:05",
        "size": "0", "state": "BUILDING"});
    assert_eq!(cloud.listed(id).await, wanted);
    cloud.pass(BUILD - Duration::from_millis(1));
    assert_eq!(cloud.listed(id).await, wanted);
    cloud.pass(Duration::from_millis(1));
    wanted["state"] = "ACTIVE".into();
    wanted["size"] = "40".into();
    assert_eq!(cloud.listed(id).await, wanted);
    let image = cloud.vmp().image(id).unwrap();
    assert_eq!(image.os_type.as_deref(), Some("linux"), "the instance knows better");
    assert_eq!((image.qga_enabled, image.min_disk, image.source.as_deref()), (Some(true), Some(40), Some(Vmp::INSTANCE)));
}

#[tokio::test]
async fn an_image_of_an_url() {
    let cloud = Cloud::start().await;
    let body = json!({"name": "镜像 <v2>", "imageSrcUrl": URL, "md5": "9e107d9d372bb6826bd81d3542a419d6", "ostype": "windows",
        "minDisk": 60, "qgaEnabled": "FALSE"});
    let id = cloud.post(body).await.good()["id"].as_str().unwrap().to_owned();
    cloud.pass(BUILD);
    let listed = cloud.listed(&id).await;
    assert_eq!((listed["name"].as_str(), listed["type"].as_str()), (Some("镜像 <v2>"), Some("CUSTOM")));
    assert_eq!((listed["size"].as_str(), listed["state"].as_str()), (Some("60"), Some("ACTIVE")));
    let image = cloud.vmp().image(&id).unwrap();
    assert_eq!((image.os_type.as_deref(), image.qga_enabled, image.source.as_deref()), (Some("windows"), Some(false), Some(URL)));
    assert_eq!(cloud.vmp().counts().creates, 1);
}

#[tokio::test]
async fn an_image_fails_when_told_to() {
    let cloud = Cloud::start().await;
    cloud.vmp().fail_next_image();
    // A call that is refused does not use it up.
    cloud.post(json!({"name": "x"})).await.refused(400, "InvalidParameter");
    let (bad, good) = (cloud.snapshot("bad").await, cloud.snapshot("good").await);
    assert_eq!(cloud.listed(&bad).await["state"], "BUILDING");
    cloud.pass(BUILD);
    assert_eq!(cloud.listed(&bad).await["state"], "INACTIVE");
    assert_eq!(cloud.listed(&good).await["state"], "ACTIVE");
    assert_eq!(cloud.delete(&bad).await.status, 200);
}

#[tokio::test]
async fn what_holds_if_nothing_is_set() {
    let sandbox = Sandbox::start().await.unwrap();
    let (access, secret) = sandbox.vmp_access_key();
    assert!(access.len() > 20 && secret.len() > 40);
    let cloud = Cloud::new(Sandbox::builder()).await;
    let id = cloud.snapshot("x").await;
    cloud.pass(Duration::from_millis(2999));
    assert_eq!(cloud.listed(&id).await["state"], "BUILDING");
    cloud.pass(Duration::from_millis(1));
    assert_eq!(cloud.listed(&id).await["state"], "ACTIVE");
}

#[tokio::test]
async fn bodies_that_are_refused() {
    let cloud = Cloud::start().await;
    let with = |name: &str, value: Value| {
        let mut body = json!({"name": "x", "imageSrcUrl": URL, "ostype": "linux"});
        body[name] = value;
        body
    };
    let instance = |name: &str, value: &str| json!({"name": "x", "instanceUuid": Vmp::INSTANCE, name: value});
    for body in [
        json!({}),
        json!({"name": "x"}),
        json!({"instanceUuid": Vmp::INSTANCE}),
        json!({"name": "x", "imageSrcUrl": URL}),
        with("name", json!("")),
        with("name", json!(5)),
        with("name", json!(null)),
        with("instanceUuid", json!(Vmp::INSTANCE)),
        with("imageSrcUrl", json!("no url")),
        with("imageSrcUrl", json!("ftp://img.example.com/a")),
        with("imageSrcUrl", json!("")),
        with("ostype", json!("Linux")),
        with("md5", json!("abc")),
        with("minDisk", json!("40")),
        with("minDisk", json!(40.5)),
        with("minDisk", json!(0)),
        with("qgaEnabled", json!(true)),
        with("qgaEnabled", json!("true")),
        instance("ostype", "unix"),
        instance("md5", "9e107d9d372bb6826bd81d3542a419d6"),
    ] {
        cloud.post(body).await.refused(400, "InvalidParameter");
    }
    for body in ["", "null", "[]", "\"x\"", "{", "<x/>"] {
        cloud.text("POST", IMAGES, body).await.refused(400, "InvalidBody");
    }
    cloud.post(json!({"name": "x", "instanceUuid": "unknown"})).await.refused(404, "InstanceNotFound");
    cloud.vmp().put_instance("unknown");
    cloud.post(json!({"name": "x", "instanceUuid": "unknown", "of no meaning": 1})).await.good();
    assert_eq!(cloud.vmp().counts().creates, 1);
    assert_eq!(cloud.vmp().images().len(), 3);
}

#[tokio::test]
async fn deletions() {
    let cloud = Cloud::start().await;
    let public = cloud.vmp().images()[0].id.clone();
    cloud.delete(&public).await.refused(403, "ImageNotOwned");
    cloud.delete("unknown").await.refused(404, "ImageNotFound");
    cloud.delete("preHeating").await.refused(404, "ImageNotFound");
    cloud.delete("").await.refused(404, "ApiNotFound");
    let new = || cloud.vmp().put_image("x", "CUSTOM");
    let answer = cloud.delete(&new()).await;
    answer.named();
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    for (shape, wanted) in [(VmpDeleteAnswer::EmptyBody, 200), (VmpDeleteAnswer::NoContent, 204)] {
        cloud.vmp().set_delete_answer(shape);
        let answer = cloud.delete(&new()).await;
        answer.named();
        assert_eq!((answer.status, answer.text.as_str()), (wanted, ""));
    }
    let id = cloud.snapshot("still being made").await;
    assert_eq!(cloud.delete(&id).await.status, 204);
    cloud.delete(&id).await.refused(404, "ImageNotFound");
    assert!(cloud.list(&format!("ids={id}")).await.ids().is_empty());
    assert_eq!(cloud.vmp().counts().deletes, 4);
}

#[tokio::test]
async fn a_deletion_may_say_the_id_again() {
    let cloud = Cloud::start().await;
    let delete = async |id: &str, body: &str| cloud.text("DELETE", &format!("{IMAGES}/{id}"), body).await;
    let new = || cloud.vmp().put_image("x", "SNAPSHOT");
    let id = new();
    delete(&id, "{\"imageId\": \"other\"}").await.refused(400, "InvalidParameter");
    delete(&id, "{\"imageId\": 5}").await.refused(400, "InvalidParameter");
    delete(&id, "nonsense").await.refused(400, "InvalidBody");
    assert_eq!(delete(&id, &format!("{{\n   \"imageId\": \"{id}\"\n}}")).await.status, 200);
    for body in ["{}", "null"] {
        assert_eq!(delete(&new(), body).await.status, 200);
    }
    assert_eq!(cloud.vmp().counts().deletes, 3);
}
