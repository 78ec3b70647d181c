use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cloudimg_core::Clock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What has not been used for so long may be used at once.
const BURST: Duration = Duration::from_millis(100);

/// Limits that transfers keep. Clones are one limit: what one transfer uses the others cannot.
///
/// The default is no limits.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    rate: Option<Arc<Rate>>,
    connections: Option<Arc<Semaphore>>,
}

struct Rate {
    bytes_per_second: u64,
    /// When all bytes that were let pass will have been paid for.
    paid: Mutex<Duration>,
}

/// Leave to have a connection for data.
#[derive(Debug)]
pub(crate) struct Permit(#[allow(dead_code)] Option<OwnedSemaphorePermit>); // Held to be dropped.

impl Limits {
    /// No limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No more bytes a second than this, at least 1.
    #[must_use]
    pub fn with_bytes_per_second(self, bytes_per_second: u64) -> Self {
        let rate = Rate { bytes_per_second: bytes_per_second.max(1), paid: Mutex::default() };
        Self { rate: Some(Arc::new(rate)), ..self }
    }

    /// No more connections with data at a time than this, at least 1; other transfers wait for theirs.
    #[must_use]
    pub fn with_connections(self, connections: usize) -> Self {
        let connections = connections.clamp(1, Semaphore::MAX_PERMITS);
        Self { connections: Some(Arc::new(Semaphore::new(connections))), ..self }
    }

    /// Waits until a connection may be had; it is given back when the permit is dropped.
    pub(crate) async fn connection(&self) -> Permit {
        match &self.connections {
            // It is never closed.
            Some(semaphore) => Permit(Arc::clone(semaphore).acquire_owned().await.ok()),
            None => Permit(None),
        }
    }

    /// Waits until so many bytes may pass.
    pub(crate) async fn pass(&self, bytes: u64, clock: &dyn Clock) {
        let Some(rate) = &self.rate else { return };
        let wait = rate.take(bytes, clock.monotonic());
        if !wait.is_zero() {
            clock.sleep(wait).await;
        }
    }
}

impl Rate {
    #[allow(clippy::cast_precision_loss)]
    fn take(&self, bytes: u64, now: Duration) -> Duration {
        let cost = Duration::try_from_secs_f64(bytes as f64 / self.bytes_per_second as f64).unwrap_or(Duration::MAX);
        let mut paid = self.paid.lock().unwrap_or_else(PoisonError::into_inner);
        *paid = (*paid).max(now.saturating_sub(BURST)).saturating_add(cost);
        paid.saturating_sub(now)
    }
}

impl fmt::Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes per second", self.bytes_per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_pass_at_the_rate_whoever_takes_them() {
        let rate = Rate { bytes_per_second: 1000, paid: Mutex::default() };
        let at = Duration::from_secs(100);
        assert_eq!(rate.take(100, at), Duration::ZERO, "unused time is given, a little of it");
        assert_eq!(rate.take(500, at), Duration::from_millis(500));
        assert_eq!(rate.take(500, at), Duration::from_millis(1000));
        assert_eq!(rate.take(500, at + Duration::from_millis(500)), Duration::from_millis(1000));
    }

    #[tokio::test]
    async fn connections_are_shared_by_clones() {
        let limits = Limits::new().with_connections(1);
        let permit = limits.connection().await;
        let other = limits.clone();
        let waiting = tokio::spawn(async move { drop(other.connection().await) });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(permit);
        waiting.await.unwrap();
    }
}
