use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cloudimg_core::poller::Observation;
use cloudimg_core::{Clock, Error, ErrorKind, Result};
use serde_json::Value;

use super::judge::{Evidence, judge};
use super::outcome::verdict;
use super::ticket::{Targets, Ticket};
use super::{ImportFailure, ImportState, Imported, names};
use crate::glance::Stores;
use crate::glance::capabilities::is_set;
use crate::glance::images::Images;
use crate::glance::types::{Image, ImageTask, ImportMethodName, TaskStatus, TaskType};

/// A task is told to have failed a moment after it has let go of the image: how long that, and the like, is waited for.
const GRACE: [Duration; 4] =
    [Duration::from_millis(250), Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];
/// How many looks in a row may show a task that has ended and holds the image.
const MOST_ENDED: u32 = 4;

/// What is looked at until an import has ended.
pub(super) struct Watch {
    images: Images,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ticket: Ticket,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// The task of this import.
    task: Option<String>,
    /// Whether the service shows no tasks of images.
    lacks_tasks: bool,
    ended: u32,
}

/// What one look shows.
struct Seen {
    image: Image,
    /// `None` where the service shows none.
    tasks: Option<Vec<ImageTask>>,
}

impl Watch {
    pub(super) fn new(images: &Images, ticket: Ticket) -> Self {
        let memory = Mutex::new(Memory { task: ticket.task.clone(), ..Memory::default() });
        Self { images: images.clone(), clock: images.cloud.clock(), ticket, memory }
    }

    /// The task of this import, once it is known.
    pub(super) fn task(&self) -> Option<String> {
        self.memory().task.clone()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn look(self: Arc<Self>) -> Result<Observation<ImportState, Imported>> {
        let seen = self.see().await?;
        let lock = seen.image.os_glance_import_task.clone().filter(|task| !task.is_empty());
        let task = self.own(&seen, lock.as_deref());
        let is_over = task.is_some_and(is_over);
        let own = self.task();
        match lock {
            Some(lock) if own.as_ref().is_none_or(|own| *own == lock) => {
                let ended = {
                    let mut memory = self.memory();
                    memory.ended = if is_over { memory.ended + 1 } else { 0 };
                    memory.ended
                };
                if ended >= MOST_ENDED { self.end(&seen, task, None, true).await } else { Ok(running(&seen, task)) }
            }
            Some(other) if is_over || seen.tasks.is_none() => self.end(&seen, task, Some(&other), false).await,
            None if is_over || seen.tasks.is_none() => self.end(&seen, task, None, false).await,
            // Nothing was to do, so nothing was begun.
            None if task.is_none() && self.is_everywhere(&seen.image).await? => self.end(&seen, None, None, false).await,
            lock => self.settle(lock).await,
        }
    }

    /// Waits a moment for a task that does not hold the image any more to be told to have ended, or to be told of at all.
    async fn settle(&self, mut lock: Option<String>) -> Result<Observation<ImportState, Imported>> {
        let mut seen = self.see().await?;
        for wait in GRACE {
            if self.own(&seen, lock.as_deref()).is_some_and(is_over) {
                break;
            }
            self.clock.sleep(wait).await;
            seen = self.see().await?;
            lock = seen.image.os_glance_import_task.clone().filter(|task| !task.is_empty());
        }
        let task = self.own(&seen, lock.as_deref());
        let own = self.task();
        if lock.is_some() && lock == own {
            return Ok(running(&seen, task));
        }
        self.end(&seen, task, lock.as_deref(), false).await
    }

    /// Looks; an answer that is cut short without telling so is asked for again.
    async fn see(&self) -> Result<Seen> {
        for wait in GRACE {
            match self.see_once().await {
                Err(error) if error.kind() == ErrorKind::Decode => self.clock.sleep(wait).await,
                seen => return seen,
            }
        }
        self.see_once().await
    }

    async fn see_once(&self) -> Result<Seen> {
        let id = &self.ticket.image_id;
        let image = match self.images.get(id).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(self.gone()),
            image => image?,
        };
        if self.memory().lacks_tasks {
            return Ok(Seen { image, tasks: None });
        }
        let tasks = match self.images.tasks(id).await {
            Ok(tasks) => Some(tasks),
            Err(error) if is_unserved(&error) => {
                self.memory().lacks_tasks = true;
                None
            }
            Err(error) => return Err(error),
        };
        Ok(Seen { image, tasks })
    }

    fn gone(&self) -> Error {
        let ticket = &self.ticket;
        ImportFailure { task: self.task(), ..ImportFailure::new(ticket.image_id.clone(), ticket.method.clone()) }.into()
    }

    /// The task of this import: the one that is known to be, or that its request began, or that holds the image, or the newest that was not
    /// there before.
    fn own<'a>(&self, seen: &'a Seen, lock: Option<&str>) -> Option<&'a ImageTask> {
        let tasks = seen.tasks.as_deref().unwrap_or_default();
        let mut memory = self.memory();
        if memory.task.is_none() {
            let request = self.ticket.request.as_deref();
            let begun = request.and_then(|request| tasks.iter().find(|task| task.request_id.as_deref() == Some(request)));
            let newest = || newest(tasks, self.ticket.after.as_deref()).map(|task| task.id.clone());
            memory.task = begun.map(|task| task.id.clone()).or_else(|| lock.map(str::to_owned)).or_else(newest);
        }
        let own = memory.task.as_deref()?;
        tasks.iter().find(|task| task.id == own)
    }

    /// Whether every store that takes data has this image, which a copy to all stores was for.
    async fn is_everywhere(&self, image: &Image) -> Result<bool> {
        if self.ticket.method != ImportMethodName::CopyImage || self.ticket.targets != Targets::All {
            return Ok(false);
        }
        let held = names(image.stores.as_deref());
        Ok(self.writable().await?.iter().all(|store| held.contains(store)))
    }

    /// The ids of the stores that take data.
    async fn writable(&self) -> Result<Vec<String>> {
        match Stores::new(self.images.cloud.clone()).list().await {
            Ok(stores) => {
                let writable = stores.into_iter().filter(|store| !is_set(store.read_only.as_deref()));
                Ok(writable.map(|store| store.id).collect())
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The stores of this import, as the service understood it.
    async fn targets(&self, task: Option<&ImageTask>) -> Result<Vec<String>> {
        if let Some(targets) = task.and_then(backend) {
            return Ok(targets);
        }
        match &self.ticket.targets {
            Targets::Named(stores) => Ok(stores.clone()),
            Targets::All => self.writable().await,
            Targets::Default => Ok(Vec::new()),
        }
    }

    async fn end(
        &self,
        seen: &Seen,
        task: Option<&ImageTask>,
        another: Option<&str>,
        is_locked: bool,
    ) -> Result<Observation<ImportState, Imported>> {
        let targets = self.targets(task).await?;
        let (image, id) = (&seen.image, self.task());
        let evidence = Evidence { image, id: id.as_deref(), task, targets: &targets, another, is_locked };
        let reached = judge(&self.ticket, &evidence)?;
        let verdict = verdict(image, &self.ticket)?;
        Ok(Observation::Done(Imported { image: image.clone(), stores: reached.stores, failed: reached.failed, task: id, verdict }))
    }
}

fn running(seen: &Seen, task: Option<&ImageTask>) -> Observation<ImportState, Imported> {
    let targets = task.and_then(backend).unwrap_or_default();
    Observation::Running(ImportState::of(&seen.image, task, &targets))
}

fn is_over(task: &ImageTask) -> bool {
    matches!(task.status, TaskStatus::Success | TaskStatus::Failure)
}

/// Whether the service does not show the tasks of images, or not to this caller.
pub(super) fn is_unserved(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden) || error.status() == Some(405)
}

/// The newest import among tasks that were begun after the one of this id.
pub(super) fn newest<'a>(tasks: &'a [ImageTask], after: Option<&str>) -> Option<&'a ImageTask> {
    let mut imports: Vec<_> = tasks.iter().filter(|task| task.type_ == TaskType::ApiImageImport).collect();
    // Of equal or unreadable times the later in the list counts.
    imports.sort_by_key(|task| task.created_at.as_ref().and_then(|time| time.time()));
    imports.pop().filter(|task| after != Some(task.id.as_str()))
}

/// The stores that a task was begun for; the one of a service with a single store has no name.
fn backend(task: &ImageTask) -> Option<Vec<String>> {
    let stores = task.input.as_ref()?.get("backend")?.as_array()?;
    Some(stores.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}
