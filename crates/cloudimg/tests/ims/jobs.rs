//! Jobs, from their start to their end.

use std::time::Duration;

use cloudimg::clock::Clock as _;
use cloudimg::ims::{
    CreateImageFromServer, DataImageFromDisk, ImageCopyCrossRegion, ImageExport, JobFailure, JobStatus, MembersChange,
};
use cloudimg::{Error, ErrorKind};
use futures::StreamExt as _;
use serde_json::json;

use crate::server::{Reply, Server, status};
use crate::support::{clock, done, drive, image, images, ims, ims_in, job, refused, running, started, text, unserved};

const PROGRESS: &str = "/v1/cloudimages/job/j";
const SHOW: &str = "/v1/p/jobs/j";

fn body() -> CreateImageFromServer {
    CreateImageFromServer::new("golden", "s")
}

/// Starts a job of an image, whose looks give `replies`, and awaits it.
async fn outcome(replies: Vec<Reply>) -> (Result<String, Error>, Vec<f64>, Server) {
    let server = Server::start([started("j")].into_iter().chain(replies)).await;
    let clock = clock();
    let job = ims(&server, &clock).images().create_from_server(body()).await.unwrap();
    let (result, waits) = drive(&clock, job).await;
    (result, waits, server)
}

#[tokio::test]
async fn a_job_of_an_hour_takes_no_time_and_its_looks_grow_rare() {
    let began = std::time::Instant::now();
    let (result, waits, server) = outcome((0..250).map(|n| running(f64::from(n) / 250.0)).chain([done("i")]).collect()).await;
    assert_eq!(result.unwrap(), "i");
    assert_eq!(waits[..4], [1.0, 1.5, 2.25, 3.375]);
    assert!(waits.iter().sum::<f64>() > 3600.0 && waits.last() == Some(&15.0));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(server.count(), 252);
    assert_eq!(server.paths()[..2], ["/v2/cloudimages/action", PROGRESS]);
}

#[tokio::test]
async fn states_are_a_stream_and_the_result_comes_after() {
    let part = json!({"job_id": "part", "status": "RUNNING", "entities": {}});
    let replies = [
        started("j"),
        job("INIT", json!({})),
        job("RUNNING", json!({"process_percent": 0.2, "sub_jobs_result": [part]})),
        done("i"),
    ];
    let server = Server::start(replies).await;
    let clock = clock();
    let mut job = ims(&server, &clock).images().create_from_server(body()).await.unwrap();
    let (states, _) = drive(&clock, job.by_ref().map(Result::unwrap).collect::<Vec<_>>()).await;
    let seen: Vec<_> = states.iter().map(|state| (state.status().clone(), state.percent(), state.sub_jobs().len())).collect();
    assert_eq!(seen, [(JobStatus::Init, None, 0), (JobStatus::Running, Some(20.0), 1)]);
    assert_eq!((&mut job).await.unwrap(), "i");
    assert_eq!(job.await.unwrap_err().kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn unknown_states_are_running_and_none_is_an_error() {
    let (result, ..) = outcome(vec![job("PAUSED", json!({})), job("success", json!({})), done("i")]).await;
    assert_eq!(result.unwrap(), "i");
    let (result, ..) = outcome(vec![job("", json!({}))]).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn being_told_to_slow_down_is_waited_out_while_looking() {
    let told = ["IMG.0060", "IMG.0149", "IMG.0187", "IMG.0194"].into_iter().map(refused);
    let gateway = status(429).body(r#"{"error_code": "APIG.0308", "error_msg": "The throttling threshold has been reached"}"#);
    let asked = gateway.clone().header("retry-after", "12");
    let (result, waits, _) = outcome(told.chain([gateway, asked, done("i")]).collect()).await;
    assert_eq!(result.unwrap(), "i");
    assert_eq!((waits.len(), waits[5]), (6, 12.0));
}

#[tokio::test]
async fn being_told_to_slow_down_is_waited_out_while_starting() {
    let server = Server::start([refused("IMG.0060"), refused("IMG.0194"), status(429), started("j"), done("i")]).await;
    let clock = clock();
    let images = ims(&server, &clock).images();
    let (result, waits) = drive(&clock, async { images.create_from_server(body()).await?.await }).await;
    assert_eq!((result.unwrap().as_str(), &waits[..]), ("i", &[1.0, 1.5, 2.25][..]));
    let bodies = server.bodies();
    assert!(bodies[0] == bodies[3] && !bodies[0].is_empty());
}

#[tokio::test]
async fn three_failures_in_a_row_are_borne_and_a_fourth_is_not() {
    let away = || status(503);
    let (result, ..) = outcome(vec![away(), away(), away(), running(0.5), away(), Reply::CloseUnread, away(), done("i")]).await;
    assert_eq!(result.unwrap(), "i");
    let (result, ..) = outcome((0..4).map(|_| away()).collect()).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::ServiceUnavailable);
}

#[tokio::test]
async fn a_failed_job_is_a_typed_error() {
    let failed = json!({"job_id": "j", "job_type": "imsImportImageJob", "status": "FAIL", "error_code": "IMG.0057",
        "fail_reason": "the file is empty", "entities": {}});
    let (result, ..) = outcome(vec![text(&failed)]).await;
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::JobFailed, Some("IMG.0057")));
    assert_eq!(error.meaning(), Some("the file is missing, empty or of another format"));
    assert!(!error.is_retryable());
    let failure = JobFailure::of(&error).unwrap();
    assert_eq!((failure.job_id.as_str(), failure.reason.as_deref()), ("j", Some("the file is empty")));
    assert_eq!((failure.code.as_deref(), failure.meaning), (Some("IMG.0057"), error.meaning()));
    assert_eq!(error.to_string(), "job j failed: the file is empty (the file is missing, empty or of another format) (IMG.0057)");
}

#[tokio::test]
async fn the_cause_of_a_failure_may_stand_in_a_part() {
    let part = json!({"job_id": "part", "status": "FAIL", "error_code": "IMG.0015", "fail_reason": "full"});
    let failed = || job("FAIL", json!({"sub_jobs_result": [part]}));
    let (result, ..) = outcome(vec![failed()]).await;
    let error = result.unwrap_err();
    assert_eq!((error.code(), JobFailure::of(&error).unwrap().reason.as_deref()), (Some("IMG.0015"), Some("full")));
}

#[tokio::test]
async fn where_there_is_no_progress_the_other_call_is_found_once_and_kept() {
    let (result, _, server) = outcome(vec![unserved(), running(0.1), running(0.2), done("i")]).await;
    assert_eq!(result.unwrap(), "i");
    assert_eq!(server.paths()[1..], [PROGRESS, SHOW, SHOW, SHOW]);
}

#[tokio::test]
async fn a_job_that_neither_call_knows_is_an_error() {
    let (result, _, server) = outcome(vec![unserved(), refused("IMG.0144")]).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(server.paths()[1..], [PROGRESS, SHOW]);
}

#[tokio::test]
async fn data_images_are_named_in_the_parts() {
    let part = |image| json!({"job_id": image, "status": "SUCCESS", "entities": {"image_id": image}});
    let server = Server::start([started("j"), job("SUCCESS", json!({"sub_jobs_result": [part("a"), part("b")]}))]).await;
    let clock = clock();
    let disks = ["x", "y"].map(|name| DataImageFromDisk::new(name, "volume"));
    let job = ims(&server, &clock).images().create_data_images(disks).await.unwrap();
    assert_eq!(job.await.unwrap(), ["a", "b"]);
}

#[tokio::test]
async fn what_came_of_members_is_asked_of_the_call_that_tells() {
    let results = json!({"results": [{"image_id": "i", "status": "success"}]});
    let server = Server::start([started("j"), job("SUCCESS", json!({})), job("SUCCESS", results)]).await;
    let clock = clock();
    let job = ims(&server, &clock).members().add(MembersChange::new(["i".to_owned()]).projects(["q".to_owned()])).await.unwrap();
    let results = job.await.unwrap();
    assert_eq!((results.len(), results[0].image_id.as_deref(), results[0].status.as_deref()), (1, Some("i"), Some("success")));
    assert_eq!(server.paths(), ["/v1/cloudimages/members", PROGRESS, SHOW]);
}

#[tokio::test]
async fn an_export_tells_of_its_source() {
    let server = Server::start([started("j"), done("i")]).await;
    let clock = clock();
    let job = ims(&server, &clock).images().export("i", ImageExport::new("b:o").file_format("qcow2")).await.unwrap();
    assert_eq!(job.await.unwrap().image_id.as_deref(), Some("i"));
}

#[tokio::test]
async fn patience_ends_and_the_job_goes_on() {
    let server = Server::answering(|request| if request.method == "POST" { started("j") } else { running(0.1) }).await;
    let clock = clock();
    let job = ims(&server, &clock).images().create_from_server(body()).await.unwrap().with_limit(Duration::from_secs(60));
    let (result, waits) = drive(&clock, job).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(waits.iter().sum::<f64>() <= 60.0);
}

#[tokio::test]
async fn a_copy_is_awaited_where_it_arrives() {
    let source = Server::start([started("j"), running(0.5), done("copy")]).await;
    let arriving =
        [images(json!([])), images(json!([image("copy", "saving")])), status(503), images(json!([image("copy", "active")]))];
    let target = Server::start(arriving).await;
    let clock = clock();
    let (here, there) = (ims_in(&source, &clock, "eu-de"), ims_in(&target, &clock, "eu-nl"));
    let body = ImageCopyCrossRegion::new("copy", "eu-nl", "project", "agency");
    let job = here.images().copy_to_region("i", body, &there).await.unwrap();
    let (result, _) = drive(&clock, job).await;
    assert_eq!(result.unwrap(), "copy");
    assert_eq!(source.paths(), ["/v1/cloudimages/i/cross_region_copy", PROGRESS, PROGRESS]);
    assert_eq!(target.paths(), ["/v2/cloudimages?id=copy"; 4]);
    assert!(clock.monotonic() > Duration::ZERO);
}
