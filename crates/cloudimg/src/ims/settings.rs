use std::sync::Arc;

use cloudimg_auth::ServiceSettings;
use cloudimg_auth::config::AkSkSettings;
use cloudimg_auth::huawei::{Chain, Link, Signer};
use cloudimg_core::credentials::{AkSk, StaticToken};
use cloudimg_core::poller::Rhythm;
use cloudimg_core::retry::RetryPolicy;
use cloudimg_core::{Clock, Credentials, Result, Secret, SessionBuilder, Timeouts, TlsOptions};
use tokio::sync::OnceCell;

use super::connection::{Connection, Source};
use super::lookup::Lookup;
use super::{Ims, Operator, missing, place};

/// Configures an [`Ims`] that needs no identity service.
#[derive(Debug, Default)]
pub struct ImsBuilder {
    region: Option<String>,
    operator: Option<Operator>,
    domain: Option<String>,
    endpoint: Option<String>,
    iam_endpoint: Option<String>,
    #[cfg(feature = "obs")]
    obs_endpoint: Option<String>,
    project_id: Option<String>,
    project_name: Option<String>,
    who: Who,
    session: SessionBuilder,
}

/// Who calls.
#[derive(Debug, Default)]
enum Who {
    #[default]
    Nobody,
    Keys(AkSk),
    Chain(Box<Chain>),
    /// Credentials that the session has already.
    Other,
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

    /// The project to work in. If not said, it is that of the keys; if they have none, IAM is asked at the first call for the project that is
    /// named like the region.
    #[must_use]
    pub fn project_id(mut self, id: impl Into<String>) -> Self {
        self.project_id = Some(id.into());
        self
    }

    /// The project to work in, by its name, such as `eu-de_images`: IAM is asked for its id at the first call.
    #[must_use]
    pub fn project_name(mut self, name: impl Into<String>) -> Self {
        self.project_name = Some(name.into());
        self
    }

    /// The IAM at this URL, in the place of the region's; https only, but on this machine.
    #[must_use]
    pub fn iam_endpoint(mut self, url: impl Into<String>) -> Self {
        self.iam_endpoint = Some(url.into());
        self
    }

    /// The object storage at this URL, without a bucket, in the place of the one beside the image service: `obs.` where that has `ims.`.
    #[cfg(feature = "obs")]
    #[must_use]
    pub fn obs_endpoint(mut self, url: impl Into<String>) -> Self {
        self.obs_endpoint = Some(url.into());
        self
    }

    /// Signs each call with an access key.
    #[must_use]
    pub fn keys(mut self, keys: AkSk) -> Self {
        self.who = Who::Keys(keys);
        self
    }

    /// Signs each call with the keys that `chain` finds: in the environment, the profile file, the machine's metadata service.
    #[must_use]
    pub fn chain(mut self, chain: Chain) -> Self {
        self.who = Who::Chain(Box::new(chain));
        self
    }

    /// Calls with a token for the project that was got elsewhere.
    #[must_use]
    pub fn token(self, token: impl Into<Secret>) -> Self {
        self.credentials(StaticToken::new(token))
    }

    /// Calls with other credentials.
    #[must_use]
    pub fn credentials(mut self, credentials: impl Credentials) -> Self {
        self.who = Who::Other;
        self.session = self.session.credentials(credentials);
        self
    }

    /// What [`Ims::from_env`] builds, to be configured further; `chain` tells the variables as well.
    ///
    /// # Errors
    /// `Configuration`, naming the variable that is missing.
    pub fn from_chain(chain: Chain) -> Result<Self> {
        let region = chain.variable("HUAWEICLOUD_SDK_REGION").or_else(|| chain.variable("OS_REGION_NAME"));
        let region = region.ok_or_else(|| missing("HUAWEICLOUD_SDK_REGION", "it holds the region's name, such as eu-de"))?;
        let suffix = region.to_uppercase().replace('-', "_");
        let endpoint = |service: &str| {
            let list = chain.variable(&format!("HUAWEICLOUD_SDK_REGION_{service}_{suffix}"))?;
            // Others in the list are for when the first fails, which a retry policy is for here.
            let url = list.split(',').next().map(str::trim).filter(|url| !url.is_empty())?;
            Some(if url.contains("://") { url.to_owned() } else { format!("https://{url}") })
        };
        let mut builder = Self { region: Some(region), ..Self::default() };
        if let Some(url) = endpoint("IMS") {
            builder = builder.endpoint(url);
        }
        #[cfg(feature = "obs")]
        if let Some(url) = endpoint("OBS") {
            builder = builder.obs_endpoint(url);
        }
        Ok(builder.chain(chain))
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

    /// What an entry of clouds.yaml with `auth_type: aksk` says.
    pub(crate) fn of(settings: AkSkSettings, own: Option<&ServiceSettings>) -> Result<Self> {
        let mut builder = Self {
            region: own.and_then(|own| own.region.clone()).or(settings.region),
            endpoint: own.and_then(|own| own.endpoint_override.clone()).or(settings.endpoint),
            iam_endpoint: settings.iam_endpoint,
            project_id: settings.project_id,
            ..Self::default()
        };
        builder = match (settings.access_key, settings.secret_key) {
            (Some(access_key), Some(secret_key)) => {
                let mut keys = AkSk::builder(access_key, secret_key);
                if let Some(token) = settings.security_token {
                    keys = keys.security_token(token);
                }
                // Calls name the project; the account is named to IAM, which is asked only where the project is not known.
                keys = match (&builder.project_id, settings.domain_id) {
                    (Some(project), _) => keys.project_id(project),
                    (None, Some(domain)) => keys.domain_id(domain),
                    (None, None) => keys,
                };
                builder.keys(keys.build()?)
            }
            _ => builder.chain(match settings.profile {
                Some(file) => Chain::of([Link::ProfileAt(file.into())]),
                None => Chain::new(),
            }),
        };
        Ok(builder)
    }

    /// What the same entry says of the object storage.
    #[cfg(feature = "obs")]
    pub(crate) fn with_obs(mut self, own: Option<&ServiceSettings>) -> Self {
        self.obs_endpoint = own.and_then(|own| own.endpoint_override.clone()).or(self.obs_endpoint);
        self
    }

    /// The service over connections that are described elsewhere.
    pub(crate) fn build_over(mut self, session: SessionBuilder) -> Result<Ims> {
        self.session = session;
        self.build()
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
        let session = self.session.build()?;
        let is_lone = matches!(self.who, Who::Keys(_));
        let (signer, project_of_keys) = match self.who {
            Who::Nobody => {
                return Err(missing("keys", "set them, or a `chain` that looks for them, a `token` or other `credentials`"));
            }
            Who::Other => (None, None),
            Who::Keys(keys) => {
                let project = keys.project_id().map(str::to_owned);
                (Some(Signer::new(&session, keys)), project)
            }
            Who::Chain(chain) => {
                let chain = match (chain.region(), &self.region) {
                    (None, Some(region)) => chain.with_region(region),
                    _ => *chain,
                };
                let chain = match &self.iam_endpoint {
                    Some(url) => chain.with_iam_endpoint(url),
                    None => chain,
                };
                (Some(chain.signer(&session)), None)
            }
        };
        let iam = |region| place::iam(region, self.operator, self.domain.as_deref());
        let iam_of_region = self.region.as_deref().map(iam).transpose()?;
        let given = self.project_id.filter(|id| !id.is_empty());
        let known = given.or_else(|| project_of_keys.filter(|_| self.project_name.is_none()));
        let source = match (known, signer) {
            (Some(project), signer) => {
                #[cfg(feature = "obs")]
                let storage = super::obs::Storage { endpoint: self.obs_endpoint, signer: signer.clone() };
                let session = signer.map_or_else(|| session.clone(), |keys| session.with_credentials(keys.for_project(&project)));
                let connection = Connection::new(&endpoint, session, project, self.region);
                #[cfg(feature = "obs")]
                let connection = connection.with_storage(storage);
                Source::Ready(Arc::new(connection))
            }
            (None, None) => return Err(missing("project_id", "the image service works in a project")),
            // A chain may still find one.
            (None, Some(_)) if is_lone && self.region.is_none() && (self.project_name.is_none() || self.iam_endpoint.is_none()) => {
                return Err(missing("project_id", "set it, or the `region`, to look for it by name"));
            }
            (None, Some(signer)) => Source::Lookup(Arc::new(Lookup {
                endpoint,
                session,
                signer,
                region: self.region,
                project_name: self.project_name,
                iam: self.iam_endpoint,
                iam_of_region,
                #[cfg(feature = "obs")]
                obs_endpoint: self.obs_endpoint,
                found: OnceCell::new(),
            })),
        };
        Ok(Ims { source, rhythm: Rhythm::default() })
    }
}
