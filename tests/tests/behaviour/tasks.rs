//! Work in the background: tasks that users start, and those that imports leave.

use anyhow::{Context as _, Result};
use cloudimg::ErrorKind;
use cloudimg::glance::SortDirection;
use cloudimg::glance::types::{Task, TaskCreate, TaskInput, TaskSortKey, TaskStatus, TaskType, TaskTypeFilter};
use cloudimg::poller::Rhythm;
use cloudimg_tests::{Case, until};
use futures::TryStreamExt as _;
use reqwest::Method;
use serde_json::json;

use crate::import::{direct, finished, staged};
use crate::support::{NOBODY, answer, failed_here, get_as, refused, says, stranger};

/// Looks often: a test waits for servers at its side.
fn often() -> Rhythm {
    let mut rhythm = Rhythm::default();
    rhythm.first = std::time::Duration::from_millis(50);
    rhythm
}

/// The import of an image from a port where nobody listens: such tasks end soon, and leave nothing.
fn hopeless(case: &Case) -> TaskCreate {
    let properties = json!({"name": case.name("task"), "disk_format": "raw", "container_format": "bare"});
    let input = TaskInput::new().import_from("http://127.0.0.1:9/disk.img").import_from_format("raw");
    let input = input.image_properties(properties.as_object().cloned().unwrap_or_default());
    TaskCreate::new(TaskType::Import, input)
}

/// A task that has failed.
async fn failed(case: &Case) -> Result<Task> {
    let tasks = case.cloud("admin")?.glance().tasks();
    let id = tasks.create(hopeless(case)).await?.id;
    until("the task ends", async || {
        let task = tasks.get(&id).await?;
        Ok((task.status == TaskStatus::Failure).then_some(task))
    })
    .await
}

#[tokio::test]
async fn a_task_begins_pending_and_tells_what_became_of_it() -> Result<()> {
    Case::run(async |case| {
        let tasks = case.cloud("admin")?.glance().tasks();
        let made = tasks.create(hopeless(case)).await?;
        assert_eq!((&made.type_, &made.status), (&TaskType::Import, &TaskStatus::Pending));
        assert_eq!(made.owner, Some(case.project("admin").await?));
        assert_eq!(made.self_, Some(format!("/v2/tasks/{}", made.id)));
        let input = made.input.context("its input")?;
        assert_eq!(input["import_from"], "http://127.0.0.1:9/disk.img");
        let ended = until("the task ends", async || {
            let task = tasks.get(&made.id).await?;
            Ok((task.status != TaskStatus::Pending && task.status != TaskStatus::Processing).then_some(task))
        })
        .await?;
        assert_eq!((&ended.status, ended.message.as_deref()), (&TaskStatus::Failure, Some("Task failed due to Internal Error")));
        assert!(
            ended.result.is_none() && ended.expires_at.and_then(|time| time.time()) > ended.created_at.and_then(|time| time.time())
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn waiting_for_a_task_that_fails_fails_with_its_message() -> Result<()> {
    Case::run(async |case| {
        let tasks = case.cloud("admin")?.glance().tasks();
        let id = tasks.create(hopeless(case)).await?.id;
        let error = failed_here(tasks.wait(&id).with_rhythm(often()).await, ErrorKind::JobFailed);
        assert_eq!(error.message(), format!("task {id} failed: Task failed due to Internal Error"));
        assert!(!error.is_retryable(), "{error:?}");
        refused(tasks.wait(NOBODY).with_rhythm(often()).await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn waiting_for_a_task_that_succeeds_gives_it() -> Result<()> {
    Case::run(async |case| {
        let id = staged(case).await?;
        let client = case.glance("demo").await?;
        client.import_image_glance_direct().image_id(&id).body(direct()).send().await?;
        let task = until("the import has a task", async || {
            Ok(client.list_image_tasks().image_id(&id).send().await?.into_inner().tasks.into_iter().next())
        })
        .await?;
        let tasks = case.cloud("admin")?.glance().tasks();
        let done = tasks.wait(&task.id).with_rhythm(often()).await?;
        assert_eq!((done.id, done.status, done.type_), (task.id, TaskStatus::Success, TaskType::ApiImageImport));
        assert_eq!(done.owner, Some(case.project("demo").await?));
        assert_eq!(finished(case, &id).await?.size, Some(44));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn tasks_that_make_no_sense_are_refused() -> Result<()> {
    Case::run(async |case| {
        let tasks = case.cloud("admin")?.glance().tasks();
        let error = refused(tasks.create(TaskCreate::new("telepathy", TaskInput::new())).await, 400);
        assert!(error.message().contains("'telepathy' is not one of"), "{error}");
        let error = refused(tasks.create(TaskCreate::new(TaskType::Import, TaskInput::new())).await, 400);
        assert_eq!(error.message(), "Invalid location: None");
        let local = TaskInput::new().import_from("file:///etc/hosts").import_from_format("raw");
        let error = refused(tasks.create(TaskCreate::new(TaskType::Import, local)).await, 400);
        assert_eq!(error.message(), "File based imports are not allowed. Please use a non-local source of image data.");
        for (body, words) in [("{}", "Task 'type' is required"), (r#"{"type": "import"}"#, "Task 'input' is required")] {
            let request = case.request("admin", Method::POST, "/v2/tasks").await?.header("content-type", "application/json");
            says(answer(request.body(body)).await?, 400, words);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn tasks_are_listed_page_by_page() -> Result<()> {
    Case::run(async |case| {
        let mut made = Vec::new();
        for _ in 0..3 {
            made.push(failed(case).await?.id);
        }
        let tasks = case.cloud("admin")?.glance().tasks();
        // Tasks are never deleted, so those made before the oldest of these stay where they are.
        let mut newest_first = tasks.list().with_page_size(2).items();
        let mut found = Vec::new();
        while found.len() < 3 {
            let task = newest_first.try_next().await?.context("all of them before the end")?;
            if made.contains(&task.id) {
                found.push(task);
            }
        }
        assert!(found.iter().rev().map(|task| &task.id).eq(&made), "{found:?}");
        assert!(found.iter().all(|task| task.type_ == TaskType::Import && task.status == TaskStatus::Failure));
        let after = tasks.list().sort(TaskSortKey::CreatedAt, SortDirection::Asc).with_page_size(1).starting_after(&made[0]);
        let after: Vec<_> = after.collect().await?.into_iter().map(|task| task.id).filter(|id| made.contains(id)).collect();
        assert_eq!(after, made[1..]);
        // A marker that went through a text.
        let list = || tasks.list().sort(TaskSortKey::CreatedAt, SortDirection::Asc).with_page_size(1);
        let mut pages = list().starting_after(&made[0]).pages();
        let first = pages.try_next().await?.context("a page")?.items;
        let continuation = pages.continuation().context("a place to go on")?.to_owned();
        let rest = list().starting_after(continuation).collect().await?;
        let rest = first.into_iter().chain(rest).map(|task| task.id).filter(|id| made.contains(id));
        assert_eq!(rest.collect::<Vec<_>>(), made[1..]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn tasks_are_filtered() -> Result<()> {
    Case::run(async |case| {
        let made = failed(case).await?.id;
        let tasks = case.cloud("admin")?.glance().tasks();
        let list = tasks.list().status(TaskStatus::Failure).kind(TaskTypeFilter::Import).with_page_size(1000).collect().await?;
        assert!(list.iter().any(|task| task.id == made));
        assert!(list.iter().all(|task| task.status == TaskStatus::Failure && task.type_ == TaskType::Import), "{list:?}");
        let list = tasks.list().status(TaskStatus::Success).with_page_size(1000).collect().await?;
        assert!(list.iter().all(|task| task.id != made && task.status == TaskStatus::Success), "{list:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn questions_about_tasks_that_make_no_sense_are_refused() -> Result<()> {
    Case::run(async |case| {
        let tasks = case.cloud("admin")?.glance().tasks();
        let error = tasks.list().starting_after(NOBODY).collect().await.expect_err("no such row");
        assert_eq!((error.kind(), error.status()), (ErrorKind::MarkerGone, Some(400)));
        assert!(error.message().ends_with(&format!("(Task with the given id {NOBODY} was not found)")), "{error}");
        let error = refused(tasks.list().starting_after("nobody").collect().await, 400);
        assert_eq!(error.message(), "Invalid marker format");
        let error = refused(tasks.list().status("asleep").collect().await, 400);
        assert_eq!(error.message(), "Invalid status value: asleep");
        let error = refused(tasks.list().kind("api_image_import").collect().await, 400);
        assert_eq!(error.message(), "Invalid type value: api_image_import");
        let error = refused(tasks.list().sort("colour", SortDirection::Asc).collect().await, 400);
        assert_eq!(error.message(), "Sort key supplied was not valid.");
        for (query, words) in [
            ("limit=many", "limit param must be an integer"),
            ("limit=-1", "limit param must be positive"),
            ("sort_dir=sideways", "Invalid sort direction: sideways"),
        ] {
            says(get_as(case, "admin", &format!("/v2/tasks?{query}")).await?, 400, words);
        }
        let error = refused(tasks.get("nobody").await, 404);
        assert_eq!(error.message(), "Could not find task nobody");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn tasks_are_never_deleted() -> Result<()> {
    Case::run(async |case| {
        let id = failed(case).await?.id;
        let client = case.glance("admin").await?;
        for id in [&id, NOBODY] {
            let error = refused(client.delete_task().task_id(id).send().await, 405);
            assert!(error.message().starts_with("This operation is currently not permitted on Glance Tasks."), "{error}");
        }
        assert_eq!(case.cloud("admin")?.glance().tasks().get(&id).await?.id, id);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn tasks_are_for_administrators() -> Result<()> {
    Case::run(async |case| {
        let id = failed(case).await?.id;
        let tasks = case.cloud("demo")?.glance().tasks();
        let error = refused(tasks.list().collect().await, 403);
        assert_eq!(error.message(), "You are not authorized to complete tasks_api_access action.");
        refused(tasks.get(&id).await, 403);
        refused(tasks.create(hopeless(case)).await, 403);
        refused(case.glance("demo").await?.delete_task().task_id(&id).send().await, 403);
        let client = stranger(case).await?;
        refused(client.list_tasks().send().await, 401);
        refused(client.create_task().body(hopeless(case)).send().await, 401);
        Ok(())
    })
    .await
}
