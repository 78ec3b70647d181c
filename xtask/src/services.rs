//! The one table of services.
//!
//! A new service is `specs/NAME.yaml` and one line here; `cargo xtask generate NAME` makes the crate.

use std::path::{Path, PathBuf};

/// Every client that is generated.
pub const SERVICES: &[Service] = &[
    Service::named("cdnetworks-vmp"),
    Service::named("glance-v2"),
    Service::named("ims-v1"),
    Service::named("ims-v2"),
    Service::named("keystone-v3"),
];

/// One generated client.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// The name on the command line, and of the crate without `cloudimg-`.
    pub name: &'static str,
    /// The spec, if it is not `specs/NAME.yaml`.
    spec: Option<&'static str>,
    /// The crate's folder, if it is not `crates/NAME`.
    folder: Option<&'static str>,
}

impl Service {
    const fn named(name: &'static str) -> Self {
        Self { name, spec: None, folder: None }
    }

    /// The spec, relative to the root.
    pub fn spec(&self) -> PathBuf {
        self.spec.map_or_else(|| Path::new("specs").join(format!("{}.yaml", self.name)), PathBuf::from)
    }

    /// The crate's folder, relative to the root.
    pub fn folder(&self) -> PathBuf {
        self.folder.map_or_else(|| Path::new("crates").join(self.name), PathBuf::from)
    }
}

/// The services to work on: all, or the one that is named.
pub fn select(name: Option<&str>) -> Result<Vec<Service>, String> {
    let Some(name) = name else {
        return Ok(SERVICES.to_vec());
    };
    match SERVICES.iter().find(|service| service.name == name) {
        Some(service) => Ok(vec![*service]),
        None => {
            let known: Vec<_> = SERVICES.iter().map(|service| service.name).collect();
            Err(format!(
                "there is no service `{name}`; known are {}. A new one is a file specs/{name}.yaml and a line in xtask/src/services.rs",
                known.join(", ")
            ))
        }
    }
}
