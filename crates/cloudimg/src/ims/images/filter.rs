use std::time::SystemTime;

use cloudimg_core::wire::Timestamp;

/// A condition on a time, of whole seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeFilter(String);

impl TimeFilter {
    /// At this time or later.
    #[must_use]
    pub fn since(time: SystemTime) -> Self {
        Self::with("gte", time)
    }

    /// Later than this time.
    #[must_use]
    pub fn after(time: SystemTime) -> Self {
        Self::with("gt", time)
    }

    /// At this time or earlier.
    #[must_use]
    pub fn until(time: SystemTime) -> Self {
        Self::with("lte", time)
    }

    /// Earlier than this time.
    #[must_use]
    pub fn before(time: SystemTime) -> Self {
        Self::with("lt", time)
    }

    fn with(operator: &str, time: SystemTime) -> Self {
        let whole = time
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(time, |since| SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(since.as_secs()));
        Self(format!("{operator}:{}", Timestamp::from(whole)))
    }
}

impl From<TimeFilter> for String {
    fn from(filter: TimeFilter) -> Self {
        filter.0
    }
}
