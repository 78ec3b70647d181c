use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long a job of a test may take; real servers on a busy machine need some seconds.
const PATIENCE: Duration = Duration::from_secs(90);
const INTERVAL: Duration = Duration::from_millis(50);

/// Asks `probe` until it gives something.
///
/// # Errors
/// What `probe` fails with, or that `what` did not come about in a minute and a half.
pub async fn until<T>(what: &str, mut probe: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(found) = probe().await? {
            return Ok(found);
        }
        tokio::time::sleep(INTERVAL).await;
    }
    bail!("{what}: not within {} s", PATIENCE.as_secs())
}
