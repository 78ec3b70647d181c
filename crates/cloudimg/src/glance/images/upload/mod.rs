//! Image data on their way up: looked at before they go, hashed on the way, compared when they are there.

mod check;
mod engine;
mod failure;
mod hashing;
mod send;
mod stage;
mod verify;

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::Images;
use crate::Result;
use crate::glance::types::Image;
use crate::transfer::source::ImageData;
use crate::transfer::{Algorithm, Limits, Observer, Verdict};
pub use failure::{ImageLeft, UploadFailure};
pub(crate) use hashing::Hashing;
pub use stage::Stage;

impl Images {
    /// Sends the data of a queued image when it is awaited, hashes them on the way and compares the hash with what the service then tells of
    /// the image. (Image API v2, "Upload binary image data".)
    ///
    /// Before the first byte goes, the data are looked at: whether there are any, and whether they are of the image's disk format. After a
    /// failure that passes, data that can be opened anew are sent again if the image is queued again, as often as the cloud's retry policy
    /// allows.
    ///
    /// # Errors
    /// `Conflict` if the image is not queued, `NotFound`, `QuotaExceeded`; `InvalidRequest` for no bytes at all (see [`ImageData::empty`]), for
    /// data of another format (see [`Upload::with_format_check`]) and for an image without formats; `Io` if the source fails or gives another
    /// number of bytes than it declared; `Corrupt` if the source changes while it is read, or the service holds other bytes than were sent.
    /// [`UploadFailure::of`] tells what became of the image.
    pub fn upload(&self, id: &str, data: ImageData) -> Upload {
        Upload { images: self.clone(), id: id.to_owned(), data, options: Options::default() }
    }
}

/// An upload to be configured; nothing happens before it is awaited. Dropping the future ends the upload, and the service puts the image back to
/// queued.
#[must_use = "nothing is sent before it is awaited"]
pub struct Upload {
    images: Images,
    id: String,
    data: ImageData,
    options: Options,
}

struct Options {
    observer: Option<Arc<dyn Observer>>,
    limits: Limits,
    store: Option<String>,
    checks_format: bool,
    skips_same: bool,
    cleanup: Cleanup,
    /// The hash that a source is known to have unless it ends in an error.
    known: Option<(Algorithm, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            observer: None,
            limits: Limits::default(),
            store: None,
            checks_format: true,
            skips_same: false,
            cleanup: Cleanup::default(),
            known: None,
        }
    }
}

/// What becomes of the image of an upload that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cleanup {
    /// It stays, for another try.
    #[default]
    Keep,
    /// It is deleted; but not where somebody else writes it, or has written it.
    DeleteImage,
}

/// An upload that went well.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Uploaded {
    /// The image as it is now.
    pub image: Image,
    /// How many bytes it has.
    pub bytes: u64,
    /// Whether they are known to be those of the source.
    pub verdict: Verdict,
    /// Whether they were there already, so that none was sent.
    pub skipped: bool,
}

impl Upload {
    /// Who is told how far the upload is.
    pub fn with_progress(mut self, observer: impl Observer) -> Self {
        self.options.observer = Some(Arc::new(observer));
        self
    }

    /// The limits that the upload keeps.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.options.limits = limits;
        self
    }

    /// The store that the data go to; the service's default one if not said.
    pub fn with_store(mut self, store: impl Into<String>) -> Self {
        self.options.store = Some(store.into());
        self
    }

    /// Whether data that are surely not of the image's formats are refused before they are sent; they are if not said.
    pub fn with_format_check(mut self, check: bool) -> Self {
        self.options.checks_format = check;
        self
    }

    /// Sends nothing if the image is active already and holds the same bytes: then these are only read here, for their hash.
    pub fn with_skip_if_same(mut self) -> Self {
        self.options.skips_same = true;
        self
    }

    /// The data have this hash, or end in an error: they need not be hashed once more by that algorithm.
    pub(crate) fn with_known_hash(mut self, algorithm: Algorithm, hash: impl Into<String>) -> Self {
        self.options.known = Some((algorithm, hash.into()));
        self
    }

    /// What becomes of the image if the upload fails; it stays if not said. Nothing is done where the future is dropped.
    pub fn with_cleanup(mut self, cleanup: Cleanup) -> Self {
        self.options.cleanup = cleanup;
        self
    }
}

impl IntoFuture for Upload {
    type Output = Result<Uploaded>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        engine::run(self).boxed()
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("id", &self.id).field("data", &self.data).finish_non_exhaustive()
    }
}
