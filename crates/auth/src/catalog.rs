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

/// What to look for in a catalog.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The service's type, which is compared as it is: aliases have no place in a catalog.
    pub service_type: &'a str,
    /// Its name; services that have none fit any.
    pub name: Option<&'a str>,
    /// For whom, the one liked best first; none means `public`.
    pub interfaces: &'a [Interface],
    /// Its region, any where `None`.
    pub region: Option<&'a str>,
}

impl Service {
    fn is_named(&self, name: Option<&str>) -> bool {
        let own = self.name.as_deref().filter(|own| !own.is_empty());
        name.is_none_or(|name| own.is_none_or(|own| own == name))
    }
}

impl Endpoint {
    fn region(&self) -> Option<&str> {
        [&self.region_id, &self.region].into_iter().flatten().map(String::as_str).find(|region| !region.is_empty())
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

    /// The first endpoint that fits: of the interface liked best for which there is one, and of those the first in the catalog's order.
    ///
    /// # Errors
    /// `Configuration`, saying what the catalog offers instead.
    pub fn find(&self, wanted: &Wanted<'_>) -> Result<&Endpoint> {
        if self.services.is_empty() {
            return Err(problem(
                "the service catalog is empty: sign in with a project, which the catalog belongs to, or give the service's URL (`endpoint_override`)"
                    .to_owned(),
            ));
        }
        let Wanted { service_type, name, region, .. } = *wanted;
        let of_type: Vec<_> = self.services.iter().filter(|service| service.service_type == service_type).collect();
        if of_type.is_empty() {
            let types = list(self.services.iter().map(|service| service.service_type.as_str()));
            return Err(problem(format!("the catalog has no `{service_type}` service; it has: {types}")));
        }
        let named = of_type.iter().filter(|service| service.is_named(name));
        let endpoints: Vec<_> = named.flat_map(|service| &service.endpoints).filter(|endpoint| !endpoint.url.is_empty()).collect();
        let in_region: Vec<_> =
            endpoints.iter().copied().filter(|endpoint| region.is_none_or(|region| endpoint.region() == Some(region))).collect();
        let interfaces = if wanted.interfaces.is_empty() { &[Interface::Public] } else { wanted.interfaces };
        let found = interfaces.iter().find_map(|interface| in_region.iter().copied().find(|endpoint| endpoint.is_for(*interface)));
        found.ok_or_else(|| {
            let region = region.map(|region| format!(" in region `{region}`")).unwrap_or_default();
            let names = list(of_type.iter().map(|service| service.name.as_deref().unwrap_or("no name")));
            match name {
                Some(name) if endpoints.is_empty() => problem(format!(
                    "the catalog has no `{service_type}` service named `{name}` with endpoints; its names: {names}"
                )),
                _ => problem(format!(
                    "the catalog has no {} endpoint of the `{service_type}` service{region}; it has: {}",
                    interfaces.iter().map(|interface| interface.as_str()).collect::<Vec<_>>().join(" or "),
                    list(endpoints.iter().map(|e| format!("{} in {}", e.interface, e.region().unwrap_or("no region")))),
                )),
            }
        })
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
    use super::Interface::{Admin, Internal, Public};
    use super::*;

    fn catalog() -> Catalog {
        serde_json::from_str(
            r#"[
              {"type": "identity", "name": "keystone", "endpoints": [{"interface": "public", "region_id": "One", "url": "http://id"}]},
              {"type": "imagev2", "name": "glance", "endpoints": [{"interface": "public", "region_id": "One", "url": "http://alias"}]},
              {"type": "image", "name": "glance", "endpoints": [
                {"interface": "internal", "region_id": "One", "url": "http://i1"},
                {"interface": "public", "region_id": "One", "region": "Other", "url": "http://p1"},
                {"interface": "public", "region_id": "One", "url": "http://p1-again"},
                {"interface": "public", "region_id": "Three", "url": ""},
                {"interface": "publicURL", "region_id": "", "region": "Two", "url": "http://p2"}]},
              {"type": "image", "name": "second", "endpoints": [
                {"interface": "public", "region_id": "One", "url": "http://s1"},
                {"interface": "admin", "region_id": "Four", "url": "http://s4"}]}]"#,
        )
        .unwrap()
    }

    fn image(name: Option<&'static str>, interfaces: &'static [Interface], region: Option<&'static str>) -> Wanted<'static> {
        Wanted { service_type: "image", name, interfaces, region }
    }

    #[test]
    fn the_first_endpoint_that_fits_is_taken() {
        for (name, interfaces, region, url) in [
            (None, &[][..], None, "http://p1"),
            (None, &[Public], Some("One"), "http://p1"),
            (None, &[Public], Some("Two"), "http://p2"),
            (None, &[Internal], Some("One"), "http://i1"),
            (None, &[Internal, Public], None, "http://i1"),
            (None, &[Internal, Public], Some("Two"), "http://p2"),
            (None, &[Admin, Internal], Some("One"), "http://i1"),
            (None, &[Admin], None, "http://s4"),
            (Some("second"), &[Public], None, "http://s1"),
        ] {
            assert_eq!(catalog().find(&image(name, interfaces, region)).unwrap().url, url, "{name:?} {interfaces:?} {region:?}");
        }
    }

    #[test]
    fn a_service_without_a_name_fits_any() {
        let mut catalog = catalog();
        catalog.services[2].name = None;
        assert_eq!(catalog.find(&image(Some("second"), &[Public], None)).unwrap().url, "http://p1");
    }

    #[test]
    fn a_miss_says_what_there_is() {
        let catalog = catalog();
        let miss = |wanted: Wanted<'_>| catalog.find(&wanted).unwrap_err().to_string();
        let told = miss(image(None, &[Admin], Some("One")));
        assert!(told.contains("no admin endpoint of the `image` service in region `One`"), "{told}");
        for part in ["internal in One", "public in One", "publicURL in Two", "admin in Four"] {
            assert!(told.contains(part), "{told} lacks {part}");
        }
        assert!(miss(image(None, &[Internal, Admin], Some("one"))).contains("no internal or admin endpoint"));
        assert!(miss(image(None, &[Public], Some("Other"))).contains("region `Other`"));
        assert!(miss(image(None, &[Public], Some("Three"))).contains("region `Three`"));
        assert!(miss(image(Some("third"), &[Public], None)).ends_with("named `third` with endpoints; its names: glance, second"));
        let volume = Wanted { service_type: "volume", ..image(None, &[], None) };
        assert!(miss(volume).ends_with("it has: identity, imagev2, image"));
        assert!(Catalog::default().find(&volume).unwrap_err().to_string().starts_with("the service catalog is empty"));
    }
}
