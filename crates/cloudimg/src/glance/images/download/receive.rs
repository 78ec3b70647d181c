//! Receives what is missing of an image into a file, and hashes all of it.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use cloudimg_core::{Error, ErrorKind, Result};
use futures::future::{try_join, try_join_all};

use super::blocks::{Blocks, Source};
use super::pieces::Pieces;
use crate::transfer::sink::{Part, ReadBack, Stretches, Writer};
use crate::transfer::{Algorithm, HashThread, Hasher, Meter, Phase};

/// What it takes to receive.
pub(super) struct Receiving<'a> {
    pub(super) source: &'a Source,
    pub(super) meter: &'a Meter,
    pub(super) connections: usize,
    pub(super) sparse: bool,
    pub(super) algorithm: Algorithm,
}

/// What was received.
pub(super) struct Received {
    pub(super) part: Part,
    pub(super) bytes: u64,
    pub(super) hasher: Hasher,
    /// The MD5 of the whole image, if an answer told it.
    pub(super) md5: Option<String>,
}

impl Receiving<'_> {
    /// Receives what `part` has not got.
    pub(super) async fn run(&self, part: Part) -> Result<Received> {
        let (there, size) = (part.there(), self.source.size());
        let hash = HashThread::new([self.algorithm]);
        let mut reader = ReadBack::new(part.reader()?);
        if there.prefix() > 0 {
            self.meter.phase(Phase::Hashing, there.prefix());
            while reader.at() < there.prefix() {
                let block = reader.block(there.prefix()).await?;
                let length = block.len() as u64;
                hash.update(block).await?;
                self.meter.add(length);
            }
        }
        self.meter.phase(Phase::Receiving, size);
        self.meter.set(there.total());
        let writer = Writer::start(part, size, self.sparse);
        let md5 = Mutex::new(None);
        let received = self.missing(reader, &writer, &hash, &md5, there).await;
        // What came before a failure is written first: the file is let go of when the failure is told.
        let written = writer.finish().await;
        let (part, bytes) = (written?, received?);
        self.meter.phase(Phase::Finishing, None);
        let (part, mut hashers) = try_join(part.synced(bytes), hash.hashers()).await?;
        let hasher = hashers.pop().ok_or_else(|| Error::new(ErrorKind::Io, "nothing was hashed"))?;
        Ok(Received { part, bytes, hasher, md5: md5.into_inner().unwrap_or_else(PoisonError::into_inner) })
    }

    /// What is not there, as few requests as will do; gives the length of the image.
    async fn missing(
        &self,
        reader: ReadBack,
        writer: &Writer,
        hash: &HashThread,
        md5: &Mutex<Option<String>>,
        there: Stretches,
    ) -> Result<u64> {
        let Some(size) = self.source.size() else { return self.rest(0, writer, Some(hash), md5).await };
        let missing = there.missing(size);
        match missing[..] {
            [] => Ok(size),
            // The rest in order: it is hashed as it comes.
            [ref gap] if self.connections == 1 && gap.end == size => self.rest(gap.start, writer, Some(hash), md5).await,
            _ => {
                try_join(self.pieces(missing, size, writer, md5), follow(reader, size, writer, hash)).await?;
                Ok(size)
            }
        }
    }

    /// Everything from `at` on, over one connection; gives the length of the image.
    async fn rest(&self, at: u64, writer: &Writer, hash: Option<&HashThread>, md5: &Mutex<Option<String>>) -> Result<u64> {
        let mut blocks = Blocks::new(self.source.clone(), at, None, true)?;
        let mut at = at;
        while let Some(block) = blocks.next().await? {
            let length = block.len() as u64;
            if let Some(hash) = hash {
                hash.update(block.clone()).await?;
            }
            writer.write(at, block).await?;
            at += length;
            self.meter.add(length);
        }
        note(md5, &blocks);
        Ok(at)
    }

    /// What is missing, in pieces over several connections; over one where the store gives no parts.
    async fn pieces(&self, missing: Vec<Range<u64>>, size: u64, writer: &Writer, md5: &Mutex<Option<String>>) -> Result<()> {
        let begins = missing.first().map_or(size, |gap| gap.start);
        let pieces = Mutex::new(Pieces::new(missing, self.connections));
        let workers = (0..self.connections.max(1)).map(|_| self.work(&pieces, writer, md5));
        match try_join_all(workers).await {
            Ok(_) => Ok(()),
            Err(_) if !self.source.gives_parts() => {
                tracing::info!(image = self.source.image.id, "the store gives no parts: one connection fetches all");
                self.meter.phase(Phase::Receiving, size);
                self.meter.set(begins);
                self.rest(begins, writer, None, md5).await.map(|_| ())
            }
            Err(error) => Err(error),
        }
    }

    /// One connection's work.
    async fn work(&self, pieces: &Mutex<Pieces>, writer: &Writer, md5: &Mutex<Option<String>>) -> Result<()> {
        let mut permit = Some(self.source.limits.connection().await);
        loop {
            let Some(piece) = pieces.lock().unwrap_or_else(PoisonError::into_inner).next() else { return Ok(()) };
            let mut blocks = Blocks::new(self.source.clone(), piece.start, Some(piece.end), false)?;
            if let Some(permit) = permit.take() {
                blocks = blocks.with_permit(permit);
            }
            let mut at = piece.start;
            while let Some(block) = blocks.next().await? {
                let length = block.len() as u64;
                writer.write(at, block).await?;
                at += length;
                self.meter.add(length);
            }
            note(md5, &blocks);
            permit = blocks.into_permit();
        }
    }
}

fn note(md5: &Mutex<Option<String>>, blocks: &Blocks) {
    if let Some(told) = blocks.md5() {
        *md5.lock().unwrap_or_else(PoisonError::into_inner) = Some(told.to_owned());
    }
}

/// Hashes what `writer` has written, in its order: what came last is still in memory.
async fn follow(mut reader: ReadBack, size: u64, writer: &Writer, hash: &HashThread) -> Result<()> {
    let mut prefix = writer.prefix();
    while reader.at() < size {
        let at = reader.at();
        let Ok(written) = prefix.wait_for(|prefix| *prefix > at).await.map(|prefix| *prefix) else {
            // Its own failure is told instead.
            return Err(Error::new(ErrorKind::Io, "the file is not written any more"));
        };
        hash.update(reader.block(written).await?).await?;
    }
    Ok(())
}
