//! Bytes on their way into a bucket: in one call, or in parts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use cloudimg_core::{Clock, Error, ErrorKind, Result, data};
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::bucket::{Bucket, Hash};
use super::file::Source;
use super::temporary::Temporary;
use crate::transfer::{Algorithm, Hasher, Limits, Meter, Verdict};

/// Larger files go in parts of this size.
pub(super) const PART: u64 = 8 << 20;
/// A file has no more parts than this, so those of a huge one are larger. The storage takes 10,000.
pub(super) const MOST_PARTS: u64 = 9_000;
/// How many parts are on their way at a time. Each holds some blocks of the file, whatever its size.
const AT_ONCE: usize = 3;
/// How often a part, or a file of one, is sent at most.
const TRIES: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// Where bytes are that can be sent again.
#[derive(Clone)]
pub(super) enum Origin {
    File(Source),
    /// Here, as few as they have to be.
    #[cfg(feature = "glance")]
    Held(Arc<[Bytes]>),
}

impl Origin {
    fn part(&self, start: u64, length: u64) -> BoxStream<'static, Result<Bytes>> {
        match self {
            Self::File(source) => source.part(start, length).boxed(),
            // Held are the bytes of one part.
            #[cfg(feature = "glance")]
            Self::Held(blocks) => {
                let blocks = Arc::clone(blocks);
                stream::iter((0..blocks.len()).map(move |at| Ok(blocks[at].clone()))).boxed()
            }
        }
    }
}

/// What sends bytes, and counts them.
#[derive(Clone)]
pub(super) struct Sender {
    origin: Origin,
    meter: Meter,
    limits: Limits,
    clock: Arc<dyn Clock>,
    sent: Arc<AtomicU64>,
}

impl Sender {
    pub(super) fn new(origin: Origin, meter: Meter, limits: Limits, clock: Arc<dyn Clock>) -> Self {
        Self { origin, meter, limits, clock, sent: Arc::default() }
    }

    /// The same for other bytes, which count together with these.
    #[cfg(feature = "glance")]
    pub(super) fn with(&self, origin: Origin) -> Self {
        Self { origin, ..self.clone() }
    }

    /// Puts the file into the bucket, where it is compared with what was sent.
    pub(super) async fn send(&self, source: &Source, to: &mut Temporary) -> Result<Verdict> {
        let all_told = if source.size <= PART { self.whole(source.size, to).await? } else { self.parts(source.size, to).await? };
        source.check_unchanged().await?;
        judged(to, source.size, all_told).await
    }

    /// Puts all bytes there in one call; says whether their hash was told, and so compared.
    pub(super) async fn whole(&self, size: u64, to: &mut Temporary) -> Result<bool> {
        to.arm();
        let piece = Piece { start: 0, length: size, part: None };
        self.clone().tried(to.bucket().clone(), to.key().to_owned(), piece).await.map(|(_, told)| told)
    }

    async fn parts(&self, size: u64, to: &mut Temporary) -> Result<bool> {
        let upload = to.begin().await?;
        let length = part_length(size);
        let count = usize::try_from(size.div_ceil(length)).unwrap_or(usize::MAX);
        let (bucket, key, id) = (to.bucket().clone(), to.key().to_owned(), upload.clone());
        let sender = self.clone();
        let send = move |number: usize| {
            let start = (number as u64 - 1) * length;
            let piece = Piece { start, length: length.min(size - start), part: Some((id.clone(), number)) };
            sender.clone().tried(bucket.clone(), key.clone(), piece)
        };
        let sent: Vec<_> = stream::iter(1..=count).map(send).buffered(AT_ONCE).try_collect().await?;
        let all_told = sent.iter().all(|(_, told)| *told);
        let parts: Vec<_> = sent.into_iter().enumerate().map(|(at, (tag, _))| (at + 1, tag)).collect();
        completed(to, &upload, &parts).await?;
        Ok(all_told)
    }

    /// Sends these bytes until they have arrived; gives their tag, and whether their hash was told, and so compared.
    pub(super) async fn tried(self, bucket: Bucket, key: String, piece: Piece) -> Result<(String, bool)> {
        let mut wait = FIRST_WAIT;
        let mut tries = 1;
        loop {
            match self.once(&bucket, &key, &piece).await {
                Err(error) if tries < TRIES && (error.is_retryable() || error.kind() == ErrorKind::Corrupt) => {
                    tracing::info!(start = piece.start, cause = %error, "sending a part again");
                    self.clock.sleep(wait.max(error.retry_after().unwrap_or_default())).await;
                    wait *= 2;
                    tries += 1;
                }
                result => return result,
            }
        }
    }

    async fn once(&self, bucket: &Bucket, key: &str, piece: &Piece) -> Result<(String, bool)> {
        let _permit = self.limits.connection().await;
        let hasher = Arc::new(Mutex::new(Hasher::new(Algorithm::Md5)));
        let counted = Counted { sender: self.clone(), bytes: Arc::default() };
        let body = data::body(self.watched(piece.start, piece.length, &hasher, &counted), Some(piece.length));
        let (tag, hash) = match &piece.part {
            None => (String::new(), bucket.put(key, body).await?),
            Some((upload, number)) => bucket.part(key, upload, *number, body).await?,
        };
        let own = hasher.lock().unwrap_or_else(PoisonError::into_inner).clone().finish();
        match hash {
            Hash::Md5(theirs) if theirs != own => {
                let start = piece.start;
                let what = format!("what arrived of the bytes from {start} on has the MD5 {theirs}, and what was sent {own}");
                Err(Error::new(ErrorKind::Corrupt, what))
            }
            hash => {
                counted.keep();
                Ok((tag, hash != Hash::Untold))
            }
        }
    }

    fn watched(
        &self,
        start: u64,
        length: u64,
        hasher: &Arc<Mutex<Hasher>>,
        counted: &Counted,
    ) -> impl futures::Stream<Item = Result<Bytes>> + Send + use<> {
        let (sender, hasher, bytes) = (self.clone(), Arc::clone(hasher), Arc::clone(&counted.bytes));
        self.origin.part(start, length).and_then(move |block| {
            let (sender, hasher, bytes) = (sender.clone(), Arc::clone(&hasher), Arc::clone(&bytes));
            async move {
                let count = block.len() as u64;
                sender.limits.pass(count, &*sender.clock).await;
                hasher.lock().unwrap_or_else(PoisonError::into_inner).update(&block);
                bytes.fetch_add(count, Ordering::Relaxed);
                sender.sent.fetch_add(count, Ordering::Relaxed);
                sender.meter.add(count);
                Ok(block)
            }
        })
    }
}

/// Makes one object of its parts.
pub(super) async fn completed(to: &mut Temporary, upload: &str, parts: &[(usize, String)]) -> Result<()> {
    match to.bucket().complete(to.key(), upload, parts).await {
        // An earlier attempt arrived, and its answer was lost. Whether it was good is seen by the object.
        Err(error) if error.kind() == ErrorKind::NotFound && to.bucket().head(to.key()).await?.is_some() => {}
        result => result?,
    }
    to.is_whole();
    Ok(())
}

/// What is known of an object of `size` bytes, whose hashes were `all_told` or not.
pub(super) async fn judged(to: &Temporary, size: u64, all_told: bool) -> Result<Verdict> {
    let head = to.bucket().head(to.key()).await?;
    let there = head.map(|head| head.size);
    if there != Some(size) {
        let there = there.map_or("nothing".to_owned(), |there| format!("{there} bytes"));
        let what = format!("{size} bytes were sent, and the object storage has {there} of them");
        return Err(Error::new(ErrorKind::Corrupt, what));
    }
    Ok(match all_told {
        true => Verdict::Verified(Algorithm::Md5),
        false => Verdict::Unverifiable("the object storage tells no hashes of what it encrypts".to_owned()),
    })
}

/// Some of the bytes.
pub(super) struct Piece {
    pub(super) start: u64,
    pub(super) length: u64,
    /// The upload that they are a part of, and which; `None` if they are the whole.
    pub(super) part: Option<(String, usize)>,
}

/// The bytes of one attempt, which do not count unless it succeeds.
struct Counted {
    sender: Sender,
    bytes: Arc<AtomicU64>,
}

impl Counted {
    fn keep(self) {
        self.bytes.store(0, Ordering::Relaxed);
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let lost = self.bytes.load(Ordering::Relaxed);
        if lost > 0 {
            let left = self.sender.sent.fetch_sub(lost, Ordering::Relaxed) - lost;
            self.sender.meter.set(left);
        }
    }
}

/// The length of all parts but the last: whole MiB, so that a huge file has not too many.
pub(super) fn part_length(size: u64) -> u64 {
    PART.max(size.div_ceil(MOST_PARTS).next_multiple_of(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_has_too_many_parts() {
        for (size, length) in [(PART + 1, PART), (2 << 30, PART), (1 << 40, 117 << 20)] {
            assert_eq!(part_length(size), length);
            assert!(size.div_ceil(part_length(size)) <= MOST_PARTS);
        }
    }
}
