//! Sends random bytes to a cloud as an image, fetches them as a stream and to a file, and compares: `transfer --size BYTES --folder FOLDER`.
//!
//! The cloud is that of the `OS_*` variables. Nothing is kept but hashes, so memory must not grow with the size;
//! `cargo xtask transfer` watches that from outside, and the last line says it from inside.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use aws_lc_rs::digest::{Context, SHA512};
use bytes::Bytes;
use cloudimg::glance::{ImageCreate, ImageData};
use cloudimg::{Cloud, Error};
use cloudimg_tests::bulk;
use futures::{Stream, TryStreamExt as _, stream};

/// How many parts of the file come at a time.
const CONNECTIONS: usize = 4;

#[tokio::main]
async fn main() -> Result<()> {
    let (size, folder) = arguments()?;
    let images = Cloud::from_env()?.images();
    let image = ImageCreate::new().name("transfer").disk_format("raw").container_format("bare");
    let id = images.create(image).await.context("creating the image")?.id;
    // What a program of this kind takes before any data flow.
    println!("before: {}", bulk::peak()?);
    let outcome = there_and_back(&images, &id, size, &folder.join("image")).await;
    images.delete(&id).await.context("deleting the image")?;
    outcome?;
    println!("{}", bulk::peak()?);
    Ok(())
}

async fn there_and_back(images: &cloudimg::glance::Images, id: &str, size: u64, file: &Path) -> Result<()> {
    let sent = Arc::new(Mutex::new(Context::new(&SHA512)));
    let begun = Instant::now();
    let data = ImageData::stream(random(size, Arc::clone(&sent)), size);
    let uploaded = images.upload(id, data).await.context("uploading")?;
    ensure!(uploaded.verdict.is_verified(), "the upload is {}", uploaded.verdict);
    report("uploaded", size, begun);

    let mut got = Context::new(&SHA512);
    let mut length = 0;
    let begun = Instant::now();
    let mut blocks = images.download(id).await.context("downloading")?.into_stream();
    while let Some(block) = blocks.try_next().await.context("downloading")? {
        length += block.len() as u64;
        got.update(&block);
    }
    report("downloaded", length, begun);

    ensure!(length == size, "sent {size} bytes and got {length}");
    let sent = bulk::hex(sent.lock().unwrap_or_else(PoisonError::into_inner).clone());
    let got = bulk::hex(got);
    ensure!(sent == got, "the SHA-512 of what was sent is {sent}, of what came back {got}");
    println!("sha512 equal: {got}");

    let begun = Instant::now();
    let downloaded = images.download(id).to_path(file).with_connections(CONNECTIONS).await.context("downloading to a file")?;
    report("downloaded to a file", downloaded.bytes, begun);
    ensure!(downloaded.verdict.is_verified(), "the file is {}", downloaded.verdict);
    ensure!(bulk::sha512(file).context("reading the file")? == sent, "the file has other bytes than those that were sent");
    Ok(())
}

/// So many bytes, hashed as they leave.
fn random(size: u64, hash: Arc<Mutex<Context>>) -> impl Stream<Item = Result<Bytes, Error>> + Send + 'static {
    stream::iter(bulk::random(size).map(move |block| {
        hash.lock().unwrap_or_else(PoisonError::into_inner).update(&block);
        Ok(block)
    }))
}

fn arguments() -> Result<(u64, PathBuf)> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [size_flag, size, folder_flag, folder] if size_flag == "--size" && folder_flag == "--folder" => {
            Ok((size.parse().context("--size takes a number of bytes")?, PathBuf::from(folder)))
        }
        _ => anyhow::bail!("usage: transfer --size BYTES --folder FOLDER"),
    }
}

fn report(what: &str, bytes: u64, begun: Instant) {
    let seconds = begun.elapsed().as_secs_f64();
    let mebibytes = bytes / (1 << 20);
    // Exact up to 4 PiB.
    let rate = f64::from(u32::try_from(mebibytes).unwrap_or(u32::MAX)) / seconds;
    println!("{what} {bytes} bytes in {seconds:.1} s, {rate:.0} MiB/s");
}
