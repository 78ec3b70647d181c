mod download;
mod filter;
mod import;
mod list;
mod locations;
mod members;
pub(crate) mod patch;
mod tags;
mod upload;

pub use download::{Download, Downloaded, FileDownload, ImageStream, WriterDownload};
pub use filter::{Filter, Hidden};
pub use import::{Import, ImportData, ImportFailure, ImportLeft, ImportMethod, ImportState, Imported, Importing, Unfinished};
pub use list::ImageList;
pub use locations::Locations;
pub use members::Members;
pub use patch::ImagePatch;
pub use tags::Tags;
pub use upload::{Cleanup, ImageLeft, Stage, Upload, UploadFailure, Uploaded};

pub(crate) use upload::Hashing;

use cloudimg_core::{Error, ErrorKind, Result};
use serde_json::to_value;

use super::types::{Image, ImageCreate, ImageTask};
use crate::Cloud;
use crate::patches::{MOST_TRIES, record};

/// The images of a cloud.
#[derive(Clone, Debug)]
pub struct Images {
    cloud: Cloud,
}

impl Images {
    pub(super) fn new(cloud: Cloud) -> Self {
        Self { cloud }
    }

    /// The cloud whose images these are.
    pub(crate) fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    /// Makes the record of an image, which is then `queued` until its data come. (Image API v2, "Create image".)
    ///
    /// # Errors
    /// `Conflict` if the id that `image` asks for is taken, `QuotaExceeded`, `Forbidden` for what only operators may set, and those of any
    /// call.
    pub async fn create(&self, image: ImageCreate) -> Result<Image> {
        let client = self.cloud.glance_client().await?;
        Ok(client.create_image().body(image).send().await?.into_inner())
    }

    /// The image with this id. (Image API v2, "Show image".)
    ///
    /// # Errors
    /// `NotFound`, also for images that the project may not see.
    pub async fn get(&self, id: &str) -> Result<Image> {
        let client = self.cloud.glance_client().await?;
        Ok(client.show_image().image_id(id).send().await?.into_inner())
    }

    /// The image with this id or, failing that, of this name, hidden ones included.
    ///
    /// # Errors
    /// `NotFound` if there is none, `Ambiguous` if several have the name; the message lists their ids.
    pub async fn find(&self, id_or_name: &str) -> Result<Image> {
        if is_uuid(id_or_name) {
            match self.get(id_or_name).await {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                found => return found,
            }
        }
        let mut found: Vec<Image> = Vec::new();
        for hidden in [Hidden::Excluded, Hidden::Only] {
            let mut named = self.list().name(id_or_name).hidden(hidden).items();
            while let Some(image) = named.next().await {
                // Some databases take case or accents as equal.
                found.extend(Some(image?).filter(|image| image.name.as_deref() == Some(id_or_name)));
            }
        }
        match found.len() {
            1 => Ok(found.swap_remove(0)),
            0 => Err(Error::new(ErrorKind::NotFound, format!("no image has the id or name `{id_or_name}`"))),
            several => {
                let ids: Vec<_> = found.iter().take(5).map(|image| image.id.as_str()).collect();
                Err(Error::new(
                    ErrorKind::Ambiguous,
                    format!("{several} images are named `{id_or_name}`; take the id of one: {}", ids.join(", ")),
                ))
            }
        }
    }

    /// Changes an image and returns it as it is then. (Image API v2, "Update image".)
    ///
    /// Where the service refuses the changes because the image is not, or no longer, as they suppose, it is read anew and what is left to do is sent
    /// again, a few times at most. A patch [`between`](ImagePatch::between) two images is made only where nobody else changed the same fields.
    ///
    /// Glance writes whole records: of changes that arrive in the same moment one can undo another, and all are answered with success. Who changes one
    /// image from several places takes turns.
    ///
    /// # Errors
    /// `InvalidRequest` for what only the service sets, before anything is sent; `Conflict` for a property to be replaced that is not there and for
    /// fields that somebody else changed; `NotFound`, and those of any call.
    pub async fn update(&self, id: &str, patch: ImagePatch) -> Result<Image> {
        patch.check()?;
        let mut now = if patch.is_conditional() { Some(self.get(id).await?) } else { None };
        let mut refusal = None;
        for left in (0..MOST_TRIES).rev() {
            let members = now.as_ref().map(|image| record(to_value(image))).transpose()?;
            let operations = patch.operations(members.as_ref()).map_err(|unmet| unmet.into_error(refusal.take()))?;
            if let Some(image) = now.take_if(|_| operations.is_empty()) {
                return Ok(image);
            }
            let client = self.cloud.glance_client().await?;
            match client.update_image().image_id(id).body(operations).send().await.map_err(Error::from) {
                Ok(image) => return Ok(image.into_inner()),
                Err(error) if error.kind() == ErrorKind::Conflict && left > 0 => {
                    now = Some(self.get(id).await?);
                    refusal = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        // The last try has returned.
        Err(refusal.unwrap_or_else(|| Error::new(ErrorKind::Conflict, "the image was changed by others again and again")))
    }

    /// Deletes an image and its data. (Image API v2, "Delete image".)
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` if it is protected, `Conflict` if it is in use.
    pub async fn delete(&self, id: &str) -> Result<()> {
        self.cloud.glance_client().await?.delete_image().image_id(id).send().await?;
        Ok(())
    }

    /// Deletes an image and its data, and says whether it was there.
    ///
    /// # Errors
    /// Those of [`delete`](Self::delete) but `NotFound`.
    pub async fn delete_if_exists(&self, id: &str) -> Result<bool> {
        existed(self.delete(id).await)
    }

    /// Keeps its data from everybody but operators, until it is reactivated; harmless where it is so already. (Image API v2,
    /// "Deactivate image".)
    ///
    /// # Errors
    /// `Forbidden` if the image is neither active nor deactivated.
    pub async fn deactivate(&self, id: &str) -> Result<()> {
        self.cloud.glance_client().await?.deactivate_image().image_id(id).send().await?;
        Ok(())
    }

    /// Gives its data free again; harmless where it is so already. (Image API v2, "Reactivate image".)
    ///
    /// # Errors
    /// `Forbidden` if the image is neither active nor deactivated.
    pub async fn reactivate(&self, id: &str) -> Result<()> {
        self.cloud.glance_client().await?.reactivate_image().image_id(id).send().await?;
        Ok(())
    }

    /// The tags of an image.
    #[must_use]
    pub fn tags(&self, id: impl Into<String>) -> Tags {
        Tags::new(self.cloud.clone(), id.into())
    }

    /// The imports of an image and what else the service did to it, the oldest first, until the service forgets them. (Image API v2, "Show tasks
    /// associated with image", since 2.12.)
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn tasks(&self, id: &str) -> Result<Vec<ImageTask>> {
        Ok(self.cloud.glance_client().await?.list_image_tasks().image_id(id).send().await?.into_inner().tasks)
    }

    /// The places where the data of an image lie.
    #[must_use]
    pub fn locations(&self, id: impl Into<String>) -> Locations {
        Locations::new(self.cloud.clone(), id.into())
    }

    /// The projects that a shared image is shared with.
    #[must_use]
    pub fn members(&self, id: impl Into<String>) -> Members {
        Members::new(self.cloud.clone(), id.into())
    }
}

/// Whether what was to be removed was there.
fn existed(removal: Result<()>) -> Result<bool> {
    match removal {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether `text` has the shape of a UUID, which image ids have.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').collect();
    let fits = |(group, length): (&&str, &usize)| group.len() == *length && group.bytes().all(|b| b.is_ascii_hexdigit());
    groups.len() == 5 && groups.iter().zip(&[8, 4, 4, 4, 12]).all(fits)
}
