//! Tasks at work. Each takes three steps of the clock: pending, processing, and processing with
//! its progress told. So a caller can see them, and a manual clock can hold a task at each.

use std::sync::Arc;
use std::time::Duration;

use super::Glance;
use super::ingest::ingest;
use super::model::{DataFile, Digest, FAILED, IMPORTING, Image, LOCK, Location, Place, Staged, Status, Task, TaskStatus};
use super::sniff;
use super::stores::Store;
use crate::clock::later;

const TASK_LIFE: Duration = Duration::from_secs(48 * 3600);
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
fn change_list(image: &mut Image, key: &str, add: &[&str], remove: &[&str]) {
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
    let data = obtain(&glance, &plan).await;
    if let Some(data) = &data {
        glance.with_locked(&plan.image, &plan.task, |_, task| task.message = copied(data));
    }
    glance.clock.sleep(step).await;
    let outcome = match data {
        None => {
            glance.with_locked(&plan.image, &plan.task, |image, _| {
                change_list(image, IMPORTING, &[], &stores);
                change_list(image, FAILED, &stores, &[]);
                if matches!(plan.source, Source::Web(_)) {
                    image.requeue();
                }
            });
            Err(INTERNAL_ERROR.to_owned())
        }
        Some(data) => distribute(&glance, &plan, &data),
    };
    glance.finish(&plan.image, &plan.task, outcome);
}

/// The data of an import, read to its end.
async fn obtain(glance: &Glance, plan: &Plan) -> Option<Staged> {
    match &plan.source {
        Source::Staged => glance.state().image_mut(&plan.image)?.staged.clone(),
        Source::Web(uri) => {
            let answer = glance.imports.get(uri).send().await.ok()?.error_for_status().ok()?;
            let length = answer.content_length();
            let path = glance.new_path("staging", &plan.image);
            let data = ingest(answer.bytes_stream(), Some(path), length).await;
            let (file, digest) = data.ok()?;
            Some(Staged { file: file?, digest })
        }
        Source::Copy => {
            let path = glance.state().image_mut(&plan.image)?.locations.iter().find_map(|l| match &l.place {
                Place::File(file) => Some(Arc::clone(file)),
                Place::Url(_) => None,
            })?;
            let from = tokio::fs::File::open(&path.0).await.ok()?;
            // Read again, as the copy has to be what the original was.
            let pieces = tokio_util::io::ReaderStream::with_capacity(from, 512 << 10);
            let (_, digest) = ingest(pieces, None, None).await.ok()?;
            Some(Staged { file: path, digest })
        }
    }
}

fn copied(data: &Staged) -> String {
    format!("Copied {} MiB", data.digest.size >> 20)
}

/// Brings data into the stores, one after the other.
fn distribute(glance: &Glance, plan: &Plan, data: &Staged) -> Result<String, String> {
    let mut failed = Vec::new();
    let mut done: Vec<Location> = Vec::new();
    let mut virtual_size = None;
    let formats = glance.state().image_mut(&plan.image).map(|image| {
        let text = |v: &Option<String>| v.clone().unwrap_or_default();
        (text(&image.disk_format), text(&image.container_format))
    });
    let (disk, container) = formats.ok_or_else(|| INTERNAL_ERROR.to_owned())?;
    let judged = sniff::judge(&data.digest, &disk, &container);
    for store in &plan.targets {
        let placed = match &judged {
            Ok(size) if !store.read_only => {
                virtual_size = *size;
                place(glance, store, &plan.image, &data.file)
            }
            _ => None,
        };
        match placed {
            Some(location) => done.push(location),
            None => {
                failed.push(store.id);
                if plan.all_must_succeed {
                    break;
                }
            }
        }
    }
    let stores: Vec<&str> = plan.targets.iter().map(|store| store.id).collect();
    let whole = failed.is_empty() || (!plan.all_must_succeed && !done.is_empty());
    let held = glance.with_locked(&plan.image, &plan.task, |image, _| {
        change_list(image, IMPORTING, &[], &stores);
        change_list(image, FAILED, &failed, &[]);
        if whole {
            settle(image, &data.digest, done, virtual_size);
        } else if !matches!(plan.source, Source::Copy) {
            // What was staged is used up by a failure in a store, and the image stays where it
            // is; what came from the web can be fetched again, and so can what no store took.
            image.staged = None;
            if matches!(plan.source, Source::Web(_)) || !plan.all_must_succeed {
                image.requeue();
            }
        }
    });
    if held && whole { Ok(copied(data)) } else { Err(INTERNAL_ERROR.to_owned()) }
}

fn settle(image: &mut Image, digest: &Digest, done: Vec<Location>, virtual_size: Option<u64>) {
    image.set_digest(digest);
    image.locations.extend(done);
    if virtual_size.is_some() {
        image.virtual_size = virtual_size;
    }
    image.status = Status::Active;
    image.staged = None;
}

/// Puts data into a store. Data never changes, so the stores may share one file on the disk.
fn place(glance: &Glance, store: &Store, image: &str, data: &DataFile) -> Option<Location> {
    let path = glance.new_path(store.id, image);
    std::fs::hard_link(&data.0, &path)
        .or_else(|_| std::fs::copy(&data.0, &path).map(|_| ()))
        .inspect_err(|error| tracing::error!(%error, "image data"))
        .ok()?;
    Some(Location { store: store.id, place: Place::File(Arc::new(DataFile(path))) })
}
