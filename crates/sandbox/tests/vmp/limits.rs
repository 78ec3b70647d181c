//! What stands before the service: limits, refusals and faults on request, calls that are none; and the log of calls.

use std::time::Duration;

use cloudimg_sandbox::Fault;
use serde_json::json;

use crate::support::{Cloud, IMAGES};

#[tokio::test]
async fn limits_of_the_account_and_of_an_operation() {
    let cloud = Cloud::with(|builder| builder.vmp_rate_limits(5, 3)).await;
    for _ in 0..3 {
        cloud.get(IMAGES).await.good();
    }
    cloud.pass(Duration::from_secs(100));
    let answer = cloud.get(IMAGES).await;
    answer.refused(429, "Throttled");
    assert_eq!(answer.headers["retry-after"], "200");
    // What was refused does not count, and another operation has its own number.
    cloud.post(json!({})).await.refused(400, "InvalidParameter");
    cloud.get("/vmp/nodes").await.refused(404, "ApiNotFound");
    let answer = cloud.post(json!({})).await;
    answer.refused(429, "Throttled");
    assert_eq!(answer.headers["retry-after"], "200");
    cloud.pass(Duration::from_secs(199));
    cloud.get(IMAGES).await.refused(429, "Throttled");
    cloud.pass(Duration::from_secs(1));
    cloud.get(IMAGES).await.good();
}

#[tokio::test]
async fn no_limits_unless_they_are_set() {
    let cloud = Cloud::start().await;
    for _ in 0..120 {
        cloud.get(IMAGES).await.good();
    }
}

#[tokio::test]
async fn refusals_on_request() {
    let cloud = Cloud::start().await;
    let vmp = cloud.vmp();
    vmp.throttle(2, Some(7));
    let answer = cloud.get(IMAGES).await;
    answer.refused(429, "Throttled");
    assert_eq!(answer.headers["retry-after"], "7");
    cloud.post(json!({})).await.refused(429, "Throttled");
    cloud.get(IMAGES).await.good();
    vmp.throttle(1, None);
    assert!(!cloud.get(IMAGES).await.headers.contains_key("retry-after"));

    vmp.refuse_next("DELETE", "/vmp/images/*", 409, "ImageInUse", "in use");
    vmp.refuse_next("*", IMAGES, 500, "InternalError", "no");
    cloud.get(IMAGES).await.refused(500, "InternalError");
    cloud.get(IMAGES).await.good();
    let id = vmp.put_image("x", "CUSTOM");
    cloud.delete(&id).await.refused(409, "ImageInUse");
    assert!(vmp.image(&id).is_some());
    assert_eq!(cloud.delete(&id).await.status, 200);
}

#[tokio::test]
async fn faults_as_of_the_other_services() {
    let cloud = Cloud::start().await;
    let faults = cloud.sandbox.faults();
    faults.next("GET", IMAGES, Fault::Html502);
    let answer = cloud.get(IMAGES).await;
    assert_eq!(answer.status, 502);
    assert!(answer.text.starts_with("<html>"));
    assert!(!answer.headers.contains_key("x-cnc-request-id"), "a proxy knows of none");
    assert_eq!(answer.headers["date"], "Fri, 02 Jan 2026 03:04:05 GMT");
    faults.next("POST", IMAGES, Fault::LoseAnswer);
    let body = json!({"name": "lost", "instanceUuid": cloudimg_sandbox::Vmp::INSTANCE}).to_string();
    assert!(cloud.call("POST", IMAGES, &body).send().await.is_err());
    assert_eq!(cloud.vmp().counts().creates, 1, "it was carried out all the same");
}

#[tokio::test]
async fn what_is_no_call() {
    let cloud = Cloud::start().await;
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/vmp/images/"),
        ("GET", "/vmp/images/x"),
        ("PUT", "/vmp/images"),
        ("POST", "/vmp/images/preHeating"),
        ("PATCH", "/vmp/images/x"),
        ("GET", "/v2/images"),
    ] {
        cloud.text(method, path, "").await.refused(404, "ApiNotFound");
    }
}

#[tokio::test]
async fn the_log() {
    let cloud = Cloud::start().await;
    let first = cloud.list("limit=1&name=a%20b").await;
    cloud.delete("unknown").await.refused(404, "ImageNotFound");
    let calls = cloud.vmp().calls();
    assert_eq!(calls.len(), 2);
    assert_eq!((calls[0].method.as_str(), calls[0].target.as_str()), ("GET", "/vmp/images?limit=1&name=a%20b"));
    assert_eq!(first.headers["x-cnc-request-id"], calls[0].request_id.as_str());
    assert_eq!(calls[0].timestamp.as_deref(), Some(cloud.now().to_string().as_str()));
    assert_eq!((calls[1].method.as_str(), calls[1].status), ("DELETE", 404));
    cloud.vmp().clear_calls();
    assert!(cloud.vmp().calls().is_empty());
}
