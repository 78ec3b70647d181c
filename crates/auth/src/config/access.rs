//! How a cloud is signed in to, as types.

use std::fmt;

use cloudimg_core::{Result, Secret, endpoint};

use super::cloud::CloudConfig;
use crate::methods::Flavour;
use crate::option_value::OptionValue;
use crate::options::sign_in;
use crate::settings::{Settings, shown};

/// Hosts of the services that speak Identity v3 as Huawei Cloud's IAM does.
const HUAWEI: [&str; 3] = [".myhuaweicloud.com", ".myhuaweicloud.eu", ".t-systems.com"];

/// Options that are no texts.
const FLAGS: [&str; 3] = ["unscoped", "reauthenticate", "include_catalog"];

/// How a cloud is signed in to.
#[derive(Clone)]
#[non_exhaustive]
pub enum Access {
    /// By a token of the Identity service.
    Keystone(Settings),
    /// By a token that one has, at one endpoint.
    AdminToken {
        /// The URL of the service.
        endpoint: String,
        /// The token.
        token: Secret,
    },
    /// By HTTP's own basic authentication.
    Basic {
        /// The URL of the service, if it is not given for each service.
        endpoint: Option<String>,
        /// The user's name.
        username: String,
        /// The user's password.
        password: Secret,
    },
    /// Not at all.
    Anonymous {
        /// The URL of the service, if it is not given for each service.
        endpoint: Option<String>,
    },
    /// By access keys of Huawei Cloud, Open Telekom Cloud and their relatives.
    AkSk(AkSkSettings),
    /// By access keys of CDNetworks.
    Cnc(CncSettings),
}

impl From<Settings> for Access {
    fn from(settings: Settings) -> Self {
        Self::Keystone(settings)
    }
}

/// An entry with `auth_type: aksk`.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct AkSkSettings {
    /// The access key. Without one, keys are looked for where they use to be.
    pub access_key: Option<String>,
    /// Its secret.
    pub secret_key: Option<Secret>,
    /// What temporary keys come with.
    pub security_token: Option<Secret>,
    /// The project that calls are for.
    pub project_id: Option<String>,
    /// The account that calls are for.
    pub domain_id: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The URL of IAM, in the place of the region's.
    pub iam_endpoint: Option<String>,
    /// The URL of the service, in the place of the region's.
    pub endpoint: Option<String>,
    /// The profile file to take keys from, in the place of all others.
    pub profile: Option<String>,
}

/// An entry with `auth_type: cnc`.
#[derive(Clone)]
#[non_exhaustive]
pub struct CncSettings {
    /// The access key.
    pub access_key: String,
    /// Its secret.
    pub secret_key: Secret,
    /// The URL of the service, in the place of the usual one.
    pub endpoint: Option<String>,
}

impl CloudConfig {
    /// How to sign in.
    ///
    /// # Errors
    /// `Configuration`, naming the key that is missing or wrong: what only signing in needs, such as a password.
    pub fn access(&self) -> Result<Access> {
        self.check_kinds()?;
        Ok(match self.auth_type.as_str() {
            "admin_token" => {
                Access::AdminToken { endpoint: self.needed("endpoint", "the URL of the service")?, token: self.secret("token")? }
            }
            "none" => Access::Anonymous { endpoint: self.text("endpoint") },
            "http_basic" => Access::Basic {
                endpoint: self.text("endpoint"),
                username: self.needed("username", "the user's name")?,
                password: self.secret("password")?,
            },
            "aksk" => Access::AkSk(self.access_keys()?),
            "cnc" => Access::Cnc(CncSettings {
                access_key: self.needed("access_key", "the access key")?,
                secret_key: self.secret("secret_key")?,
                endpoint: self.text("endpoint"),
            }),
            _ => Access::Keystone(self.keystone()?),
        })
    }

    /// That texts are texts: an unquoted `yes` is a boolean.
    fn check_kinds(&self) -> Result<()> {
        let odd = self.auth.iter().find(|(key, value)| match value {
            OptionValue::Text(_) => false,
            OptionValue::Flag(_) => !FLAGS.contains(&key.as_str()),
            OptionValue::List(_) => *key != "auth_methods",
        });
        match odd {
            Some((key, OptionValue::Flag(_))) => Err(self.origin.error(&format!("`{key}` is a boolean; quote it if it is text"))),
            Some((key, _)) => Err(self.origin.error(&format!("`{key}` is a list; it must be text"))),
            None => Ok(()),
        }
    }

    fn keystone(&self) -> Result<Settings> {
        let auth_url = self.needed("auth_url", "the URL of the identity service")?;
        let host = url::Url::parse(&auth_url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        let flavour = if HUAWEI.iter().any(|suffix| host.ends_with(suffix)) { Flavour::Huawei } else { Flavour::OpenStack };
        // The plain types leave it to the service to miss a domain, and its answer is hard to read.
        let kind = match self.auth_type.as_str() {
            "password" if !self.strict => "v3password",
            "token" if !self.strict => "v3token",
            other => other,
        };
        let how = sign_in(kind, &self.auth, flavour).map_err(|error| self.origin.error(error.message()))?;
        let mut settings = how.at(auth_url);
        settings.discover = matches!(self.auth_type.as_str(), "password" | "token");
        settings.region = self.region.clone();
        settings.interfaces = self.interfaces.clone();
        settings.services = self.services.clone();
        settings.allow_insecure_endpoints = self.allow_insecure_endpoints;
        Ok(settings)
    }

    fn access_keys(&self) -> Result<AkSkSettings> {
        let (access_key, secret_key) = (self.text("access_key"), self.optional_secret("secret_key"));
        if access_key.is_some() != secret_key.is_some() {
            let missing = if access_key.is_none() { "access_key" } else { "secret_key" };
            return Err(self
                .origin
                .error(&format!("`{missing}` is missing: keys come in pairs; leave both out to have them looked for")));
        }
        // What a profile gives is the URL of version 3; keys are used beside it.
        let iam = self.text("iam_endpoint").or_else(|| self.text("auth_url"));
        let iam = iam.map(|url| url.trim_end_matches('/').trim_end_matches("/v3").to_owned());
        Ok(AkSkSettings {
            access_key,
            secret_key,
            security_token: self.optional_secret("security_token"),
            project_id: self.text("project_id"),
            domain_id: self.text("domain_id"),
            region: self.region.clone(),
            iam_endpoint: iam,
            endpoint: self.text("endpoint"),
            profile: self.text("profile"),
        })
    }

    fn optional_secret(&self, key: &str) -> Option<Secret> {
        match self.auth.get(key) {
            Some(OptionValue::Text(text)) => Some(text.clone()).filter(|text| !text.expose().is_empty()),
            _ => None,
        }
    }

    fn text(&self, key: &str) -> Option<String> {
        self.optional_secret(key).map(|text| text.expose().to_owned())
    }

    fn needed(&self, key: &str, what: &str) -> Result<String> {
        self.text(key).ok_or_else(|| self.origin.error(&format!("`{key}` is missing: it holds {what}")))
    }

    fn secret(&self, key: &str) -> Result<Secret> {
        self.optional_secret(key)
            .ok_or_else(|| self.origin.error(&format!("`{key}` is missing: it holds the secret to sign in with")))
    }
}

/// Like that of all types with URLs here: without what may be a password in them.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keystone(settings) => f.debug_tuple("Keystone").field(settings).finish(),
            Self::AdminToken { endpoint: url, token } => {
                f.debug_struct("AdminToken").field("endpoint", &endpoint::shown(url)).field("token", token).finish()
            }
            Self::Basic { endpoint, username, password } => f
                .debug_struct("Basic")
                .field("endpoint", &shown(endpoint.as_ref()))
                .field("username", username)
                .field("password", password)
                .finish(),
            Self::Anonymous { endpoint } => f.debug_struct("Anonymous").field("endpoint", &shown(endpoint.as_ref())).finish(),
            Self::AkSk(settings) => f.debug_tuple("AkSk").field(settings).finish(),
            Self::Cnc(settings) => f.debug_tuple("Cnc").field(settings).finish(),
        }
    }
}

impl fmt::Debug for AkSkSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { access_key, secret_key, security_token, project_id, domain_id, region, iam_endpoint, endpoint, profile } = self;
        f.debug_struct("AkSkSettings")
            .field("access_key", access_key)
            .field("secret_key", secret_key)
            .field("security_token", security_token)
            .field("project_id", project_id)
            .field("domain_id", domain_id)
            .field("region", region)
            .field("iam_endpoint", &shown(iam_endpoint.as_ref()))
            .field("endpoint", &shown(endpoint.as_ref()))
            .field("profile", profile)
            .finish()
    }
}

impl fmt::Debug for CncSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { access_key, secret_key, endpoint } = self;
        f.debug_struct("CncSettings")
            .field("access_key", access_key)
            .field("secret_key", secret_key)
            .field("endpoint", &shown(endpoint.as_ref()))
            .finish()
    }
}
