use std::time::{Duration, SystemTime};

use cloudimg_core::Secret;

use crate::catalog::Catalog;

/// A token with less life than this is renewed before a call.
const MARGIN: Duration = Duration::from_secs(120);
/// A token with less life than this is renewed before a body of any size is sent.
const LONG_MARGIN: Duration = Duration::from_secs(3600);

/// A token with less life than this counts as ended.
const LAST_MOMENT: Duration = Duration::from_secs(5);

/// A token and what it is good for.
#[derive(Clone, Debug)]
pub struct Token {
    pub(crate) secret: Secret,
    pub(crate) generation: u64,
    pub(crate) fetched: SystemTime,
    pub(crate) expires: Option<SystemTime>,
    pub(crate) project_id: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) catalog: Catalog,
}

impl Token {
    /// The token itself.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// When it ends; `None` where the service did not say so in a way that can be read: then only a 401 tells.
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }

    /// The project that it is good for.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        self.project_id.as_deref()
    }

    /// The user that it stands for.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// The services that it reaches.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Whether it has not ended at `now`, nor is about to end while a call is on its way.
    pub(crate) fn is_alive(&self, now: SystemTime) -> bool {
        self.expires.is_none_or(|expires| now + LAST_MOMENT < expires)
    }

    /// Whether it should be used for a call at `now`.
    ///
    /// A token whose whole life is shorter than the margin would never be fresh: it is used until half of its life is over.
    pub(crate) fn is_fresh(&self, now: SystemTime, long: bool) -> bool {
        let Some(expires) = self.expires else { return true };
        let life = expires.duration_since(self.fetched).unwrap_or_default();
        let margin = if long { LONG_MARGIN } else { MARGIN }.min(life / 2);
        now + margin < expires
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(life: u64) -> Token {
        Token {
            secret: "t".into(),
            generation: 1,
            fetched: SystemTime::UNIX_EPOCH,
            expires: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(life)),
            project_id: None,
            user_id: None,
            catalog: Catalog::default(),
        }
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_token_is_renewed_before_its_end_and_earlier_before_an_upload() {
        let day = token(86_400);
        assert!(day.is_fresh(at(86_279), false) && !day.is_fresh(at(86_281), false));
        assert!(day.is_fresh(at(82_799), true) && !day.is_fresh(at(82_801), true));
    }

    #[test]
    fn a_short_lived_token_is_used_all_the_same() {
        let minute = token(60);
        assert!(minute.is_fresh(at(0), false) && minute.is_fresh(at(29), true) && !minute.is_fresh(at(31), false));
        let undated = Token { expires: None, ..token(1) };
        assert!(undated.is_fresh(at(1_000_000), true));
    }
}
