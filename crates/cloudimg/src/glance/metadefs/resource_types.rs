use cloudimg_core::Result;

use crate::Cloud;
use crate::glance::types::{MetadefAssociation, MetadefAssociationCreate};

/// The types of resources that go with one namespace, each with the prefix that the namespace's properties have there.
#[derive(Clone, Debug)]
pub struct MetadefAssociations {
    cloud: Cloud,
    namespace: String,
}

impl MetadefAssociations {
    pub(super) fn new(cloud: Cloud, namespace: String) -> Self {
        Self { cloud, namespace }
    }

    /// All of them.
    ///
    /// # Errors
    /// `NotFound` without such a namespace.
    pub async fn list(&self) -> Result<Vec<MetadefAssociation>> {
        let client = self.cloud.glance_client().await?;
        let call = client.list_metadef_resource_type_associations().namespace(&self.namespace);
        Ok(call.send().await?.into_inner().resource_type_associations)
    }

    /// Adds a type of resource, which is made if the service does not know it.
    ///
    /// # Errors
    /// `Conflict` if it is there already, `NotFound` without such a namespace, `Forbidden`.
    pub async fn add(&self, association: MetadefAssociationCreate) -> Result<MetadefAssociation> {
        let client = self.cloud.glance_client().await?;
        let call = client.create_metadef_resource_type_association().namespace(&self.namespace);
        Ok(call.body(association).send().await?.into_inner())
    }

    /// Takes a type of resource away.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` also if the namespace is protected.
    pub async fn remove(&self, resource_type: &str) -> Result<()> {
        let client = self.cloud.glance_client().await?;
        let call = client.delete_metadef_resource_type_association().namespace(&self.namespace);
        call.resource_type(resource_type).send().await?;
        Ok(())
    }
}
