//! Image data to a file.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::path::PathBuf;
use std::pin::Pin;

use cloudimg_core::Result;
use serde_json::json;

use super::Download;
use super::blocks::Source;
use super::expected::Expected;
use super::receive::Receiving;
use super::writer::Downloaded;
use crate::glance::Image;
use crate::transfer::sink::{Part, Target, blocking};
use crate::transfer::{Limits, Observer, Phase};

/// A download to a file, to be awaited.
///
/// The bytes go to a file beside it, `.NAME.IMAGE.part`, which takes its name once they are known to be right and on the disk: nothing wrong is ever
/// under that name. Given up, broken off or killed it leaves that file, and a journal of what is in it: the same download goes on from there, if the
/// image is still the same by length and hash.
#[must_use = "nothing is sent before it is awaited"]
pub struct FileDownload {
    download: Download,
    path: PathBuf,
    connections: usize,
    overwriting: bool,
    sparse: bool,
    resuming: bool,
}

impl FileDownload {
    pub(super) fn new(download: Download, path: PathBuf) -> Self {
        Self { download, path, connections: 1, overwriting: false, sparse: true, resuming: true }
    }

    /// Is told how far it is.
    pub fn with_progress(mut self, observer: impl Observer) -> Self {
        self.download = self.download.with_progress(observer);
        self
    }

    /// Keeps these limits.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.download = self.download.with_limits(limits);
        self
    }

    /// Fetches parts side by side over so many connections, at least 1: where one connection is slower than the line. One connection that fetches all is
    /// kinder to the service, whose cache serves no parts, and is what is done where the store has none to give.
    pub fn with_connections(mut self, connections: usize) -> Self {
        self.connections = connections.max(1);
        self
    }

    /// Replaces the file if there is one, once the new one is right; its permissions stay.
    pub fn overwriting(mut self) -> Self {
        self.overwriting = true;
        self
    }

    /// Writes zeroes as such; else the file has holes instead, which take no room.
    pub fn without_holes(mut self) -> Self {
        self.sparse = false;
        self
    }

    /// Begins anew, whatever an earlier download has left.
    pub fn without_resuming(mut self) -> Self {
        self.resuming = false;
        self
    }

    async fn run(self) -> Result<Downloaded> {
        let Self { download, path, connections, overwriting, sparse, resuming } = self;
        let meter = download.options.meter(&download.images);
        let clock = download.images.cloud.clock();
        let (place, key) = (path.clone(), download.id.clone());
        let target = blocking(move || Target::new(&place, &key, overwriting)).await?;
        let mut part = Part::open(target, &*clock).await?;
        let image = download.images.get(&download.id).await?;
        let (expected, identity) = (Expected::of(&image), identity(&image));
        let source = Source::new(&download.images, image, &download.options.limits);
        let mut resumed_from = 0;
        if resuming && source.size().is_some() {
            let there = part.take_up(&identity)?;
            resumed_from = there.total();
        } else {
            part.begin(&identity)?;
        }
        let receiving = Receiving { source: &source, meter: &meter, connections, sparse, algorithm: expected.algorithm() };
        loop {
            let received = receiving.run(part).await?;
            match expected.judge(received.hasher, received.md5.as_deref()) {
                Ok(verdict) => {
                    received.part.publish().await?;
                    meter.done();
                    let image = Image::clone(&source.image);
                    return Ok(Downloaded { image, bytes: received.bytes, verdict, resumed_from, path: Some(path) });
                }
                Err(error) if resumed_from > 0 => {
                    tracing::warn!(cause = %error, "what was here from an earlier download is wrong; all of it comes anew");
                    part = received.part;
                    part.begin(&identity)?;
                    resumed_from = 0;
                    meter.phase(Phase::Preparing, None);
                }
                Err(error) => {
                    received.part.discard();
                    return Err(error);
                }
            }
        }
    }
}

/// What the bytes of a file that is taken up must be part of, in one line.
fn identity(image: &Image) -> String {
    json!({
        "image": image.id,
        "size": image.size,
        "os_hash_algo": image.os_hash_algo,
        "os_hash_value": image.os_hash_value,
        "checksum": image.checksum,
    })
    .to_string()
}

impl IntoFuture for FileDownload {
    type Output = Result<Downloaded>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for FileDownload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileDownload").field("download", &self.download).field("path", &self.path).finish_non_exhaustive()
    }
}
