//! A file of this machine becomes an image of Huawei Cloud or Open Telekom Cloud, and the image a file again: by way of a bucket, in one call each.
//!
//! `cargo run -p cloudimg --features obs --example ims_import [FILE]` runs on a cloud of its own within this process, with a file of its own if
//! none is named. With `HUAWEICLOUD_SDK_REGION` and `IMS_BUCKET` set it runs in that region and with that bucket, by the keys that the environment,
//! the profile or the machine has; the image that it made is deleted in the end.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use cloudimg::credentials::AkSk;
use cloudimg::ims::{CreateImageFromFile, ImageExport, Ims};
use cloudimg::poller::Rhythm;
use cloudimg::transfer::Progress;
use cloudimg_sandbox::Sandbox;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = match std::env::args_os().nth(1) {
        Some(path) => PathBuf::from(path),
        None => disk(folder.path())?,
    };
    if let Ok(bucket) = std::env::var("IMS_BUCKET") {
        return story(&Ims::from_env()?, &bucket, &file, folder.path()).await;
    }
    let sandbox = Sandbox::builder().task_step(Duration::from_millis(100)).start().await?;
    println!("A sandbox cloud in this process: images at {}, objects at {}", sandbox.ims_url(), sandbox.obs_url());
    let told = story(&in_sandbox(&sandbox)?, "sandbox", &file, folder.path()).await;
    sandbox.stop().await;
    told
}

fn in_sandbox(sandbox: &Sandbox) -> Result<Ims> {
    let (access, secret) = sandbox.access_key("demo").context("no such user")?;
    let keys = AkSk::builder(access, secret).project_id(sandbox.project_id("demo").context("no such project")?).build()?;
    let ims = Ims::builder().endpoint(sandbox.ims_url()).obs_endpoint(sandbox.obs_url()).region("RegionOne").keys(keys).build()?;
    let mut rhythm = Rhythm::default();
    rhythm.first = Duration::from_millis(100);
    Ok(ims.with_rhythm(rhythm))
}

/// A raw disk of 20 MiB: enough to go in parts.
fn disk(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("disk.raw");
    let mut file = std::fs::File::create(&path)?;
    for block in 0..20_u8 {
        file.write_all(&vec![block; 1 << 20])?;
    }
    Ok(path)
}

async fn story(ims: &Ims, bucket: &str, file: &Path, folder: &Path) -> Result<()> {
    let images = ims.images();
    let name = format!("ims-import-{}", SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis());
    let body = move |object: String| CreateImageFromFile::new(name, object, 40).os_version("Ubuntu 22.04 server 64bit");
    let imported = images.import_file(file, bucket, body).with_progress(tell).await?;
    println!("image {} is {}, of {} bytes, {}", imported.image.id, imported.image.status, imported.bytes, imported.verdict);
    if let Some(left) = &imported.left {
        println!("{} is left: {}", left.object, left.reason);
    }

    let back = folder.join("back.qcow2");
    let fetched = images
        .export_to_file(&imported.image.id, bucket, |object| ImageExport::new(object).file_format("qcow2"), &back)
        .with_progress(tell)
        .await;
    images.delete(&imported.image.id).await?;
    let fetched = fetched?;
    println!("{} bytes came back, {}; the image is gone", fetched.bytes, fetched.verdict);
    println!("Done.");
    Ok(())
}

fn tell(progress: &Progress) {
    match progress.fraction() {
        Some(done) => println!("{:>14}  {:.0} %", progress.phase.to_string(), done * 100.0),
        None => println!("{:>14}", progress.phase.to_string()),
    }
}
