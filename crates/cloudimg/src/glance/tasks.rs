use cloudimg_core::poller::{Observation, Poller};
use cloudimg_core::{Error, ErrorKind, Page, Result};

use super::types::{SortDirection, Task, TaskCreate, TaskSortKey, TaskStatus, TaskStub, TaskTypeFilter};
use crate::Cloud;
use crate::lists::{Reading, conditions, reading, set};

/// Work that the service does in the background, for operators by default. (Image API v2, "Tasks".)
///
/// The imports of an image are tasks too; [`Images::tasks`](super::Images::tasks) shows them to its owner.
///
/// Tasks cannot be deleted: services refuse it always, and forget a task some time after its end (`expires_at`).
#[derive(Clone, Debug)]
pub struct Tasks {
    cloud: Cloud,
}

impl Tasks {
    pub(super) fn new(cloud: Cloud) -> Self {
        Self { cloud }
    }

    /// The tasks that fit conditions still to be set, fetched as they are read; the rows lack input, result and message.
    #[must_use]
    pub fn list(&self) -> TaskList {
        TaskList { cloud: self.cloud.clone(), query: Query::default(), reading: Reading::default() }
    }

    /// The task with this id.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` for anybody but operators.
    pub async fn get(&self, id: &str) -> Result<Task> {
        Ok(self.cloud.glance_client().await?.show_task().task_id(id).send().await?.into_inner())
    }

    /// Starts a task. Deprecated upstream, where imports of images have taken its place.
    ///
    /// # Errors
    /// `InvalidRequest` for types that do not exist and addresses that the operator's filters refuse, `Forbidden`.
    pub async fn create(&self, task: TaskCreate) -> Result<Task> {
        Ok(self.cloud.glance_client().await?.create_task().body(task).send().await?.into_inner())
    }

    /// Waits for a task: a stream of its states and, awaited, the task as it is after its success.
    ///
    /// # Errors
    /// The wait ends with `JobFailed` and the service's message if the task fails, with `Timeout` after two hours, and with those of
    /// [`get`](Self::get).
    #[must_use]
    pub fn wait(&self, id: impl Into<String>) -> Poller<'static, TaskStatus, Task> {
        let (tasks, id) = (self.clone(), id.into());
        Poller::new(self.cloud.clock(), move || {
            let (tasks, id) = (tasks.clone(), id.clone());
            async move { Self::judge(tasks.get(&id).await?) }
        })
    }

    fn judge(task: Task) -> Result<Observation<TaskStatus, Task>> {
        match task.status {
            TaskStatus::Success => Ok(Observation::Done(task)),
            TaskStatus::Failure => {
                let said = task.message.as_deref().filter(|message| !message.is_empty());
                let what = said.unwrap_or("the service does not say why");
                Err(Error::new(ErrorKind::JobFailed, format!("task {} failed: {what}", task.id)).with_operation("show_task"))
            }
            status => Ok(Observation::Running(status)),
        }
    }
}

/// A list of tasks and the conditions on it. Nothing is sent before it is read.
#[derive(Clone, Debug)]
pub struct TaskList {
    cloud: Cloud,
    query: Query,
    reading: Reading,
}

#[derive(Clone, Debug, Default)]
struct Query {
    limit: Option<i64>,
    status: Option<TaskStatus>,
    type_: Option<TaskTypeFilter>,
    sort_key: Option<TaskSortKey>,
    sort_dir: Option<SortDirection>,
}

impl TaskList {
    conditions! {
        /// In this state.
        status(status: impl Into<TaskStatus>) -> status = status.into();
        /// Of this type; services take `import` alone, though there are tasks of others.
        kind(kind: impl Into<TaskTypeFilter>) -> type_ = kind.into();
        /// Fetched in pages of so many tasks; the service has a limit of its own (1,000 by default) and a size for when nothing is said (25 by default).
        with_page_size(tasks: u32) -> limit = tasks.into();
    }

    /// Sorted by this key; the newest come first if not said.
    #[must_use]
    pub fn sort(mut self, key: impl Into<TaskSortKey>, direction: SortDirection) -> Self {
        self.query.sort_key = Some(key.into());
        self.query.sort_dir = Some(direction);
        self
    }
}

reading!(TaskList, TaskStub, page);

async fn page(cloud: &Cloud, query: Query, marker: Option<String>) -> Result<Page<TaskStub>> {
    let mut call = cloud.glance_client().await?.list_tasks();
    set!(call, query: limit, status, type_, sort_key, sort_dir);
    if let Some(marker) = marker {
        call = call.marker(marker);
    }
    let page = call.send().await?.into_inner();
    Page::linked(page.tasks, page.next.as_deref(), "marker", "list_tasks")
}
