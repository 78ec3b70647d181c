//! Where a copy goes.

#[cfg(feature = "obs")]
mod bucket;
mod glance;

use std::sync::Arc;
use std::time::Duration;

use cloudimg_core::{Clock, Error, ErrorKind, Result};

#[cfg(feature = "obs")]
use self::bucket::BucketPlace;
use self::glance::GlancePlace;
use super::fan::{Branch, Watch};
use super::half::Half;
use super::rules::Draft;
use super::source::Source;
use super::target::Service;
use super::{Arrived, LeftOut, OPERATION, Options, Remains, Target};
use crate::glance::Image;
#[cfg(feature = "obs")]
use crate::ims::StreamImport;

/// What all targets have in common.
#[derive(Clone)]
pub(super) struct Order {
    pub(super) options: Options,
    pub(super) source: Source,
    pub(super) clock: Arc<dyn Clock>,
}

/// A target, and what it is to get.
pub(super) enum Place {
    Glance(Box<GlancePlace>),
    #[cfg(feature = "obs")]
    Bucket(Box<BucketPlace>),
}

/// A target that is ready.
pub(super) enum Prepared {
    /// It has the image.
    There(Box<Image>),
    /// It has a record that waits for data, and what that was not allowed to have.
    Made(Box<Half>, Vec<LeftOut>),
    /// Nothing was made yet, and all is as it must be.
    #[cfg(feature = "obs")]
    Open(Box<StreamImport>),
}

/// Why there is no copy, and what is left of it.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) remains: Remains,
    /// Whether the error only follows from that of the source.
    pub(super) follows: bool,
}

impl Failure {
    fn new(error: Error, remains: Remains) -> Self {
        Self { error, remains, follows: false }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error, Remains::Nothing)
    }
}

impl Place {
    pub(super) fn new(mut target: Target, mut draft: Draft, order: Order) -> Self {
        match target.service.clone() {
            Service::Glance(images) => {
                if let Some(name) = target.name.take() {
                    draft.named(&name);
                }
                if let Some(visibility) = target.visibility.take() {
                    draft.visible(visibility.as_str());
                }
                Self::Glance(Box::new(GlancePlace { images, target, draft, order }))
            }
            #[cfg(feature = "obs")]
            Service::Bucket(to) => Self::Bucket(Box::new(BucketPlace { to, target, order })),
        }
    }

    /// Looks whether the image is there, and makes what has to be there before the data.
    pub(super) async fn prepare(&self) -> Result<Prepared, Failure> {
        match self {
            Self::Glance(place) => place.prepare().await,
            #[cfg(feature = "obs")]
            Self::Bucket(place) => Ok(Prepared::Open(Box::new(place.prepare().await?))),
        }
    }

    /// How long a call to the target may stand still.
    pub(super) fn idle_limit(&self) -> Option<Duration> {
        match self {
            Self::Glance(place) => place.idle_limit(),
            // The calls are made of whole parts.
            #[cfg(feature = "obs")]
            Self::Bucket(_) => None,
        }
    }

    /// Takes the data, and says what came of them and what else is left there.
    pub(super) async fn fill(&self, prepared: Prepared, branch: Option<(Branch, Watch)>) -> Result<(Arrived, Remains), Failure> {
        let clean = |arrived| (arrived, Remains::Nothing);
        match (self, prepared, branch) {
            (Self::Glance(place), Prepared::There(image), _) => Ok(clean(place.skipped(*image))),
            (Self::Glance(place), Prepared::Made(half, left_out), Some((branch, watch))) => {
                place.fill(*half, left_out, branch, watch).await.map(clean)
            }
            #[cfg(feature = "obs")]
            (Self::Bucket(place), Prepared::Open(import), Some((branch, watch))) => place.fill(*import, branch, watch).await,
            // Each is prepared by itself, and gets a branch unless the image is there.
            _ => Err(Error::new(ErrorKind::Interrupted, "the copy was given up").with_operation(OPERATION).into()),
        }
    }
}

fn stalled(limit: Duration) -> Error {
    let what = format!("the target took no bytes for {} s, while others may wait for it", limit.as_secs_f64());
    Error::new(ErrorKind::Timeout, what).with_operation(OPERATION)
}
