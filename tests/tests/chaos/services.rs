//! The services, each with its stories. A new one is a line here, an arm of `Server`, a client in `Scene`, and a table of stories.

use cloudimg_tests::facts::{Operation, operations};

use crate::story::Story;
use crate::world::Server;
use crate::{facade, glance, iam, ims, keystone, vmp};

pub(crate) struct Service {
    /// The folder of its client below `crates`.
    pub(crate) package: &'static str,
    pub(crate) server: Server,
    pub(crate) stories: &'static [&'static [Story]],
}

pub(crate) const SERVICES: &[Service] = &[
    Service { package: "keystone-v3", server: Server::Keystone, stories: &[keystone::STORIES, iam::STORIES, facade::KEYSTONE] },
    Service { package: "glance-v2", server: Server::Glance, stories: glance::STORIES },
    Service { package: "glance-v2", server: Server::Glance, stories: &[facade::GLANCE] },
    Service { package: "ims-v1", server: Server::Ims, stories: &[ims::version_1::STORIES] },
    Service { package: "ims-v2", server: Server::Ims, stories: &[ims::version_2::STORIES, ims::jobs::STORIES, facade::IMS] },
    Service { package: "ims-v2", server: Server::Ims, stories: &[ims::signed::STORIES] },
    Service { package: "cdnetworks-vmp", server: Server::Vmp, stories: &[vmp::STORIES, facade::VMP] },
];

/// A story with all that is known of its operation.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) story: Story,
    pub(crate) server: Server,
    pub(crate) operation: Operation,
    /// `package operation`
    pub(crate) name: String,
}

/// All stories, in the order of the tables.
pub(crate) fn all() -> Vec<Known> {
    let mut all = Vec::new();
    for service in SERVICES {
        let operations = operations(service.package);
        for story in service.stories.iter().copied().flatten() {
            let operation = operations.iter().find(|operation| operation.id == story.operation);
            let operation = operation.unwrap_or_else(|| panic!("{} has no {}", service.package, story.operation)).clone();
            let name = format!("{} {}", service.package, story.operation);
            all.push(Known { story: *story, server: service.server, operation, name });
        }
    }
    all
}

#[test]
fn every_operation_has_a_story() {
    let told: Vec<String> = all().into_iter().map(|known| known.name).collect();
    let missing: Vec<String> = SERVICES
        .iter()
        .flat_map(|service| {
            operations(service.package).into_iter().map(|operation| format!("{} {}", service.package, operation.id))
        })
        .filter(|name| !told.contains(name))
        .collect();
    assert!(missing.is_empty(), "no story for {missing:?}");
}
