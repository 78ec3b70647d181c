use cloudimg_core::{Page, Result};

use super::Metadefs;
use crate::Cloud;
use crate::glance::types::{MetadefNamespace, MetadefNamespaceSortKey, MetadefVisibility, SortDirection};
use crate::lists::{Reading, conditions, reading, set};

impl Metadefs {
    /// The namespaces that fit conditions still to be set, fetched as they are read: public ones and the project's own. The rows tell the
    /// resource types, not the properties, objects and tags.
    #[must_use]
    pub fn list(&self) -> MetadefNamespaceList {
        MetadefNamespaceList { cloud: self.cloud.clone(), query: Query::default(), reading: Reading::default() }
    }
}

/// A list of namespaces and the conditions on it. Nothing is sent before it is read.
#[derive(Clone, Debug)]
pub struct MetadefNamespaceList {
    cloud: Cloud,
    query: Query,
    reading: Reading,
}

#[derive(Clone, Debug, Default)]
struct Query {
    limit: Option<i64>,
    visibility: Option<MetadefVisibility>,
    resource_types: Vec<String>,
    sort_key: Option<MetadefNamespaceSortKey>,
    sort_dir: Option<SortDirection>,
}

impl MetadefNamespaceList {
    conditions! {
        /// Of this visibility.
        visibility(visibility: impl Into<MetadefVisibility>) -> visibility = visibility.into();
        /// Fetched in pages of so many namespaces; the service has a limit of its own (1,000 by default) and a size for when nothing is said (25 by default).
        with_page_size(namespaces: u32) -> limit = namespaces.into();
    }

    /// Those that go with this type of resource; said several times, with any of them.
    #[must_use]
    pub fn resource_type(mut self, name: impl Into<String>) -> Self {
        self.query.resource_types.push(name.into());
        self
    }

    /// Sorted by this key; the newest come first if not said.
    #[must_use]
    pub fn sort(mut self, key: impl Into<MetadefNamespaceSortKey>, direction: SortDirection) -> Self {
        self.query.sort_key = Some(key.into());
        self.query.sort_dir = Some(direction);
        self
    }
}

reading!(MetadefNamespaceList, MetadefNamespace, page);

async fn page(cloud: &Cloud, query: Query, marker: Option<String>) -> Result<Page<MetadefNamespace>> {
    let mut call = cloud.glance_client().await?.list_metadef_namespaces();
    set!(call, query: limit, visibility, sort_key, sort_dir);
    if !query.resource_types.is_empty() {
        call = call.resource_types(query.resource_types.join(","));
    }
    if let Some(marker) = marker {
        call = call.marker(marker);
    }
    let page = call.send().await?.into_inner();
    Page::linked(page.namespaces, page.next.as_deref(), "marker", "list_metadef_namespaces")
}
