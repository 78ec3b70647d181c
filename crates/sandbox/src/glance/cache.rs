//! The image cache: what has been downloaded as a whole, or was asked for.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use jiff::Timestamp;

use super::error::{ApiError, Result};
use super::model::Status;
use super::policy::Who;
use super::{Glance, no_content, ok};
use crate::cloud::Cloud;
use crate::http::{Call, empty};
use crate::json::{Json, object};

#[derive(Debug)]
struct Entry {
    number: i64,
    image_id: String,
    last_accessed: Timestamp,
    last_modified: Timestamp,
    size: u64,
    hits: i64,
}

/// The images in the cache, and those on their way into it.
#[derive(Debug, Default)]
pub(super) struct Cache {
    entries: Vec<Entry>,
    queue: Vec<String>,
}

impl Cache {
    pub(super) fn holds(&self, id: &str) -> bool {
        self.entries.iter().any(|e| e.image_id == id)
    }

    fn awaits(&self, id: &str) -> bool {
        self.queue.iter().any(|queued| queued == id)
    }

    /// Counts a download that the cache answered.
    fn hit(&mut self, id: &str, at: Timestamp) {
        if let Some(entry) = self.entries.iter_mut().find(|e| e.image_id == id) {
            entry.last_accessed = at;
            entry.hits += 1;
        }
    }

    fn insert(&mut self, id: &str, size: u64, at: Timestamp) {
        self.queue.retain(|queued| queued != id);
        if self.holds(id) {
            return;
        }
        // As a database does that hands out numbers again once the last row is gone.
        let number = self.entries.iter().map(|e| e.number).max().unwrap_or_default() + 1;
        self.entries.push(Entry { number, image_id: id.to_owned(), last_accessed: at, last_modified: at, size, hits: 0 });
    }

    /// Forgets an image whose record is gone. It may still stand in the queue, for nothing.
    pub(super) fn evict(&mut self, id: &str) {
        self.entries.retain(|e| e.image_id != id);
    }
}

/// Follows the download of a whole image and notes what it means for the cache: one that the cache
/// answers is a hit even if it breaks off, another one brings the image in if it comes to its end.
#[derive(Debug)]
pub(super) struct Watch {
    glance: Arc<Glance>,
    id: String,
    size: u64,
    left: u64,
    from_cache: bool,
    noted: bool,
}

impl Watch {
    pub(super) fn new(cloud: &Cloud, id: &str, size: u64, from_cache: bool) -> Self {
        Self { glance: Arc::clone(&cloud.glance), id: id.to_owned(), size, left: size, from_cache, noted: false }
    }

    /// So many bytes more are on their way to the caller.
    pub(super) fn sent(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes as u64);
        if self.left == 0 {
            self.note();
        }
    }

    fn note(&mut self) {
        if std::mem::replace(&mut self.noted, true) {
            return;
        }
        let at = self.glance.clock.now();
        let cache = &mut self.glance.state().cache;
        if self.from_cache {
            cache.hit(&self.id, at);
        } else {
            cache.insert(&self.id, self.size, at);
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.from_cache || self.left == 0 {
            self.note();
        }
    }
}

fn epoch(t: Timestamp) -> Json {
    let seconds = t.as_microsecond() as f64 / 1e6;
    serde_json::Number::from_f64(seconds).map_or(Json::Null, Json::Number)
}

pub(super) fn list(cloud: &Cloud, who: &Who) -> Result<Response<Body>> {
    who.must_be_admin("cache_list")?;
    let state = cloud.glance.state();
    let cached = state.cache.entries.iter().map(|entry| {
        object([
            ("id", entry.number.into()),
            ("image_id", entry.image_id.as_str().into()),
            ("last_accessed", epoch(entry.last_accessed)),
            ("last_modified", epoch(entry.last_modified)),
            ("size", entry.size.into()),
            ("hits", entry.hits.into()),
            ("checksum", Json::Null),
        ])
    });
    let queued = state.cache.queue.iter().map(|id| id.as_str().into());
    ok(&object([("cached_images", Json::List(cached.collect())), ("queued_images", Json::List(queued.collect()))]))
}

fn no_image(id: &str) -> ApiError {
    ApiError::not_found(format!("Image {id} not found."))
}

/// Puts an image into the queue; a step of the clock later it is in the cache.
pub(super) fn queue(cloud: &Cloud, who: &Who, id: &str) -> Result<Response<Body>> {
    let mut state = cloud.glance.state();
    let image = state.visible(who, id).map_err(|_| no_image(id))?;
    who.must_be_admin("cache_image")?;
    if image.status != Status::Active {
        let text = "Only images with status active can be targeted for queueing";
        return Err(ApiError::bad_request(text));
    }
    if !state.cache.holds(id) && !state.cache.awaits(id) {
        state.cache.queue.push(id.to_owned());
        tokio::spawn(prefetch(Arc::clone(&cloud.glance), id.to_owned()));
    }
    Ok(empty(StatusCode::ACCEPTED))
}

async fn prefetch(glance: Arc<Glance>, id: String) {
    glance.clock.sleep(glance.settings.task_step).await;
    let at = glance.clock.now();
    let mut state = glance.state();
    let image = state.images.get(&id).filter(|image| !image.deleted && image.status == Status::Active);
    let size = image.and_then(|image| image.size);
    // Taken out of the queue meanwhile: then it is not wanted any more.
    if let Some(size) = size
        && state.cache.awaits(&id)
    {
        state.cache.insert(&id, size, at);
    }
}

pub(super) fn remove(cloud: &Cloud, who: &Who, id: &str) -> Result<Response<Body>> {
    let mut state = cloud.glance.state();
    if state.visible(who, id).is_err() && !state.cache.holds(id) && !state.cache.awaits(id) {
        return Err(no_image(id));
    }
    who.must_be_admin("cache_delete")?;
    state.cache.evict(id);
    state.cache.queue.retain(|queued| queued != id);
    no_content()
}

/// The servers that have an image in their cache; here there is one.
pub(super) fn nodes(cloud: &Cloud, who: &Who, id: &str) -> Result<Response<Body>> {
    who.must_be_admin("list_cached_nodes")?;
    let state = cloud.glance.state();
    state.visible(who, id).map_err(|_| no_image(id))?;
    let node = state.cache.holds(id).then(|| cloud.image_url().into());
    ok(&Json::List(node.into_iter().collect()))
}

pub(super) fn clear(cloud: &Cloud, call: &Call, who: &Who) -> Result<Response<Body>> {
    who.must_be_admin("cache_delete")?;
    let target = call.header("x-image-cache-clear-target").unwrap_or_default().to_lowercase();
    let cache = &mut cloud.glance.state().cache;
    match target.as_str() {
        "" | "cache" | "queue" => {
            if target != "queue" {
                cache.entries.clear();
            }
            if target != "cache" {
                cache.queue.clear();
            }
            no_content()
        }
        _ => Err(ApiError::bad_request("If provided 'x-image-cache-clear-target' must be 'cache', 'queue' or empty string.")),
    }
}

/// There is never anything broken to clean away, nor too much to prune.
pub(super) fn tidy(who: &Who, what: &str) -> Result<Response<Body>> {
    who.must_be_admin(&format!("cache_{what}"))?;
    if what == "clean" {
        return Ok(empty(StatusCode::OK));
    }
    let none = || Json::from(0_i64);
    ok(&object([("total_files_pruned", none()), ("total_bytes_pruned", none())]))
}
