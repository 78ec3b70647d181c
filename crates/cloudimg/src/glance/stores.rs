use cloudimg_core::Result;

use super::types::{Store, StoreDetail};
use crate::Cloud;

/// The stores in which the service keeps image data. (Image API v2, "Stores", since 2.8.)
#[derive(Clone, Debug)]
pub struct Stores {
    cloud: Cloud,
}

impl Stores {
    pub(super) fn new(cloud: Cloud) -> Self {
        Self { cloud }
    }

    /// All stores.
    ///
    /// # Errors
    /// `NotFound` where the service has a single, nameless store.
    pub async fn list(&self) -> Result<Vec<Store>> {
        Ok(self.cloud.glance_client().await?.list_stores().send().await?.into_inner().stores)
    }

    /// All stores with their settings, for operators. (Since 2.15.)
    ///
    /// # Errors
    /// `Forbidden` for anybody but operators, `NotFound` as for [`list`](Self::list).
    pub async fn details(&self) -> Result<Vec<StoreDetail>> {
        Ok(self.cloud.glance_client().await?.list_stores_detail().send().await?.into_inner().stores)
    }

    /// Deletes the copy of an active image in one store; the others keep theirs. (Since 2.10, for operators by default.)
    ///
    /// # Errors
    /// `Forbidden` for the last copy, `NotFound` if the store does not hold the image, `Conflict` if there is no such store, or the data are
    /// in use.
    pub async fn delete_image(&self, store_id: &str, image_id: &str) -> Result<()> {
        let client = self.cloud.glance_client().await?;
        client.delete_image_from_store().store_id(store_id).image_id(image_id).send().await?;
        Ok(())
    }
}
