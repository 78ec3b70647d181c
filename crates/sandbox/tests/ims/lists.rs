//! `ListImages`, the list of systems, the versions.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Cloud, SOMETHING, User};
use cloudimg_sandbox::Clock;
use std::time::Duration;

#[tokio::test]
async fn filters() {
    let cloud = Cloud::start().await;
    let demo = &cloud.demo;
    let file = json!({"name": "file", "image_url": "sandbox:system.vhd", "os_version": "Ubuntu 22.04 server 64bit", "min_disk": 50,
        "tags": ["shelf.top"], "architecture": "arm", "enterprise_project_id": SOMETHING});
    let file = demo.image(demo.post("/v2/cloudimages/action", file).await).await;
    let server = demo.server_image("server").await;
    let whole = json!({"name": "whole", "instance_id": SOMETHING, "vault_id": SOMETHING});
    demo.image(demo.post("/v1/cloudimages/wholeimages/action", whole).await).await;
    let project = &demo.project;
    for (query, wanted) in [
        ("", vec!["whole", "server", "file"]),
        ("name=server", vec!["server"]),
        ("name=serve", vec![]),
        (&format!("id={file}"), vec!["file"]),
        ("id=unknown", vec![]),
        ("__platform=Ubuntu", vec!["file"]),
        ("__os_type=linux&__os_bit=64", vec!["whole", "server", "file"]),
        ("__os_version=Ubuntu+22.04+server+64bit", vec!["file"]),
        ("__whole_image=true", vec!["whole"]),
        ("__isregistered=true", vec!["whole", "server", "file"]),
        ("__support_kvm=true", vec!["whole", "server", "file"]),
        ("__support_xen=true", vec![]),
        ("__imagetype=private", vec!["whole", "server", "file"]),
        ("__imagetype=gold&visibility=public&protected=true", vec![]),
        ("min_disk=50", vec!["file"]),
        ("architecture=arm", vec!["file"]),
        ("tag=shelf%3Dtop", vec!["file"]),
        ("protected=False", vec!["whole", "server", "file"]),
        ("status=active&disk_format=zvhd2&container_format=bare", vec!["whole", "server", "file"]),
        ("virtual_env_type=DataImage", vec![]),
        (&format!("owner={project}"), vec!["whole", "server", "file"]),
        ("owner=another", vec![]),
        ("enterprise_project_id=0", vec!["whole", "server"]),
        ("enterprise_project_id=all_granted_eps", vec!["whole", "server", "file"]),
        ("size_min=1&size_max=1000000", vec!["whole", "server", "file"]),
        ("size_max=1", vec![]),
        ("flavor_id=s6.large.2", vec![]),
        ("sort_key=name&sort_dir=asc", vec!["file", "server", "whole"]),
        ("sort_key=name", vec!["whole", "server", "file"]),
        ("sort_dir=asc", vec!["file", "server", "whole"]),
        ("what=ever", vec!["whole", "server", "file"]),
    ] {
        assert_eq!(demo.names(query).await, wanted, "{query}");
    }
    assert!(cloud.other.names("").await.is_empty());
    for (query, code) in [
        ("limit=0", "IMG.0001"),
        ("limit=ten", "IMG.0001"),
        ("sort_key=owner", "IMG.0001"),
        ("sort_dir=up", "IMG.0001"),
        ("visibility=community", "IMG.0001"),
        ("member_status=maybe", "IMG.0001"),
        ("created_at=yesterday", "IMG.0001"),
        ("__imagetype=silver", "IMG.0024"),
        ("flavor_id=", "IMG.0192"),
        ("marker=unknown", "IMG.0027"),
    ] {
        demo.get(&format!("/v2/cloudimages?{query}")).await.refused(code);
    }
    assert_eq!(demo.listed(&server).await.unwrap()["name"], "server");
}

#[tokio::test]
async fn times() {
    let clock = Clock::manual("2026-01-02T03:04:05Z".parse().unwrap());
    let cloud = Cloud::with(|builder| builder.clock(clock)).await;
    let demo = &cloud.demo;
    for name in ["old", "new"] {
        demo.post("/v2/images", json!({"name": name, "disk_format": "vhd", "container_format": "bare"})).await.good(201);
        cloud.sandbox.clock().advance(Duration::from_secs(60));
    }
    for (query, wanted) in [
        ("created_at=gt:2026-01-02T03:04:05Z", vec!["new"]),
        ("created_at=gte:2026-01-02T03:04:05Z", vec!["new", "old"]),
        ("created_at=lt%3A2026-01-02%2003%3A05%3A05", vec!["old"]),
        ("created_at=lte:2026-01-02T03:05:05Z", vec!["new", "old"]),
        ("created_at=eq:2026-01-02T03:04:05Z", vec!["old"]),
        ("updated_at=neq:2026-01-02T03:04:05Z", vec!["new"]),
        ("created_at=gt:2026-01-02T03:04:00Z&created_at=lt:2026-01-02T03:05:00Z", vec!["old"]),
    ] {
        assert_eq!(demo.names(query).await, wanted, "{query}");
    }
}

#[tokio::test]
async fn pages() {
    let cloud = Cloud::start().await;
    let demo = &cloud.demo;
    for name in ["a", "b", "c", "d", "e"] {
        demo.post("/v2/images", json!({"name": name, "disk_format": "vhd", "container_format": "bare"})).await.good(201);
    }
    let mut seen = Vec::new();
    let mut marker = String::new();
    let mut calls = 0;
    loop {
        let page = demo.get(&format!("/v2/cloudimages?limit=2&sort_key=name&sort_dir=asc&marker={marker}")).await.good(200);
        calls += 1;
        seen.extend(page["images"].as_array().unwrap().iter().map(|image| image["name"].as_str().unwrap().to_owned()));
        match page["page_info"]["next_marker"].as_str() {
            Some(next) => marker = next.to_owned(),
            None => break,
        }
    }
    assert_eq!((seen.concat(), calls), ("abcde".to_owned(), 3));
    // Who goes by the last id instead ends with an empty page.
    let last = demo.get("/v2/cloudimages?name=a").await.good(200)["images"][0]["id"].as_str().unwrap().to_owned();
    assert!(demo.names(&format!("marker={last}")).await.is_empty());
}

#[tokio::test]
async fn images_of_glance_and_public_ones() {
    let cloud = Cloud::start().await;
    let admin = User::new(&cloud.sandbox, "admin", "admin").await;
    let body = json!({"name": "glance", "disk_format": "raw", "container_format": "bare", "shelf": "top"});
    let made = cloud.demo.glance(Method::POST, "/v2/images", Some(body)).await.good(201);
    // Glance calls it shared, although nobody has it.
    assert_eq!(made["visibility"], "shared");
    let listed = cloud.demo.listed(made["id"].as_str().unwrap()).await.unwrap();
    assert_eq!((listed["visibility"].as_str(), listed["__imagetype"].as_str()), (Some("private"), Some("private")));
    assert_eq!((listed["status"].as_str(), listed["shelf"].as_str()), (Some("queued"), Some("top")));
    assert_eq!((listed["__isregistered"].as_str(), listed["virtual_size"].clone()), (Some("true"), Value::Null));
    let public = json!({"name": "public", "disk_format": "raw", "container_format": "bare", "visibility": "public"});
    let public = admin.glance(Method::POST, "/v2/images", Some(public)).await.good(201);
    let id = public["id"].as_str().unwrap();
    assert_eq!(cloud.other.names("__imagetype=gold&visibility=public").await, ["public"]);
    assert_eq!(cloud.other.names("flavor_id=s6.large.2").await, ["public"]);
    let export = json!({"bucket_url": "sandbox:x.vhd", "file_format": "vhd"});
    cloud.other.post(&format!("/v1/cloudimages/{id}/file"), export).await.refused("IMG.0077");
    let patch = json!([{"op": "replace", "path": "/name", "value": "mine"}]);
    cloud.other.send("PATCH", &format!("/v2/cloudimages/{id}"), patch).await.refused("IMG.0094");
    cloud.other.delete(&format!("/v2/images/{id}")).await.refused("IMG.0094");
}

#[tokio::test]
async fn systems() {
    let cloud = Cloud::start().await;
    let demo = &cloud.demo;
    let all = demo.get("/v1/cloudimages/os_version").await.good(200);
    let ubuntu = all.as_array().unwrap().iter().find(|p| p["platform"] == "Ubuntu").unwrap();
    let first = &ubuntu["version_list"][0];
    assert_eq!((first["os_type"].as_str(), first["os_bit"].as_i64()), (Some("Linux"), Some(64)));
    assert_eq!(first["os_version"], first["os_version_key"]);
    let count = |list: &Value| list.as_array().unwrap().iter().map(|p| p["version_list"].as_array().unwrap().len()).sum::<usize>();
    let arm = demo.get("/v1/cloudimages/os_version?tag=arm").await.good(200);
    let both = demo.get("/v1/cloudimages/os_version?tag=kvm&tag=bms").await.good(200);
    assert!(0 < count(&arm) && count(&arm) < count(&both) && count(&both) < count(&all));
    assert_eq!(demo.get("/v1/cloudimages/os_version?tag=abacus").await.good(200), json!([]));
    demo.post("/v1/cloudimages/os_version", json!({})).await.stopped(404, "APIGW.0101");
}

#[tokio::test]
async fn versions() {
    let cloud = Cloud::start().await;
    let plain = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = plain.get(cloud.sandbox.ims_url()).send().await.unwrap();
    assert_eq!(answer.status(), 300);
    assert!(answer.headers().get("location").is_none());
    let body: Value = answer.json().await.unwrap();
    let ids: Vec<&str> = body["versions"].as_array().unwrap().iter().map(|v| v["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["v2.2", "v2.1", "v2.0", "v1.1", "v1.0"]);
    let one = cloud.demo.get("/v2.0").await.good(300);
    let link = json!([{"href": format!("{}/v2/", cloud.sandbox.ims_url()), "rel": "self"}]);
    assert_eq!(one, json!({"versions": [{"status": "SUPPORTED", "id": "v2.0", "links": link}]}));
    cloud.demo.get("/v9").await.stopped(404, "APIGW.0101");
}
