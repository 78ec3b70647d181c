use cloudimg_core::Result;

use super::{ImagePatch, Images};
use crate::Cloud;

/// The tags of one image.
#[derive(Clone, Debug)]
pub struct Tags {
    cloud: Cloud,
    image: String,
}

impl Tags {
    pub(super) fn new(cloud: Cloud, image: String) -> Self {
        Self { cloud, image }
    }

    /// Adds a tag of up to 255 characters; harmless where it is there already. (Image API v2, "Add image tag".)
    ///
    /// A tag that holds a slash has no path of its own, and services misread one beyond ASCII there: set all tags by
    /// [`replace`](Self::replace) then.
    ///
    /// # Errors
    /// `QuotaExceeded` beyond the service's number of tags (128 by default), `NotFound`, `InvalidRequest` for a tag too long or with a slash.
    pub async fn add(&self, tag: &str) -> Result<()> {
        let client = self.cloud.glance_client().await?;
        client.add_image_tag().image_id(&self.image).tag_value(tag).send().await?;
        Ok(())
    }

    /// Takes a tag away. (Image API v2, "Delete image tag".)
    ///
    /// # Errors
    /// `NotFound` if the image or the tag is not there.
    pub async fn remove(&self, tag: &str) -> Result<()> {
        let client = self.cloud.glance_client().await?;
        client.delete_image_tag().image_id(&self.image).tag_value(tag).send().await?;
        Ok(())
    }

    /// Sets these tags and no others.
    ///
    /// # Errors
    /// Those of [`Images::update`].
    pub async fn replace<T: Into<String>>(&self, tags: impl IntoIterator<Item = T>) -> Result<()> {
        Images::new(self.cloud.clone()).update(&self.image, ImagePatch::new().tags(tags)).await?;
        Ok(())
    }
}
