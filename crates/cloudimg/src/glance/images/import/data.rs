use std::fmt;
use std::time::Duration;

use cloudimg_core::Result;
use cloudimg_core::poller::Rhythm;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::{Import, ImportMethod, Imported, Importing};
use crate::glance::images::{Images, Stage};
use crate::transfer::source::ImageData;
use crate::transfer::{Limits, Observer};

impl Images {
    /// Sends data to a queued image by way of an import: they are staged, hashed on their way, imported by `glance-direct`, and in the end
    /// compared by that hash. Clouds convert what is imported, if they do, and bring it to several stores.
    ///
    /// Awaited, the data are there and the import is begun; [`wait`](ImportData::wait) goes on to its end.
    pub fn import_data(&self, id: impl Into<String>, data: ImageData) -> ImportData {
        let import = self.import(id, ImportMethod::GlanceDirect);
        ImportData { stage: self.stage(&import.image_id, data), import, checks_format: true }
    }
}

/// Data about to be staged and imported; nothing happens before it is awaited. Dropping the future ends the sending, but not an import that has
/// begun.
///
/// # Errors
/// Those of [`Images::upload`] for the data and the image, and those of [`Import`].
#[must_use = "nothing is sent before it is awaited"]
pub struct ImportData {
    stage: Stage,
    import: Import,
    checks_format: bool,
}

impl ImportData {
    /// See [`Import::with_stores`].
    pub fn with_stores<S: Into<String>>(self, stores: impl IntoIterator<Item = S>) -> Self {
        Self { import: self.import.with_stores(stores), ..self }
    }

    /// See [`Import::with_all_stores`].
    pub fn with_all_stores(self) -> Self {
        Self { import: self.import.with_all_stores(), ..self }
    }

    /// See [`Import::with_partial_success`].
    pub fn with_partial_success(self) -> Self {
        Self { import: self.import.with_partial_success(), ..self }
    }

    /// Whether data that are surely not of the image's formats are refused before they are sent; they are if not said. Such data make an image
    /// that is `importing` for good.
    pub fn with_format_check(self, check: bool) -> Self {
        Self { checks_format: check, ..self }
    }

    /// Tells `observer` how far it is, from the first byte to the end of the import.
    pub fn with_progress(self, observer: impl Observer) -> Self {
        Self { stage: self.stage.with_progress(observer), ..self }
    }

    /// The limits that the sending keeps.
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { stage: self.stage.with_limits(limits), ..self }
    }

    /// See [`Importing::with_rhythm`].
    pub fn with_rhythm(self, rhythm: Rhythm) -> Self {
        Self { import: self.import.with_rhythm(rhythm), ..self }
    }

    /// See [`Importing::with_limit`]; the time of the sending does not count.
    pub fn with_limit(self, limit: Duration) -> Self {
        Self { import: self.import.with_limit(limit), ..self }
    }

    /// Stages the data, imports them and waits for the end of that.
    ///
    /// # Errors
    /// Those of beginning it, and those of [`Importing`].
    pub async fn wait(self) -> Result<Imported> {
        self.begin().await?.await
    }

    async fn begin(self) -> Result<Importing> {
        let staged = self.stage.hashed(self.checks_format).await?;
        let importing = self.import.with_expected_hash(staged.algorithm, staged.hash).await?;
        Ok(importing.metered_by(staged.meter))
    }
}

impl IntoFuture for ImportData {
    type Output = Result<Importing>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.begin().boxed()
    }
}

impl fmt::Debug for ImportData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportData").field("stage", &self.stage).field("import", &self.import).finish()
    }
}
