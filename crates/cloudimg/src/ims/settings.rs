use std::sync::Arc;

use cloudimg_core::credentials::{AkSk, StaticToken};
use cloudimg_core::poller::Rhythm;
use cloudimg_core::retry::RetryPolicy;
use cloudimg_core::{Clock, Credentials, Result, Secret, Session, SessionBuilder, Timeouts, TlsOptions};

use super::connection::{Connection, Source};
use super::place::{self, Operator};
use super::{Ims, missing};

/// Configures an [`Ims`] that needs no identity service.
#[derive(Debug, Default)]
pub struct ImsBuilder {
    region: Option<String>,
    operator: Option<Operator>,
    domain: Option<String>,
    endpoint: Option<String>,
    project_id: Option<String>,
    project_of_keys: Option<String>,
    has_credentials: bool,
    session: SessionBuilder,
}

impl ImsBuilder {
    /// The service of this region; whose region it is follows from its name.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The region is this operator's, whatever its name.
    #[must_use]
    pub fn operator(mut self, operator: Operator) -> Self {
        self.operator = Some(operator);
        self
    }

    /// Services are below this domain, as `ims.{region}.{domain}`.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// The service at this URL, in the place of the region's.
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// The project to work in; that of the keys if not said.
    #[must_use]
    pub fn project_id(mut self, id: impl Into<String>) -> Self {
        self.project_id = Some(id.into());
        self
    }

    /// Signs each call with an access key. The keys' own project is sent with each, so it must be there where the account has several.
    #[must_use]
    pub fn keys(mut self, keys: AkSk) -> Self {
        self.project_of_keys = keys.project_id().map(str::to_owned);
        self.credentials(keys)
    }

    /// Calls with a token for the project that was got elsewhere.
    #[must_use]
    pub fn token(self, token: impl Into<Secret>) -> Self {
        self.credentials(StaticToken::new(token))
    }

    /// Calls with other credentials.
    #[must_use]
    pub fn credentials(mut self, credentials: impl Credentials) -> Self {
        self.has_credentials = true;
        self.session = self.session.credentials(credentials);
        self
    }

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

    /// The service. Nothing is sent.
    ///
    /// # Errors
    /// `Configuration`, naming what is missing or wrong.
    pub fn build(self) -> Result<Ims> {
        let endpoint = match (&self.endpoint, &self.region) {
            (Some(url), _) => place::endpoint(url)?,
            (None, Some(region)) => {
                let operator = self.operator.unwrap_or_else(|| Operator::of_region(region));
                place::regional(region, self.domain.as_deref().unwrap_or_else(|| operator.domain(region)))?
            }
            (None, None) => return Err(missing("region", "set it, or the `endpoint` of the image service")),
        };
        if !self.has_credentials {
            return Err(missing("keys", "set them, or a `token` or other `credentials`"));
        }
        let project_id = self.project_id.or(self.project_of_keys).filter(|id| !id.is_empty());
        let project_id = project_id.ok_or_else(|| missing("project_id", "the image service works in a project"))?;
        let session: Session = self.session.build()?;
        let connection = Connection::new(&endpoint, session, project_id, self.region);
        Ok(Ims { source: Source::Ready(Arc::new(connection)), rhythm: Rhythm::default() })
    }
}
