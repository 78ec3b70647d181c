use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use cloudimg_core::{Error, ErrorKind};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::send::{Line, Target};
use crate::Result;
use crate::glance::Images;
use crate::transfer::source::ImageData;
use crate::transfer::{Limits, Meter, Observer};

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
        let Self { images, id, mut data, observer, limits } = self;
        let clock = images.cloud.clock();
        let meter = Meter::new(observer, clock.clone());
        let line = Line { images, id, meter, limits, clock };
        let reading = data.open().await?;
        let (answer, whole) = line.send(Target::Staging, reading, []).await;
        answer?;
        let whole = whole.ok_or_else(|| Error::new(ErrorKind::Corrupt, "the service was content before all data were sent"))?;
        line.meter.done();
        Ok(whole.bytes)
    }
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
