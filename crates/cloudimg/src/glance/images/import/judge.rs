//! What an import has come to, once nothing works on the image any more.

use cloudimg_core::Result;

use super::ticket::Ticket;
use super::{ImportFailure, ImportLeft, names};
use crate::glance::types::{Image, ImageStatus, ImageTask, ImportMethodName, TaskStatus};

/// All that the service says of no reason.
const NO_REASON: &str = "Task failed due to Internal Error";

/// What is seen of an import that is over.
pub(super) struct Evidence<'a> {
    pub(super) image: &'a Image,
    /// The id of its task, where it is known.
    pub(super) id: Option<&'a str>,
    /// That task, where the service shows it.
    pub(super) task: Option<&'a ImageTask>,
    /// The stores that were meant, as far as they are known.
    pub(super) targets: &'a [String],
    /// The task of another import that has the image now.
    pub(super) another: Option<&'a str>,
    /// Whether the task of this one holds the image still.
    pub(super) is_locked: bool,
}

/// The stores that have the data and those that have not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reached {
    pub(super) stores: Vec<String>,
    pub(super) failed: Vec<String>,
}

pub(super) fn judge(ticket: &Ticket, seen: &Evidence<'_>) -> Result<Reached> {
    let held = names(seen.image.stores.as_deref());
    // Entries of former imports stay: only the stores of this one count.
    let refused = names(seen.image.os_glance_failed_import.as_deref());
    let is_missing = |store: &String| match seen.image.stores {
        Some(_) => !held.contains(store),
        None => refused.contains(store),
    };
    let (failed, mut stores): (Vec<_>, Vec<_>) = seen.targets.iter().cloned().partition(is_missing);
    if seen.targets.is_empty() {
        stores.clone_from(&held);
    }
    let has_failed = seen.task.is_some_and(|task| task.status == TaskStatus::Failure);
    let is_there = match ticket.method {
        // Active before and after: only the stores tell.
        ImportMethodName::CopyImage => failed.is_empty() || (ticket.partial && !has_failed && !stores.is_empty()),
        _ => matches!(seen.image.status, ImageStatus::Active | ImageStatus::Deactivated) && !has_failed,
    };
    if is_there {
        return Ok(Reached { stores, failed });
    }
    let failure = ImportFailure {
        image_id: seen.image.id.clone(),
        method: ticket.method.clone(),
        task: seen.id.map(str::to_owned),
        message: seen.task.and_then(reason),
        failed,
        left: seen.another.map_or_else(|| ImportLeft::by(&seen.image.status), |task| ImportLeft::Another(task.to_owned())),
        is_locked: seen.is_locked,
    };
    Err(failure.into())
}

/// Why a task failed, where that is more than that it did. Before its end its message tells of progress.
fn reason(task: &ImageTask) -> Option<String> {
    let message = task.message.as_deref()?.trim();
    let says_why = task.status == TaskStatus::Failure && !message.is_empty() && message != NO_REASON;
    says_why.then(|| message.to_owned())
}
