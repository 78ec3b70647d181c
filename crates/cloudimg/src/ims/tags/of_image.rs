use cloudimg_core::{ErrorKind, Result};

use crate::ims::v2::{ResourceTag, TagAdd, TagKeyValue, TagsAction, TagsChange};
use crate::ims::{Check as _, Ims, v1};

/// The tags of an image: at most ten, each a key with a value, which may be empty.
#[derive(Clone, Debug)]
pub struct ImageTags {
    ims: Ims,
    image: String,
}

impl ImageTags {
    pub(in crate::ims) fn new(ims: Ims, image: String) -> Self {
        Self { ims, image }
    }

    /// The tags. (Reference of Open Telekom Cloud, "Querying Tags of an Image".)
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn list(&self) -> Result<Vec<ResourceTag>> {
        let to = self.ims.connection().await?;
        Ok(to.v2.list_image_tags().project_id(&to.project_id).image_id(&self.image).send().await?.into_inner().tags)
    }

    /// Adds a tag; a key that is there gets the new value. (Reference of Open Telekom Cloud, "Adding an Image Tag".)
    ///
    /// # Errors
    /// `QuotaExceeded` for the eleventh, `NotFound`.
    pub async fn add(&self, key: &str, value: &str) -> Result<()> {
        let to = self.ims.connection().await?;
        let body = TagAdd::new(TagKeyValue::new(key, value));
        to.v2.add_image_tag().project_id(&to.project_id).image_id(&self.image).body(body).send().await?;
        Ok(())
    }

    /// Adds a tag by its text, `key.value` (parted at the first dot) or a plain key. (Reference of Open Telekom Cloud, "Adding or Modifying a Tag".)
    ///
    /// # Errors
    /// See [`add`](Self::add).
    pub async fn add_text(&self, text: &str) -> Result<()> {
        let body = v1::TagSet::new(&self.image).tag(text).checked()?;
        self.ims.connection().await?.v1.create_or_update_tags().body(body).send().await?;
        Ok(())
    }

    /// Adds several tags at once. (Reference of Open Telekom Cloud, "Adding or Deleting Image Tags in a Batch".)
    ///
    /// # Errors
    /// `InvalidRequest` before anything is sent if there are none, more than ten or a key twice; see [`add`](Self::add).
    pub async fn add_all<K: Into<String>, V: Into<String>>(&self, tags: impl IntoIterator<Item = (K, V)>) -> Result<()> {
        self.change(TagsAction::Create, tags.into_iter().map(|(key, value)| ResourceTag::new(key).value(value)).collect()).await
    }

    /// Takes several tags away at once; those that are not there do no harm.
    ///
    /// # Errors
    /// `InvalidRequest` before anything is sent if there are none; `NotFound` without such an image.
    pub async fn remove_all<K: Into<String>>(&self, keys: impl IntoIterator<Item = K>) -> Result<()> {
        self.change(TagsAction::Delete, keys.into_iter().map(ResourceTag::new).collect()).await
    }

    async fn change(&self, action: TagsAction, tags: Vec<ResourceTag>) -> Result<()> {
        let body = TagsChange::new(action, tags).checked()?;
        let to = self.ims.connection().await?;
        to.v2.batch_add_or_delete_tags().project_id(&to.project_id).image_id(&self.image).body(body).send().await?;
        Ok(())
    }

    /// Takes a tag away. (Reference of Open Telekom Cloud, "Deleting an Image Tag".)
    ///
    /// # Errors
    /// `NotFound`, also for a key that the image does not have.
    pub async fn remove(&self, key: &str) -> Result<()> {
        let to = self.ims.connection().await?;
        to.v2.delete_image_tag().project_id(&to.project_id).image_id(&self.image).key(key).send().await?;
        Ok(())
    }

    /// Takes a tag away, and says whether it was there.
    ///
    /// # Errors
    /// Those of [`remove`](Self::remove) but `NotFound`.
    pub async fn remove_if_exists(&self, key: &str) -> Result<bool> {
        match self.remove(key).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}
