//! The last step of an import: data on its way into the stores, and what becomes of the image.

use std::sync::Arc;

use super::jobs::{Plan, Source, change_list, undo_download};
use super::model::{DataFile, Digest, FAILED, IMPORTING, Image, Location, Place, Staged, Status};
use super::stores::Store;
use super::{Glance, sniff};

/// How an import ends.
pub(super) enum End {
    Done,
    Failed,
    /// Failed, and with its lock kept, since undoing it failed too.
    Stuck,
}

/// Brings data into the stores, one after the other.
pub(super) fn distribute(glance: &Glance, plan: &Plan, data: &Staged) -> End {
    let mut failed = Vec::new();
    let mut done: Vec<Location> = Vec::new();
    let mut virtual_size = None;
    let found = glance.state().image_mut(&plan.image).map(|image| {
        let text = |v: &Option<String>| v.clone().unwrap_or_default();
        (text(&image.disk_format), text(&image.container_format), image.strays.clone())
    });
    let Some((disk, container, mut strays)) = found else { return End::Failed };
    let judged = sniff::judge(&data.digest, &disk, &container);
    let stores: Vec<&str> = plan.targets.iter().map(|store| store.id).collect();
    let mut visited = Vec::new();
    for store in &plan.targets {
        visited.push(store.id);
        let takes = !store.read_only && !strays.contains(&store.id);
        let placed = match &judged {
            Ok(size) if takes => {
                virtual_size = *size;
                place(glance, store, &plan.image, &data.file)
            }
            Err(_) if takes => {
                // Written before it was looked at, and forgotten there.
                strays.push(store.id);
                None
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
    let copy = matches!(plan.source, Source::Copy);
    let undone = plan.all_must_succeed && !failed.is_empty();
    let whole = !undone && (copy || !done.is_empty());
    let held = glance.with_locked(&plan.image, &plan.task, |image, _| {
        change_list(image, IMPORTING, &[], &visited);
        change_list(image, FAILED, &failed, &[]);
        image.strays = strays;
        if whole {
            settle(image, &data.digest, done, virtual_size);
        } else if !copy {
            // What was staged is used up by a failure in a store, and the image stays where it is; what came from the web can be
            // fetched again, and so can what no store took.
            image.staged = None;
            if undone && !done.is_empty() {
                image.size = None;
                image.virtual_size = virtual_size;
            }
            if matches!(plan.source, Source::Web(_)) {
                undo_download(image, &stores);
            } else if !undone {
                image.requeue();
            }
        }
    });
    match (held, whole) {
        (true, true) => End::Done,
        (true, false) if !undone && matches!(plan.source, Source::Web(_)) => End::Stuck,
        _ => End::Failed,
    }
}

fn settle(image: &mut Image, digest: &Digest, done: Vec<Location>, virtual_size: Option<u64>) {
    // A copy leaves the hash of the original alone.
    if image.os_hash_value.is_none() {
        image.set_digest(digest);
    }
    done.into_iter().for_each(|location| image.add_location(location));
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
