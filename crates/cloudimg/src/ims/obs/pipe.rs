//! A stream on its way into a bucket, and out of one: what takes no file on this machine.

use std::sync::Arc;

use bytes::Bytes;
use cloudimg_core::{Clock, Error, ErrorKind, Result};
use futures::{Stream, TryStreamExt as _};

use super::format;
use super::import::{FileImportBody, Imported, Ready};
use super::send::{MOST_PARTS, Origin, PART, Piece, Sender, completed, judged, part_length};
use super::temporary::LeftObject;
use crate::ims::images::Images;
use crate::transfer::{Limits, Meter, Phase, Verdict};

/// A part is held here until it has arrived, so that it can be sent again: none is longer.
const LONGEST_PART: u64 = 16 << 20;

impl Images {
    /// Where the service is.
    pub(crate) async fn endpoint(&self) -> Result<String> {
        Ok(self.ims.connection().await?.endpoint().to_owned())
    }

    /// The clock of the service's calls.
    pub(crate) async fn clock(&self) -> Result<Arc<dyn Clock>> {
        Ok(Arc::clone(&self.ims.connection().await?.clock))
    }
}

/// A stream that is to become an image, by way of a bucket. Dropped, the object is removed by a task of the runtime.
pub(crate) struct StreamImport {
    ready: Ready,
    clock: Arc<dyn Clock>,
    part: u64,
}

impl StreamImport {
    /// Looks whether all is as it must be for a stream of `length` bytes, if that is known; nothing is sent yet.
    pub(crate) async fn prepare(
        images: &Images,
        bucket: &str,
        format: &str,
        length: Option<u64>,
        body: impl FnOnce(String) -> FileImportBody,
    ) -> Result<Self> {
        let refused = |what: String| Error::new(ErrorKind::InvalidRequest, format!("{what}; nothing was sent"));
        let format = format::known(format).map_err(|what| refused(format!("the image {what}")))?;
        let part = part_length(length.unwrap_or(0));
        if part > LONGEST_PART {
            return Err(refused(format!(
                "an image of more than {} GiB cannot go through a bucket as a stream: take a file in between",
                (MOST_PARTS * LONGEST_PART) >> 30
            )));
        }
        if length == Some(0) {
            return Err(refused("there are no bytes, and no image can be made of none".to_owned()));
        }
        let clock = images.clock().await?;
        let ready = Ready::new(images.clone(), bucket, &format, body).await?;
        Ok(Self { ready, clock, part })
    }

    /// The object that the stream goes to, as `bucket:object`.
    pub(crate) fn address(&self) -> String {
        self.ready.object.address()
    }

    /// Puts the stream into the bucket and makes the image. Nothing is made of a stream that does not end well.
    pub(crate) async fn carry_out(
        mut self,
        blocks: impl Stream<Item = Result<Bytes>> + Send + 'static,
        length: Option<u64>,
        meter: &Meter,
    ) -> Result<Imported, (Error, Option<LeftObject>)> {
        meter.phase(Phase::Sending, length);
        let sent = self.send(Box::pin(blocks), length, meter).await;
        self.ready.finished(sent, meter).await
    }

    async fn send(
        &mut self,
        mut blocks: impl Stream<Item = Result<Bytes>> + Send + Unpin,
        length: Option<u64>,
        meter: &Meter,
    ) -> Result<(Verdict, u64)> {
        let object = &mut self.ready.object;
        let nothing = Origin::Held(Arc::new([]));
        let sender = Sender::new(nothing, meter.clone(), Limits::default(), Arc::clone(&self.clock));
        let (mut gathered, mut more) = gather(&mut blocks, self.part).await?;
        let mut size = length_of(&gathered);
        let all_told = if more {
            let upload = object.begin().await?;
            let (mut parts, mut all_told) = (Vec::new(), true);
            loop {
                let number = parts.len() + 1;
                if number as u64 > MOST_PARTS {
                    let what = format!("there are more than {size} bytes, which is all that a stream of unknown length may have");
                    return Err(Error::new(ErrorKind::InvalidRequest, what));
                }
                let piece = Piece {
                    start: size - length_of(&gathered),
                    length: length_of(&gathered),
                    part: Some((upload.clone(), number)),
                };
                let sending = sender.with(Origin::Held(gathered.into()));
                let (tag, told) = sending.tried(object.bucket().clone(), object.key().to_owned(), piece).await?;
                parts.push((number, tag));
                all_told &= told;
                if !more {
                    break;
                }
                (gathered, more) = gather(&mut blocks, self.part).await?;
                size += length_of(&gathered);
                if gathered.is_empty() {
                    break;
                }
            }
            complete(size, length)?;
            completed(object, &upload, &parts).await?;
            all_told
        } else {
            complete(size, length)?;
            sender.with(Origin::Held(gathered.into())).whole(size, object).await?
        };
        Ok((judged(object, size, all_told).await?, size))
    }
}

/// A part of so many bytes, and whether more may come.
async fn gather(blocks: &mut (impl Stream<Item = Result<Bytes>> + Unpin), part: u64) -> Result<(Vec<Bytes>, bool)> {
    let (mut gathered, mut length) = (Vec::new(), 0);
    while length < part {
        let Some(block) = blocks.try_next().await? else { return Ok((gathered, false)) };
        length += block.len() as u64;
        gathered.push(block);
    }
    Ok((gathered, true))
}

fn length_of(blocks: &[Bytes]) -> u64 {
    blocks.iter().map(|block| block.len() as u64).sum()
}

fn complete(size: u64, declared: Option<u64>) -> Result<()> {
    match declared.filter(|declared| *declared != size) {
        Some(declared) => Err(Error::new(ErrorKind::Io, format!("the source gave {size} bytes of the {declared} declared"))),
        None if size == 0 => {
            Err(Error::new(ErrorKind::InvalidRequest, "the source gave no bytes, and no image can be made of none"))
        }
        None => Ok(()),
    }
}

const _: () = assert!(PART <= LONGEST_PART);
