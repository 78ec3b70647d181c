mod namespaces;
mod objects;
mod properties;
mod resource_types;
mod tags;

pub use namespaces::MetadefNamespaceList;
pub use objects::MetadefObjects;
pub use properties::MetadefProperties;
pub use resource_types::MetadefAssociations;
pub use tags::{MetadefTagList, MetadefTags};

use cloudimg_core::Result;

use super::types::{MetadefNamespace, MetadefNamespaceCreate, MetadefNamespaceUpdate, MetadefResourceType};
use crate::Cloud;

/// Definitions of metadata: which properties and tags mean what, for images and other resources. They are kept in namespaces. (Image API v2,
/// "Metadata definitions".)
///
/// Everybody reads them; by default only operators write them.
#[derive(Clone, Debug)]
pub struct Metadefs {
    cloud: Cloud,
}

impl Metadefs {
    pub(super) fn new(cloud: Cloud) -> Self {
        Self { cloud }
    }

    /// Makes a namespace, together with the properties, objects, tags and associations that `namespace` has.
    ///
    /// Its name should be ASCII without a slash: of others services make a namespace that no call finds or deletes again, and the answer may
    /// break off.
    ///
    /// # Errors
    /// `Conflict` if the name is taken, `Forbidden`, `InvalidRequest`.
    pub async fn create(&self, namespace: MetadefNamespaceCreate) -> Result<MetadefNamespace> {
        let client = self.cloud.glance_client().await?;
        Ok(client.create_metadef_namespace().body(namespace).send().await?.into_inner())
    }

    /// A namespace with all that is in it.
    ///
    /// # Errors
    /// `NotFound`, also for private namespaces of other projects.
    pub async fn get(&self, namespace: &str) -> Result<MetadefNamespace> {
        let client = self.cloud.glance_client().await?;
        Ok(client.show_metadef_namespace().namespace(namespace).send().await?.into_inner())
    }

    /// A namespace with all that is in it, the properties named as they are on this resource type, with its prefix. For a type that does not go
    /// with the namespace it is the same as [`get`](Self::get).
    ///
    /// # Errors
    /// Those of [`get`](Self::get).
    pub async fn get_for(&self, namespace: &str, resource_type: &str) -> Result<MetadefNamespace> {
        let client = self.cloud.glance_client().await?;
        Ok(client.show_metadef_namespace().namespace(namespace).resource_type(resource_type).send().await?.into_inner())
    }

    /// Sets the whole record of a namespace: what `record` leaves out is reset (`visibility` to private, `protected` to false). Another name in
    /// it renames the namespace. What is in the namespace stays, and is not in the answer.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` if the new name is taken, `Forbidden`.
    pub async fn update(&self, namespace: &str, record: MetadefNamespaceUpdate) -> Result<MetadefNamespace> {
        let client = self.cloud.glance_client().await?;
        Ok(client.update_metadef_namespace().namespace(namespace).body(record).send().await?.into_inner())
    }

    /// Deletes a namespace with all that is in it.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` also if it is protected.
    pub async fn delete(&self, namespace: &str) -> Result<()> {
        self.cloud.glance_client().await?.delete_metadef_namespace().namespace(namespace).send().await?;
        Ok(())
    }

    /// All types of resources that the service knows.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn resource_types(&self) -> Result<Vec<MetadefResourceType>> {
        Ok(self.cloud.glance_client().await?.list_metadef_resource_types().send().await?.into_inner().resource_types)
    }

    /// The properties of a namespace.
    #[must_use]
    pub fn properties(&self, namespace: impl Into<String>) -> MetadefProperties {
        MetadefProperties::new(self.cloud.clone(), namespace.into())
    }

    /// The objects of a namespace.
    #[must_use]
    pub fn objects(&self, namespace: impl Into<String>) -> MetadefObjects {
        MetadefObjects::new(self.cloud.clone(), namespace.into())
    }

    /// The tags of a namespace.
    #[must_use]
    pub fn tags(&self, namespace: impl Into<String>) -> MetadefTags {
        MetadefTags::new(self.cloud.clone(), namespace.into())
    }

    /// The types of resources that go with a namespace.
    #[must_use]
    pub fn associations(&self, namespace: impl Into<String>) -> MetadefAssociations {
        MetadefAssociations::new(self.cloud.clone(), namespace.into())
    }
}
