//! The records, and who may see which.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use super::cache::Cache;
use super::error::{ApiError, Result};
use super::model::Image;
use super::policy::Who;
use super::task::Task;
use crate::clock::{Clock, later};

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) images: HashMap<String, Image>,
    pub(crate) tasks: Vec<Task>,
    pub(super) cache: Cache,
    last: Option<Timestamp>,
}

impl State {
    /// The time for a record. No two are equal, so that images come in the order of their making
    /// even while a manual clock stands still.
    pub(crate) fn stamp(&mut self, clock: &Clock) -> Timestamp {
        let mut now = clock.now();
        if let Some(last) = self.last
            && now <= last
            && last.duration_since(now).as_secs() < 1
        {
            now = later(last, Duration::from_micros(1));
        }
        self.last = Some(now);
        now
    }

    /// An image that exists, whoever asks.
    pub(crate) fn image_mut(&mut self, id: &str) -> Option<&mut Image> {
        self.images.get_mut(id).filter(|image| !image.deleted)
    }

    /// Takes an image away; its record stays.
    pub(crate) fn forget(&mut self, id: &str, at: Timestamp) {
        let Some(image) = self.image_mut(id) else { return };
        image.deleted = true;
        image.updated_at = at;
        image.locations.clear();
        image.staged = None;
        image.members.clear();
        self.cache.evict(id);
    }

    /// An image that the caller may know of.
    pub(crate) fn visible(&self, who: &Who, id: &str) -> Result<&Image> {
        self.images.get(id).filter(|image| !image.deleted && is_visible(who, image)).ok_or_else(|| ApiError::no_image(id))
    }

    /// The same, to be changed.
    pub(crate) fn visible_mut(&mut self, who: &Who, id: &str) -> Result<&mut Image> {
        self.images.get_mut(id).filter(|image| !image.deleted && is_visible(who, image)).ok_or_else(|| ApiError::no_image(id))
    }
}

/// Whether a caller may know of an image: a member may, whatever it answered to the invitation.
pub(crate) fn is_visible(who: &Who, image: &Image) -> bool {
    who.sees_all
        || image.owner.is_none()
        || matches!(image.visibility.as_str(), "public" | "community")
        || (who.project.is_some()
            && (who.project == image.owner || (image.visibility == "shared" && image.is_member(who.project.as_deref()))))
}
