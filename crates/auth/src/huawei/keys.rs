use std::fmt;
use std::time::{Duration, SystemTime};

use cloudimg_core::credentials::AkSk;

/// Keys with less life than this are renewed before a call, as in the provider's SDK.
const MARGIN: Duration = Duration::from_secs(40 * 60);

/// Where keys come from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The program itself.
    Program,
    /// `HUAWEICLOUD_SDK_AK` and its siblings.
    Environment,
    /// This profile file.
    Profile(std::path::PathBuf),
    /// The metadata service of the machine.
    Metadata,
    /// An agency of this name.
    Agency(String),
    /// A token.
    Token,
    /// The token of an identity provider, of this id or URN.
    IdentityProvider(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program => f.write_str("the program"),
            Self::Environment => f.write_str("the environment"),
            Self::Profile(path) => write!(f, "the profile {}", path.display()),
            Self::Metadata => f.write_str("the metadata service"),
            Self::Agency(name) => write!(f, "the agency {name}"),
            Self::Token => f.write_str("a token"),
            Self::IdentityProvider(id) => write!(f, "the identity provider {id}"),
        }
    }
}

/// An access key with its secret, and what is known of it.
#[derive(Clone, Debug)]
pub struct Keys {
    /// For no project and no domain; those are kept apart, since calls differ in them.
    pub(super) aksk: AkSk,
    pub(super) project_id: Option<String>,
    pub(super) domain_id: Option<String>,
    pub(super) fetched: Option<SystemTime>,
    pub(super) expires: Option<SystemTime>,
    pub(super) origin: Origin,
    pub(super) iam_endpoint: Option<String>,
    pub(super) generation: u64,
}

impl Keys {
    /// Keys that last.
    pub(super) fn lasting(aksk: AkSk, origin: Origin) -> Self {
        let (project_id, domain_id) = (aksk.project_id().map(str::to_owned), aksk.domain_id().map(str::to_owned));
        let aksk = aksk.without_place();
        Self { aksk, project_id, domain_id, fetched: None, expires: None, origin, iam_endpoint: None, generation: 0 }
    }

    /// Keys that end, unless the service did not say when.
    pub(super) fn ending(aksk: AkSk, origin: Origin, fetched: SystemTime, expires: Option<SystemTime>) -> Self {
        Self { fetched: Some(fetched), expires, ..Self::lasting(aksk, origin) }
    }

    /// The access key, which is no secret.
    #[must_use]
    pub fn access_key(&self) -> &str {
        self.aksk.access_key()
    }

    /// Where they come from.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The project that was said along with them.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        self.project_id.as_deref()
    }

    /// The domain (account) that was said along with them.
    #[must_use]
    pub fn domain_id(&self) -> Option<&str> {
        self.domain_id.as_deref()
    }

    /// The IAM that was said along with them.
    #[must_use]
    pub fn iam_endpoint(&self) -> Option<&str> {
        self.iam_endpoint.as_deref()
    }

    /// When they end; `None` for those that last.
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        self.expires
    }

    /// Whether their source has others to give.
    pub(super) fn can_be_renewed(&self) -> bool {
        self.fetched.is_some()
    }

    /// Whether they can still be used at `now`.
    pub(super) fn are_alive(&self, now: SystemTime) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }

    /// Whether they should be used for a call at `now`, rather than be renewed. Short-lived ones are used until half of their life is over.
    pub(super) fn are_fresh(&self, now: SystemTime) -> bool {
        let (Some(expires), Some(fetched)) = (self.expires, self.fetched) else { return true };
        let life = expires.duration_since(fetched).unwrap_or_default();
        now + MARGIN.min(life / 2) < expires
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(life: u64) -> Keys {
        let aksk = AkSk::builder("AK", "SK").build().unwrap();
        let start = SystemTime::UNIX_EPOCH;
        Keys::ending(aksk, Origin::Metadata, start, Some(start + Duration::from_secs(life)))
    }

    #[test]
    fn keys_are_renewed_before_their_end_and_short_lived_ones_are_used_all_the_same() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let day = keys(86_400);
        assert!(day.are_fresh(at(83_999)) && !day.are_fresh(at(84_001)) && day.are_alive(at(86_399)) && !day.are_alive(at(86_400)));
        let half_hour = keys(1800);
        assert!(half_hour.are_fresh(at(0)) && half_hour.are_fresh(at(899)) && !half_hour.are_fresh(at(901)));
        assert!(Keys { expires: None, ..keys(1) }.are_fresh(at(1_000_000)));
    }
}
