//! An image copied from one cloud to another, in one pipe and verified at both ends.
//!
//! `cargo run -p cloudimg --example copy` runs on two clouds of its own within this process, with an image of 128 MiB. With two
//! clouds of `clouds.yaml` and an image, it copies that: `cargo run -p cloudimg --example copy -- FROM TO IMAGE`.

use anyhow::{Result, bail};
use bytes::Bytes;
use cloudimg::copy::{Copied, CopyRules, Target};
use cloudimg::glance::{ImageCreate, ImageData};
use cloudimg::transfer::watch;
use cloudimg::{Cloud, Error, Named, Scope, Settings, User};
use cloudimg_sandbox::Sandbox;
use futures::{StreamExt as _, stream};

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [from, to, image] => show(&copy(&Cloud::named(from)?, &Cloud::named(to)?, image).await?),
        [] => {
            let (here, there) = (Sandbox::start().await?, Sandbox::start().await?);
            println!("Two sandbox clouds in this process: {} and {}", here.auth_url(), there.auth_url());
            let from = sign_in(&here)?;
            make(&from).await?;
            let told = copy(&from, &sign_in(&there)?, "made here").await.map(|copied| show(&copied));
            here.stop().await;
            there.stop().await;
            told?;
        }
        _ => bail!("usage: copy [FROM TO IMAGE]"),
    }
    Ok(())
}

async fn copy(from: &Cloud, to: &Cloud, image: &str) -> Result<Copied, Error> {
    let images = from.images();
    let image = images.find(image).await?;
    let (observer, mut told) = watch();
    let printing = tokio::spawn(async move {
        while let Some(progress) = told.next().await {
            let percent = progress.fraction().unwrap_or_default() * 100.0;
            println!("  {:<10} {percent:3.0} %  {:5.0} MiB/s", progress.phase.to_string(), progress.rate / 1_048_576.0);
        }
    });
    let rules = CopyRules::new().without("owner_specified.*").with_provenance();
    let copying = images.copy(&image.id).to(Target::new(to).with_label("there")).with_rules(rules).with_progress(observer);
    let copied = copying.await;
    let _ = printing.await;
    copied
}

fn show(copied: &Copied) {
    if let Some(verdict) = &copied.verdict {
        println!("{} was read, {verdict}", copied.source.id);
    }
    for target in &copied.targets {
        match &target.result {
            Ok(arrived) => {
                println!("{}: {} has {} bytes, {}", target.target, arrived.image.id, arrived.bytes, arrived.verdict);
                let properties: Vec<_> = arrived.image.extra.iter().map(|(name, value)| format!("{name}={value}")).collect();
                println!("  {}", properties.join(", "));
            }
            Err(error) => println!("{}: {error}; {}", target.target, target.remains),
        }
    }
}

/// The image that the sandbox has to have first.
async fn make(cloud: &Cloud) -> Result<(), Error> {
    let record = ImageCreate::new().name("made here").disk_format("raw").container_format("bare").set("os_distro", "debian");
    let id = cloud.images().create(record).await?.id;
    let blocks = stream::iter((0..256_u16).map(|n| Ok::<_, Error>(Bytes::from(vec![n.to_le_bytes()[0]; 512 << 10]))));
    cloud.images().upload(&id, ImageData::stream(blocks, 128 << 20)).await?;
    Ok(())
}

/// In the sandbox each user has a project of the same name.
fn sign_in(sandbox: &Sandbox) -> Result<Cloud, Error> {
    let domain = Some(Named::Id("default".to_owned()));
    let user = User::Name { name: "demo".to_owned(), domain: domain.clone() };
    let scope = Scope::Project { name: "demo".to_owned(), domain };
    Cloud::builder(Settings::new(sandbox.auth_url(), user, sandbox.password(), scope)).build()
}
