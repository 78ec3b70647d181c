//! Rules of Glance that no recording shows: what a failure leaves behind, and when a lock gives way.
#![allow(clippy::unwrap_used)] // helpers of tests

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use cloudimg_sandbox::{Clock, Sandbox};
use common::User;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const STEP: Duration = Duration::from_secs(1);
const DATA: &[u8] = b"not what the format says";

async fn sandbox() -> Sandbox {
    Sandbox::builder().clock(Clock::manual("2026-01-02T03:04:05Z".parse().unwrap())).task_step(STEP).start().await.unwrap()
}

async fn file_server() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let read = stream.read(&mut request).await.unwrap_or_default();
            let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", DATA.len()).into_bytes();
            if request[..read].starts_with(b"GET") {
                answer.extend_from_slice(DATA);
            }
            let _ = stream.write_all(&answer).await;
        }
    });
    addr
}

async fn post(user: &User, path: &str, body: &Value) -> u16 {
    user.call(Method::POST, path).json(body).send().await.unwrap().status().as_u16()
}

async fn patch(user: &User, id: &str, body: &Value) -> (u16, Value) {
    let call = user.call(Method::PATCH, &format!("/v2/images/{id}"));
    let call = call.header("Content-Type", "application/openstack-images-v2.1-json-patch");
    let answer = call.body(body.to_string()).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Moves the clock on until the newest task of an image is over; that task.
async fn last_task(sandbox: &Sandbox, user: &User, id: &str) -> Value {
    for turn in 0..500 {
        let tasks: Value = user.get(&format!("/v2/images/{id}/tasks")).await.json().await.unwrap();
        let last = tasks["tasks"].as_array().unwrap().last().unwrap().clone();
        if matches!(last["status"].as_str(), Some("success" | "failure")) {
            return last;
        }
        if turn % 10 == 0 {
            sandbox.clock().advance(STEP);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the task does not end");
}

#[tokio::test]
async fn a_lock_gives_way_after_an_hour() {
    let sandbox = sandbox().await;
    let admin = User::new(&sandbox, "admin").await;
    let id = admin.with_data(b"some data".to_vec()).await;
    let import = format!("/v2/images/{id}/import");
    // One store twice cannot be put into a task, and leaves the lock behind.
    let twice = json!({"method": {"name": "copy-image"}, "stores": ["slow", "slow"]});
    let once = json!({"method": {"name": "copy-image"}, "stores": ["slow"]});
    assert_eq!(post(&admin, &import, &twice).await, 202);
    let stuck = last_task(&sandbox, &admin, &id).await;
    assert_eq!(stuck["status"], "failure");
    let image = admin.show(&id).await;
    assert_eq!(image["os_glance_import_task"], stuck["id"]);
    assert_eq!(image["os_glance_importing_to_stores"], "slow");

    sandbox.clock().advance(Duration::from_secs(59 * 60));
    assert_eq!(post(&admin, &import, &once).await, 409);
    sandbox.clock().advance(Duration::from_secs(60));
    assert_eq!(post(&admin, &import, &once).await, 202);
    let image = admin.show(&id).await;
    assert_ne!(image["os_glance_import_task"], stuck["id"]);
    assert_eq!(image["os_glance_importing_to_stores"], "");
    assert_eq!(last_task(&sandbox, &admin, &id).await["status"], "success");
    let image = admin.show(&id).await;
    assert_eq!((&image["stores"], &image["os_glance_import_task"]), (&json!("fast,slow"), &Value::Null));
}

#[tokio::test]
async fn data_of_another_format_stands_in_the_way_of_the_next() {
    let sandbox = sandbox().await;
    let files = file_server().await;
    let demo = User::new(&sandbox, "demo").await;
    let id = demo.create().await;
    let format = |format: &str| json!([{"op": "replace", "path": "/disk_format", "value": format}]);
    assert_eq!(patch(&demo, &id, &format("qcow2")).await.0, 200);
    let import = format!("/v2/images/{id}/import");
    let to = |store: &str| json!({"method": {"name": "web-download", "uri": format!("http://{files}/")}, "stores": [store]});
    for (disk_format, store, status) in [("qcow2", "fast", "failure"), ("raw", "fast", "failure"), ("raw", "slow", "success")] {
        assert_eq!(patch(&demo, &id, &format(disk_format)).await.0, 200);
        assert_eq!(post(&demo, &import, &to(store)).await, 202);
        assert_eq!(last_task(&sandbox, &demo, &id).await["status"], status, "{disk_format} to {store}");
        let image = demo.show(&id).await;
        assert_eq!(image["status"], if status == "success" { "active" } else { "queued" });
        // It is never cleared by an import into another store.
        assert_eq!(image["os_glance_failed_import"], "fast");
    }
}

#[tokio::test]
async fn a_location_that_is_not_what_was_promised_stays() {
    let sandbox = sandbox().await;
    let files = file_server().await;
    let demo = User::new(&sandbox, "demo").await;
    let id = demo.create().await;
    let locations = format!("/v2/images/{id}/locations");
    let url = format!("http://{files}/a");
    let wrong = json!({"url": url, "validation_data": {"os_hash_algo": "sha1", "os_hash_value": "ab".repeat(20)}});
    for (body, status, stores, image_status) in [
        (wrong, "failure", "web", "queued"),
        // The same address once more.
        (json!({"url": url}), "failure", "web", "queued"),
        (json!({"url": format!("http://{files}/b")}), "success", "web,web", "active"),
    ] {
        assert_eq!(post(&demo, &locations, &body).await, 202);
        assert_eq!(last_task(&sandbox, &demo, &id).await["status"], status);
        let image = demo.show(&id).await;
        assert_eq!((&image["stores"], &image["status"]), (&json!(stores), &json!(image_status)));
        assert_eq!(image["os_hash_algo"].is_null(), status == "failure");
    }
}

#[tokio::test]
async fn a_patch_reaches_what_the_server_has_of_its_own() {
    let sandbox = sandbox().await;
    let demo = User::new(&sandbox, "demo").await;
    let id = demo.with_data(b"some data".to_vec()).await;
    let remove = |key: &str| json!([{"op": "remove", "path": format!("/{key}")}]);
    let add = |key: &str, value: &str| json!([{"op": "add", "path": format!("/{key}"), "value": value}]);
    // The stores are shown and are no property.
    assert_eq!(patch(&demo, &id, &remove("stores")).await.0, 409);
    assert_eq!(patch(&demo, &id, &remove("os_glance_failed_import")).await.0, 403);
    assert_eq!(patch(&demo, &id, &remove("image_id")).await.0, 403);
    assert_eq!(patch(&demo, &id, &add("image_id", "another")).await.0, 404);
    let (status, image) = patch(&demo, &id, &add("context", "x")).await;
    assert_eq!((status, image.get("context")), (200, None));
}

#[tokio::test]
async fn only_whole_downloads_reach_the_cache() {
    let sandbox = sandbox().await;
    let demo = User::new(&sandbox, "demo").await;
    let admin = User::new(&sandbox, "admin").await;
    let id = demo.with_data(b"some data".to_vec()).await;
    let file = format!("/v2/images/{id}/file");
    let hits = async || {
        let cache: Value = admin.get("/v2/cache").await.json().await.unwrap();
        cache["cached_images"].as_array().unwrap().iter().map(|entry| entry["hits"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let part = async || demo.call(Method::GET, &file).header("Range", "bytes=0-3").send().await.unwrap().bytes().await.unwrap();
    assert_eq!(part().await.len(), 4);
    assert_eq!(hits().await, [0_i64; 0]);
    for wanted in [[0], [1], [2]] {
        assert_eq!(demo.get(&file).await.bytes().await.unwrap().len(), 9);
        assert_eq!(hits().await, wanted);
    }
    assert_eq!(part().await.len(), 4);
    assert_eq!(hits().await, [2]);
    assert_eq!(demo.call(Method::DELETE, &format!("/v2/images/{id}")).send().await.unwrap().status(), 204);
    assert_eq!(hits().await, [0_i64; 0]);
}
