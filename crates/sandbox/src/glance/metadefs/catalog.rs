//! The definitions that come with Glance, as a server has them once they are loaded.

use std::sync::LazyLock;

use jiff::Timestamp;

use super::super::error::Result;
use super::body::{items, members, text};
use super::model::{About, Association, Namespace, Object, Property, ResourceType, Times};
use super::store::Store;
use crate::json::Json;

static CATALOG: LazyLock<Json> = LazyLock::new(|| Json::parse(include_bytes!("../../../data/metadefs.json")).unwrap_or(Json::Null));

impl Store {
    /// The definitions of a fresh installation.
    pub(in crate::glance) fn installed(now: Timestamp) -> Self {
        let times = Times { created: now, updated: None };
        let mut store = Self::empty();
        for name in items(&CATALOG, "resource_types").iter().filter_map(Json::as_str) {
            store.resource_types.push(ResourceType { name: name.to_owned(), times });
        }
        for entry in items(&CATALOG, "namespaces") {
            let id = store.new_id();
            store.namespaces.extend(namespace(id, entry, times));
        }
        store
    }
}

fn namespace(id: u64, entry: &Json, times: Times) -> Result<Namespace> {
    let association = |body: &Json| Association {
        name: text(body, "name").unwrap_or_default(),
        prefix: text(body, "prefix"),
        target: text(body, "properties_target"),
        times,
    };
    let property = |(name, schema): &(String, Json)| Property { name: name.clone(), schema: schema.clone() };
    Ok(Namespace {
        id,
        name: text(entry, "namespace").unwrap_or_default(),
        about: About { visibility: text(entry, "visibility"), ..About::read(entry, "admin".to_owned()) },
        times,
        associations: items(entry, "resource_type_associations").iter().map(association).collect(),
        objects: items(entry, "objects").iter().map(|body| Object::read(body, times)).collect::<Result<_>>()?,
        properties: members(entry, "properties").iter().map(property).collect(),
        tags: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_is_there() {
        let store = Store::installed(Timestamp::UNIX_EPOCH);
        assert_eq!(store.namespaces.len(), 32);
        assert_eq!(store.resource_types.len(), 6);
        let counts = store.namespaces.iter().map(|n| [n.associations.len(), n.properties.len(), n.objects.len()]);
        let sum = counts.fold([0; 3], |sum, n| [sum[0] + n[0], sum[1] + n[1], sum[2] + n[2]]);
        assert_eq!(sum, [61, 134, 23]);
        assert_eq!(store.namespaces.iter().filter(|n| n.about.visibility.is_none()).count(), 2);
    }
}
