//! A copy that goes to an image service of OpenStack.

use std::time::Duration;

use cloudimg_core::{Error, ErrorKind, Result};
use futures::future::{Either, select};
use uuid::Uuid;

use super::super::fan::{Branch, Watch};
use super::super::half::Half;
use super::super::rules::Draft;
use super::super::{Arrived, LeftOut, OPERATION, Remains, Target};
use super::{Failure, Order, Prepared, stalled};
use crate::glance::{Filter, Hidden, Image, ImageData, ImagePatch, ImageStatus, Images, UploadFailure};
use crate::transfer::{Algorithm, Progress, Verdict};

/// How often a call that makes an image is sent, where it is not known whether it arrived.
const MOST_TRIES: u32 = 3;

/// An image service, and what it is to get.
pub(in super::super) struct GlancePlace {
    pub(super) images: Images,
    pub(super) target: Target,
    pub(super) draft: Draft,
    pub(super) order: Order,
}

impl GlancePlace {
    /// Looks whether the image is there, and makes its record if not.
    pub(super) async fn prepare(&self) -> Result<Prepared, Failure> {
        if let Some(there) = self.look().await? {
            return Ok(Prepared::There(Box::new(there)));
        }
        let id = if self.order.options.same_id { self.order.source.image.id.clone() } else { Uuid::new_v4().to_string() };
        let mut half = Half::new(&self.images, &self.order.clock, &id, self.order.options.same_id);
        match self.make(&mut half).await {
            Ok(left_out) => Ok(Prepared::Made(Box::new(half), left_out)),
            Err(error) => Err(self.failed(half, error).await),
        }
    }

    /// The image that makes a copy needless; an error for one that is in its way.
    async fn look(&self) -> Result<Option<Image>> {
        let images = &self.images;
        let source = &self.order.source.image;
        if self.order.options.same_id {
            let there = match images.get(&source.id).await {
                Ok(there) => there,
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            };
            if self.order.options.skip_if_same && has_same_data(source, &there) {
                return Ok(Some(there));
            }
            let what = format!(
                "the target has an image {} already, which is {} and {}; delete it there, or copy without `with_same_id`",
                source.id,
                there.status,
                if has_same_data(source, &there) { "the same: take `with_skip_if_same`" } else { "not known to be the same" }
            );
            return Err(Error::new(ErrorKind::Conflict, what).with_operation(OPERATION));
        }
        let Some(hash) = source.os_hash_value.as_deref().filter(|_| self.order.options.skip_if_same) else { return Ok(None) };
        let mut list = images.list().hash(hash).status(Filter::from("active"));
        if let Some(project) = images.cloud().project_id().await? {
            list = list.owner(project);
        }
        if self.draft.is_hidden() {
            list = list.hidden(Hidden::Only);
        }
        let mut items = list.items();
        while let Some(there) = items.next().await {
            let there = there?;
            if has_same_data(source, &there) && there.name.as_deref() == self.draft.name() {
                return Ok(Some(there));
            }
        }
        Ok(None)
    }

    /// How long a call to the target may stand still.
    pub(super) fn idle_limit(&self) -> Option<Duration> {
        self.images.cloud().glance_session().ok()?.timeouts().idle
    }

    /// The outcome for an image that is there already.
    pub(super) fn skipped(&self, image: Image) -> Arrived {
        let verdict = compare(&self.order.source.image, &image);
        // It was compared before.
        let verdict = verdict.unwrap_or_else(|error| Verdict::Unverifiable(error.to_string()));
        Arrived { image, bytes: 0, verdict, skipped: true, left_out: Vec::new() }
    }

    /// Makes the record, queued, and says what it was not allowed to have.
    async fn make(&self, half: &mut Half) -> Result<Vec<LeftOut>> {
        let refused = match self.create(half, true).await {
            Ok(()) => return Ok(self.draft.left_out.clone()),
            Err(error) => error,
        };
        if !may_be_of_a_property(&refused) || self.draft.properties.is_empty() {
            return Err(self.explained(refused));
        }
        // Which of them it is is told by trying each.
        self.create(half, false).await.map_err(|error| self.explained(error))?;
        let mut left_out = self.draft.left_out.clone();
        for (name, value) in &self.draft.properties {
            let patch = match value.as_array() {
                Some(tags) => ImagePatch::new().tags(tags.iter().filter_map(|tag| tag.as_str())),
                None => ImagePatch::new().property(name, value.as_str().unwrap_or_default()),
            };
            match self.images.update(half.id(), patch).await {
                Ok(_) => {}
                Err(error) if !may_be_of_a_property(&error) => return Err(error),
                Err(error) if self.order.options.rules.lenient => left_out.push(LeftOut::new(name, error.message())),
                Err(error) => {
                    let what = format!(
                        "the target refuses `{name}`: {}; leave it out by `CopyRules::without`, or all that is refused by `leaving_out_refused`",
                        error.message()
                    );
                    return Err(error.with_message(what));
                }
            }
        }
        Ok(left_out)
    }

    /// Makes the record, with tags and properties or without; asks whether it is there where the answer was lost.
    async fn create(&self, half: &mut Half, whole: bool) -> Result<()> {
        let images = &self.images;
        let image = self.draft.create(half.id(), whole)?;
        let mut lost = None;
        for _ in 0..MOST_TRIES {
            let made = match images.create(image.clone()).await {
                Err(error) if error.kind() == ErrorKind::Conflict && lost.is_some() => images.get(half.id()).await,
                Err(error) if may_have_arrived(&error) => match images.get(half.id()).await {
                    Err(absent) if absent.kind() == ErrorKind::NotFound => {
                        lost = Some(error);
                        continue;
                    }
                    Err(_) => Err(error),
                    found => found,
                },
                made => made,
            };
            return made.map(|made| half.is_made(made.id));
        }
        Err(lost.unwrap_or_else(|| Error::new(ErrorKind::Interrupted, "the record could not be made")))
    }

    /// A refusal of fields in words that say what to try.
    fn explained(&self, error: Error) -> Error {
        match self.draft.visibility() {
            Some(visibility @ ("public" | "community")) if error.kind() == ErrorKind::Forbidden => {
                let what = format!("{}; the copy was to be {visibility}, which may need an operator's rights", error.message());
                error.with_message(what)
            }
            _ => error,
        }
    }

    /// Takes the data and compares what came of them.
    pub(super) async fn fill(&self, half: Half, left_out: Vec<LeftOut>, branch: Branch, watch: Watch) -> Result<Arrived, Failure> {
        let limit = self.order.options.stall_limit;
        let sent = {
            let sending = std::pin::pin!(self.send(half.id(), branch));
            match select(sending, std::pin::pin!(watch.stalled(limit))).await {
                Either::Left((sent, _)) => sent,
                Either::Right(_) => Err(stalled(limit)),
            }
        };
        let follows = watch.source_failed();
        drop(watch);
        let arrived = match sent {
            Ok(arrived) => Arrived { left_out, ..arrived },
            Err(error) => return Err(Failure { follows, ..self.failed(half, error).await }),
        };
        if !self.draft.protected {
            half.keep();
            return Ok(arrived);
        }
        let protected = self.images.update(half.id(), ImagePatch::new().protected(true)).await;
        let id = half.keep();
        match protected {
            Ok(image) => Ok(Arrived { image, ..arrived }),
            Err(error) => {
                let what = format!("the copy is there and whole, but could not be protected: {}", error.message());
                Err(Failure::new(error.with_message(what), Remains::Image(id)))
            }
        }
    }

    async fn send(&self, id: &str, branch: Branch) -> Result<Arrived> {
        let data = match self.order.source.length() {
            Some(0) => ImageData::empty(),
            length => ImageData::stream(branch.into_stream(), length),
        };
        // Whether data are of their format was decided where they come from; the target decides anew.
        let mut upload = self.images.upload(id, data).with_format_check(false);
        if let Some(store) = &self.target.store {
            upload = upload.with_store(store);
        }
        if let Some(observer) = self.target.observer.clone() {
            upload = upload.with_progress(move |progress: &Progress| observer.observe(progress));
        }
        if let Some((algorithm, hash)) = self.order.source.hash() {
            upload = upload.with_known_hash(algorithm, hash);
        }
        // What an upload tells of the image it leaves behind does not hold for long.
        let uploaded = upload.await.map_err(|error| match UploadFailure::of(&error) {
            Some(failure) => failure.cause().clone(),
            None => error,
        })?;
        // What the two services say must not differ, whatever the bytes on their way told.
        let compared = compare(&self.order.source.image, &uploaded.image)?;
        let verdict = if uploaded.verdict.is_verified() { uploaded.verdict } else { compared };
        Ok(Arrived { image: uploaded.image, bytes: uploaded.bytes, verdict, skipped: false, left_out: Vec::new() })
    }

    async fn failed(&self, half: Half, error: Error) -> Failure {
        let remains = match self.order.options.keep_half {
            true => Remains::Image(half.keep()),
            false => half.remove(self.order.options.stall_limit).await,
        };
        Failure::new(error, remains)
    }
}

/// Whether a refusal may be that of a single property or tag.
fn may_be_of_a_property(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::QuotaExceeded)
}

/// Whether a call that failed so may have done what it was to do.
fn may_have_arrived(error: &Error) -> bool {
    use ErrorKind as K;
    matches!(error.kind(), K::Interrupted | K::Timeout | K::ServiceUnavailable | K::Decode | K::UnexpectedStatus)
}

/// Whether an image has the data of the source for sure.
fn has_same_data(source: &Image, there: &Image) -> bool {
    there.status == ImageStatus::Active && compare(source, there).is_ok_and(|verdict| verdict.is_verified())
}

/// What the records of two images say of their data.
///
/// # Errors
/// `Corrupt` if they differ.
fn compare(source: &Image, copy: &Image) -> Result<Verdict> {
    let corrupt = |what: String| Err(Error::new(ErrorKind::Corrupt, what).with_operation(OPERATION));
    if let (Some(here), Some(there)) = (source.size, copy.size)
        && here != there
    {
        return corrupt(format!("the source has {here} bytes and the copy {there}"));
    }
    if let (Some(algorithm), Some(here), Some(there)) = (&source.os_hash_algo, &source.os_hash_value, &copy.os_hash_value)
        && copy.os_hash_algo.as_ref() == Some(algorithm)
        && let Some(algorithm) = Algorithm::named(algorithm)
    {
        return if here.eq_ignore_ascii_case(there) {
            Ok(Verdict::Verified(algorithm))
        } else {
            corrupt(format!("the {algorithm} of the source is {here}, that of the copy {there}"))
        };
    }
    match (&source.checksum, &copy.checksum) {
        (Some(here), Some(there)) if here.eq_ignore_ascii_case(there) => Ok(Verdict::Verified(Algorithm::Md5)),
        (Some(here), Some(there)) => corrupt(format!("the MD5 of the source is {here}, that of the copy {there}")),
        _ => Ok(Verdict::Unverifiable("the two services tell no hash that both have".to_owned())),
    }
}
