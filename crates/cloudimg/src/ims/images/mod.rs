mod create;
mod delete;
mod list;
mod transfer;
mod update;

pub use delete::Deletion;
pub use list::{ImageList, Support};
pub use update::ImageUpdate;

use cloudimg_core::{Error, ErrorKind, Result};

use super::{Check, ImageInfo, Ims, tags::ImageTags};

/// The images of the service.
#[derive(Clone, Debug)]
pub struct Images {
    pub(in crate::ims) ims: Ims,
    checks: bool,
}

impl Images {
    pub(super) fn new(ims: Ims) -> Self {
        Self { ims, checks: true }
    }

    /// Sends bodies as they are, without holding them against the rules of the references first: the service has the last word then.
    #[must_use]
    pub fn unchecked(mut self) -> Self {
        self.checks = false;
        self
    }

    pub(in crate::ims) fn check(&self, body: &impl Check) -> Result<()> {
        if self.checks { body.check() } else { Ok(()) }
    }

    /// The image with this id, read from the list: the service has no other call for it that is not deprecated.
    ///
    /// # Errors
    /// `NotFound`, also for images that the project may not see.
    pub async fn get(&self, id: &str) -> Result<ImageInfo> {
        let found = self.look_up(id).await?;
        found.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no image {id}")).with_operation("list_images"))
    }

    /// The image with this id, if there is one.
    pub(super) async fn look_up(&self, id: &str) -> Result<Option<ImageInfo>> {
        let connection = self.ims.connection().await?;
        let found = connection.v2.list_images().id(id).send().await?.into_inner().images;
        // A service that does not know the filter would answer with all.
        Ok(found.into_iter().find(|image| image.id == id))
    }

    /// The tags of an image.
    #[must_use]
    pub fn tags(&self, id: impl Into<String>) -> ImageTags {
        ImageTags::new(self.ims.clone(), id.into())
    }
}
