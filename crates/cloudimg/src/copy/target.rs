use std::fmt;
use std::sync::Arc;

use crate::Cloud;
use crate::glance::{ImageVisibility, Images};
use crate::transfer::Observer;

/// A cloud that a copy goes to, and what is special there.
///
/// A [`Cloud`] is a target without anything special.
#[derive(Clone)]
#[must_use]
pub struct Target {
    pub(super) images: Images,
    pub(super) label: Option<String>,
    pub(super) name: Option<String>,
    pub(super) visibility: Option<ImageVisibility>,
    pub(super) store: Option<String>,
    pub(super) observer: Option<Arc<dyn Observer>>,
}

impl Target {
    /// The image service of this cloud.
    pub fn new(cloud: &Cloud) -> Self {
        Self::from(cloud.images())
    }

    /// What outcomes and messages call it; `target 1`, `target 2` and so on if not said.
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Another name for this copy alone.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Another visibility for this copy alone.
    pub fn with_visibility(mut self, visibility: impl Into<ImageVisibility>) -> Self {
        self.visibility = Some(visibility.into());
        self
    }

    /// The store that takes the data, by its id; the service's default if not said.
    pub fn with_store(mut self, store_id: impl Into<String>) -> Self {
        self.store = Some(store_id.into());
        self
    }

    /// Is told how far the transfer to this target is.
    pub fn with_progress(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }
}

impl From<&Cloud> for Target {
    fn from(cloud: &Cloud) -> Self {
        Self::new(cloud)
    }
}

impl From<Images> for Target {
    fn from(images: Images) -> Self {
        Self { images, label: None, name: None, visibility: None, store: None, observer: None }
    }
}

impl From<&Images> for Target {
    fn from(images: &Images) -> Self {
        images.clone().into()
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("label", &self.label).field("images", &self.images).finish_non_exhaustive()
    }
}
