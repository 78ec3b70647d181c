use cloudimg_core::Result;

use crate::Cloud;
use crate::glance::types::{ImageLocation, LocationCreate};

/// The places where the data of one image lie. (Image API v2, "Add location", "Get location", since 2.17.)
#[derive(Clone, Debug)]
pub struct Locations {
    cloud: Cloud,
    image: String,
}

impl Locations {
    pub(super) fn new(cloud: Cloud, image: String) -> Self {
        Self { cloud, image }
    }

    /// Gives a queued image data that lie somewhere already. The service looks at the place in its own time: the image is `active` once that
    /// ended well, and the [tasks of the image](super::Images::tasks) tell if it did not.
    ///
    /// # Errors
    /// `Conflict` if the image is not queued or an import holds it, `InvalidRequest` for an address that the operator's filters refuse or a hash
    /// that is none, `Forbidden` where the service has no store for such addresses.
    pub async fn add(&self, location: LocationCreate) -> Result<()> {
        let client = self.cloud.glance_client().await?;
        client.add_image_location().image_id(&self.image).body(location).send().await?;
        Ok(())
    }

    /// All places; none while there are no data. For services and operators by default.
    ///
    /// # Errors
    /// `Forbidden` for others, `NotFound`.
    pub async fn list(&self) -> Result<Vec<ImageLocation>> {
        Ok(self.cloud.glance_client().await?.list_image_locations().image_id(&self.image).send().await?.into_inner().0)
    }
}
