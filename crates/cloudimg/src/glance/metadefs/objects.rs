use cloudimg_core::Result;

use crate::Cloud;
use crate::glance::types::{MetadefObject, MetadefObjectCreate};

/// The objects of one namespace: properties that belong together.
#[derive(Clone, Debug)]
pub struct MetadefObjects {
    cloud: Cloud,
    namespace: String,
}

impl MetadefObjects {
    pub(super) fn new(cloud: Cloud, namespace: String) -> Self {
        Self { cloud, namespace }
    }

    /// All objects.
    ///
    /// # Errors
    /// `NotFound` without such a namespace.
    pub async fn list(&self) -> Result<Vec<MetadefObject>> {
        let client = self.cloud.glance_client().await?;
        Ok(client.list_metadef_objects().namespace(&self.namespace).send().await?.into_inner().objects)
    }

    /// One object.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&self, name: &str) -> Result<MetadefObject> {
        let client = self.cloud.glance_client().await?;
        Ok(client.show_metadef_object().namespace(&self.namespace).object_name(name).send().await?.into_inner())
    }

    /// Makes an object. The service keeps names of any letters, but finds only those in ASCII again, and none with a slash.
    ///
    /// # Errors
    /// `Conflict` if the name is taken, `NotFound` without such a namespace, `Forbidden`.
    pub async fn create(&self, object: MetadefObjectCreate) -> Result<MetadefObject> {
        let client = self.cloud.glance_client().await?;
        Ok(client.create_metadef_object().namespace(&self.namespace).body(object).send().await?.into_inner())
    }

    /// Sets a whole object anew; another name in it renames the object.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` if the new name is taken (services of today fail with 500, a `ServiceUnavailable`), `Forbidden`.
    pub async fn update(&self, name: &str, object: MetadefObjectCreate) -> Result<MetadefObject> {
        let client = self.cloud.glance_client().await?;
        let call = client.update_metadef_object().namespace(&self.namespace).object_name(name);
        Ok(call.body(object).send().await?.into_inner())
    }

    /// Deletes an object.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` also in a protected namespace.
    pub async fn delete(&self, name: &str) -> Result<()> {
        let client = self.cloud.glance_client().await?;
        client.delete_metadef_object().namespace(&self.namespace).object_name(name).send().await?;
        Ok(())
    }

    /// Deletes all objects.
    ///
    /// # Errors
    /// `NotFound` without such a namespace, `Forbidden` also if it is protected.
    pub async fn delete_all(&self) -> Result<()> {
        self.cloud.glance_client().await?.delete_metadef_objects().namespace(&self.namespace).send().await?;
        Ok(())
    }
}
