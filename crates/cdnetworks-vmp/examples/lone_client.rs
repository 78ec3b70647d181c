//! The client without the facade: makes an image of an instance, waits, brings it to nodes and removes it.
//!
//! On a sandbox in this process, or on the service with `CDNETWORKS_ACCESS_KEY`, `CDNETWORKS_SECRET_KEY`, `VMP_INSTANCE` and `VMP_NODES` set.

use std::time::Duration;

use cloudimg_cdnetworks_vmp::{Client, Session, credentials::CncAkSk, pace_of_polls, types};
use cloudimg_sandbox::{Sandbox, Vmp};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let variable = |name: &str| std::env::var(name).ok();
    let sandbox =
        Sandbox::builder().vmp_build_time(Duration::from_millis(300)).vmp_node_time(Duration::from_millis(100)).start().await?;
    let (mut keys, mut url, mut rhythm) =
        (CncAkSk::new(sandbox.vmp_access_key().0, sandbox.vmp_access_key().1)?, sandbox.vmp_url(), pace_of_polls());
    (rhythm.first, rhythm.longest) = (Duration::from_millis(100), Duration::from_millis(100));
    if variable("CDNETWORKS_ACCESS_KEY").is_some() {
        (keys, url, rhythm) = (CncAkSk::from_env()?, "https://api.cdnetworks.com".to_owned(), pace_of_polls());
    }
    let instance = variable("VMP_INSTANCE").unwrap_or_else(|| Vmp::INSTANCE.to_owned());
    let nodes: Vec<String> =
        variable("VMP_NODES").unwrap_or_else(|| Vmp::NODES[..2].join(",")).split(',').map(str::to_owned).collect();

    let client = Client::new(&url, Session::builder().credentials(keys).build()?);
    let made =
        client.create_image_from_instance().body(types::ImageFromInstance::new("golden", instance)).send().await?.into_inner();
    let image = client.made(&made.id).with_rhythm(rhythm).await?;
    println!("{} is {:?}", image.id, image.state);
    client.preheat_image().body(types::Preheating::new(&image.id, nodes.clone())).send().await?;
    let outcome = client.preheated(&image.id, nodes).with_rhythm(rhythm).await?;
    println!("on {:?}, and not on {:?}", outcome.succeeded, outcome.failed);
    for image in client.list_images().pager().collect().await? {
        println!("{} {}", image.id, image.name.unwrap_or_default());
    }
    client.remove_image().image_id(&image.id).send().await?;
    Ok(())
}
