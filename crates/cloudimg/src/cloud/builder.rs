use std::collections::BTreeMap;
use std::sync::Arc;

use cloudimg_auth::config::{Access, CloudConfig, Retries};
use cloudimg_auth::{Keystone, ServiceSettings, TokenCache};
use cloudimg_core::credentials::{Anonymous, Basic, StaticToken};
use cloudimg_core::retry::{RetryBudget, RetryPolicy, Standard};
use cloudimg_core::{Clock, Error, ErrorKind, Result, Session, SessionBuilder, Timeouts, TlsOptions};

use super::way::Direct;
use super::{Changes, Cloud, Way};

/// The services whose retries clouds.yaml can set apart.
const SERVICES: [&str; 3] = ["image", "ims", "vmp"];

/// Configures a [`Cloud`].
#[derive(Debug)]
pub struct CloudBuilder {
    access: Access,
    session: SessionBuilder,
    services: BTreeMap<String, ServiceSettings>,
    timeouts: Option<Timeouts>,
    changes: Changes,
}

impl CloudBuilder {
    pub(super) fn new(access: Access) -> Self {
        Self { access, session: Session::builder(), services: BTreeMap::new(), timeouts: None, changes: Changes::default() }
    }

    pub(super) fn of(config: &CloudConfig) -> Result<Self> {
        let mut builder = Self::new(config.access()?);
        builder.services = config.services.clone();
        let mut tls = TlsOptions::default();
        if let Some(path) = &config.tls.cacert {
            tls = tls.with_ca_file(path);
        }
        if let Some(path) = &config.tls.cert {
            tls = tls.with_client_certificate(path);
        }
        if let Some(path) = &config.tls.key {
            tls = tls.with_client_key(path);
        }
        builder = builder.tls(if config.tls.verify { tls } else { tls.without_verification() });
        if let Some(limit) = config.api_timeout {
            builder = builder.timeouts(Timeouts::default().with_total(limit));
        }
        for service in SERVICES {
            if let Some(policy) = policy(&config.retries_of(service)) {
                builder.changes.retry_of.insert(service.to_owned(), Arc::new(policy));
            }
        }
        Ok(builder)
    }

    /// Other limits on time.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = Some(timeouts);
        self.session = self.session.timeouts(timeouts);
        self
    }

    /// Another retry policy, for all services.
    #[must_use]
    pub fn retry(mut self, policy: impl RetryPolicy) -> Self {
        self.changes.retry_of.clear();
        self.session = self.session.retry(policy);
        self
    }

    /// How many repetitions all calls have together.
    #[must_use]
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.session = self.session.retry_budget(budget);
        self
    }

    /// Whom to trust over https, and a certificate of one's own.
    #[must_use]
    pub fn tls(mut self, options: TlsOptions) -> Self {
        self.session = self.session.tls(options);
        self
    }

    /// Keeps tokens of the identity service in `cache` from one run of a program to the next.
    #[must_use]
    pub fn token_cache(mut self, cache: TokenCache) -> Self {
        if let Access::Keystone(settings) = &mut self.access {
            settings.token_cache = Some(cache);
        }
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

    /// The cloud. Nothing is sent.
    ///
    /// # Errors
    /// `Configuration`, naming what is missing or wrong, and the file of a certificate that cannot be used.
    pub fn build(self) -> Result<Cloud> {
        #[cfg_attr(not(feature = "vmp"), expect(unused_variables, reason = "the session of other services has them already"))]
        let Self { access, session, services, timeouts, changes } = self;
        let direct = |session: SessionBuilder, endpoint, services| -> Result<Way> {
            Ok(Way::Direct(Arc::new(Direct { session: session.build()?, endpoint, services })))
        };
        let way = match access {
            Access::Keystone(settings) => Way::Keystone(Keystone::new(&session.build()?, settings)?),
            Access::AdminToken { endpoint, token } => {
                direct(session.credentials(StaticToken::new(token)), Some(endpoint), services)?
            }
            Access::Basic { endpoint, username, password } => {
                direct(session.credentials(Basic::new(username, password)), endpoint, services)?
            }
            Access::Anonymous { endpoint } => direct(session.credentials(Anonymous), endpoint, services)?,
            #[cfg(feature = "ims")]
            Access::AkSk(settings) => {
                let builder = crate::ims::ImsBuilder::of(settings, services.get("ims"))?;
                #[cfg(feature = "obs")]
                let builder = builder.with_obs(services.get("obs"));
                Way::AkSk(builder.build_over(session)?.changed(&changes))
            }
            #[cfg(feature = "vmp")]
            Access::Cnc(settings) => {
                let builder = crate::vmp::VmpBuilder::of(settings, services.get("vmp"))?;
                Way::Cnc(builder.build_over(session, timeouts)?.changed(&changes))
            }
            other => return Err(unknown(&other)),
        };
        Ok(Cloud::new(way, changes))
    }
}

fn policy(retries: &Retries) -> Option<Standard> {
    if *retries == Retries::default() {
        return None;
    }
    let mut policy = Standard::default();
    if let Some(times) = retries.status_code_retries {
        policy = policy.with_status_retries(times);
    }
    if let Some(times) = retries.connect_retries {
        policy = policy.with_connect_retries(times);
    }
    if let Some(delay) = retries.status_code_retry_delay.or(retries.connect_retry_delay) {
        policy = policy.with_waits(delay, delay);
    }
    Some(policy)
}

/// An entry of a kind that this build, or this version, has no service for.
fn unknown(access: &Access) -> Error {
    let feature = match access {
        Access::AkSk(_) => "`auth_type: aksk` needs the feature `ims`, which this build lacks",
        Access::Cnc(_) => "`auth_type: cnc` needs the feature `vmp`, which this build lacks",
        _ => "this `auth_type` is not known here",
    };
    Error::new(ErrorKind::Configuration, feature)
}
