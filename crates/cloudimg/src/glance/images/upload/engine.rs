//! The course of an upload.

use std::time::Duration;

use cloudimg_core::{Error, ErrorKind};

use super::check;
use super::failure::{Failed, ImageLeft};
use super::send::{Line, Target, Whole};
use super::verify::{Compared, compare};
use super::{Cleanup, Options, Upload, Uploaded};
use crate::Result;
use crate::glance::types::{Image, ImageStatus};
use crate::transfer::source::{ImageData, Reading};
use crate::transfer::{Algorithm, Meter, Phase, Verdict};

const OPERATION: &str = "upload_image_data";
/// How long to wait, in all some six seconds, for a service to notice that a body will not go on: until then the image is saving.
const LOOKS: [Duration; 8] = [
    Duration::ZERO,
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1600),
    Duration::from_millis(3200),
];

struct Work {
    line: Line,
    data: ImageData,
    options: Options,
    tries: u32,
}

pub(super) async fn run(upload: Upload) -> Result<Uploaded> {
    let Upload { images, id, data, mut options } = upload;
    let clock = images.cloud.clock();
    let meter = Meter::new(options.observer.take(), clock.clone());
    let line = Line { images, id, meter, limits: options.limits.clone(), clock };
    let mut work = Work { line, data, options, tries: 0 };
    match work.whole().await {
        Ok(uploaded) => {
            work.line.meter.done();
            Ok(uploaded)
        }
        Err(failed) => Err(work.cleaned_up(failed).await.into_error(OPERATION, work.tries)),
    }
}

impl Work {
    async fn whole(&mut self) -> Result<Uploaded, Failed> {
        let mut reading = self.data.open().await?;
        let image = self.line.images.get(&self.line.id).await.map_err(Failed::of_call)?;
        if self.options.skips_same && image.status == ImageStatus::Active {
            return self.skipped(image, reading).await;
        }
        check::is_ready(&image)?;
        check::formats(&image, &mut reading, self.options.checks_format).await?;
        let algorithm = self.line.images.cloud.hashing.algorithm(&self.line.images).await;
        let mut resumption = self.line.images.cloud.glance_session()?.resumption();
        let mut proved_again = false;
        loop {
            self.tries += 1;
            let began = self.line.clock.monotonic();
            let (error, whole) = match self.send(reading, algorithm).await {
                (Ok(()), whole) => return self.taken(whole).await,
                (Err(error), whole) => (error, whole),
            };
            resumption.excuse(self.line.clock.monotonic().saturating_sub(began));
            let failed = match self.after(error, whole).await {
                Ok(uploaded) => return Ok(uploaded),
                Err(failed) => failed,
            };
            // Only a source that can be opened anew, and only where the image waits for it.
            if failed.left != Some(ImageLeft::Queued) || !self.data.is_reopenable() {
                return Err(failed);
            }
            if failed.error.kind() == ErrorKind::AuthFailed && !proved_again {
                // The session has given up the token that was refused: there will be a new one.
                proved_again = true;
            } else if resumption.after(failed.error.clone()).await.is_err() {
                return Err(failed);
            }
            tracing::info!(tries = self.tries, cause = %failed.error, "sending the data anew");
            reading = self.data.open().await.map_err(|error| Failed::new(error, ImageLeft::Queued))?;
            check::formats(&image, &mut reading, self.options.checks_format).await?;
        }
    }

    async fn send(&mut self, reading: Reading, algorithm: Algorithm) -> (Result<()>, Option<Whole>) {
        let store = self.options.store.clone();
        let known = self.options.known.clone();
        let algorithms = known.as_ref().is_none_or(|(known, _)| *known != algorithm).then_some(algorithm);
        let (answer, whole) = self.line.send(Target::Image { store: store.as_deref() }, reading, algorithms).await;
        let whole = whole.map(|whole| Whole { known, ..whole });
        match (answer, store) {
            (Err(error), Some(store)) if error.status() == Some(400) => (Err(self.with_stores(error, &store).await), whole),
            (answer, _) => (answer, whole),
        }
    }

    /// The service says that it has taken all data.
    async fn taken(&mut self, whole: Option<Whole>) -> Result<Uploaded, Failed> {
        self.line.meter.phase(Phase::Finishing, None);
        let (left, image) = self.look(false).await;
        let Some(image) = image else {
            let what = "the service took the data, but does not tell of the image, so that they are not compared";
            return Err(Failed::new(Error::new(ErrorKind::ServiceUnavailable, what), left));
        };
        let Some(whole) = whole else {
            let what = "the service was content before all data were sent";
            return Err(Failed::new(Error::new(ErrorKind::Corrupt, what), left).ours());
        };
        self.line.images.cloud.hashing.learn(&image);
        if left != ImageLeft::Active && image.os_hash_value.is_none() {
            let what = format!("the service took the data, but the image is {} and not active", image.status);
            return Err(Failed::new(Error::new(ErrorKind::Conflict, what), left));
        }
        self.line.judged(image, &whole, &mut self.data).await
    }

    /// What became of the image after a failure, which may have come after the service had all it needed.
    async fn after(&mut self, error: Error, whole: Option<Whole>) -> Result<Uploaded, Failed> {
        let somebody_else = error.status() == Some(409);
        let (left, image) = self.look(somebody_else).await;
        if let (ImageLeft::Active, Some(image), Some(whole)) = (&left, image, whole)
            && let Compared::Same(algorithm) = compare(&image, &whole)
        {
            tracing::info!(cause = %error, "the answer was lost, but the service has all data");
            return Ok(Uploaded { image, bytes: whole.bytes, verdict: Verdict::Verified(algorithm), skipped: false });
        }
        let left = match left {
            ImageLeft::Queued if error.status() == Some(415) => ImageLeft::Spoiled,
            ImageLeft::Saving if somebody_else => ImageLeft::SomeoneElseWrites,
            left => left,
        };
        Err(Failed::new(error, left))
    }

    /// Reads the record again until it tells what came of an upload that is over.
    async fn look(&mut self, somebody_else: bool) -> (ImageLeft, Option<Image>) {
        let mut seen = (ImageLeft::Unknown, None);
        for wait in LOOKS {
            if !wait.is_zero() {
                self.line.clock.sleep(wait).await;
            }
            seen = match self.line.images.get(&self.line.id).await {
                Ok(image) => (ImageLeft::of(&image), Some(image)),
                Err(error) if error.kind() == ErrorKind::NotFound => (ImageLeft::Gone, None),
                Err(error) => {
                    tracing::warn!(%error, "what became of the image cannot be found out");
                    (ImageLeft::Unknown, None)
                }
            };
            if seen.0 != ImageLeft::Saving || somebody_else {
                break;
            }
        }
        seen
    }

    /// The image has data already: are they these?
    async fn skipped(&mut self, image: Image, reading: Reading) -> Result<Uploaded, Failed> {
        let refused = |what: String| {
            let what = format!("the image {} is active, and data are sent once: {what}; nothing was sent", image.id);
            Failed::new(Error::new(ErrorKind::Conflict, what), ImageLeft::Active)
        };
        let size = image.size.and_then(|size| u64::try_from(size).ok());
        if let (Some(theirs), Some(ours)) = (size, reading.length())
            && theirs != ours
        {
            return Err(refused(format!("it has {theirs} bytes, the source {ours}")));
        }
        let named = image.os_hash_algo.as_deref().and_then(Algorithm::named).filter(|_| image.os_hash_value.is_some());
        let Some(algorithm) = named.or_else(|| image.checksum.is_some().then_some(Algorithm::Md5)) else {
            return Err(refused("the service tells no hash to compare the source with".to_owned()));
        };
        let failed = |error| Failed::new(error, ImageLeft::Active);
        let whole = self.line.hashed(reading, [algorithm]).await.map_err(failed)?;
        match compare(&image, &whole) {
            Compared::Same(algorithm) => {
                let verdict = Verdict::Verified(algorithm);
                Ok(Uploaded { bytes: whole.bytes, verdict, skipped: true, image })
            }
            Compared::Differs(what) => Err(refused(what)),
            Compared::Unknown(_) => Err(refused("its hash and that of the source are not comparable".to_owned())),
        }
    }

    /// A refusal that may be for the store says which ones there are.
    async fn with_stores(&mut self, error: Error, store: &str) -> Error {
        let Ok(stores) = self.line.images.cloud.glance().stores().list().await else { return error };
        let ids: Vec<_> = stores.into_iter().map(|store| store.id).collect();
        if ids.iter().any(|id| id == store) {
            return error;
        }
        let what = format!("{}; the stores are: {}", error.message().trim_end_matches('.'), ids.join(", "));
        error.with_message(what)
    }

    async fn cleaned_up(&mut self, failed: Failed) -> Failed {
        let may = match &failed.left {
            Some(ImageLeft::Queued | ImageLeft::Spoiled) => true,
            Some(ImageLeft::Active | ImageLeft::Other(_)) => failed.is_ours,
            _ => false,
        };
        if self.options.cleanup != Cleanup::DeleteImage || !may {
            return failed;
        }
        self.line.meter.phase(Phase::CleaningUp, None);
        match self.line.images.delete_if_exists(&self.line.id).await {
            Ok(_) => Failed { left: Some(ImageLeft::Removed), ..failed },
            Err(error) => {
                tracing::warn!(%error, "the image of a failed upload could not be deleted");
                failed
            }
        }
    }
}
