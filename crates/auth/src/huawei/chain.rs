use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use cloudimg_core::credentials::AkSk;
use cloudimg_core::{Result, Session};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::endpoint::{DEFAULT_STS, GLOBAL_IAM, region_endpoint, sts_endpoint};
use super::environment::{self, Finding, Variables};
use super::keys::{Keys, Origin};
use super::metadata::{self, Metadata};
use super::signer::Signer;
use super::source::{Fixed, Found, Source};
use super::{profile, wrong};

const IAM_ENDPOINT: &str = "HUAWEICLOUD_SDK_IAM_ENDPOINT";

/// A place to look for keys.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Link {
    /// These.
    Keys(AkSk),
    /// The environment: `HUAWEICLOUD_SDK_AK` and `HUAWEICLOUD_SDK_SK`, with `_SECURITY_TOKEN`, `_PROJECT_ID` and `_DOMAIN_ID`; before them
    /// `HUAWEICLOUD_SDK_IDP_ID` with `HUAWEICLOUD_SDK_ID_TOKEN_FILE`, and before those `HUAWEICLOUD_OIDC_PROVIDER_URN` and its siblings.
    /// An empty variable counts as unset, and one of two that belong together is an error.
    Environment,
    /// The section `[basic]` (or `[basiccredentials]`, else the same of `global`) of the file that `HUAWEICLOUD_SDK_CREDENTIALS_FILE` names, or of
    /// `~/.huaweicloud/credentials`.
    Profile,
    /// The same of this file.
    ProfileAt(PathBuf),
    /// The metadata service of a machine in the cloud, whose agency has keys for some hours.
    Metadata,
}

/// Places to look for keys, in order: the first that has some is used from then on.
///
/// A place that has none is passed over; one whose settings are wrong is an error, so that no other identity is taken by mistake.
#[derive(Clone, Debug)]
pub struct Chain {
    links: Vec<Link>,
    variables: Variables,
    metadata_endpoint: String,
    iam_endpoint: Option<String>,
    sts_endpoint: Option<String>,
    region: Option<String>,
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Chain {
    /// The environment, the profile, the metadata service.
    #[must_use]
    pub fn new() -> Self {
        Self::of([Link::Environment, Link::Profile, Link::Metadata])
    }

    /// These places and no others.
    #[must_use]
    pub fn of(links: impl IntoIterator<Item = Link>) -> Self {
        Self {
            links: links.into_iter().collect(),
            variables: Variables::default(),
            metadata_endpoint: metadata::ENDPOINT.to_owned(),
            iam_endpoint: None,
            sts_endpoint: None,
            region: None,
        }
    }

    /// These keys before all other places, as a program does whose settings may hold some.
    #[must_use]
    pub fn with_keys(mut self, keys: AkSk) -> Self {
        self.links.insert(0, Link::Keys(keys));
        self
    }

    /// Another source of variables than the process's environment; `HOME` is one of them.
    #[must_use]
    pub fn with_variables(mut self, variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.variables = Variables::new(variable);
        self
    }

    /// The metadata service at this URL, in the place of `http://169.254.169.254`.
    #[must_use]
    pub fn with_metadata_endpoint(mut self, url: impl Into<String>) -> Self {
        self.metadata_endpoint = url.into();
        self
    }

    /// The region whose IAM is shown the token of an identity provider; that of all regions if neither is said.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The IAM at this URL; if not said, that of the place with the keys, of `HUAWEICLOUD_SDK_IAM_ENDPOINT`, or of the region.
    #[must_use]
    pub fn with_iam_endpoint(mut self, url: impl Into<String>) -> Self {
        self.iam_endpoint = Some(url.into());
        self
    }

    /// The Security Token Service at this URL; if not said, that of `HUAWEICLOUD_SDK_STS_ENDPOINT`, of the region, or of `cn-north-4`.
    #[must_use]
    pub fn with_sts_endpoint(mut self, url: impl Into<String>) -> Self {
        self.sts_endpoint = Some(url.into());
        self
    }

    /// What signs with the keys, over the connections, policies and clock of `session`. Nothing is looked for yet.
    #[must_use]
    pub fn signer(self, session: &Session) -> Signer {
        Signer::of(session, Arc::new(Search { chain: self, session: session.clone(), found: Mutex::default() }))
    }

    /// The region that was said.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The variable of this name, as the chain sees it.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name)
    }

    fn iam(&self, said: Option<String>) -> Result<String> {
        let said = self.iam_endpoint.clone().or(said).or_else(|| self.variables.get(IAM_ENDPOINT));
        match (said, &self.region) {
            (Some(url), _) => Ok(url),
            (None, Some(region)) => region_endpoint(region),
            (None, None) => Ok(GLOBAL_IAM.to_owned()),
        }
    }

    fn sts(&self) -> Result<String> {
        match (self.sts_endpoint.clone().or_else(|| self.variables.get("HUAWEICLOUD_SDK_STS_ENDPOINT")), &self.region) {
            (Some(url), _) => Ok(url),
            (None, Some(region)) => sts_endpoint(region),
            (None, None) => Ok(DEFAULT_STS.to_owned()),
        }
    }
}

/// A chain at work.
struct Search {
    chain: Chain,
    session: Session,
    /// The place that had keys.
    found: Mutex<Option<Arc<dyn Source>>>,
}

impl Search {
    /// What a place has, or why it has nothing.
    async fn open(&self, link: &Link) -> Result<Result<(Arc<dyn Source>, Found), String>> {
        let finding = match link {
            Link::Keys(keys) => Finding::Keys(Box::new(Keys::lasting(keys.clone(), Origin::Program))),
            Link::Environment => environment::find(&self.chain.variables)?,
            Link::Profile => profile::find(&self.chain.variables, None)?,
            Link::ProfileAt(path) => profile::find(&self.chain.variables, Some(path))?,
            Link::Metadata => {
                let source: Arc<dyn Source> = Arc::new(Metadata::new(&self.session, &self.chain.metadata_endpoint)?);
                return match Arc::clone(&source).fetch().await {
                    Ok(Found::Nothing(why)) => Ok(Err(why)),
                    Ok(keys) => Ok(Ok((source, keys))),
                    // Most machines are in no cloud, or not in this one.
                    Err(error) if self.chain.links.len() > 1 => Ok(Err(error.message().to_owned())),
                    Err(error) => Err(error),
                };
            }
        };
        let source: Arc<dyn Source> = match finding {
            Finding::Keys(keys) => Arc::new(Fixed(*keys)),
            Finding::IdToken(token, iam) => token.source(&self.session, &self.chain.iam(iam)?)?,
            Finding::Oidc(agency) => agency.source(&self.session, &self.chain.sts()?)?,
            Finding::Nothing(why) => return Ok(Err(why)),
        };
        let found = Arc::clone(&source).fetch().await?;
        Ok(Ok((source, found)))
    }

    fn found(&self) -> Option<Arc<dyn Source>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn search(&self) -> Result<Found> {
        let mut misses = Vec::new();
        for link in &self.chain.links {
            match self.open(link).await? {
                Ok((source, keys)) => {
                    *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(source);
                    return Ok(keys);
                }
                Err(why) => {
                    tracing::debug!(why, "no keys there");
                    misses.push(why);
                }
            }
        }
        Err(wrong(format!(
            "no access key was found: {}. Set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or write `ak` and `sk` into the section [basic] of \
             ~/.huaweicloud/credentials, or give the machine an agency",
            if misses.is_empty() { "there is no place to look at".to_owned() } else { misses.join("; ") }
        )))
    }
}

impl Source for Search {
    fn fetch(self: Arc<Self>) -> BoxFuture<'static, Result<Found>> {
        async move {
            let mut found = match self.found() {
                Some(source) => source.fetch().await?,
                None => self.search().await?,
            };
            if let Found::Keys(keys) = &mut found
                && keys.iam_endpoint.is_none()
            {
                keys.iam_endpoint = self.chain.variables.get(IAM_ENDPOINT);
            }
            Ok(found)
        }
        .boxed()
    }
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search").field("links", &self.chain.links).field("found", &self.found()).finish_non_exhaustive()
    }
}
