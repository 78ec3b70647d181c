//! Copies an image to four places of another cloud, one of them slow, and tells this process's memory in KiB before and at its
//! peak: `copier AUTH_URL PASSWORD ID AUTH_URL PASSWORD SLOW_IMAGE_URL`.

use anyhow::{Context as _, Result, bail, ensure};
use cloudimg::{Cloud, Named, Scope, Settings, User};

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, from_password, id, to, to_password, slow] = arguments.as_slice() else {
        bail!("usage: copier AUTH_URL PASSWORD ID AUTH_URL PASSWORD SLOW_IMAGE_URL")
    };
    let here = Cloud::builder(settings(from, from_password)).build()?;
    let there = Cloud::builder(settings(to, to_password)).build()?;
    let slow = Cloud::builder(settings(to, to_password).with_endpoint("image", format!("{slow}/v2"))).build()?;
    here.images().get(id).await?;
    there.images().list().collect().await?;
    let before = memory("VmRSS:")?;
    let copied = here.images().copy(id).to(&there).to(&slow).to(&there).to(&there).await?;
    for arrived in copied.whole()? {
        ensure!(arrived.verdict.is_verified(), "{}", arrived.verdict);
    }
    println!("{before} {}", memory("VmHWM:")?);
    Ok(())
}

fn settings(auth_url: &str, password: &str) -> Settings {
    let domain = Some(Named::Id("default".to_owned()));
    let user = User::Name { name: "demo".to_owned(), domain: domain.clone() };
    Settings::new(auth_url, user, password, Scope::Project { name: "demo".to_owned(), domain })
}

/// What the kernel says of this process's memory, in KiB.
fn memory(what: &str) -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("only Linux tells a process its memory")?;
    let line = status.lines().find_map(|line| line.strip_prefix(what)).context("no such line in /proc/self/status")?;
    Ok(line.trim_end_matches("kB").trim().parse()?)
}
