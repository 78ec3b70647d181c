//! How fast a connection is.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

/// How much of its time a line makes up for: its buffers go on filling while those behind them are slow.
const BUFFERED: Duration = Duration::from_millis(100);

/// The speed of each connection, by real time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link {
    round_trip: Duration,
    bytes_per_second: Option<u64>,
}

impl Link {
    /// There and back takes this long: for a connection to be made, and for each exchange.
    #[must_use]
    pub fn with_round_trip(mut self, time: Duration) -> Self {
        self.round_trip = time;
        self
    }

    /// No more than so many bytes a second go through one connection, on either way.
    #[must_use]
    pub fn with_bytes_per_second(mut self, bytes: u64) -> Self {
        self.bytes_per_second = Some(bytes.max(1));
        self
    }

    /// Waits as long as a connection takes to be made.
    pub(super) async fn connect(self) {
        pause(self.round_trip).await;
    }

    /// Waits as long as the first byte of a message takes.
    pub(super) async fn travel(self) {
        pause(self.round_trip / 2).await;
    }

    pub(super) fn pace(self) -> Pace {
        Pace { bytes_per_second: self.bytes_per_second, arrived: Instant::now() }
    }

    /// How many bytes go at once.
    pub(super) fn block(self) -> usize {
        // Twenty blocks a second look like a stream.
        let even = self.bytes_per_second.map_or(u64::MAX, |bytes| bytes / 20).clamp(1, 64 << 10);
        usize::try_from(even).unwrap_or(64 << 10)
    }
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}

/// One way of a connection.
#[derive(Debug)]
pub(super) struct Pace {
    bytes_per_second: Option<u64>,
    /// When all that went so far has arrived.
    arrived: Instant,
}

impl Pace {
    /// Waits until `bytes` more may have arrived.
    pub(super) async fn after(&mut self, bytes: usize) {
        let Some(rate) = self.bytes_per_second else { return };
        // What a line did not carry while nobody took it, it does not carry afterwards.
        let since = Instant::now().checked_sub(BUFFERED).map_or(self.arrived, |earliest| earliest.max(self.arrived));
        let nanos = bytes as u128 * 1_000_000_000 / u128::from(rate);
        self.arrived = since + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        sleep_until(self.arrived).await;
    }
}
