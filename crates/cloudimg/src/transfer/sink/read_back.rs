use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

use bytes::{Bytes, BytesMut};
use cloudimg_core::data::BLOCK;
use cloudimg_core::{Error, ErrorKind, Result};

use super::blocking;

/// Reads a file that is being written, in its order.
#[derive(Debug)]
pub(crate) struct ReadBack {
    file: Option<File>,
    at: u64,
}

impl ReadBack {
    pub(crate) fn new(file: File) -> Self {
        Self { file: Some(file), at: 0 }
    }

    /// Where the next block begins.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// The next block, which ends before `end` or there. What is not there of it was zeroes.
    ///
    /// # Errors
    /// `Io`.
    pub(crate) async fn block(&mut self, end: u64) -> Result<Bytes> {
        let length = usize::try_from(end.saturating_sub(self.at)).unwrap_or(BLOCK).min(BLOCK);
        let at = self.at;
        let gone = || Error::new(ErrorKind::Io, "the file was lost while it was read");
        let mut file = self.file.take().ok_or_else(gone)?;
        let (file, block) = blocking(move || {
            let mut block = BytesMut::zeroed(length);
            let mut filled = 0;
            file.seek(SeekFrom::Start(at))?;
            while filled < length {
                match file.read(&mut block[filled..]) {
                    Ok(0) => break,
                    Ok(read) => filled += read,
                    Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(e) => return Err(e.into()),
                }
            }
            Ok((file, block.freeze()))
        })
        .await?;
        self.file = Some(file);
        self.at += block.len() as u64;
        Ok(block)
    }
}
