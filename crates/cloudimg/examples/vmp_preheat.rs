//! An image of an instance of CDNetworks VMP: made, brought to nodes of which one fails, and removed.
//!
//! `cargo run -p cloudimg --example vmp_preheat` runs on a cloud of its own within this process. With `CDNETWORKS_ACCESS_KEY`,
//! `CDNETWORKS_SECRET_KEY`, `VMP_INSTANCE` (the id of an instance that is shut down) and `VMP_NODES` (names, joined by commas) set, it runs on the
//! service instead, at `CDNETWORKS_ENDPOINT` if that is set.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use cloudimg::Pace;
use cloudimg::credentials::CncAkSk;
use cloudimg::poller::Rhythm;
use cloudimg::vmp::{Preheated, Preheating, SortDirection, SortKey, Vmp};
use cloudimg_sandbox::Sandbox;
use futures::StreamExt as _;

/// What the story happens to.
struct Stage {
    vmp: Vmp,
    instance: String,
    nodes: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    if std::env::var_os("CDNETWORKS_ACCESS_KEY").is_some() {
        return tour(&real()?).await;
    }
    let sandbox = Sandbox::builder().vmp_build_time(Duration::from_millis(400)).vmp_node_time(Duration::from_millis(200));
    let sandbox = sandbox.start().await?;
    println!("A sandbox cloud in this process: {}", sandbox.vmp_url());
    sandbox.vmp().fail_node(cloudimg_sandbox::Vmp::NODES[1]);
    let told = tour(&in_sandbox(&sandbox)?).await;
    sandbox.stop().await;
    told
}

fn real() -> Result<Stage> {
    let variable = |name: &str| std::env::var(name).with_context(|| format!("{name} is not set"));
    let nodes = variable("VMP_NODES")?.split(',').map(|node| node.trim().to_owned()).collect();
    Ok(Stage { vmp: Vmp::from_env()?, instance: variable("VMP_INSTANCE")?, nodes })
}

/// The sandbox is quick, so it is asked more often than the service would like; the pace limit holds all the same.
fn in_sandbox(sandbox: &Sandbox) -> Result<Stage> {
    let (access, secret) = sandbox.vmp_access_key();
    let pace = Pace::cdnetworks().on_wait(|waiting| step("wait", &format!("{} for {:?}", waiting.operation, waiting.wait)));
    let vmp = Vmp::builder().keys(CncAkSk::new(access, secret)?).endpoint(sandbox.vmp_url()).pace(pace).build()?;
    let mut rhythm = Rhythm::default();
    (rhythm.first, rhythm.longest) = (Duration::from_millis(150), Duration::from_millis(150));
    let nodes = cloudimg_sandbox::Vmp::NODES[..3].iter().map(|node| (*node).to_owned()).collect();
    Ok(Stage { vmp: vmp.with_rhythm(rhythm), instance: cloudimg_sandbox::Vmp::INSTANCE.to_owned(), nodes })
}

async fn tour(stage: &Stage) -> Result<()> {
    let images = stage.vmp.images();
    let mut list = images.list().owner("COMMON").sort(SortKey::Name, SortDirection::Asc).items();
    while let Some(image) = list.next().await {
        step("list", &image?.name.unwrap_or_default());
    }
    // A name that no other run uses.
    let run = format!("vmp-preheat-{}", SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis());
    let mut building = images.create_from_instance(&run, &stage.instance).qga_enabled(true).await?;
    step("create", &format!("the image is {}", building.id()));
    let told = story(stage, &mut building).await;
    images.remove(building.id()).await?;
    step("remove", "the image is gone");
    told?;
    println!("Done.");
    Ok(())
}

async fn story(stage: &Stage, building: &mut cloudimg::vmp::Building) -> Result<()> {
    let images = stage.vmp.images();
    while let Some(state) = building.next().await {
        step("create", &format!("it is {}", state?));
    }
    let image = building.await?;
    step("create", &format!("it is {}, {} GB", text(image.state), text(image.size)));

    let preheating = images.preheat(&image.id, &stage.nodes).await?;
    let failed = match follow(preheating).await {
        Ok(preheated) => preheated.failed,
        Err(error) => {
            // Which nodes it did not come to, without reading the message.
            let Some(partly) = Preheated::of(&error) else { return Err(error.into()) };
            step("preheat", &format!("{:?}: {error}", error.kind()));
            step("preheat", &format!("there: {}; not there: {}", partly.succeeded.join(", "), partly.failed.join(", ")));
            partly.failed.clone()
        }
    };
    if !failed.is_empty() {
        let again = images.preheat(&image.id, failed).await?.outcome().await?;
        step("again", &format!("there: {}; not there: {}", again.succeeded.join(", "), again.failed.join(", ")));
    }
    Ok(())
}

/// Prints each change of a node, and gives what came of all.
async fn follow(mut preheating: Preheating) -> cloudimg::Result<Preheated> {
    while let Some(node) = preheating.next().await {
        let node = node?;
        step("preheat", &format!("{}: {}", node.node_name, text(node.state)));
    }
    preheating.await
}

fn text(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "unknown".to_owned(), |value| value.to_string())
}

fn step(name: &str, text: &str) {
    println!("{name:>14}  {text}");
}
