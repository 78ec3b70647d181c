mod builder;
mod way;

use std::fmt;
use std::sync::Arc;

use cloudimg_auth::Keystone;
use cloudimg_auth::config::{Access, CloudConfig, Loader};
#[cfg(feature = "glance")]
use cloudimg_core::Clock;
#[cfg(any(feature = "glance", feature = "ims"))]
use cloudimg_core::Session;
#[cfg(all(feature = "glance", any(feature = "ims", feature = "vmp")))]
use cloudimg_core::clock::SystemClock;
use cloudimg_core::retry::RetryPolicy;
use cloudimg_core::{Result, Timeouts};

pub use builder::CloudBuilder;
pub(crate) use way::{Changes, Way};

/// A cloud that somebody signs in to.
///
/// Nothing is sent before the first call: then the token is fetched, the catalog read and the service found, once for all clones.
#[derive(Clone)]
pub struct Cloud {
    pub(crate) way: Way,
    pub(crate) changes: Changes,
    #[cfg(feature = "glance")]
    pub(crate) glance: Arc<tokio::sync::OnceCell<cloudimg_glance_v2::Client>>,
    /// How the image service hashes, as far as that is known.
    #[cfg(feature = "glance")]
    pub(crate) hashing: Arc<crate::glance::Hashing>,
    #[cfg(feature = "ims")]
    pub(crate) ims: Arc<tokio::sync::OnceCell<crate::ims::Connection>>,
}

impl Cloud {
    /// The cloud that the process's environment means: the one that `OS_CLOUD` names in `clouds.yaml`, else the one that the `OS_*` variables of
    /// an openrc file make, else the only one of `clouds.yaml`. [`config`](crate::config) has the rules.
    ///
    /// # Errors
    /// `Configuration`, naming file, cloud and key, or the variable, that is missing or wrong.
    pub fn from_env() -> Result<Self> {
        Self::configured(&Loader::from_process().cloud(None, None)?)?.build()
    }

    /// The cloud of this name in `clouds.yaml`.
    ///
    /// # Errors
    /// `Configuration`, naming file, cloud and key that is missing or wrong, and the clouds that there are.
    pub fn named(name: &str) -> Result<Self> {
        Self::configured(&Loader::from_process().cloud(Some(name), None)?)?.build()
    }

    /// The cloud that `config` describes, to be configured further.
    ///
    /// # Errors
    /// `Configuration`, naming the key that is missing or wrong.
    pub fn configured(config: &CloudConfig) -> Result<CloudBuilder> {
        CloudBuilder::of(config)
    }

    /// The cloud of [`Settings`](crate::Settings), or one that is used by other means, to be configured further.
    #[must_use]
    pub fn builder(access: impl Into<Access>) -> CloudBuilder {
        CloudBuilder::new(access.into())
    }

    /// The same cloud and sign-in with other limits on time.
    #[must_use]
    pub fn with_timeouts(&self, timeouts: Timeouts) -> Self {
        self.changed(Changes { timeouts: Some(timeouts), ..self.changes.clone() })
    }

    /// The same cloud and sign-in with another retry policy.
    #[must_use]
    pub fn with_retry(&self, policy: impl RetryPolicy) -> Self {
        self.changed(Changes { retry: Some(Arc::new(policy)), ..self.changes.clone() })
    }

    /// The id of the project that calls are for; `None` where there is none, or none is known here.
    ///
    /// # Errors
    /// Those of signing in.
    pub async fn project_id(&self) -> Result<Option<String>> {
        match &self.way {
            Way::Keystone(keystone) => Ok(keystone.token().await?.project_id().map(str::to_owned)),
            #[cfg(feature = "ims")]
            Way::AkSk(ims) => ims.project_id().await.map(Some),
            _ => Ok(None),
        }
    }

    /// The sign-in, for its token and its other services; `None` for a cloud that is used without one.
    #[must_use]
    pub fn keystone(&self) -> Option<&Keystone> {
        match &self.way {
            Way::Keystone(keystone) => Some(keystone),
            _ => None,
        }
    }

    pub(crate) fn new(way: Way, changes: Changes) -> Self {
        Self {
            way,
            changes,
            #[cfg(feature = "glance")]
            glance: Arc::default(),
            #[cfg(feature = "glance")]
            hashing: Arc::default(),
            #[cfg(feature = "ims")]
            ims: Arc::default(),
        }
    }

    /// A session for `service`, as `session` but for what was changed.
    #[cfg(any(feature = "glance", feature = "ims"))]
    pub(crate) fn session_for(&self, service: &str, session: Session) -> Session {
        self.changes.applied(service, session)
    }

    /// The clock of the sessions for the image service.
    #[cfg(feature = "glance")]
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        match &self.way {
            Way::Keystone(keystone) => keystone.session().clock(),
            Way::Direct(direct) => direct.session.clock(),
            #[cfg(any(feature = "ims", feature = "vmp"))]
            _ => Arc::new(SystemClock::default()),
        }
    }

    fn changed(&self, changes: Changes) -> Self {
        let way = match &self.way {
            #[cfg(feature = "ims")]
            Way::AkSk(ims) => Way::AkSk(ims.changed(&changes)),
            #[cfg(feature = "vmp")]
            Way::Cnc(vmp) => Way::Cnc(vmp.changed(&changes)),
            way => way.clone(),
        };
        Self::new(way, changes)
    }
}

impl fmt::Debug for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cloud").field("way", &self.way).finish_non_exhaustive()
    }
}
