use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use cloudimg_core::{Error, ErrorKind};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::check;
use super::failure::Failed;
use super::send::{Line, Target, Whole};
use crate::Result;
use crate::glance::Images;
use crate::transfer::source::{ImageData, Reading};
use crate::transfer::{Algorithm, Limits, Meter, Observer};

const OPERATION: &str = "stage_image_data";

impl Images {
    /// Sends data to the place where an import by `glance-direct` finds them, when it is awaited, and says how many bytes they were. (Image
    /// API v2, "Upload binary image data" of interoperable image import.)
    ///
    /// The image must be queued, and is uploading then. The service tells no hash of what it has staged: it is the import's.
    ///
    /// # Errors
    /// `Conflict` if the image is not queued, `NotFound`, `QuotaExceeded`, and those of the source, as for [`upload`](Images::upload).
    pub fn stage(&self, id: &str, data: ImageData) -> Stage {
        Stage { images: self.clone(), id: id.to_owned(), data, observer: None, limits: Limits::default() }
    }
}

/// Staging to be configured; nothing happens before it is awaited. Dropping the future ends it.
#[must_use = "nothing is sent before it is awaited"]
pub struct Stage {
    images: Images,
    id: String,
    data: ImageData,
    observer: Option<Arc<dyn Observer>>,
    limits: Limits,
}

impl Stage {
    /// Who is told how far it is.
    pub fn with_progress(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// The limits that it keeps.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    async fn run(self) -> Result<u64> {
        let (line, mut data) = self.line();
        let reading = data.open().await?;
        let whole = staged(&line, reading, []).await?;
        line.meter.done();
        Ok(whole.bytes)
    }

    /// Stages the data, which are looked at first, and says by which hash the import can be compared.
    pub(in crate::glance::images) async fn hashed(self, checks_format: bool) -> Result<Staged> {
        let (line, mut data) = self.line();
        let refused = |failed: Failed| failed.into_error(OPERATION, 0);
        let of_call = |error: Error| error.with_operation(OPERATION);
        let mut reading = data.open().await.map_err(of_call)?;
        let image = line.images.get(&line.id).await?;
        check::is_ready(&image).map_err(refused)?;
        check::formats(&image, &mut reading, checks_format).await.map_err(refused)?;
        let algorithm = line.images.cloud.hashing.algorithm(&line.images).await;
        let whole = staged(&line, reading, [algorithm]).await.map_err(of_call)?;
        let hash = whole.hash(algorithm).unwrap_or_default();
        Ok(Staged { algorithm, hash, meter: line.meter })
    }

    fn line(self) -> (Line, ImageData) {
        let Self { images, id, data, observer, limits } = self;
        let clock = images.cloud.clock();
        let meter = Meter::new(observer, clock.clone());
        (Line { images, id, meter, limits, clock }, data)
    }
}

async fn staged(line: &Line, reading: Reading, algorithms: impl IntoIterator<Item = Algorithm>) -> Result<Whole> {
    let (answer, whole) = line.send(Target::Staging, reading, algorithms).await;
    answer?;
    whole.ok_or_else(|| Error::new(ErrorKind::Corrupt, "the service was content before all data were sent"))
}

/// Data that wait for their import.
pub(in crate::glance::images) struct Staged {
    pub(in crate::glance::images) algorithm: Algorithm,
    pub(in crate::glance::images) hash: String,
    /// What counts how far they are.
    pub(in crate::glance::images) meter: Meter,
}

impl IntoFuture for Stage {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.run().map(|staged| staged.map_err(|error| error.with_operation(OPERATION))).boxed()
    }
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage").field("id", &self.id).field("data", &self.data).finish_non_exhaustive()
    }
}
