use std::collections::BTreeMap;

use cloudimg_core::Result;

use crate::Cloud;
use crate::glance::types::{MetadefProperty, MetadefPropertyDefinition};

/// The properties of one namespace, each defined much as in JSON Schema.
#[derive(Clone, Debug)]
pub struct MetadefProperties {
    cloud: Cloud,
    namespace: String,
}

impl MetadefProperties {
    pub(super) fn new(cloud: Cloud, namespace: String) -> Self {
        Self { cloud, namespace }
    }

    /// All properties, by name.
    ///
    /// # Errors
    /// `NotFound` without such a namespace.
    pub async fn list(&self) -> Result<BTreeMap<String, MetadefPropertyDefinition>> {
        let client = self.cloud.glance_client().await?;
        Ok(client.list_metadef_properties().namespace(&self.namespace).send().await?.into_inner().properties)
    }

    /// One property.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&self, name: &str) -> Result<MetadefProperty> {
        let client = self.cloud.glance_client().await?;
        Ok(client.show_metadef_property().namespace(&self.namespace).property_name(name).send().await?.into_inner())
    }

    /// One property by its name on this resource type, which begins with the prefix of the type; the answer has the name without it.
    ///
    /// # Errors
    /// `NotFound`, also for a name without the prefix and for a type that does not go with the namespace.
    pub async fn get_for(&self, name: &str, resource_type: &str) -> Result<MetadefProperty> {
        let client = self.cloud.glance_client().await?;
        let call = client.show_metadef_property().namespace(&self.namespace).property_name(name).resource_type(resource_type);
        Ok(call.send().await?.into_inner())
    }

    /// Makes a property. The service keeps names of any letters, but finds only those in ASCII again, and none with a slash.
    ///
    /// # Errors
    /// `Conflict` if the name is taken, `NotFound` without such a namespace, `Forbidden`.
    pub async fn create(&self, property: MetadefProperty) -> Result<MetadefProperty> {
        let client = self.cloud.glance_client().await?;
        Ok(client.create_metadef_property().namespace(&self.namespace).body(property).send().await?.into_inner())
    }

    /// Sets a whole property anew; another name in it renames the property.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` if the new name is taken (services of today fail with 500, a `ServiceUnavailable`), `Forbidden`.
    pub async fn update(&self, name: &str, property: MetadefProperty) -> Result<MetadefProperty> {
        let client = self.cloud.glance_client().await?;
        let call = client.update_metadef_property().namespace(&self.namespace).property_name(name);
        Ok(call.body(property).send().await?.into_inner())
    }

    /// Deletes a property.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` also in a protected namespace.
    pub async fn delete(&self, name: &str) -> Result<()> {
        let client = self.cloud.glance_client().await?;
        client.delete_metadef_property().namespace(&self.namespace).property_name(name).send().await?;
        Ok(())
    }

    /// Deletes all properties.
    ///
    /// # Errors
    /// `NotFound` without such a namespace, `Forbidden` also if it is protected.
    pub async fn delete_all(&self) -> Result<()> {
        self.cloud.glance_client().await?.delete_metadef_properties().namespace(&self.namespace).send().await?;
        Ok(())
    }
}
