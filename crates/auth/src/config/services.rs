//! What is particular to one service: keys with its name in front.

use std::collections::BTreeMap;
use std::time::Duration;

use cloudimg_core::Result;

use super::place::Origin;
use super::value::{Map, Value};
use crate::settings::{Interface, ServiceSettings};

/// The services whose settings are read.
const SERVICES: [&str; 4] = ["image", "ims", "vmp", "identity"];

/// How often and when a call is tried again; what is `None` is left to whoever calls.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Retries {
    /// Tries again after an answer that says to come later.
    pub status_code_retries: Option<u32>,
    /// The wait before each of them.
    pub status_code_retry_delay: Option<Duration>,
    /// Tries again after no connection was made.
    pub connect_retries: Option<u32>,
    /// The wait before each of them.
    pub connect_retry_delay: Option<Duration>,
}

/// What is particular to each service; those of which nothing is said are left out.
pub(crate) fn all(config: &Map, origin: &Origin) -> Result<BTreeMap<String, ServiceSettings>> {
    let mut services = BTreeMap::new();
    for service in SERVICES {
        let settings = one(config, service, origin)?;
        if settings != ServiceSettings::default() {
            services.insert(service.to_owned(), settings);
        }
    }
    Ok(services)
}

fn one(config: &Map, service: &str, origin: &Origin) -> Result<ServiceSettings> {
    let own = |key: &str| text(config, &format!("{service}_{key}"), origin);
    let endpoint = own("endpoint_override")?.filter(|url| !url.is_empty());
    Ok(ServiceSettings {
        endpoint_override: match endpoint {
            Some(url) => Some(url),
            None => own("endpoint")?.filter(|url| !url.is_empty()),
        },
        service_type: own("service_type")?,
        service_name: own("service_name")?,
        api_version: own("api_version")?.filter(|version| is_version(version)),
        region: own("region_name")?,
        interfaces: interfaces(config, &format!("{service}_interface"), origin)?,
    })
}

/// Versions are numbers; words such as `latest` say nothing.
fn is_version(text: &str) -> bool {
    text.trim().replace('_', "").parse::<f64>().is_ok()
}

/// A setting that is text, or something that has a text.
pub(crate) fn text(config: &Map, key: &str, origin: &Origin) -> Result<Option<String>> {
    let Some(value) = config.get(key).filter(|value| !value.is_null()) else { return Ok(None) };
    match value.to_text() {
        Some(text) => Ok(Some(text.to_string())),
        None => Err(origin.error(&format!("`{key}` is {}; it must be text", value.kind()))),
    }
}

/// One interface or a list of them.
pub(crate) fn interfaces(config: &Map, key: &str, origin: &Origin) -> Result<Vec<Interface>> {
    let read = |text: &str| text.parse::<Interface>().map_err(|error| origin.error(&format!("`{key}`: {}", error.message())));
    match config.get(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Text(text)) if text.is_empty() => Ok(Vec::new()),
        Some(Value::Text(text)) => Ok(vec![read(text)?]),
        Some(list @ Value::List(items)) => {
            let texts = items.iter().filter(|item| !item.is_null()).map(|item| item.as_text().map(read));
            texts.map(|read| read.unwrap_or_else(|| Err(not_interfaces(key, list, origin)))).collect()
        }
        Some(other) => Err(not_interfaces(key, other, origin)),
    }
}

fn not_interfaces(key: &str, value: &Value, origin: &Origin) -> cloudimg_core::Error {
    origin.error(&format!("`{key}` is {}; it must be public, internal or admin, or a list of these", value.kind()))
}

/// The retries of each service; those of the rest stand under the empty name.
pub(crate) fn retries(config: &Map, origin: &Origin) -> Result<BTreeMap<String, Retries>> {
    let mut all = BTreeMap::new();
    for service in SERVICES.into_iter().chain([""]) {
        let number = |key: &str| -> Result<Option<(String, f64)>> {
            let own = if service.is_empty() { key.to_owned() } else { format!("{service}_{key}") };
            let key = if config.get(&own).is_some_and(|value| !value.is_null()) { own } else { key.to_owned() };
            let Some(text) = text(config, &key, origin)? else { return Ok(None) };
            let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
            number
                .map(|number| Some((key.clone(), number)))
                .ok_or_else(|| origin.error(&format!("`{key}` must be a number of at least 0")))
        };
        let times = |key: &str| match number(key)? {
            None => Ok(None),
            Some((key, times)) => match format!("{times}").parse::<u32>() {
                Ok(times) => Ok(Some(times)),
                Err(_) => Err(origin.error(&format!("`{key}` must be a whole number of at least 0"))),
            },
        };
        let delay =
            |key: &str| -> Result<_> { Ok(number(key)?.and_then(|(_, seconds)| Duration::try_from_secs_f64(seconds).ok())) };
        let retries = Retries {
            status_code_retries: times("status_code_retries")?,
            status_code_retry_delay: delay("status_code_retry_delay")?,
            connect_retries: times("connect_retries")?,
            connect_retry_delay: delay("connect_retry_delay")?,
        };
        all.insert(service.to_owned(), retries);
    }
    Ok(all)
}
