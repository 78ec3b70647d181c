use cloudimg_core::Result;

use super::types::{CacheClearTarget, CachePruneResult, CacheState};
use crate::Cloud;

/// The image cache of a server, for operators. (Image API v2, "Cache manage", since 2.14.)
///
/// A cache belongs to one server: behind a load balancer two calls may reach two of them. Every call is a `NotFound` where the server has no
/// cache; [`Glance::capabilities`](super::Glance::capabilities) tells beforehand.
#[derive(Clone, Debug)]
pub struct Cache {
    cloud: Cloud,
}

impl Cache {
    pub(super) fn new(cloud: Cloud) -> Self {
        Self { cloud }
    }

    /// What is in the cache, and what is queued for it.
    ///
    /// # Errors
    /// `Forbidden` for anybody but operators, `NotFound` without a cache.
    pub async fn state(&self) -> Result<CacheState> {
        Ok(self.cloud.glance_client().await?.list_cache().send().await?.into_inner())
    }

    /// Queues an active image for the cache; harmless where it is there already. The server fetches it in its own time.
    ///
    /// # Errors
    /// `InvalidRequest` if the image is not active, `NotFound` without such an image or a cache, `Forbidden`.
    pub async fn queue(&self, image_id: &str) -> Result<()> {
        self.cloud.glance_client().await?.queue_cache_image().image_id(image_id).send().await?;
        Ok(())
    }

    /// Takes an image from the cache and its queue; harmless where it is in neither.
    ///
    /// # Errors
    /// `NotFound` without such an image or a cache, `Forbidden`.
    pub async fn remove(&self, image_id: &str) -> Result<()> {
        self.cloud.glance_client().await?.delete_cache_image().image_id(image_id).send().await?;
        Ok(())
    }

    /// Empties the cache alone, or its queue alone.
    ///
    /// # Errors
    /// `Forbidden`, `NotFound` without a cache.
    pub async fn clear(&self, target: impl Into<CacheClearTarget>) -> Result<()> {
        let client = self.cloud.glance_client().await?;
        client.clear_cache().x_image_cache_clear_target(target.into()).send().await?;
        Ok(())
    }

    /// Empties the cache and its queue.
    ///
    /// # Errors
    /// Those of [`clear`](Self::clear).
    pub async fn clear_all(&self) -> Result<()> {
        self.cloud.glance_client().await?.clear_cache().send().await?;
        Ok(())
    }

    /// The URLs of the servers that have an image in their cache.
    ///
    /// # Errors
    /// `Conflict` where the servers do not share a database of their caches, `NotFound` without a cache, `Forbidden`.
    pub async fn nodes(&self, image_id: &str) -> Result<Vec<String>> {
        Ok(self.cloud.glance_client().await?.list_cache_nodes().image_id(image_id).send().await?.into_inner().0)
    }

    /// Removes broken and stalled entries. (Since 2.18.)
    ///
    /// # Errors
    /// `Forbidden`, `NotFound` without a cache or before 2.18.
    pub async fn clean(&self) -> Result<()> {
        self.cloud.glance_client().await?.clean_cache().send().await?;
        Ok(())
    }

    /// Shrinks the cache to the operator's limit, by what was not read for longest, and says what went. (Since 2.18.)
    ///
    /// # Errors
    /// Those of [`clean`](Self::clean).
    pub async fn prune(&self) -> Result<CachePruneResult> {
        Ok(self.cloud.glance_client().await?.prune_cache().send().await?.into_inner())
    }
}
