//! Waiting for tasks, and lists of them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cloudimg::glance::SortDirection;
use cloudimg::glance::types::{TaskSortKey, TaskStatus};
use cloudimg::poller::Rhythm;
use cloudimg::{Cloud, ErrorKind};
use futures::StreamExt as _;

use crate::server::{Server, ok, status};
use crate::whole_cloud;

fn task(status: &str, message: &str) -> String {
    format!(r#"{{"id": "7", "type": "import", "status": "{status}", "message": "{message}"}}"#)
}

/// A cloud whose task goes through these answers, one a look.
async fn going_through(answers: Vec<String>) -> (Server, Cloud) {
    let looks = AtomicUsize::new(0);
    whole_cloud(move |_| ok(&answers[looks.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1)])).await
}

fn often() -> Rhythm {
    let mut rhythm = Rhythm::default();
    rhythm.first = Duration::from_millis(1);
    rhythm
}

#[tokio::test]
async fn a_task_is_watched_until_its_success() {
    let (server, cloud) = going_through(vec![task("pending", ""), task("processing", "half"), task("success", "")]).await;
    let mut waiting = cloud.glance().tasks().wait("7").with_rhythm(often());
    let states: Vec<_> = waiting.by_ref().map(|state| state.unwrap()).collect().await;
    assert_eq!(states, [TaskStatus::Pending, TaskStatus::Processing]);
    assert_eq!(waiting.take_result().map(|task| task.status), Some(TaskStatus::Success));
    assert_eq!(server.paths()[1..], ["/v2/tasks/7", "/v2/tasks/7", "/v2/tasks/7"]);
}

#[tokio::test]
async fn a_state_that_nobody_knows_is_waited_through() {
    let (_server, cloud) = going_through(vec![task("dreaming", ""), task("success", "")]).await;
    assert_eq!(cloud.glance().tasks().wait("7").with_rhythm(often()).await.unwrap().id, "7");
}

#[tokio::test]
async fn a_task_that_fails_says_why_if_the_service_does() {
    let (_server, cloud) = going_through(vec![task("processing", ""), task("failure", "no room left")]).await;
    let error = cloud.glance().tasks().wait("7").with_rhythm(often()).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::JobFailed, Some("show_task")));
    assert_eq!(error.message(), "task 7 failed: no room left");
    let (_server, cloud) = going_through(vec![task("failure", "")]).await;
    let error = cloud.glance().tasks().wait("7").await.unwrap_err();
    assert_eq!(error.message(), "task 7 failed: the service does not say why");
}

#[tokio::test]
async fn a_task_that_is_forgotten_meanwhile_is_not_found() {
    let (_server, cloud) = whole_cloud(|_| status(404).body(r#"{"message": "Could not find task 7"}"#)).await;
    let error = cloud.glance().tasks().wait("7").with_rhythm(often()).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::NotFound, "Could not find task 7"));
}

#[tokio::test]
async fn every_page_of_tasks_is_asked_for_with_the_whole_query() {
    let row = |id: &str| format!(r#"{{"id": "{id}", "type": "import", "status": "success"}}"#);
    let (server, cloud) = whole_cloud(move |request| match request.path.contains("marker") {
        false => ok(&format!(r#"{{"tasks": [{}], "next": "/v2/tasks?marker=1"}}"#, row("1"))),
        true => ok(&format!(r#"{{"tasks": [{}]}}"#, row("2"))),
    })
    .await;
    let list = cloud.glance().tasks().list().status(TaskStatus::Success).kind("import").with_page_size(1);
    assert_eq!(list.sort(TaskSortKey::Id, SortDirection::Desc).collect().await.unwrap().len(), 2);
    let rest = "sort_dir=desc&sort_key=id&status=success&type=import";
    assert_eq!(server.paths()[1..], [format!("/v2/tasks?limit=1&{rest}"), format!("/v2/tasks?limit=1&marker=1&{rest}")]);
}
