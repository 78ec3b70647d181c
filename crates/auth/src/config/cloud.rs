//! The settings of one cloud.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use cloudimg_core::Result;

use super::Loader;
use super::place::Origin;
use super::resolve::Resolved;
use super::services::{self, Retries};
use super::sources::Sources;
use super::tls::{self, Tls};
use super::value::{Map, Value};
use crate::option_value::OptionValue;
use crate::settings::{Interface, ServiceSettings};

/// The settings of one cloud, after all rules.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CloudConfig {
    /// The cloud's name; `envvars` unless told otherwise for that of the variables.
    pub name: String,
    /// The region whose services are meant.
    pub region: Option<String>,
    /// How to sign in, by the name that openstacksdk has for it, or `aksk` or `cnc`.
    pub auth_type: String,
    /// What to sign in with: options by name.
    pub auth: BTreeMap<String, OptionValue>,
    /// Which endpoints, the ones liked best first.
    pub interfaces: Vec<Interface>,
    /// How connections are secured.
    pub tls: Tls,
    /// Whether the token may go to services over plain http though the sign-in is https: `allow_insecure_endpoints`.
    pub allow_insecure_endpoints: bool,
    /// The limit on the time of a call.
    pub api_timeout: Option<Duration>,
    /// What is particular to one service, by its key, such as `image` or `ims`.
    pub services: BTreeMap<String, ServiceSettings>,
    /// The `clouds.yaml` that was read, if any.
    pub config_file: Option<PathBuf>,
    /// The `secure.yaml` that was laid over it, if any.
    pub secure_file: Option<PathBuf>,
    /// What is odd about the settings; each is also logged.
    pub warnings: Vec<String>,
    retries: BTreeMap<String, Retries>,
    pub(super) origin: Origin,
    pub(super) strict: bool,
}

impl CloudConfig {
    pub(crate) fn new(loader: &Loader, resolved: Resolved, origin: Origin, mut sources: Sources) -> Result<Self> {
        let Resolved { config, auth, auth_type } = resolved;
        let options = auth.iter().map(|(key, value)| Ok((key.clone(), option(key, value, &origin)?)));
        Ok(Self {
            region: services::text(&config, "region_name", &origin)?.filter(|region| !region.is_empty()),
            auth: options.collect::<Result<_>>()?,
            auth_type,
            interfaces: services::interfaces(&config, "interface", &origin)?,
            tls: tls::read(loader, &config, &origin, &mut sources.notes)?,
            allow_insecure_endpoints: tls::insecure_endpoints(&config, &origin)?,
            api_timeout: api_timeout(&config, &origin)?,
            services: services::all(&config, &origin)?,
            retries: services::retries(&config, &origin)?,
            config_file: sources.config_file,
            secure_file: sources.secure_file,
            warnings: sources.notes.warnings,
            name: origin.cloud.clone(),
            strict: loader.strict,
            origin,
        })
    }

    /// The region of a service: its own, or the cloud's.
    #[must_use]
    pub fn region_of(&self, service: &str) -> Option<&str> {
        self.services.get(service).and_then(|settings| settings.region.as_deref()).or(self.region.as_deref())
    }

    /// Which endpoints of a service to use: its own choice, or the cloud's.
    #[must_use]
    pub fn interfaces_of(&self, service: &str) -> &[Interface] {
        let own = self.services.get(service).map(|settings| settings.interfaces.as_slice());
        own.filter(|own| !own.is_empty()).unwrap_or(&self.interfaces)
    }

    /// The endpoint that is used in the place of the catalog's. Where nobody signs in, the endpoint of `auth` is that of every service.
    #[must_use]
    pub fn endpoint_of(&self, service: &str) -> Option<&str> {
        let own = self.services.get(service).and_then(|settings| settings.endpoint_override.as_deref());
        own.or_else(|| match self.auth.get("endpoint") {
            Some(OptionValue::Text(endpoint)) if self.auth_type == "none" => Some(endpoint.expose()),
            _ => None,
        })
    }

    /// How often to try again at a service.
    #[must_use]
    pub fn retries_of(&self, service: &str) -> Retries {
        self.retries.get(service).or_else(|| self.retries.get("")).cloned().unwrap_or_default()
    }
}

fn option(key: &str, value: &Value, origin: &Origin) -> Result<OptionValue> {
    let of_texts = || origin.error(&format!("`{key}` must be text or a list of texts"));
    Ok(match value {
        Value::Bool(flag) => OptionValue::Flag(*flag),
        Value::List(items) => {
            let texts = items.iter().map(|item| item.to_text().map(|text| text.to_string()));
            OptionValue::List(texts.collect::<Option<_>>().ok_or_else(of_texts)?)
        }
        other => OptionValue::Text(other.to_text().ok_or_else(of_texts)?.as_str().into()),
    })
}

fn api_timeout(config: &Map, origin: &Origin) -> Result<Option<Duration>> {
    let Some(value) = config.get("api_timeout").filter(|value| !value.is_null()) else { return Ok(None) };
    let text = value.to_text().unwrap_or_default();
    let seconds =
        text.trim().parse().ok().filter(|seconds| *seconds > 0.0).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    match seconds {
        Some(limit) => Ok(Some(limit)),
        None => Err(origin.error("`api_timeout` must be a number of seconds above 0")),
    }
}
