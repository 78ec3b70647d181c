//! Images copied from cloud to cloud, as one pipe: read once, written to every target at the same time, without a file in between.
//!
//! ```no_run
//! use cloudimg::Cloud;
//! use cloudimg::copy::{CopyRules, Target};
//!
//! # async fn story() -> Result<(), cloudimg::Error> {
//! let (here, east, west) = (Cloud::named("here")?, Cloud::named("east")?, Cloud::named("west")?);
//! let copied = here
//!     .images()
//!     .copy("7e4c0ab6-7a2b-4a4b-9c1e-0d6f1a0f4f11")
//!     .to(&east)
//!     .to(Target::new(&west).with_label("west").with_store("fast"))
//!     .with_rules(CopyRules::new().without("owner_specified.*"))
//!     .await?;
//! for target in &copied.targets {
//!     match &target.result {
//!         Ok(copy) => println!("{}: {} ({})", target.target, copy.image.id, copy.verdict),
//!         Err(error) => println!("{}: {error}; {}", target.target, target.remains),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! With the feature `obs`, IMS is a target as well ([`Target::ims`](Target)), and a source (`ims.images().copy_through(..)`): its
//! images go through a bucket of its region, whose object is removed whatever happens. A target of IMS holds a part of the data, 8
//! to 16 MiB, until it has arrived.

mod fan;
mod half;
mod outcome;
mod place;
mod rules;
mod run;
mod source;
mod target;

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use cloudimg_core::{Error, ErrorKind, Result};
use futures::future::BoxFuture;

pub use outcome::{Arrived, Copied, LeftOut, Remains, TargetOutcome};
pub use rules::CopyRules;
use source::Service;
pub use target::Target;

use crate::glance::Images;
use crate::transfer::{Limits, Observer};

/// What errors name that no single call has.
const OPERATION: &str = "copy_image";
/// Shorter than the silence that calls allow by default, so that who stalls is given up before those who wait for it are.
const STALL_LIMIT: Duration = Duration::from_secs(30);

/// A copy of an image to other clouds, or to another image of the same one; nothing happens before it is awaited.
///
/// The source is read once, hashed on the way and compared with what its service says; each target makes its image, takes the
/// bytes, and is compared in turn. An image at a target is active only once the source has ended well: the last block is held back
/// until then. What a copy that fails has made is deleted again, and each target's [`TargetOutcome::remains`] tells whether that
/// was possible.
///
/// The slowest target sets the pace, but for a buffer of 4 MiB. One that fails is left behind, and so is one that takes no bytes
/// for [30 seconds](Self::with_stall_limit).
///
/// Dropping the future stops the copy. What was made at the targets is then deleted in the background, as far as the runtime still
/// runs and the targets can be reached: who must know waits for the outcome.
#[must_use = "nothing happens before it is awaited"]
pub struct ImageCopy {
    source: Service,
    id: String,
    targets: Vec<Target>,
    options: Options,
    observer: Option<Arc<dyn Observer>>,
    limits: Limits,
}

/// What holds for all targets.
#[derive(Clone, Debug)]
struct Options {
    rules: CopyRules,
    stall_limit: Duration,
    same_id: bool,
    skip_if_same: bool,
    keep_half: bool,
}

impl Images {
    /// Copies an image, its record and its data, to targets that are still to be named.
    pub fn copy(&self, id: impl Into<String>) -> ImageCopy {
        ImageCopy::new(Service::Glance(self.clone()), id.into(), Options::new(STALL_LIMIT))
    }
}

impl Options {
    fn new(stall_limit: Duration) -> Self {
        Self { rules: CopyRules::default(), stall_limit, same_id: false, skip_if_same: false, keep_half: false }
    }
}

impl ImageCopy {
    fn new(source: Service, id: String, options: Options) -> Self {
        Self { source, id, targets: Vec::new(), options, observer: None, limits: Limits::default() }
    }

    /// To this cloud too: a `&Cloud`, the `Images` of one, or a [`Target`] with what is special there.
    pub fn to(mut self, target: impl Into<Target>) -> Self {
        self.targets.push(target.into());
        self
    }

    /// What of the record goes along; see [`CopyRules`] for what does by default.
    pub fn with_rules(mut self, rules: CopyRules) -> Self {
        self.options.rules = rules;
        self
    }

    /// Is told how far the reading of the source is, which is that of the slowest target but for its buffer.
    pub fn with_progress(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Limits to keep. A copy counts as one connection, however many targets it has, and the bytes that are read count once.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How long a target may take no byte while others wait for it; 30 seconds if not said. Then its copy fails as a `Timeout`.
    ///
    /// Where there are several targets, it is also how long one may take until it is ready for bytes.
    pub fn with_stall_limit(mut self, limit: Duration) -> Self {
        self.options.stall_limit = limit;
        self
    }

    /// The copies get the id of the source. Where an image of that id is already, the copy fails as a `Conflict`, or is
    /// [skipped](Self::with_skip_if_same).
    pub fn with_same_id(mut self) -> Self {
        self.options.same_id = true;
        self
    }

    /// Sends nothing where the target's project has an active image of the same hash, and the same id if
    /// [that is kept](Self::with_same_id), else the same name: the same copy can be asked for again and again.
    pub fn with_skip_if_same(mut self) -> Self {
        self.options.skip_if_same = true;
        self
    }

    /// What a copy that fails has made at a target is left there, to be looked at. It is deleted if not said.
    pub fn keeping_failed(mut self) -> Self {
        self.options.keep_half = true;
        self
    }

    /// Copies to the one target that was named.
    ///
    /// # Errors
    /// Those of the copy, and that of its target; `InvalidRequest` if several targets were named.
    pub async fn single(self) -> Result<Arrived> {
        if self.targets.len() > 1 {
            return Err(invalid(
                "this copy has several targets, whose outcomes differ: await it for all of them; nothing was sent",
            ));
        }
        let mut copied = self.await?;
        // One was named, else the copy has failed.
        copied.targets.swap_remove(0).result
    }
}

impl IntoFuture for ImageCopy {
    type Output = Result<Copied>;
    type IntoFuture = BoxFuture<'static, Result<Copied>>;

    /// # Errors
    /// What keeps the copy from beginning: `InvalidRequest` if no target was named or a rule cannot be understood, `NotFound`,
    /// `Conflict` if the source has no data. From then on each target has an outcome of its own: see [`Copied`].
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(run::run(self))
    }
}

impl fmt::Debug for ImageCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, targets, options, limits, .. } = self;
        f.debug_struct("ImageCopy")
            .field("id", id)
            .field("targets", targets)
            .field("options", options)
            .field("limits", limits)
            .finish_non_exhaustive()
    }
}

fn invalid(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidRequest, what).with_operation(OPERATION)
}
