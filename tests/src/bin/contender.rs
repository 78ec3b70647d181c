//! One transfer, or what it is measured against, in a process of its own:
//!
//! - `contender random PATH BYTES` makes a file;
//! - `contender hash PATH` hashes it once;
//! - `contender upload URL ID PATH`, `contender download URL ID PATH CONNECTIONS` and `contender drain URL ID` are ours, verified.
//!
//! It prints `seconds N`, then `sha512 HEX` where it hashed a file for its own sake, and last the line of its peak memory.
//! `cargo xtask transfer-speed` runs it.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use cloudimg::Cloud;
use cloudimg::glance::{ImageData, Images};
use cloudimg_auth::config::Access;
use cloudimg_tests::bulk;

#[tokio::main]
async fn main() -> Result<()> {
    let begun = Instant::now();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut hash = None;
    match arguments.as_slice() {
        ["random", path, bytes] => {
            let mut file = File::create(path).with_context(|| (*path).to_owned())?;
            for block in bulk::random(bytes.parse().context("a number of bytes")?) {
                file.write_all(&block).with_context(|| (*path).to_owned())?;
            }
        }
        ["hash", path] => hash = Some(bulk::sha512(Path::new(path)).with_context(|| (*path).to_owned())?),
        ["upload", url, id, path] => upload(&images(url)?, id, Path::new(path)).await?,
        ["download", url, id, path, connections] => {
            download(&images(url)?, id, Path::new(path), connections.parse().context("a number of connections")?).await?;
        }
        ["drain", url, id] => drain(&images(url)?, id).await?,
        _ => bail!("usage: see the head of the source"),
    }
    println!("seconds {:.3}", begun.elapsed().as_secs_f64());
    if let Some(hash) = hash {
        println!("sha512 {hash}");
    }
    println!("{}", bulk::peak()?);
    Ok(())
}

/// The images of a service that asks nobody who they are.
fn images(url: &str) -> Result<Images> {
    Ok(Cloud::builder(Access::Anonymous { endpoint: Some(url.to_owned()) }).build()?.images())
}

async fn upload(images: &Images, id: &str, path: &Path) -> Result<()> {
    let sent = images.upload(id, ImageData::path(path).await?).await?;
    ensure!(sent.verdict.is_verified(), "{}", sent.verdict);
    Ok(())
}

async fn download(images: &Images, id: &str, path: &Path, connections: usize) -> Result<()> {
    let got = images.download(id).to_path(path).with_connections(connections).await?;
    ensure!(got.verdict.is_verified(), "{}", got.verdict);
    Ok(())
}

async fn drain(images: &Images, id: &str) -> Result<()> {
    let got = images.download(id).to_writer(tokio::io::sink()).await?;
    ensure!(got.verdict.is_verified(), "{}", got.verdict);
    Ok(())
}
