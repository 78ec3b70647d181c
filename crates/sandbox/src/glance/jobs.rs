//! Tasks at work. Each takes three steps of the clock: pending, processing, and processing with
//! its progress told. So a caller can see them, and a manual clock can hold a task at each.

use std::sync::Arc;
use std::time::Duration;

use super::Glance;
use super::distribute::{End, distribute};
use super::ingest::ingest;
use super::model::{FAILED, IMPORTING, Image, LOCK, Place, Staged, Status};
use super::stores::Store;
use super::task::{Task, TaskStatus};
use crate::clock::later;

pub(super) const TASK_LIFE: Duration = Duration::from_secs(48 * 3600);
/// All that the failed task of a real server tells.
pub(super) const INTERNAL_ERROR: &str = "Task failed due to Internal Error";

/// Where the data of an import comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// What was staged.
    Staged,
    /// A server on this machine.
    Web(String),
    /// The image itself, in another store.
    Copy,
}

/// An import that has passed its checks.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) task: String,
    pub(super) image: String,
    pub(super) source: Source,
    pub(super) targets: Vec<&'static Store>,
    pub(super) all_must_succeed: bool,
}

impl Glance {
    /// Changes an image that a task still holds, and the task; `false` if it does not hold it.
    pub(super) fn with_locked(&self, image: &str, task: &str, change: impl FnOnce(&mut Image, &mut Task)) -> bool {
        let mut state = self.state();
        let at = state.stamp(&self.clock);
        let state = &mut *state;
        let image = state.images.get_mut(image).filter(|i| !i.deleted);
        let image = image.filter(|i| i.extra(LOCK) == Some(task));
        let task = state.tasks.iter_mut().find(|t| t.id == task);
        let (Some(image), Some(task)) = (image, task) else { return false };
        change(image, task);
        image.updated_at = at;
        task.updated_at = at;
        true
    }

    /// Ends a task. The lock goes with it, whatever became of the image.
    pub(super) fn finish(&self, image: &str, task: &str, outcome: Result<String, String>) {
        let mut state = self.state();
        let at = state.stamp(&self.clock);
        if let Some(image) = state.image_mut(image).filter(|i| i.extra(LOCK) == Some(task)) {
            image.remove_extra(LOCK);
            image.updated_at = at;
        }
        drop(state);
        self.end(task, outcome);
    }

    /// Ends a task that is not over already.
    fn end(&self, task: &str, outcome: Result<String, String>) {
        let mut state = self.state();
        let at = state.stamp(&self.clock);
        let open = |t: &&mut Task| matches!(t.status, TaskStatus::Pending | TaskStatus::Processing);
        if let Some(task) = state.tasks.iter_mut().find(|t| t.id == task).filter(open) {
            task.expires_at = Some(later(at, TASK_LIFE));
            task.updated_at = at;
            (task.status, task.message) = match outcome {
                Ok(message) => (TaskStatus::Success, message),
                Err(message) => (TaskStatus::Failure, message),
            };
        }
    }
}

fn names(list: &str) -> Vec<&str> {
    list.split(',').filter(|name| !name.is_empty()).collect()
}

/// Changes one of the lists of stores that an image carries.
pub(super) fn change_list(image: &mut Image, key: &str, add: &[&str], remove: &[&str]) {
    let list = image.extra(key).unwrap_or_default().to_owned();
    let mut stores = names(&list);
    stores.extend(add);
    stores.retain(|store| !remove.contains(store));
    stores.sort_unstable();
    stores.dedup();
    let list = stores.join(",");
    image.set_extra(key, list);
}

/// A task that somebody made by hand. None of them can succeed: the two newer kinds need a lock that only the server gives, and
/// the old import looks at its data with a tool that a server under uWSGI fails to start.
pub(super) async fn fail(glance: Arc<Glance>, task: String, why: String) {
    let step = glance.settings.task_step;
    glance.clock.sleep(step).await;
    {
        let mut state = glance.state();
        let at = state.stamp(&glance.clock);
        if let Some(task) = state.tasks.iter_mut().find(|t| t.id == task) {
            task.status = TaskStatus::Processing;
            task.updated_at = at;
        }
    }
    glance.clock.sleep(step).await;
    glance.end(&task, Err(why));
}

/// An import, from its beginning to its end.
pub(super) async fn import(glance: Arc<Glance>, plan: Plan) {
    let step = glance.settings.task_step;
    let stores: Vec<&str> = plan.targets.iter().map(|store| store.id).collect();
    glance.clock.sleep(step).await;
    let begun = glance.with_locked(&plan.image, &plan.task, |image, task| {
        task.status = TaskStatus::Processing;
        if !matches!(plan.source, Source::Copy) {
            image.status = Status::Importing;
        }
        change_list(image, IMPORTING, &stores, &[]);
        change_list(image, FAILED, &[], &stores);
    });
    if !begun {
        return glance.finish(&plan.image, &plan.task, Err(INTERNAL_ERROR.to_owned()));
    }
    glance.clock.sleep(step).await;
    if has_twins(&stores) {
        // Its steps cannot be put together, so none of them is undone: the lock stays.
        return glance.end(&plan.task, Err(INTERNAL_ERROR.to_owned()));
    }
    let data = obtain(&glance, &plan).await;
    if let Some(data) = &data {
        glance.with_locked(&plan.image, &plan.task, |_, task| task.message = progress(&plan, data));
    }
    glance.clock.sleep(step).await;
    match data {
        None => {
            glance.with_locked(&plan.image, &plan.task, |image, _| {
                if matches!(plan.source, Source::Web(_)) {
                    undo_download(image, &stores);
                }
            });
            glance.finish(&plan.image, &plan.task, Err(INTERNAL_ERROR.to_owned()));
        }
        Some(data) => match distribute(&glance, &plan, &data) {
            End::Done => glance.finish(&plan.image, &plan.task, Ok(progress(&plan, &data))),
            End::Failed => glance.finish(&plan.image, &plan.task, Err(INTERNAL_ERROR.to_owned())),
            End::Stuck => glance.end(&plan.task, Err(INTERNAL_ERROR.to_owned())),
        },
    }
}

fn has_twins(stores: &[&str]) -> bool {
    stores.iter().enumerate().any(|(i, store)| stores[..i].contains(store))
}

/// A download that is undone counts against all of its stores.
pub(super) fn undo_download(image: &mut Image, stores: &[&str]) {
    change_list(image, IMPORTING, &[], stores);
    change_list(image, FAILED, stores, &[]);
    image.requeue();
}

/// The data of an import, read to its end.
async fn obtain(glance: &Glance, plan: &Plan) -> Option<Staged> {
    match &plan.source {
        Source::Staged => glance.state().image_mut(&plan.image)?.staged.clone(),
        Source::Web(uri) => download(glance, &glance.imports, uri, &plan.image).await,
        Source::Copy => {
            let place = glance.state().image_mut(&plan.image)?.locations.first()?.place.clone();
            let file = match place {
                Place::File(file) => file,
                Place::Url(url) => return download(glance, &glance.web, &url, &plan.image).await,
            };
            let from = tokio::fs::File::open(&file.0).await.ok()?;
            // Read again, as the copy has to be what the original was.
            let pieces = tokio_util::io::ReaderStream::with_capacity(from, 512 << 10);
            let (_, digest) = ingest(pieces, None, None).await.ok()?;
            Some(Staged { file, digest })
        }
    }
}

async fn download(glance: &Glance, client: &reqwest::Client, uri: &str, image: &str) -> Option<Staged> {
    let answer = client.get(uri).send().await.ok()?;
    let answer = answer.status().is_success().then_some(answer)?;
    let length = answer.content_length();
    let path = glance.new_path("staging", image);
    let (file, digest) = ingest(answer.bytes_stream(), Some(path), length).await.ok()?;
    Some(Staged { file: file?, digest })
}

/// Told while a store takes data; one that refuses, or gets nothing, tells nothing.
fn progress(plan: &Plan, data: &Staged) -> String {
    if data.digest.size == 0 || plan.targets.iter().all(|store| store.read_only) {
        return String::new();
    }
    format!("Copied {} MiB", data.digest.size >> 20)
}
