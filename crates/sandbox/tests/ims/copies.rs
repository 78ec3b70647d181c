//! Copies, exports, registration.

use serde_json::{Value, json};

use crate::support::{Cloud, NOTHING, SOMETHING};

#[tokio::test]
async fn within_the_region() {
    let cloud = Cloud::start().await;
    let demo = &cloud.demo;
    let image = demo.server_image("original").await;
    let path = format!("/v1/cloudimages/{image}/copy");
    let body = json!({"name": "copy", "description": "encrypted", "cmk_id": SOMETHING, "enterprise_project_id": "0"});
    let job = demo.finish(demo.post(&path, body).await).await;
    assert_eq!((job["job_type"].as_str(), job["status"].as_str()), (Some("imsCopyImageInRegionJob"), Some("SUCCESS")));
    let copy = demo.listed(job["entities"]["image_id"].as_str().unwrap()).await.unwrap();
    let original = demo.listed(&image).await.unwrap();
    assert_ne!(copy["id"], original["id"]);
    assert_eq!((copy["name"].as_str(), copy["__system__cmkid"].as_str()), (Some("copy"), Some(SOMETHING)));
    assert_eq!((&copy["checksum"], &copy["__os_version"]), (&original["checksum"], &original["__os_version"]));
    // The data is the copy's own: it stays when the original goes.
    assert_eq!(demo.delete(&format!("/v2/images/{image}")).await.status, 204);
    for _ in 0..200 {
        if demo.listed(&image).await.is_none() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let file = format!("/v2/images/{}/file", copy["id"].as_str().unwrap());
    assert!(demo.get(&file).await.text.contains(SOMETHING));

    demo.post(&path, json!({"name": "again"})).await.refused("IMG.0027");
    let second = demo.server_image("second").await;
    let path = format!("/v1/cloudimages/{second}/copy");
    demo.post(&path, json!({"name": ""})).await.refused("IMG.0001");
    demo.post(&path, json!({"name": "c", "cmk_id": NOTHING})).await.refused("IMG.0095");
    cloud.other.post(&path, json!({"name": "c"})).await.refused("IMG.0027");
    let whole = json!({"name": "whole", "instance_id": SOMETHING, "vault_id": SOMETHING});
    let whole = demo.image(demo.post("/v1/cloudimages/wholeimages/action", whole).await).await;
    demo.post(&format!("/v1/cloudimages/{whole}/copy"), json!({"name": "c"})).await.refused("IMG.0130");
}

#[tokio::test]
async fn to_another_region() {
    let cloud = Cloud::start().await;
    let demo = &cloud.demo;
    let image = demo.server_image("original").await;
    let path = format!("/v1/cloudimages/{image}/cross_region_copy");
    let good = json!({"name": "far", "region": "region-1", "project_name": "region-1", "agency_name": "ims_copy_image"});
    let job = demo.finish(demo.post(&path, good.clone()).await).await;
    assert_eq!((job["job_type"].as_str(), job["status"].as_str()), (Some("imsCrossRegionCopyImageJob"), Some("SUCCESS")));
    // It is not here but there.
    let id = job["entities"]["image_id"].as_str().unwrap();
    assert!(demo.listed(id).await.is_none());
    let there = |region: &str| demo.call(reqwest::Method::GET, "/v2/cloudimages").header("X-Sandbox-Region", region).send();
    let list: Value = there("region-1").await.unwrap().json().await.unwrap();
    assert_eq!((list["images"][0]["id"].as_str(), list["images"][0]["status"].as_str()), (Some(id), Some("active")));
    let list: Value = there("region-2").await.unwrap().json().await.unwrap();
    assert_eq!(list["images"], json!([]));
    for (key, value, code) in [
        ("region", json!("RegionOne"), "IMG.0142"),
        ("project_name", json!("region-2"), "IMG.0108"),
        ("agency_name", Value::Null, "IMG.0001"),
        ("name", json!("a/b"), "IMG.0003"),
    ] {
        let mut body = good.clone();
        body[key] = value;
        demo.post(&path, body).await.refused(code);
    }
    let encrypted = json!({"name": "secret", "cmk_id": SOMETHING});
    let encrypted = demo.image(demo.post(&format!("/v1/cloudimages/{image}/copy"), encrypted).await).await;
    demo.post(&format!("/v1/cloudimages/{encrypted}/cross_region_copy"), good.clone()).await.refused("IMG.0143");
    let whole = json!({"name": "whole", "instance_id": SOMETHING, "vault_id": SOMETHING});
    let whole = demo.image(demo.post("/v1/cloudimages/wholeimages/action", whole).await).await;
    demo.post(&format!("/v1/cloudimages/{whole}/cross_region_copy"), good).await.refused("IMG.0001");
}

#[tokio::test]
async fn five_copies_at_once_are_the_most() {
    // Time stands still, and so all that begins is under way.
    let cloud = Cloud::still().await;
    let demo = &cloud.demo;
    let made = json!({"disk_format": "raw", "container_format": "bare", "name": "x"});
    let made = demo.post("/v2/images", made).await.good(201);
    let id = made["id"].as_str().unwrap();
    let put = demo.call(reqwest::Method::PUT, &format!("/v2/images/{id}/file"));
    let put = put.header("Content-Type", "application/octet-stream").body("x".repeat(4096)).send().await.unwrap();
    assert_eq!(put.status(), 204);
    let path = format!("/v1/cloudimages/{id}/cross_region_copy");
    let body = json!({"name": "far", "region": "r", "project_name": "r_mine", "agency_name": "a"});
    for _ in 0..5 {
        demo.post(&path, body.clone()).await.good(200);
    }
    demo.post(&path, body).await.refused("IMG.0149");
}

#[tokio::test]
async fn exports() {
    let cloud = Cloud::start().await;
    let demo = &cloud.demo;
    let image = demo.server_image("original").await;
    let path = format!("/v1/cloudimages/{image}/file");
    let body = json!({"bucket_url": "sandbox:out.qcow2", "file_format": "qcow2", "is_quick_export": false});
    let job = demo.finish(demo.post(&path, body.clone()).await).await;
    assert_eq!((job["job_type"].as_str(), job["status"].as_str()), (Some("imsNativeExportImageJob"), Some("SUCCESS")));
    assert_eq!(job["entities"], json!({"image_id": image}));
    let content = demo.get(&format!("/v2/images/{image}/file")).await.text;
    assert_eq!(cloud.sandbox.ims().object("sandbox", "out.qcow2").unwrap(), content.as_bytes());
    demo.post(&path, body).await.refused("IMG.0070");
    demo.succeed(demo.post(&path, json!({"bucket_url": "sandbox:quick.zvhd2", "is_quick_export": true})).await).await;
    for (body, code) in [
        (json!({"bucket_url": "sandbox:a.vhd"}), "IMG.0001"),
        (json!({"bucket_url": "sandbox:a.vhd", "file_format": "vhd", "is_quick_export": true}), "IMG.0001"),
        (json!({"bucket_url": "sandbox:a.raw", "file_format": "raw"}), "IMG.0072"),
        (json!({"bucket_url": "sandbox/a.vhd", "file_format": "vhd"}), "IMG.0057"),
        (json!({"bucket_url": "elsewhere:a.vhd", "file_format": "vhd"}), "IMG.0058"),
        (json!({"bucket_url": "nobodys:a.vhd", "file_format": "vhd"}), "IMG.0069"),
    ] {
        demo.post(&path, body).await.refused(code);
    }
    let iso = json!({"name": "i", "image_url": "sandbox:install.iso", "type": "IsoImage", "os_version": "CentOS 7.0 64bit",
        "min_disk": 40});
    let iso = demo.image(demo.post("/v2/cloudimages/action", iso).await).await;
    let body = json!({"bucket_url": "sandbox:a.vhd", "file_format": "vhd"});
    demo.post(&format!("/v1/cloudimages/{iso}/file"), body.clone()).await.refused("IMG.0167");
    cloud.other.post(&path, body).await.refused("IMG.0027");
}

#[tokio::test]
async fn registration() {
    let cloud = Cloud::start().await;
    let demo = &cloud.demo;
    let made =
        json!({"name": "later", "disk_format": "zvhd2", "container_format": "bare", "__os_version": "Ubuntu 22.04 server 64bit"});
    let made = demo.post("/v2/images", made).await.good(201);
    assert_eq!((made["status"].as_str(), made["disk_format"].as_str()), (Some("queued"), Some("zvhd2")));
    assert_eq!((made["visibility"].as_str(), made["__platform"].as_str()), (Some("private"), Some("Ubuntu")));
    let path = format!("/v1/cloudimages/{}/upload", made["id"].as_str().unwrap());
    let put = |url: &'static str| demo.send("PUT", &path, json!({"image_url": url}));
    put("nobodys:x.vhd").await.refused("IMG.0069");
    // A failure leaves the image as it was.
    assert_eq!(demo.fail(put("sandbox:missing.vhd").await).await, "IMG.0057");
    assert_eq!(demo.listed(made["id"].as_str().unwrap()).await.unwrap()["status"], "queued");
    let entities = demo.succeed(put("sandbox:system.vhd").await).await;
    assert_eq!(entities["image_id"], made["id"]);
    assert_eq!(demo.listed(made["id"].as_str().unwrap()).await.unwrap()["status"], "active");
    put("sandbox:system.vhd").await.refused("IMG.0046");
}
