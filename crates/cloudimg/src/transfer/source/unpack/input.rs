use std::io::{self, BufRead, Read};

use bytes::{Buf as _, Bytes};

use crate::transfer::source::pump::Blocks;

/// Blocks as unpackers read them.
pub(super) struct Input<B> {
    blocks: B,
    block: Bytes,
}

impl<B: Blocks> Input<B> {
    pub(super) fn new(blocks: B) -> Self {
        Self { blocks, block: Bytes::new() }
    }
}

impl<B: Blocks> BufRead for Input<B> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.block.is_empty() {
            match self.blocks.next().map_err(io::Error::other)? {
                Some(block) => self.block = block,
                None => break,
            }
        }
        Ok(&self.block)
    }

    fn consume(&mut self, bytes: usize) {
        self.block.advance(bytes.min(self.block.len()));
    }
}

impl<B: Blocks> Read for Input<B> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}
