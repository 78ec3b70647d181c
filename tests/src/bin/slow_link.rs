//! The test proxy in a process of its own, as a slow network: `slow_link --upstream ADDRESS --round-trip-ms N --bytes-per-second N`.
//!
//! The first line it prints is its URL. It goes on until it is stopped.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use cloudimg_tests::proxy::{Link, Proxy};

#[tokio::main]
async fn main() -> Result<()> {
    let (mut upstream, mut link) = (None, Link::default());
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().with_context(|| format!("{name} takes a value"))?;
        match name.as_str() {
            "--upstream" => upstream = Some(value.parse().with_context(|| format!("{value} is no address such as 127.0.0.1:80"))?),
            "--round-trip-ms" => link = link.with_round_trip(Duration::from_millis(value.parse()?)),
            "--bytes-per-second" => link = link.with_bytes_per_second(value.parse()?),
            _ => bail!("usage: slow_link --upstream ADDRESS [--round-trip-ms N] [--bytes-per-second N]; `{name}` is none of these"),
        }
    }
    let proxy = Proxy::builder(upstream.context("--upstream is missing")?).link(link).start().await?;
    println!("{}", proxy.url());
    std::future::pending().await
}
