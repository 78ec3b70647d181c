use std::io::{self, BufRead, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::{WINDOW, is_over};

/// Reads the frames of Zstandard data one after another, and holds each to its checksum and length.
pub(super) struct ZstdReader<R> {
    input: R,
    decoder: FrameDecoder,
    /// How much the present frame has given; `None` between frames.
    given: Option<u64>,
}

impl<R: BufRead> ZstdReader<R> {
    pub(super) fn new(input: R) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW);
        Self { input, decoder, given: None }
    }

    /// Goes to the next frame with data; there is none at the end.
    fn begin(&mut self) -> io::Result<bool> {
        while !is_over(&mut self.input)? {
            match self.decoder.reset(&mut self.input) {
                Ok(()) => {
                    self.given = Some(0);
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let length = u64::from(length);
                    let skipped = io::copy(&mut (&mut self.input).take(length), &mut io::sink())?;
                    if skipped < length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error @ FrameDecoderError::WindowSizeTooBig { .. }) => {
                    return Err(io::Error::new(io::ErrorKind::OutOfMemory, error));
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Ok(false)
    }

    fn end(&self, given: u64) -> io::Result<()> {
        let damaged = |what| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        let told = self.decoder.get_checksum_from_data();
        if told.is_some() && told != self.decoder.get_calculated_checksum() {
            return damaged("the checksum is another");
        }
        // The decoder tells 0 where the frame tells nothing.
        if ![0, given].contains(&self.decoder.content_size()) {
            return damaged("the length is another");
        }
        Ok(())
    }
}

impl<R: BufRead> Read for ZstdReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        loop {
            let Some(given) = self.given else {
                if self.begin()? {
                    continue;
                }
                return Ok(0);
            };
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let strategy = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.input, strategy).map_err(io::Error::other)?;
            }
            let read = self.decoder.read(into)?;
            if read > 0 {
                self.given = Some(given + read as u64);
                return Ok(read);
            }
            self.end(given)?;
            self.given = None;
        }
    }
}
