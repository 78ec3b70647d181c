//! Asks a server that means harm, and tells what came of it: `hostile URL CASE...`.
//!
//! Each case is a path of the server, below which every call is answered in one bad way. A line for each call says what became of it: the
//! case, the operation, the kind of the error, the milliseconds it took, and its message. The last line is this process's peak memory, which must not grow with what
//! the server sends.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use cloudimg_core::credentials::StaticToken;
use cloudimg_core::retry::Never;
use cloudimg_core::{Error, Session, Timeouts};
use cloudimg_keystone_v3::types::AuthRequest;

/// A server that never comes to the point is not waited for any longer.
const PATIENCE: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, cases @ ..] = arguments.as_slice() else { bail!("usage: hostile URL CASE...") };
    let timeouts = Timeouts::default().with_head(PATIENCE).with_idle(PATIENCE);
    let session = Session::builder().credentials(StaticToken::new("t")).retry(Never).timeouts(timeouts).build()?;
    for case in cases {
        let glance = cloudimg_glance_v2::Client::new(&format!("{url}/{case}"), session.clone());
        let ims = cloudimg_ims_v2::Client::new(&format!("{url}/{case}"), session.clone());
        let keystone = cloudimg_keystone_v3::Client::new(&format!("{url}/{case}"), session.clone());
        tell(case, async { glance.list_images().pager().collect().await.map(drop) }).await;
        tell(case, async { glance.show_image().image_id("7").send().await.map(drop).map_err(Error::from) }).await;
        tell(case, async { ims.list_images().pager().collect().await.map(drop) }).await;
        let sign_in: AuthRequest = serde_json::from_str(r#"{"auth": {"identity": {"methods": []}}}"#)?;
        tell(case, async { keystone.issue_token().body(sign_in).send().await.map(drop).map_err(Error::from) }).await;
    }
    println!("{}", peak()?);
    Ok(())
}

async fn tell(case: &str, call: impl Future<Output = Result<(), Error>>) {
    let begun = Instant::now();
    let outcome = call.await;
    let millis = begun.elapsed().as_millis();
    match outcome {
        Ok(()) => println!("{case} - Success {millis}"),
        Err(error) => {
            println!("{case} {} {:?} {millis} {}", error.operation().unwrap_or("-"), error.kind(), error.message());
        }
    }
}

/// The line of the kernel that says how much memory this process has had at most.
fn peak() -> Result<String> {
    let status = std::fs::read_to_string("/proc/self/status").context("only Linux tells a process its peak memory")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    Ok(line.context("no VmHWM in /proc/self/status")?.to_owned())
}
