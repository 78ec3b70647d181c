//! Sends random bytes to a cloud as an image, fetches them, and compares: `transfer --size BYTES`.
//!
//! The cloud is that of the `OS_*` variables. Nothing is kept but hashes, so memory must not grow with the size;
//! `cargo xtask transfer` watches that from outside, and the last line says it from inside.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use cloudimg::glance::{ImageCreate, ImageData};
use cloudimg::{Cloud, Error};
use futures::{Stream, TryStreamExt as _, stream};
use sha2::{Digest as _, Sha512};

/// What one step of the stream gives.
const BLOCK: u64 = 256 * 1024;

#[tokio::main]
async fn main() -> Result<()> {
    let size = size_of_arguments()?;
    let images = Cloud::from_env()?.images();
    let image = ImageCreate::new().name("transfer").disk_format("raw").container_format("bare");
    let id = images.create(image).await.context("creating the image")?.id;
    let outcome = there_and_back(&images, &id, size).await;
    images.delete(&id).await.context("deleting the image")?;
    outcome?;
    println!("{}", peak()?);
    Ok(())
}

async fn there_and_back(images: &cloudimg::glance::Images, id: &str, size: u64) -> Result<()> {
    let sent = Arc::new(Mutex::new(Sha512::new()));
    let begun = Instant::now();
    let data = ImageData::stream(random(size, Arc::clone(&sent)), size);
    images.upload(id, data).await.context("uploading")?;
    report("uploaded", size, begun);

    let mut got = Sha512::new();
    let mut length = 0;
    let begun = Instant::now();
    let mut blocks = images.download(id).await.context("downloading")?.into_stream();
    while let Some(block) = blocks.try_next().await.context("downloading")? {
        length += block.len() as u64;
        got.update(&block);
    }
    report("downloaded", length, begun);

    ensure!(length == size, "sent {size} bytes and got {length}");
    let sent = hex(sent.lock().unwrap_or_else(PoisonError::into_inner).clone());
    let got = hex(got);
    ensure!(sent == got, "the SHA-512 of what was sent is {sent}, of what came back {got}");
    println!("sha512 equal: {got}");
    Ok(())
}

/// So many bytes that no compression shortens, hashed as they leave.
fn random(size: u64, hash: Arc<Mutex<Sha512>>) -> impl Stream<Item = Result<Bytes, Error>> + Send + 'static {
    // xorshift64*: far faster than the hash, and nobody has to be kept from guessing.
    let mut state = u64::from(std::process::id()) | 1 << 63;
    let mut left = size;
    let blocks = std::iter::from_fn(move || {
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
        hash.lock().unwrap_or_else(PoisonError::into_inner).update(&block);
        (length > 0).then(|| Ok(Bytes::from(block)))
    });
    stream::iter(blocks)
}

fn size_of_arguments() -> Result<u64> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [flag, size] if flag == "--size" => size.parse().context("--size takes a number of bytes"),
        _ => anyhow::bail!("usage: transfer --size BYTES"),
    }
}

fn report(what: &str, bytes: u64, begun: Instant) {
    let seconds = begun.elapsed().as_secs_f64();
    let mebibytes = bytes / (1 << 20);
    // Exact up to 4 PiB.
    let rate = f64::from(u32::try_from(mebibytes).unwrap_or(u32::MAX)) / seconds;
    println!("{what} {bytes} bytes in {seconds:.1} s, {rate:.0} MiB/s");
}

fn hex(hash: Sha512) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The line of the kernel that says how much memory this process has had at most.
fn peak() -> Result<String> {
    let status = std::fs::read_to_string("/proc/self/status").context("only Linux tells a process its peak memory")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    Ok(line.context("no VmHWM in /proc/self/status")?.to_owned())
}
