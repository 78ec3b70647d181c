//! Many bytes, and how much memory they took.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use aws_lc_rs::digest::{self, SHA512};
use bytes::Bytes;

/// What one step of [`random`] gives.
const BLOCK: u64 = 256 << 10;
/// What one step of [`sha512`] reads.
const READ: usize = 1 << 20;

/// So many bytes that no compression shortens, other ones in each process; block by block.
pub fn random(size: u64) -> impl Iterator<Item = Bytes> + Send + 'static {
    // xorshift64*: far faster than a hash, and nobody has to be kept from guessing.
    let mut state = u64::from(std::process::id()) | 1 << 63;
    let mut left = size;
    std::iter::from_fn(move || {
        let length = left.min(BLOCK);
        left -= length;
        let mut block = Vec::new();
        while (block.len() as u64) < length {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            block.extend_from_slice(&state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_le_bytes());
        }
        block.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        (length > 0).then(|| Bytes::from(block))
    })
}

/// The SHA-512 of a file in hexadecimal, by the fastest crate there is (others measured: ring the same, sha2 1.1 to 1.3 times the time).
///
/// # Errors
/// That it cannot be read.
pub fn sha512(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = digest::Context::new(&SHA512);
    let mut block = vec![0; READ];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex(hash)),
            length => hash.update(block.get(..length).unwrap_or_default()),
        }
    }
}

/// The hash in hexadecimal.
#[must_use]
pub fn hex(hash: digest::Context) -> String {
    hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The line of the kernel that says how much memory this process has had at most.
///
/// # Errors
/// That there is none: only Linux tells.
pub fn peak() -> Result<String> {
    let status = std::fs::read_to_string("/proc/self/status").context("only Linux tells a process its peak memory")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    Ok(line.context("no VmHWM in /proc/self/status")?.to_owned())
}
