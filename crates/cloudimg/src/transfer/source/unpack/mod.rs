//! Packed sources, unpacked on their way.

mod bridge;
mod input;
mod zstd;

use std::io::{self, BufRead, Read};
use std::sync::LazyLock;

use bytes::Bytes;
use cloudimg_core::data::BLOCK;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;

use super::pump::{self, Blocks};
use super::reading::Reading;
use crate::transfer::sniff::{Format, HEAD, sniff};
use crate::{Error, ErrorKind, Result};
use input::Input;
use zstd::ZstdReader;

/// The longest window that data may look back in, and so about the memory that unpacking may take. The highest level of xz needs all of it, the
/// usual one an eighth.
const WINDOW: u64 = 64 << 20;
/// What xz needs besides, with a reserve.
const BESIDES: u64 = 2 << 20;

/// How to unpack.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unpacking {
    /// How many bytes may come of it.
    pub(super) most: Option<u64>,
}

/// What is packed in `packed`, or `packed` as it is, if it is not packed.
pub(super) async fn unpacked(mut packed: Reading, how: Unpacking) -> Result<Reading> {
    let head = packed.head(HEAD).await?;
    let Some(format @ (Format::Gzip | Format::Xz | Format::Zstd)) = sniff(&head) else { return Ok(packed) };
    let input = Input::new(bridge::blocks(packed.into_checked_stream()));
    // Made by the thread that reads: some of them read at once.
    let open = move || -> Unpacker {
        match format {
            Format::Gzip => Box::new(MultiGzDecoder::new(input)),
            Format::Xz => {
                let most = u32::try_from((WINDOW + BESIDES) / 1024).unwrap_or(u32::MAX);
                Box::new(XzReader::new_mem_limit(input, true, most))
            }
            _ => Box::new(ZstdReader::new(input)),
        }
    };
    let reader = LazyLock::new(Box::new(open) as Box<dyn FnOnce() -> _ + Send>);
    // How much comes of it is not known: headers tell of a part, modulo, or nothing.
    Ok(Reading::new(pump::pump(Unpacked { reader, format, most: how.most, given: 0 })?, None))
}

type Unpacker = Box<dyn Read + Send>;

/// What an unpacker gives, in blocks.
struct Unpacked {
    reader: LazyLock<Unpacker, Box<dyn FnOnce() -> Unpacker + Send>>,
    format: Format,
    most: Option<u64>,
    given: u64,
}

impl Blocks for Unpacked {
    fn next(&mut self) -> Result<Option<Bytes>> {
        let mut block = Vec::with_capacity(BLOCK);
        let reader = &mut *self.reader;
        reader.take(BLOCK as u64).read_to_end(&mut block).map_err(|error| failed(self.format, error))?;
        self.given += block.len() as u64;
        if let Some(most) = self.most.filter(|most| self.given > *most) {
            let what = format!("more than the allowed {most} bytes come of the packed data ({})", self.format);
            return Err(Error::new(ErrorKind::QuotaExceeded, what));
        }
        Ok(if block.is_empty() { None } else { Some(block.into()) })
    }
}

/// What an unpacker fails with. An error of the source comes out as it was.
fn failed(format: Format, error: io::Error) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(error) = cause {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(ours) = error.downcast_ref::<Error>().or_else(|| inner.and_then(|inner| inner.downcast_ref())) {
            return ours.clone();
        }
        cause = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    let (kind, what) = match error.kind() {
        io::ErrorKind::OutOfMemory => {
            let mebibytes = WINDOW >> 20;
            (
                ErrorKind::QuotaExceeded,
                format!("unpacking the data ({format}) takes more than {mebibytes} MiB of memory: unpack them first"),
            )
        }
        io::ErrorKind::UnexpectedEof => (ErrorKind::Corrupt, format!("the packed data ({format}) end too early")),
        _ => (ErrorKind::Corrupt, format!("the packed data ({format}) are damaged: {error}")),
    };
    Error::new(kind, what).with_source(error)
}

/// Whether `input` is at its end.
fn is_over(input: &mut impl BufRead) -> io::Result<bool> {
    Ok(input.fill_buf()?.is_empty())
}

#[cfg(test)]
mod tests;
