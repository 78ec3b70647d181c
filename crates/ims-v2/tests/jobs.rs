//! The client alone, with a session, waits for its jobs.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]

#[path = "../../core/tests/server/mod.rs"]
mod server;

use std::time::SystemTime;

use cloudimg_ims_v2::core::clock::ManualClock;
use cloudimg_ims_v2::core::retry::Never;
use cloudimg_ims_v2::jobs::JobFailure;
use cloudimg_ims_v2::types::{CreateImageFromServer, JobStatus};
use cloudimg_ims_v2::{Check as _, Client, ErrorKind, Session};
use server::{Reply, Server, ok, status};

fn client(server: &Server, clock: &ManualClock) -> Client {
    Client::new(server.url(), Session::builder().clock(clock.clone()).retry(Never).build().unwrap())
}

fn job(rest: &str) -> Reply {
    ok(&format!(r#"{{"job_id": "j", "begin_time": "", "end_time": "", {rest}}}"#))
}

async fn drive<T>(clock: &ManualClock, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            _ = clock.end_next_sleep(|wait| wait.as_secs() <= 15) => {}
        }
    }
}

#[tokio::test]
async fn a_job_is_started_and_waited_for() {
    let running = job(r#""status": "RUNNING", "entities": {"process_percent": 0.4, "subJobId": "s"}"#);
    let server =
        Server::start([ok(r#"{"job_id": "j"}"#), running, job(r#""status": "SUCCESS", "entities": {"image_id": "i"}"#)]).await;
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
    let client = client(&server, &clock);
    let body = CreateImageFromServer::new("name", "server").checked().unwrap();
    let started = client.create_image_from_server().body(body).send().await.unwrap();
    let jobs = client.jobs(None);
    let state = jobs.get(&started.job_id).await.unwrap();
    assert_eq!((state.status(), state.percent()), (&JobStatus::Running, Some(40.0)));
    let done = drive(&clock, async { jobs.wait(&started.job_id).await }).await.unwrap();
    assert_eq!(done.image_ids(), ["i"]);
    assert_eq!(server.paths()[1..], ["/v1/cloudimages/job/j", "/v1/cloudimages/job/j"]);
}

#[tokio::test]
async fn without_progress_the_project_is_needed_and_named() {
    let unserved = || status(404).body(r#"{"error_code": "APIGW.0101", "error_msg": "no such API"}"#);
    let server =
        Server::start([unserved(), unserved(), job(r#""status": "FAIL", "error_code": "IMG.0015", "fail_reason": null"#)]).await;
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
    let client = client(&server, &clock);
    let error = client.jobs(None).wait("j").await.unwrap_err();
    assert_eq!(error.code(), Some("APIGW.0101"));
    assert!(error.message().contains("the `project_id` is needed"), "{error}");
    let error = client.jobs("p".to_owned()).wait("j").await.unwrap_err();
    assert_eq!((error.kind(), JobFailure::of(&error).unwrap().meaning), (ErrorKind::JobFailed, error.meaning()));
    assert_eq!(error.to_string(), "job j failed: the project may have no more images (IMG.0015)");
    assert_eq!(server.paths()[1..], ["/v1/cloudimages/job/j", "/v1/p/jobs/j"]);
}

#[tokio::test]
async fn bodies_that_break_rules_are_refused_by_name() {
    let error = CreateImageFromServer::new("", "server").check().unwrap_err();
    assert_eq!(error.to_string(), "create_image: `name` has from 1 to 128 characters");
}
