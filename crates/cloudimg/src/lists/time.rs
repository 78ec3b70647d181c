use std::time::SystemTime;

use cloudimg_core::wire::Timestamp;

/// A condition on a time, to the second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeFilter(String);

impl TimeFilter {
    /// Earlier than `time`.
    #[must_use]
    pub fn before(time: SystemTime) -> Self {
        Self::new("lt", time)
    }

    /// Later than `time`.
    #[must_use]
    pub fn after(time: SystemTime) -> Self {
        Self::new("gt", time)
    }

    /// At `time` or later.
    #[must_use]
    pub fn since(time: SystemTime) -> Self {
        Self::new("gte", time)
    }

    /// At `time` or earlier.
    #[must_use]
    pub fn until(time: SystemTime) -> Self {
        Self::new("lte", time)
    }

    /// Just at `time`. Some services keep fractions of seconds that they do not show: there it fits nothing; take `since` and `before`.
    #[must_use]
    pub fn at(time: SystemTime) -> Self {
        Self::new("eq", time)
    }

    /// At any other time than `time`.
    #[must_use]
    pub fn not_at(time: SystemTime) -> Self {
        Self::new("neq", time)
    }

    fn new(operator: &str, time: SystemTime) -> Self {
        // The service shows whole seconds; UTC saves the `+` that a query would turn into a space.
        let whole = time
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(time, |since| SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(since.as_secs()));
        Self(format!("{operator}:{}", Timestamp::from(whole)))
    }

    /// As the service reads it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<TimeFilter> for String {
    fn from(filter: TimeFilter) -> Self {
        filter.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_whole_seconds_in_utc() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_577_836_800_750);
        assert_eq!(TimeFilter::since(time).as_str(), "gte:2020-01-01T00:00:00Z");
    }
}
