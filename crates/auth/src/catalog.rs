use cloudimg_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use crate::settings::Interface;

/// The services that a token is good for, as the identity service lists them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Catalog {
    services: Vec<Service>,
}

/// One service of a catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Service {
    /// Its type, such as `image`.
    #[serde(rename = "type")]
    pub service_type: String,
    /// Its name, such as `glance`.
    #[serde(default)]
    pub name: Option<String>,
    /// Where it is.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
}

/// One endpoint of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Endpoint {
    /// For whom: `public`, `internal` or `admin`.
    #[serde(default)]
    pub interface: String,
    /// Its region's id.
    #[serde(default)]
    pub region_id: Option<String>,
    /// Its region's name, as older services list it.
    #[serde(default)]
    pub region: Option<String>,
    /// Its URL.
    pub url: String,
}

impl Endpoint {
    fn region(&self) -> Option<&str> {
        self.region_id.as_deref().or(self.region.as_deref()).filter(|region| !region.is_empty())
    }

    fn is_for(&self, interface: Interface) -> bool {
        self.interface.strip_suffix("URL").unwrap_or(&self.interface) == interface.as_str()
    }
}

impl Catalog {
    /// A catalog of `services`.
    #[must_use]
    pub fn new(services: Vec<Service>) -> Self {
        Self { services }
    }

    /// The services, in the order of the identity service.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// The URL of the first endpoint that fits; any region fits where `region` is `None`.
    ///
    /// # Errors
    /// `Configuration`, saying what the catalog offers instead.
    pub fn url(&self, service_type: &str, interface: Interface, region: Option<&str>) -> Result<&str> {
        if self.services.is_empty() {
            return Err(problem("the service catalog is empty: sign in with a project, which the catalog belongs to".to_owned()));
        }
        let of_type = self.services.iter().filter(|service| service.service_type == service_type);
        let endpoints: Vec<_> = of_type.flat_map(|service| &service.endpoints).collect();
        if endpoints.is_empty() {
            return Err(problem(format!(
                "the catalog has no `{service_type}` service; it has: {}",
                list(self.services.iter().map(|s| s.service_type.as_str()))
            )));
        }
        let fits = |e: &&&Endpoint| e.is_for(interface) && region.is_none_or(|region| e.region() == Some(region));
        match endpoints.iter().find(fits) {
            Some(endpoint) => Ok(&endpoint.url),
            None => Err(problem(format!(
                "the catalog has no {interface} endpoint of the `{service_type}` service{}; it has: {}",
                region.map(|region| format!(" in region `{region}`")).unwrap_or_default(),
                list(endpoints.iter().map(|e| format!("{} in {}", e.interface, e.region().unwrap_or("no region")))),
            ))),
        }
    }
}

fn list<T: AsRef<str>>(items: impl Iterator<Item = T>) -> String {
    let mut seen = Vec::new();
    for item in items {
        if !seen.iter().any(|known: &T| known.as_ref() == item.as_ref()) {
            seen.push(item);
        }
    }
    seen.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

fn problem(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        serde_json::from_str(
            r#"[
              {"type": "identity", "name": "keystone", "endpoints": [{"interface": "public", "region_id": "One", "url": "http://id"}]},
              {"type": "image", "endpoints": [
                {"interface": "internal", "region_id": "One", "url": "http://i1"},
                {"interface": "public", "region_id": "One", "region": "One", "url": "http://p1"},
                {"interface": "publicURL", "region": "Two", "url": "http://p2"}]}]"#,
        )
        .unwrap()
    }

    #[test]
    fn the_first_endpoint_that_fits_is_taken() {
        let catalog = catalog();
        let url = |interface, region| catalog.url("image", interface, region).unwrap();
        assert_eq!(url(Interface::Public, None), "http://p1");
        assert_eq!(url(Interface::Public, Some("Two")), "http://p2");
        assert_eq!(url(Interface::Internal, Some("One")), "http://i1");
    }

    #[test]
    fn a_miss_says_what_there_is() {
        let catalog = catalog();
        let miss = |service, interface, region| catalog.url(service, interface, region).unwrap_err().to_string();
        assert!(miss("image", Interface::Admin, None).contains("internal in One, public in One, publicURL in Two"));
        assert!(miss("image", Interface::Public, Some("one")).contains("region `one`"));
        assert!(miss("volume", Interface::Public, None).ends_with("it has: identity, image"));
        assert!(Catalog::default().url("image", Interface::Public, None).unwrap_err().to_string().contains("empty"));
    }
}
