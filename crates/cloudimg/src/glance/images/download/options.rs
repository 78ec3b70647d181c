//! What all downloads can be told.

use std::sync::Arc;

use super::super::Images;
use crate::transfer::{Limits, Meter, Observer};

#[derive(Clone, Default)]
pub(super) struct Options {
    observer: Option<Arc<dyn Observer>>,
    pub(super) limits: Limits,
}

impl Options {
    pub(super) fn observe(&mut self, observer: impl Observer) {
        self.observer = Some(Arc::new(observer));
    }

    pub(super) fn meter(&self, images: &Images) -> Meter {
        Meter::new(self.observer.clone(), images.cloud.clock())
    }
}
