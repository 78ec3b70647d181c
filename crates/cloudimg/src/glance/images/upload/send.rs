//! One body on its way.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use cloudimg_core::{Clock, Result, data};
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};

use crate::glance::Images;
use crate::transfer::source::Reading;
use crate::transfer::{Algorithm, HashThread, Hasher, Limits, Meter, Phase};

/// Where data are sent to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'a> {
    /// To the image, in this store or the default one.
    Image { store: Option<&'a str> },
    /// To the place where an import finds them.
    Staging,
}

/// What all tries have in common.
pub(super) struct Line {
    pub(super) images: Images,
    pub(super) id: String,
    pub(super) meter: Meter,
    pub(super) limits: Limits,
    pub(super) clock: Arc<dyn Clock>,
}

/// The bytes of a source that was read to its end, by number and hash.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    pub(super) bytes: u64,
    pub(super) hashers: Vec<Hasher>,
    /// A hash that was made elsewhere on their way here.
    pub(super) known: Option<(Algorithm, String)>,
}

impl Whole {
    /// Their hash, if they were hashed so.
    pub(super) fn hash(&self, algorithm: Algorithm) -> Option<String> {
        let made = self.hashers.iter().find(|hasher| hasher.algorithm() == algorithm).map(|hasher| hasher.clone().finish());
        made.or_else(|| self.known.clone().filter(|(known, _)| *known == algorithm).map(|(_, hash)| hash))
    }
}

type Slot = Arc<Mutex<Option<(HashThread, u64)>>>;

impl Line {
    /// Sends all of it once. Also says what it was, if it was read to its end, whatever came of that.
    pub(super) async fn send(
        &self,
        target: Target<'_>,
        reading: Reading,
        algorithms: impl IntoIterator<Item = Algorithm>,
    ) -> (Result<()>, Option<Whole>) {
        let length = reading.length();
        let _permit = self.limits.connection().await;
        self.meter.phase(Phase::Sending, length);
        let slot = Slot::default();
        let blocks = self.tapped(reading.into_stream(), HashThread::new(algorithms), Arc::clone(&slot));
        let answer = self.call(target, blocks, length).await;
        let read = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        match read {
            Some((hashing, bytes)) => match hashing.hashers().await {
                Ok(hashers) => (answer, Some(Whole { bytes, hashers, known: None })),
                Err(error) => (answer.and(Err(error)), None),
            },
            None => (answer, None),
        }
    }

    async fn call(&self, target: Target<'_>, blocks: BoxStream<'static, Result<Bytes>>, length: Option<u64>) -> Result<()> {
        let client = self.images.cloud.glance_client().await?;
        let body = data::body(blocks, length);
        match target {
            Target::Image { store } => {
                let mut call = client.upload_image_data().image_id(&self.id).body(body);
                if let Some(store) = store {
                    call = call.x_image_meta_store(store);
                }
                if let Some(length) = length {
                    call = call.x_open_stack_image_size(length);
                }
                call.send().await?;
            }
            Target::Staging => {
                let mut call = client.stage_image_data().image_id(&self.id).body(body);
                if let Some(length) = length {
                    call = call.x_open_stack_image_size(length);
                }
                call.send().await?;
            }
        }
        Ok(())
    }

    /// The blocks as they go: counted, held to the limits and hashed. What was hashed lies in `slot` once the source has ended.
    fn tapped(
        &self,
        blocks: BoxStream<'static, Result<Bytes>>,
        hashing: HashThread,
        slot: Slot,
    ) -> BoxStream<'static, Result<Bytes>> {
        struct Tap {
            blocks: BoxStream<'static, Result<Bytes>>,
            hashing: HashThread,
            slot: Slot,
            bytes: u64,
            meter: Meter,
            limits: Limits,
            clock: Arc<dyn Clock>,
        }
        let (meter, limits, clock) = (self.meter.clone(), self.limits.clone(), Arc::clone(&self.clock));
        let tap = Tap { blocks, hashing, slot, bytes: 0, meter, limits, clock };
        let tapped = stream::try_unfold(tap, |mut tap| async move {
            let Some(block) = tap.blocks.try_next().await? else {
                *tap.slot.lock().unwrap_or_else(PoisonError::into_inner) = Some((tap.hashing, tap.bytes));
                return Ok(None);
            };
            let length = block.len() as u64;
            tap.limits.pass(length, &*tap.clock).await;
            tap.hashing.update(block.clone()).await?;
            tap.meter.add(length);
            tap.bytes += length;
            Ok(Some((block, tap)))
        });
        tapped.boxed()
    }
}
