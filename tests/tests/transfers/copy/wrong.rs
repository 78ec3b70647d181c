//! Wrong bytes, on either side.

use cloudimg::copy::Remains;
use cloudimg::glance::{ImageCreate, ImageData};
use cloudimg::{Cloud, ErrorKind, config::Access};
use httpmock::prelude::*;
use serde_json::{Value, json};

use super::side::{Side, bytes};

const ID: &str = "7e4c0ab6-7a2b-4a4b-9c1e-0d6f1a0f4f11";

fn record(data: &[u8], hash: Option<&str>) -> Value {
    json!({
        "id": ID, "name": "x", "status": "active", "visibility": "private", "protected": false, "min_ram": 0, "min_disk": 0, "tags": [],
        "disk_format": "raw", "container_format": "bare", "size": data.len(), "owner": "p",
        "os_hash_algo": hash.map(|_| "sha512"), "os_hash_value": hash,
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
    })
}

/// A service that has one image with these data, and says that their hash is this one.
async fn source(data: &[u8], hash: Option<&str>) -> (MockServer, Cloud) {
    let server = MockServer::start_async().await;
    let record = record(data, hash);
    server
        .mock_async(|when, then| {
            when.method(GET).path(format!("/v2/images/{ID}"));
            then.status(200).json_body(record);
        })
        .await;
    let data = data.to_vec();
    server
        .mock_async(|when, then| {
            when.method(GET).path(format!("/v2/images/{ID}/file"));
            then.status(200).header("content-type", "application/octet-stream").body(data);
        })
        .await;
    let cloud = Cloud::builder(Access::Anonymous { endpoint: Some(format!("{}/v2", server.base_url())) }).build().unwrap();
    (server, cloud)
}

#[tokio::test]
async fn wrong_bytes_of_the_source_make_no_image_active_anywhere() {
    let (one, two) = (Side::start().await, Side::start().await);
    let data = bytes(3 << 20);
    let (_server, cloud) = source(&data, Some(&cloudimg_tests::sha512(b"other bytes"))).await;
    // What is made is kept, to see what became of it.
    let copied = cloud.images().copy(ID).to(&one.cloud).to(&two.cloud).keeping_failed().await.unwrap();
    assert_eq!(copied.verdict, None);
    for (target, side) in copied.targets.into_iter().zip([&one, &two]) {
        let error = target.result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        assert!(error.message().starts_with("the source failed: "), "{error}");
        assert!(matches!(target.remains, Remains::Image(_)), "{}", target.remains);
        let left = side.all().await;
        assert_eq!((left.len(), left[0].status.as_str(), left[0].size), (1, "queued", None));
    }
    // If not said otherwise, nothing is left.
    let copied = cloud.images().copy(ID).to(&one.cloud).await.unwrap();
    assert!(matches!(copied.targets[0].remains, Remains::Nothing));
    assert_eq!(one.all().await.len(), 1);
}

#[tokio::test]
async fn a_source_without_a_hash_is_told_as_unverifiable_and_its_copy_is_compared_with_what_came() {
    let there = Side::start().await;
    let data = bytes(1 << 20);
    let (_server, cloud) = source(&data, None).await;
    let copied = cloud.images().copy(ID).to(&there.cloud).await.unwrap();
    assert!(!copied.verdict.as_ref().unwrap().is_verified());
    let arrived = copied.whole().unwrap().remove(0);
    assert!(arrived.verdict.is_verified());
    assert_eq!(there.bytes(&arrived.image.id).await, data);
}

#[tokio::test]
async fn a_target_that_says_it_has_other_bytes_fails_and_is_cleaned_up() {
    let here = Side::start().await;
    let id = here.images().create(ImageCreate::new().disk_format("raw").container_format("bare")).await.unwrap().id;
    here.images().upload(&id, ImageData::bytes(bytes(1000))).await.unwrap();
    let server = MockServer::start_async().await;
    let mut queued = record(&bytes(1000), None);
    queued["status"] = "queued".into();
    queued["size"] = Value::Null;
    let made = server
        .mock_async(|when, then| {
            when.method(POST).path("/v2/images");
            then.status(201).json_body(queued.clone());
        })
        .await;
    server
        .mock_async(|when, then| {
            when.method(GET).path("/v2/images");
            then.status(200).json_body(json!({"images": [], "first": "/v2/images", "schema": "/v2/schemas/images"}));
        })
        .await;
    let asked = server
        .mock_async(|when, then| {
            when.method(GET).path(format!("/v2/images/{ID}"));
            then.status(200).json_body(queued);
        })
        .await;
    server
        .mock_async(|when, then| {
            when.method(PUT).path(format!("/v2/images/{ID}/file"));
            then.status(204).delay(std::time::Duration::from_millis(200));
        })
        .await;
    let deleted = server
        .mock_async(|when, then| {
            when.method(DELETE).path(format!("/v2/images/{ID}"));
            then.status(204);
        })
        .await;
    let cloud = Cloud::builder(Access::Anonymous { endpoint: Some(format!("{}/v2", server.base_url())) }).build().unwrap();
    let images = here.images();
    let copying = tokio::spawn(async move { images.copy(&id).to(&cloud).await });
    cloudimg_tests::until("the record is made", async || Ok((made.calls_async().await > 0).then_some(()))).await.unwrap();
    cloudimg_tests::until("the record is read", async || Ok((asked.calls_async().await > 0).then_some(()))).await.unwrap();
    asked.delete_async().await;
    let wrong = record(&bytes(1000), Some(&cloudimg_tests::sha512(b"other bytes")));
    server
        .mock_async(|when, then| {
            when.method(GET).path(format!("/v2/images/{ID}"));
            then.status(200).json_body(wrong);
        })
        .await;
    let copied = copying.await.unwrap().unwrap();
    let error = copied.targets[0].result.as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    assert!(copied.verdict.unwrap().is_verified(), "the source was right");
    assert!(matches!(copied.targets[0].remains, Remains::Nothing));
    deleted.assert_async().await;
}
