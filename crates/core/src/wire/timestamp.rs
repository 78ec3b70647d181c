use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// A time as a service wrote it.
///
/// The text is kept as it came, so that what is read can be sent back unchanged. [`time`](Self::time) reads it leniently: RFC 3339 with any
/// offset, with or without a fraction, with a space for the `T`, and without a zone (then it is UTC, as the services mean it).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(String);

impl Timestamp {
    /// A time given as text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as the service wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The moment, or `None` where the text is empty or no time.
    #[must_use]
    pub fn time(&self) -> Option<SystemTime> {
        let text = self.0.trim();
        if let Ok(time) = text.parse::<jiff::Timestamp>() {
            return Some(time.into());
        }
        let local = text.strip_suffix(['Z', 'z']).unwrap_or(text).parse::<jiff::civil::DateTime>().ok()?;
        Some(local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().into())
    }
}

impl From<SystemTime> for Timestamp {
    /// RFC 3339 in UTC; times beyond the year 9999 become empty.
    fn from(time: SystemTime) -> Self {
        Self(jiff::Timestamp::try_from(time).map(|time| time.to_string()).unwrap_or_default())
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl FromStr for Timestamp {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::new(text))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_spelling_means_the_same_moment() {
        let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(1_577_836_800);
        for text in [
            "2020-01-01T00:00:00Z",
            "2020-01-01T00:00:00.000000Z",
            "2020-01-01T00:00:00",
            "2020-01-01T00:00:00.000000",
            "2020-01-01 00:00:00",
            "2020-01-01 00:00:00Z",
            "2020-01-01T00:00:00+00:00",
            "2020-01-01T08:00:00+08:00",
            "2020-01-01T08:00:00+0800",
            " 2020-01-01T00:00:00Z ",
        ] {
            assert_eq!(Timestamp::from(text).time(), Some(moment), "{text}");
        }
        assert_eq!(Timestamp::from(moment).as_str(), "2020-01-01T00:00:00Z");
    }

    #[test]
    fn what_is_no_time_keeps_its_text() {
        for text in ["", "soon", "2020-13-01T00:00:00Z"] {
            assert_eq!(Timestamp::from(text).time(), None, "{text}");
            assert_eq!(serde_json::to_string(&Timestamp::from(text)).unwrap(), format!("{text:?}"));
        }
    }
}
