//! Jobs: their states on the clock, their failures, and the two calls that show them.

use serde_json::{Value, json};

use crate::support::{Cloud, SOMETHING, User};
use cloudimg_sandbox::{Fault, ImsProfile};

const ACTION: &str = "/v2/cloudimages/action";

#[tokio::test]
async fn a_job_goes_by_the_clock() {
    let cloud = Cloud::still().await;
    let demo = &cloud.demo;
    let answer = demo.post(ACTION, json!({"name": "slow", "instance_id": SOMETHING})).await.good(200);
    let id = answer["job_id"].as_str().unwrap();
    let job = demo.job(id).await;
    let wanted = json!({"job_id": id, "job_type": "imsCreateImageByInstance", "begin_time": "2026-01-02T03:04:05.000Z",
        "end_time": "", "status": "INIT", "error_code": null, "fail_reason": null, "entities": {"image_name": "slow"}});
    assert_eq!(job, wanted);

    let job = cloud.step(id, |job| job["status"] == "RUNNING").await;
    assert_eq!(job["end_time"], "");
    assert_eq!(job["entities"]["process_percent"], 0.2);
    let image = job["entities"]["image_id"].as_str().unwrap().to_owned();
    assert_eq!(demo.listed(&image).await.unwrap()["status"], "saving");
    demo.delete(&format!("/v2/images/{image}")).await.refused("IMG.0090");
    let patch = json!([{"op": "replace", "path": "/name", "value": "y"}]);
    demo.send("PATCH", &format!("/v2/cloudimages/{image}"), patch).await.refused("IMG.0046");

    let job = cloud.step(id, |job| job["entities"]["process_percent"] != 0.2).await;
    assert_eq!((job["status"].as_str(), job["entities"]["process_percent"].as_f64()), (Some("RUNNING"), Some(0.6)));
    let progress = demo.get(&format!("/v1/cloudimages/job/{id}")).await.good(200);
    assert_eq!(progress["entities"]["current_task"], "CreateImageByInstanceTask");

    let job = cloud.step(id, |job| job["status"] == "SUCCESS").await;
    assert_eq!(job["end_time"], "2026-01-02T03:04:35.000Z");
    assert_eq!(job["entities"], json!({"image_name": "slow", "image_id": image}));
    assert_eq!(demo.listed(&image).await.unwrap()["status"], "active");
    let progress = demo.get(&format!("/v1/cloudimages/job/{id}")).await.good(200);
    assert_eq!(progress["entities"]["process_percent"], 1.0);
}

#[tokio::test]
async fn jobs_are_those_of_a_project() {
    let cloud = Cloud::start().await;
    let demo = &cloud.demo;
    let answer = demo.post(ACTION, json!({"name": "x", "instance_id": SOMETHING})).await.good(200);
    let id = answer["job_id"].as_str().unwrap();
    cloud.other.get(&format!("/v1/{}/jobs/{id}", cloud.other.project)).await.refused("IMG.0001");
    cloud.other.get(&format!("/v1/{}/jobs/{id}", demo.project)).await.refused("IMG.0030");
    cloud.other.get(&format!("/v1/cloudimages/job/{id}")).await.refused("IMG.0001");
    demo.get(&format!("/v1/{}/jobs/unknown", demo.project)).await.refused("IMG.0001");
}

#[tokio::test]
async fn jobs_fail_on_request_and_of_themselves() {
    let cloud = Cloud::start().await;
    let demo = &cloud.demo;
    cloud.sandbox.ims().fail_next_job("IMG.0032", "no room");
    let job = demo.finish(demo.post(ACTION, json!({"name": "x", "instance_id": SOMETHING})).await).await;
    assert_eq!(
        (job["status"].as_str(), job["error_code"].as_str(), job["fail_reason"].as_str()),
        (Some("FAIL"), Some("IMG.0032"), Some("no room"))
    );
    assert_eq!(job["entities"], json!({"image_name": "x"}));
    assert!(demo.names("").await.is_empty());
    let body = |file: &str| json!({"name": "x", "image_url": format!("sandbox:{file}"), "min_disk": 40});
    assert_eq!(demo.fail(demo.post(ACTION, body("missing.qcow2")).await).await, "IMG.0057");
    assert_eq!(demo.fail(demo.post(ACTION, body("empty.qcow2")).await).await, "IMG.0057");
    cloud.sandbox.ims().put_object("sandbox", "notes.txt", "hello");
    assert_eq!(demo.fail(demo.post(ACTION, body("notes.txt")).await).await, "IMG.0072");
    // One bad part fails the whole; the good one has its image.
    let data = json!({"data_images": [{"name": "good", "volume_id": SOMETHING},
        {"name": "bad", "image_url": "sandbox:missing.raw", "min_disk": 1}]});
    let job = demo.finish(demo.post(ACTION, data).await).await;
    assert_eq!((job["status"].as_str(), job["error_code"].as_str()), (Some("FAIL"), Some("IMG.0057")));
    let states: Vec<&str> =
        job["entities"]["sub_jobs_result"].as_array().unwrap().iter().map(|part| part["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["SUCCESS", "FAIL"]);
    assert_eq!(demo.names("").await, ["good"]);
}

#[tokio::test]
async fn calls_are_slowed_down_on_request() {
    let cloud = Cloud::start().await;
    let (demo, ims) = (&cloud.demo, cloud.sandbox.ims());
    let body = json!({"name": "x", "instance_id": SOMETHING});
    ims.refuse_next("POST", ACTION, 400, "IMG.0060", "too many tasks");
    demo.post(ACTION, body.clone()).await.refused("IMG.0060");
    ims.refuse_next("GET", "/v1/*/jobs/*", 429, "APIG.0308", "The throttling threshold has been reached");
    let job = demo.post(ACTION, body).await.good(200);
    let path = format!("/v1/{}/jobs/{}", demo.project, job["job_id"].as_str().unwrap());
    demo.get(&path).await.stopped(429, "APIG.0308");
    demo.get(&path).await.good(200);
    cloud.sandbox.faults().next("GET", "/v2/cloudimages", Fault::Status(503, Some(3)));
    assert_eq!(demo.get("/v2/cloudimages").await.status, 503);
}

#[tokio::test]
async fn the_other_cloud_has_less() {
    let cloud = Cloud::with(|builder| builder.ims_profile(ImsProfile::OpenTelekom)).await;
    let demo = &cloud.demo;
    let image = demo.server_image("one").await;
    demo.server_image("two").await;
    let list = demo.get("/v2/cloudimages?limit=1").await.good(200);
    assert_eq!(list.get("page_info"), None);
    let last = list["images"][0]["id"].as_str().unwrap();
    assert_eq!(demo.names(&format!("limit=1&marker={last}")).await, ["one"]);
    let project = &demo.project;
    for path in [
        "/v1/cloudimages/job/x".to_owned(),
        "/v1/cloudimages/os_version".to_owned(),
        format!("/v1/{project}/cloudimages/{image}/members"),
        format!("/v1/{project}/cloudimages/{image}/members/x"),
    ] {
        demo.get(&path).await.stopped(404, "APIGW.0101");
    }
    for (method, path) in [
        ("POST", "/v2.1/cloudimages/action".to_owned()),
        ("POST", format!("/v1/cloudimages/{image}/cross_region_copy")),
        ("DELETE", format!("/v1/{project}/cloudimages/{image}/tags/delete")),
    ] {
        demo.send(method, &path, json!({})).await.stopped(404, "APIGW.0101");
    }
}

#[tokio::test]
async fn who_may_call() {
    let cloud = Cloud::start().await;
    let viewer = User::new(&cloud.sandbox, "viewer", "demo").await;
    cloud.demo.server_image("seen").await;
    assert_eq!(viewer.names("").await, ["seen"]);
    let answer = viewer.post(ACTION, json!({"name": "x", "instance_id": SOMETHING})).await;
    assert!(answer.body["encoded_authorization_message"].is_string());
    answer.stopped(403, "APIGW.0302");
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for token in [None, Some("nonsense")] {
        let mut call = http.get(format!("{}/v2/cloudimages", cloud.sandbox.ims_url()));
        if let Some(token) = token {
            call = call.header("X-Auth-Token", token);
        }
        let answer = call.send().await.unwrap();
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.json::<Value>().await.unwrap()["error_code"], "APIGW.0301");
    }
    for path in ["/v3/images", "/v1/cloudimages/nothing", "/v2/cloudimages/x/y", "/v2/tasks"] {
        cloud.demo.get(path).await.stopped(404, "APIGW.0101");
    }
}
