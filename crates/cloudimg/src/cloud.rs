use std::fmt;
#[cfg(any(feature = "glance", feature = "ims"))]
use std::sync::Arc;

use cloudimg_auth::{Keystone, Settings};
use cloudimg_core::retry::RetryPolicy;
use cloudimg_core::{Clock, Result, Session, SessionBuilder, Timeouts, TlsOptions};

/// A cloud that somebody signs in to.
///
/// Nothing is sent before the first call: then the token is fetched, the catalog read and the service found, once for all clones.
#[derive(Clone)]
pub struct Cloud {
    pub(crate) keystone: Keystone,
    #[cfg(feature = "glance")]
    pub(crate) glance: Arc<tokio::sync::OnceCell<cloudimg_glance_v2::Client>>,
    #[cfg(feature = "ims")]
    pub(crate) ims: Arc<tokio::sync::OnceCell<crate::ims::Connection>>,
}

impl Cloud {
    /// The cloud that the `OS_*` variables of an openrc file name; see [`Settings::from_env`].
    ///
    /// # Errors
    /// `Configuration`, naming the variable that is missing or wrong.
    pub fn from_env() -> Result<Self> {
        Self::builder(Settings::from_env()?).build()
    }

    /// The cloud of `settings`, to be configured further.
    #[must_use]
    pub fn builder(settings: Settings) -> CloudBuilder {
        CloudBuilder { settings, session: Session::builder() }
    }

    /// The id of the project that the token is good for; `None` for other scopes.
    ///
    /// # Errors
    /// Those of signing in.
    pub async fn project_id(&self) -> Result<Option<String>> {
        Ok(self.keystone.token().await?.project_id().map(str::to_owned))
    }
}

impl fmt::Debug for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cloud").field("keystone", &self.keystone).finish_non_exhaustive()
    }
}

/// Configures a [`Cloud`].
#[derive(Debug)]
pub struct CloudBuilder {
    settings: Settings,
    session: SessionBuilder,
}

impl CloudBuilder {
    /// Other limits on time.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.session = self.session.timeouts(timeouts);
        self
    }

    /// Another retry policy.
    #[must_use]
    pub fn retry(mut self, policy: impl RetryPolicy) -> Self {
        self.session = self.session.retry(policy);
        self
    }

    /// Whom to trust over https, and a certificate of one's own.
    #[must_use]
    pub fn tls(mut self, options: TlsOptions) -> Self {
        self.session = self.session.tls(options);
        self
    }

    /// Another clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.session = self.session.clock(clock);
        self
    }

    /// Name and version of the program, for the `User-Agent` header.
    #[must_use]
    pub fn user_agent(mut self, product: &str) -> Self {
        self.session = self.session.user_agent(product);
        self
    }

    /// The cloud.
    ///
    /// # Errors
    /// `Configuration` if the settings cannot be right, or a file of the TLS options is not what it should be.
    pub fn build(self) -> Result<Cloud> {
        Ok(Cloud {
            keystone: Keystone::new(&self.session.build()?, self.settings)?,
            #[cfg(feature = "glance")]
            glance: Arc::default(),
            #[cfg(feature = "ims")]
            ims: Arc::default(),
        })
    }
}
