//! Downloads an image to a file, to be killed: `download ID PATH CONNECTIONS BYTES_PER_SECOND`.
//!
//! The cloud is that of the `OS_*` variables. The last line says how many bytes there are, how many of them were there before, and the verdict.

use anyhow::{Context as _, Result, bail};
use cloudimg::Cloud;
use cloudimg::transfer::Limits;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [id, path, connections, rate] = arguments.as_slice() else {
        bail!("usage: download ID PATH CONNECTIONS BYTES_PER_SECOND");
    };
    let download = Cloud::from_env()?.images().download(id).to_path(path);
    let limits = Limits::new().with_bytes_per_second(rate.parse().context("BYTES_PER_SECOND is a number")?);
    let connections = connections.parse().context("CONNECTIONS is a number")?;
    let done = download.with_connections(connections).with_limits(limits).await?;
    println!("{} {} {}", done.bytes, done.resumed_from, done.verdict);
    Ok(())
}
