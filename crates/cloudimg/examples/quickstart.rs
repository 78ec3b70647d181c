//! Images created, filled, found, shared and fetched, step by step.
//!
//! `cargo run -p cloudimg --example quickstart` runs on a cloud of its own within this process; with `OS_AUTH_URL` and the other variables of an
//! openrc file set, it runs there instead, and takes away what it made.

use std::time::SystemTime;

use anyhow::{Context as _, Result, anyhow, ensure};
use cloudimg::glance::{
    Image, ImageCreate, ImageData, ImagePatch, ImageSortKey, ImageVisibility, Images, MemberStatus, SortDirection,
};
use cloudimg::{Cloud, ErrorKind, Named, Scope, Settings, User};
use cloudimg_sandbox::Sandbox;
use sha2::{Digest as _, Sha512};

#[tokio::main]
async fn main() -> Result<()> {
    if std::env::var_os("OS_AUTH_URL").is_some() {
        println!("The cloud of OS_AUTH_URL:");
        let cloud = Cloud::from_env()?;
        return tour(&cloud, None).await;
    }
    let sandbox = Sandbox::start().await?;
    println!("A sandbox cloud in this process: {}", sandbox.auth_url());
    let told = tour(&sign_in(&sandbox, "demo")?, Some(&sign_in(&sandbox, "other")?)).await;
    sandbox.stop().await;
    told
}

/// In the sandbox each user has a project of the same name.
fn sign_in(sandbox: &Sandbox, name: &str) -> Result<Cloud> {
    let domain = Some(Named::Id("default".to_owned()));
    let user = User::Name { name: name.to_owned(), domain: domain.clone() };
    let scope = Scope::Project { name: name.to_owned(), domain };
    Ok(Cloud::builder(Settings::new(sandbox.auth_url(), user, sandbox.password(), scope)).build()?)
}

/// The whole story; whatever happens, its images are deleted at the end.
async fn tour(cloud: &Cloud, other: Option<&Cloud>) -> Result<()> {
    let images = cloud.images();
    // A name that no other run uses.
    let run = format!("quickstart-{}", SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis());
    let told = tokio::select! {
        told = story(cloud, other, &images, &run) => told,
        _ = tokio::signal::ctrl_c() => Err(anyhow!("interrupted")),
    };
    // Gathered first: a list does not go on after an image that is gone.
    let made = images.list().tag(&run).collect().await?;
    for image in &made {
        images.delete(&image.id).await?;
    }
    step("delete", &format!("{} images gone", made.len()));
    told?;
    println!("Done.");
    Ok(())
}

async fn story(cloud: &Cloud, other: Option<&Cloud>, images: &Images, run: &str) -> Result<()> {
    let project = cloud.project_id().await?.context("sign in with a project: images belong to one")?;
    step("sign in", &format!("a token for project {project}"));

    let mut made = Vec::new();
    for name in ["one", "two", "three"] {
        let image =
            ImageCreate::new().name(format!("{run}-{name}")).disk_format("raw").container_format("bare").visibility("shared");
        let image = image.tags([run.to_owned()]).set("purpose", "to be shown");
        made.push(images.create(image).await?);
    }
    let one = &made[0];
    step("create", &format!("three images; the first is {} and {}", one.id, one.status));

    let data: Vec<u8> = (0..4_194_304_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let hash = hex(&Sha512::digest(&data));
    images.upload(&one.id, ImageData::bytes(data.clone())).await?;
    let uploaded = images.get(&one.id).await?;
    step("upload", &format!("{} bytes; the image is {} now", data.len(), uploaded.status));
    verify(&uploaded, &hash)?;

    images.tags(&one.id).add("shown").await?;
    let changed = images.update(&one.id, ImagePatch::new().min_ram(512).property("os_distro", "debian")).await?;
    step(
        "tag, update",
        &format!("tags {:?}, min_ram {} MB, os_distro {}", changed.tags, changed.min_ram, changed.extra["os_distro"]),
    );

    let mut names = Vec::new();
    let mut list = images.list().tag(run).sort(ImageSortKey::Name, SortDirection::Asc).with_page_size(2).items();
    while let Some(image) = list.next().await {
        names.extend(image?.name);
    }
    ensure!(names.len() == 3, "the list has {} images, not 3", names.len());
    step("list", &format!("by name, in pages of 2: {}", names.join(", ")));
    let found = images.find(&names[0]).await?;
    step("find", &format!("`{}` is {}", names[0], found.id));

    match other {
        Some(other) => share(images, other, one, &data).await?,
        None => step("share", "left out: it takes a second project (the sandbox has one)"),
    }

    let fetched = images.download(&one.id).await?.bytes(data.len()).await?;
    ensure!(hex(&Sha512::digest(&fetched)) == hash, "the data came back changed");
    step("download", &format!("{} bytes, sha512 as sent", fetched.len()));
    match images.download_range(&one.id, 1_048_576, 16).await {
        Ok(part) => step("a part", &format!("16 bytes from 1 MiB on: {}", hex(&part.bytes(16).await?))),
        Err(error) if error.kind() == ErrorKind::InvalidRequest => step("a part", "the store gives whole images only"),
        Err(error) => return Err(error.into()),
    }

    let missing = images.get("00000000-0000-4000-8000-000000000000").await;
    if let Err(error) = missing {
        step("an error", &format!("{:?}: {error}", error.kind()));
    }
    Ok(())
}

/// Shares an image with a second project, which accepts and fetches it.
async fn share(images: &Images, other: &Cloud, image: &Image, data: &[u8]) -> Result<()> {
    let project = other.project_id().await?.context("the second user has no project")?;
    images.members(&image.id).add(&project).await?;
    let theirs = other.images();
    theirs.members(&image.id).set_status(&project, MemberStatus::Accepted).await?;
    let listed = theirs.list().visibility(ImageVisibility::Shared.as_str()).collect().await?;
    ensure!(listed.iter().any(|shared| shared.id == image.id), "the second project does not see the image");
    let fetched = theirs.download(&image.id).await?.bytes(data.len()).await?;
    ensure!(fetched == data, "the second project got other data");
    step("share", &format!("project {project} accepted it, lists it and fetched its {} bytes", fetched.len()));
    Ok(())
}

fn verify(image: &Image, hash: &str) -> Result<()> {
    match (image.os_hash_algo.as_deref(), image.os_hash_value.as_deref()) {
        (Some("sha512"), Some(value)) => {
            ensure!(value == hash, "the service has other data than were sent");
            step("verify", &format!("its sha512 is ours: {}...", &hash[..16]));
        }
        (algorithm, _) => step("verify", &format!("the service hashes by {algorithm:?}; not compared")),
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn step(what: &str, outcome: &str) {
    println!("  {what:<12} {outcome}");
}
