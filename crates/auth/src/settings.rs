use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use cloudimg_core::{Error, ErrorKind, Result, Secret};

use crate::cache::TokenCache;
use crate::methods::{ApplicationCredential, Flavour, Method, Scope, User};
use crate::receipt::{MoreMethods, Receipt};

/// Which of a service's endpoints to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interface {
    /// For everybody.
    #[default]
    Public,
    /// For callers within the cloud.
    Internal,
    /// For operators.
    Admin,
}

impl Interface {
    /// As the catalog spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Interface {
    type Err = Error;

    /// Reads `public` and, as older settings have it, `publicURL`.
    fn from_str(text: &str) -> Result<Self> {
        match text.strip_suffix("URL").unwrap_or(text) {
            "public" => Ok(Self::Public),
            "internal" => Ok(Self::Internal),
            "admin" => Ok(Self::Admin),
            _ => Err(Error::new(
                ErrorKind::Configuration,
                format!("the interface is `{text}`; it must be public, internal or admin"),
            )),
        }
    }
}

/// All that is needed to sign in and find services.
#[derive(Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The URL of the identity service, with or without `/v3`.
    pub auth_url: String,
    /// How to prove who one is; several where the service wants several.
    pub methods: Vec<Method>,
    /// What for.
    pub scope: Scope,
    /// Whose Identity service it is.
    pub flavour: Flavour,
    /// Whether `auth_url` is asked for its versions first, and the link that it gives is used; a service that tells none is taken to
    /// speak version 3 at `auth_url`. It also leaves the judgement of names without a domain to the service.
    pub discover: bool,
    /// Whether the token may come without the catalog; every service then needs an endpoint of its own in `services`.
    pub without_catalog: bool,
    /// The region whose services are meant; the first one listed where `None`.
    pub region: Option<String>,
    /// Which endpoints, the ones liked best first; none means the public ones.
    pub interfaces: Vec<Interface>,
    /// Whether the token may go to services over plain http though the sign-in is https; on this machine it always may.
    pub allow_insecure_endpoints: bool,
    /// What is particular to one service, by its key, such as `image` or `ims`.
    pub services: BTreeMap<String, ServiceSettings>,
    /// Where tokens are kept from one run of a program to the next; nowhere where `None`.
    pub token_cache: Option<TokenCache>,
    pub(crate) more_methods: Option<MoreMethods>,
}

/// What is particular to one service; what is `None` or empty is as for all.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceSettings {
    /// The endpoint that is used in the place of the catalog's, with placeholders such as `%(project_id)s` if need be.
    pub endpoint_override: Option<String>,
    /// The type under which the catalog lists it.
    pub service_type: Option<String>,
    /// The name under which the catalog lists it; an entry without a name fits any.
    pub service_name: Option<String>,
    /// The version of its API to speak.
    pub api_version: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// Which endpoints, the ones liked best first.
    pub interfaces: Vec<Interface>,
}

impl Settings {
    /// Settings for a user with a password.
    pub fn new(auth_url: impl Into<String>, user: User, password: impl Into<Secret>, scope: Scope) -> Self {
        Self::with_methods(auth_url, [Method::Password { user, password: password.into() }], scope)
    }

    /// Settings for any way to sign in.
    pub fn with_methods(auth_url: impl Into<String>, methods: impl IntoIterator<Item = Method>, scope: Scope) -> Self {
        Self {
            auth_url: auth_url.into(),
            methods: methods.into_iter().collect(),
            scope,
            flavour: Flavour::default(),
            discover: false,
            without_catalog: false,
            region: None,
            interfaces: Vec::new(),
            allow_insecure_endpoints: false,
            services: BTreeMap::new(),
            token_cache: None,
            more_methods: None,
        }
    }

    /// For an Identity service of this kind.
    #[must_use]
    pub fn with_flavour(mut self, flavour: Flavour) -> Self {
        self.flavour = flavour;
        self
    }

    /// Asks `ask` for the methods that are missing whenever the service wants more of them, at the first sign-in and at each renewal: for
    /// the passcode of the moment, say. None at all means to give up.
    #[must_use]
    pub fn on_more_methods<F>(mut self, ask: impl Fn(Receipt) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Vec<Method>>> + Send + 'static,
    {
        self.more_methods = Some(MoreMethods::new(ask));
        self
    }

    /// Keeps tokens in `cache` from one run of a program to the next.
    #[must_use]
    pub fn with_token_cache(mut self, cache: TokenCache) -> Self {
        self.token_cache = Some(cache);
        self
    }

    /// The services of this region.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The endpoints of this interface.
    #[must_use]
    pub fn with_interface(mut self, interface: Interface) -> Self {
        self.interfaces = vec![interface];
        self
    }

    /// Lets the token go to services over plain http though the sign-in is https: whoever is on the way can then take it.
    #[must_use]
    pub fn with_insecure_endpoints(mut self) -> Self {
        self.allow_insecure_endpoints = true;
        self
    }

    /// `url` in the place of what the catalog says for a service. `%(project_id)s`, `%(tenant_id)s` and `%(user_id)s` in it are filled from
    /// the token.
    #[must_use]
    pub fn with_endpoint(mut self, service: impl Into<String>, url: impl Into<String>) -> Self {
        self.services.entry(service.into()).or_default().endpoint_override = Some(url.into());
        self
    }

    /// What can be seen to be wrong without asking anybody.
    pub(crate) fn check(&self) -> Result<()> {
        // A service of version 2 would take names without a domain: with `discover`, it is the service's to judge.
        if self.discover {
            return Ok(());
        }
        let lacks_domain = |user: &User| matches!(user, User::Name { domain: None, .. });
        for method in &self.methods {
            match method {
                Method::Password { user, .. } | Method::Totp { user, .. } if lacks_domain(user) => return Err(no_domain("user")),
                Method::ApplicationCredential { credential: ApplicationCredential::Name { user, .. }, .. }
                    if lacks_domain(user) =>
                {
                    return Err(no_domain("user"));
                }
                _ => {}
            }
        }
        match &self.scope {
            Scope::Project { domain: None, .. } if self.flavour != Flavour::Huawei => Err(no_domain("project")),
            _ => Ok(()),
        }
    }

    /// The endpoint that the settings give for a service.
    #[must_use]
    pub fn endpoint_override(&self, service: &str) -> Option<&str> {
        self.services.get(service)?.endpoint_override.as_deref()
    }
}

fn no_domain(kind: &str) -> Error {
    let message = format!(
        "`{kind}_domain_name` is missing: the name of a {kind} means something within a domain only, often `Default` (`{kind}_domain_id` does as well, or `{kind}_id` in the place of the name)"
    );
    Error::new(ErrorKind::Configuration, message)
}

/// A URL as messages show it: it is refused later if there is a password in it, and may be printed before.
pub(crate) fn shown(url: Option<&String>) -> Option<String> {
    url.map(|url| cloudimg_core::endpoint::shown(url))
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whoever adds a field is made to think of it here.
        let Self {
            auth_url,
            methods,
            scope,
            flavour,
            discover,
            without_catalog,
            region,
            interfaces,
            allow_insecure_endpoints,
            services,
            token_cache,
            more_methods,
        } = self;
        f.debug_struct("Settings")
            .field("auth_url", &cloudimg_core::endpoint::shown(auth_url))
            .field("methods", methods)
            .field("scope", scope)
            .field("flavour", flavour)
            .field("discover", discover)
            .field("without_catalog", without_catalog)
            .field("region", region)
            .field("interfaces", interfaces)
            .field("allow_insecure_endpoints", allow_insecure_endpoints)
            .field("services", services)
            .field("token_cache", token_cache)
            .field("more_methods", more_methods)
            .finish()
    }
}

impl fmt::Debug for ServiceSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoint_override, service_type, service_name, api_version, region, interfaces } = self;
        f.debug_struct("ServiceSettings")
            .field("endpoint_override", &shown(endpoint_override.as_ref()))
            .field("service_type", service_type)
            .field("service_name", service_name)
            .field("api_version", api_version)
            .field("region", region)
            .field("interfaces", interfaces)
            .finish()
    }
}
