//! The bytes of an image in their order, over as many answers as it takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use cloudimg_core::data::BLOCK;
use cloudimg_core::session::Resumption;
use cloudimg_core::{Clock, Error, ErrorKind, Result};
use futures::TryStreamExt as _;

use super::super::Images;
use super::answer::{Answer, OPERATION};
use super::refusal;
use crate::glance::{Image, ImageStatus};
use crate::transfer::{Limits, Permit};

/// Pieces come from the network as they arrive, many of them small; what came within this time goes on as one block.
const GATHERING: Duration = Duration::from_millis(100);

/// What is enough for a block: more is no faster, and every connection holds several of them.
const GATHERED: usize = BLOCK / 4;

/// What the data of one image are asked for with.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) images: Images,
    pub(super) image: Arc<Image>,
    pub(super) limits: Limits,
    pub(super) clock: Arc<dyn Clock>,
    /// Whether parts may be asked for; false once the store has shown that it has none to give.
    pub(super) gives_parts: Arc<AtomicBool>,
}

impl Source {
    pub(super) fn new(images: &Images, image: Image, limits: &Limits) -> Self {
        let (images, image, limits) = (images.clone(), Arc::new(image), limits.clone());
        let clock = images.cloud.clock();
        Self { images, image, limits, clock, gives_parts: Arc::new(AtomicBool::new(true)) }
    }

    /// The length of the image as its record tells it; of what is only staged it is of no use.
    pub(super) fn size(&self) -> Option<u64> {
        self.image.size.filter(|_| self.has_data()).and_then(|size| u64::try_from(size).ok())
    }

    /// Whether its record lets expect data. Asked for a part of none, servers fail or never answer.
    pub(super) fn has_data(&self) -> bool {
        use ImageStatus as S;
        !matches!(self.image.status, S::Queued | S::Saving | S::Uploading | S::Importing)
    }

    pub(super) fn gives_parts(&self) -> bool {
        self.gives_parts.load(Ordering::Relaxed)
    }
}

/// The bytes from one place of an image to another.
///
/// Where they break off they are asked for again from there on, as often as the session's retry policy allows without progress. Where the store
/// gives no parts, all of them are asked for and those that were here before are passed over.
pub(super) struct Blocks {
    source: Source,
    /// The next byte to give.
    at: u64,
    /// The end, which is not given; none while nobody told it.
    end: Option<u64>,
    /// Whether the whole image may come instead of the part, to be passed over up to it.
    whole_will_do: bool,
    answer: Option<Answer>,
    /// The place of the answer's next byte.
    arrived: u64,
    gathered: BytesMut,
    gathering_since: Duration,
    failure: Option<Error>,
    again: Resumption,
    md5: Option<String>,
    permit: Option<Permit>,
}

impl Blocks {
    /// Those of `source` from `at` to `end`, or to the end of the image.
    pub(super) fn new(source: Source, at: u64, end: Option<u64>, whole_will_do: bool) -> Result<Self> {
        let again = source.images.cloud.glance_session()?.resumption();
        Ok(Self {
            end: end.or(source.size()),
            source,
            at,
            whole_will_do,
            answer: None,
            arrived: 0,
            gathered: BytesMut::new(),
            gathering_since: Duration::ZERO,
            failure: None,
            again,
            md5: None,
            permit: None,
        })
    }

    /// With leave to have a connection that was given before.
    pub(super) fn with_permit(mut self, permit: Permit) -> Self {
        self.permit = Some(permit);
        self
    }

    /// The leave to have a connection, for another use.
    pub(super) fn into_permit(self) -> Option<Permit> {
        self.permit
    }

    /// How many bytes are still to come, if that is known.
    pub(super) fn left(&self) -> Option<u64> {
        Some(self.end?.saturating_sub(self.at))
    }

    /// The MD5 of the whole image, if an answer told it.
    pub(super) fn md5(&self) -> Option<&str> {
        self.md5.as_deref()
    }

    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// Those that no repetition helps against.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>> {
        if let Some(error) = self.failure.take() {
            self.recover(error).await?;
        }
        while self.end != Some(self.at + self.gathered.len() as u64) {
            self.open().await?;
            let Some(answer) = &mut self.answer else { continue };
            match answer.stream.try_next().await {
                Ok(Some(piece)) => {
                    if let Some(block) = self.gather(piece)? {
                        return Ok(Some(self.give(block).await));
                    }
                }
                Ok(None) => {
                    self.answer = None;
                    if self.end.is_none() {
                        self.end = Some(self.at + self.gathered.len() as u64);
                        break;
                    }
                    if let Some(block) = self.broken(early_end(self.arrived, self.end)).await? {
                        return Ok(Some(block));
                    }
                }
                Err(error) => {
                    self.answer = None;
                    if let Some(block) = self.broken(error).await? {
                        return Ok(Some(block));
                    }
                }
            }
        }
        self.answer = None;
        let rest = self.gathered.split().freeze();
        Ok(if rest.is_empty() { None } else { Some(self.give(rest).await) })
    }

    /// Makes sure that an answer is there to read.
    pub(super) async fn open(&mut self) -> Result<()> {
        if self.permit.is_none() {
            self.permit = Some(self.source.limits.connection().await);
        }
        while self.answer.is_none() {
            let (image, size) = (Arc::clone(&self.source.image), self.source.size());
            let from = self.at + self.gathered.len() as u64;
            let is_whole = from == 0 && (self.end.is_none() || self.end == size);
            let part = (!is_whole && self.source.gives_parts()).then(|| (from, self.end.filter(|end| Some(*end) != size)));
            let answer = match Answer::ask(&self.source.images, &image.id, part).await {
                Ok(answer) => answer,
                Err(error) if part.is_some() && self.whole_will_do && error.status() == Some(400) => {
                    tracing::info!(image = image.id, cause = %error, "the store gives no parts; all is asked for");
                    self.source.gives_parts.store(false, Ordering::Relaxed);
                    continue;
                }
                Err(error) => {
                    if part.is_some() && error.status() == Some(400) {
                        self.source.gives_parts.store(false, Ordering::Relaxed);
                    }
                    return Err(refusal::explained(&self.source, error, from > 0).await);
                }
            };
            if part.is_some() && answer.from != from {
                self.source.gives_parts.store(false, Ordering::Relaxed);
                if !self.whole_will_do {
                    let what = "the service ignored the range and would send the whole image";
                    return Err(Error::new(ErrorKind::InvalidRequest, what).with_operation(OPERATION));
                }
            }
            if let (Some(size), Some(total)) = (size, answer.total)
                && size != total
            {
                // Between a service and its clients such things pass; if it stays, the bytes are not those of the record.
                let what = format!("the service would send {total} bytes of the image {}, whose record says {size}", image.id);
                let passing = Error::new(ErrorKind::Interrupted, what.clone()).with_operation(OPERATION);
                let lasting = |_| Error::new(ErrorKind::Corrupt, what).with_operation(OPERATION);
                self.again.after(passing).await.map_err(lasting)?;
                continue;
            }
            if let Some(total) = answer.total {
                self.end = Some(self.end.map_or(total, |end| end.min(total)));
            }
            self.md5 = answer.md5.clone().or(self.md5.take());
            self.arrived = answer.from;
            self.answer = Some(answer);
        }
        Ok(())
    }

    /// Puts `piece` behind those that came before, and gives a block once it is time.
    fn gather(&mut self, mut piece: Bytes) -> Result<Option<Bytes>> {
        let known = self.at + self.gathered.len() as u64;
        let fresh_from = usize::try_from(known.saturating_sub(self.arrived)).unwrap_or(usize::MAX).min(piece.len());
        self.arrived += piece.len() as u64;
        let mut fresh = piece.split_off(fresh_from);
        if let Some(end) = self.end {
            let most = usize::try_from(end - known).unwrap_or(usize::MAX);
            if fresh.len() > most && self.source.size().is_some_and(|size| size == end) {
                let what = format!("the service sends more than the {end} bytes of the image {}", self.source.image.id);
                return Err(Error::new(ErrorKind::Corrupt, what).with_operation(OPERATION));
            }
            fresh.truncate(most);
        }
        if fresh.is_empty() {
            return Ok(None);
        }
        self.again.progressed();
        let now = self.source.clock.monotonic();
        if self.gathered.is_empty() {
            if fresh.len() >= GATHERED {
                return Ok(Some(fresh));
            }
            // Copied: a small piece may hold on to a large buffer of the connection.
            self.gathered.reserve(2 * GATHERED);
            self.gathering_since = now;
        }
        self.gathered.extend_from_slice(&fresh);
        let is_time = self.gathered.len() >= GATHERED || now.saturating_sub(self.gathering_since) >= GATHERING;
        Ok(is_time.then(|| self.gathered.split().freeze()))
    }

    async fn give(&mut self, block: Bytes) -> Bytes {
        self.at += block.len() as u64;
        self.source.limits.pass(block.len() as u64, &*self.source.clock).await;
        block
    }

    /// What came before `error` goes first.
    async fn broken(&mut self, error: Error) -> Result<Option<Bytes>> {
        let rest = self.gathered.split().freeze();
        if rest.is_empty() {
            self.recover(error).await?;
            return Ok(None);
        }
        self.failure = Some(error);
        Ok(Some(self.give(rest).await))
    }

    async fn recover(&mut self, error: Error) -> Result<()> {
        self.again.after(error).await
    }
}

fn early_end(at: u64, end: Option<u64>) -> Error {
    let of = end.map(|end| format!(" of {end}")).unwrap_or_default();
    Error::new(ErrorKind::Interrupted, format!("the data ended early, after {at} bytes{of}")).with_operation(OPERATION)
}
