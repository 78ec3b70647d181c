use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use cloudimg_core::poller::{Observation, Poller, Rhythm};
use cloudimg_core::{Error, Result};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::Images;
use crate::ims::{ImageStatus, v2};

impl Images {
    /// Deletes an image and, awaited, waits until it is gone from the list: the service says at once that it is done, and goes on. (Reference of Open
    /// Telekom Cloud, "Deleting an Image"; Terraform's provider waits alike.)
    #[must_use = "nothing is deleted before it is awaited"]
    pub fn delete(&self, id: impl Into<String>) -> Deletion {
        Deletion { rhythm: self.ims.rhythm, images: self.clone(), id: id.into(), with_backup: false, waits: true }
    }
}

/// An image to be deleted; await it.
///
/// # Errors
/// `NotFound`, `Forbidden` if it is protected or somebody else's, `Conflict` while it is still being made, and `Timeout` if it does not go away.
#[derive(Clone, Debug)]
pub struct Deletion {
    images: Images,
    id: String,
    with_backup: bool,
    waits: bool,
    rhythm: Rhythm,
}

impl Deletion {
    /// Deletes the backup behind a whole image as well, which otherwise stays, and costs.
    #[must_use]
    pub fn with_backup(mut self) -> Self {
        self.with_backup = true;
        self
    }

    /// Does not wait until the image is gone.
    #[must_use]
    pub fn without_waiting(mut self) -> Self {
        self.waits = false;
        self
    }

    /// Waits so long at most.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.rhythm.patience = Some(limit);
        self
    }

    async fn carry_out(self) -> Result<()> {
        let connection = self.images.ims.connection().await?;
        let body = v2::GlanceImageDelete::default();
        let body = if self.with_backup { body.delete_backup(true) } else { body };
        connection.v2.glance_delete_image().image_id(&self.id).body(body).send().await?;
        if !self.waits {
            return Ok(());
        }
        let (images, id) = (self.images.clone(), self.id.clone());
        let gone = Poller::new(Arc::clone(&connection.clock), move || {
            let (images, id) = (images.clone(), id.clone());
            async move {
                Ok::<_, Error>(match images.look_up(&id).await? {
                    None => Observation::Done(()),
                    Some(image) if image.status == ImageStatus::Deleted => Observation::Done(()),
                    Some(image) => Observation::Running(image.status),
                })
            }
        });
        gone.with_rhythm(self.rhythm).await
    }
}

impl IntoFuture for Deletion {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'static, Result<()>>;

    fn into_future(self) -> Self::IntoFuture {
        self.carry_out().boxed()
    }
}
