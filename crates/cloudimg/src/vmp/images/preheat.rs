use cloudimg_core::Result;

use super::Images;
use crate::vmp::preheating::distinct;
use crate::vmp::{Preheating, check_id, types};

impl Images {
    /// Begins to bring an image of the account to nodes, so that instances start there without delay. Nodes that are named twice count once.
    /// (`Deployvmpimagepreheating`.)
    ///
    /// # Errors
    /// `InvalidRequest` before anything is sent if there are no nodes; `Refused` with the service's code, for example without such an image or node.
    pub async fn preheat(
        &self,
        image: impl Into<String>,
        nodes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Preheating> {
        let (image, nodes) = (image.into(), distinct(nodes)?);
        check_id(&image)?;
        let body = types::Preheating::new(&image, nodes.clone());
        self.vmp.client()?.preheat_image().body(body).send().await?;
        Preheating::new(&self.vmp, image, nodes)
    }

    /// An image on its way to nodes, begun elsewhere, to be waited for. A node that the service does not tell of counts as on its way.
    ///
    /// # Errors
    /// `InvalidRequest` if there are no nodes, or for what cannot be an id.
    pub fn attach_preheating(
        &self,
        image: impl Into<String>,
        nodes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Preheating> {
        Preheating::new(&self.vmp, image.into(), distinct(nodes)?)
    }
}
