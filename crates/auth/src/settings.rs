use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use cloudimg_core::{Error, ErrorKind, Result, Secret};

/// A thing that is meant by its id or by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// By its id.
    Id(String),
    /// By its name, which is unique within its domain only.
    Name(String),
}

/// A domain, by id or name.
pub type Domain = Named;

/// Who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum User {
    /// The user with this id.
    Id(String),
    /// The user of this name in this domain.
    Name {
        /// The user's name.
        name: String,
        /// The user's domain.
        domain: Domain,
    },
}

/// What the token is to be good for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// The project with this id.
    ProjectId(String),
    /// The project of this name in this domain.
    Project {
        /// The project's name.
        name: String,
        /// The project's domain.
        domain: Domain,
    },
    /// A domain.
    Domain(Domain),
    /// The whole system.
    System,
    /// Nothing, even where the user has a default project.
    Unscoped,
    /// Whatever the service takes where nothing is asked for: the user's default project, if there is one.
    Default,
}

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
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The URL of the identity service, with or without `/v3`.
    pub auth_url: String,
    /// Who signs in.
    pub user: User,
    /// The user's password.
    pub password: Secret,
    /// What for.
    pub scope: Scope,
    /// The region whose services are meant; the first one listed where `None`.
    pub region: Option<String>,
    /// Which endpoints.
    pub interface: Interface,
    /// Endpoints that are used in the place of the catalog's, by service type (`image`).
    pub endpoint_overrides: BTreeMap<String, String>,
}

impl Settings {
    /// Settings for a user with a password.
    pub fn new(auth_url: impl Into<String>, user: User, password: impl Into<Secret>, scope: Scope) -> Self {
        Self {
            auth_url: auth_url.into(),
            user,
            password: password.into(),
            scope,
            region: None,
            interface: Interface::default(),
            endpoint_overrides: BTreeMap::new(),
        }
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
        self.interface = interface;
        self
    }

    /// `url` in the place of what the catalog says for `service_type`.
    #[must_use]
    pub fn with_endpoint(mut self, service_type: impl Into<String>, url: impl Into<String>) -> Self {
        self.endpoint_overrides.insert(service_type.into(), url.into());
        self
    }
}
