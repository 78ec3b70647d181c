use cloudimg_core::{Error, ErrorKind, Result};
use serde_json::Value;

use super::Images;
use crate::ims::ImageInfo;
use crate::ims::v2::{ImagePatch, PatchOperation, PatchVerb};

/// The code for a change that does not fit the attributes that the image has.
const UNFIT: &str = "IMG.0035";

/// What to change of an image; the changes are made in order.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "nothing is sent before it is given to `Images::update`"]
pub struct ImageUpdate {
    changes: Vec<PatchOperation>,
}

impl ImageUpdate {
    /// No change yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Another name.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set("name", name.into())
    }

    /// Another description (`__description`).
    pub fn description(self, text: impl Into<String>) -> Self {
        self.set("__description", text.into())
    }

    /// Servers need so many GiB of disk.
    pub fn min_disk(self, gib: u32) -> Self {
        self.set("min_disk", gib)
    }

    /// Servers need so many MiB of memory.
    pub fn min_ram(self, mib: u32) -> Self {
        self.set("min_ram", mib)
    }

    /// Servers can use so many MiB of memory; a number here, though images tell a text.
    pub fn max_ram(self, mib: u32) -> Self {
        self.set("max_ram", mib)
    }

    /// Protected against deletion, or no longer.
    pub fn protected(self, is: bool) -> Self {
        self.set("protected", is)
    }

    /// Another operating system and version (`__os_version`).
    pub fn os_version(self, version: impl Into<String>) -> Self {
        self.set("__os_version", version.into())
    }

    /// Sets an attribute by the name that the service gives it, whether the image has it or not.
    pub fn set(mut self, attribute: &str, value: impl Into<Value>) -> Self {
        self.changes.push(PatchOperation::new(PatchVerb::Replace, format!("/{attribute}")).value(value));
        self
    }

    /// Removes an attribute by the name that the service gives it.
    pub fn remove(mut self, attribute: &str) -> Self {
        self.changes.push(PatchOperation::new(PatchVerb::Remove, format!("/{attribute}")));
        self
    }
}

impl Images {
    /// Changes an image, which must be active, and returns it as it is then. (Reference of Open Telekom Cloud, "Updating an Image".)
    ///
    /// The service tells attributes that an image has not had, such as a description, from those that it has, and refuses to replace the first: what is to be
    /// replaced and is not there is added, in a second call. (Terraform's provider does alike.)
    ///
    /// # Errors
    /// `InvalidRequest` before anything is sent if a rule is broken; `NotFound`, `Forbidden` for images of others, `Conflict` if the image is not active
    /// or lacks what is to be removed.
    pub async fn update(&self, id: &str, update: ImageUpdate) -> Result<ImageInfo> {
        let mut patch = ImagePatch(update.changes);
        self.check(&patch)?;
        match self.send_patch(id, &patch).await {
            Err(refusal) if refusal.code() == Some(UNFIT) => {
                if !add_what_is_absent(&mut patch, self.look_up(id).await?.as_ref())? {
                    return Err(refusal);
                }
                self.send_patch(id, &patch).await
            }
            answer => answer,
        }
    }

    async fn send_patch(&self, id: &str, patch: &ImagePatch) -> Result<ImageInfo> {
        let connection = self.ims.connection().await?;
        Ok(connection.v2.update_image().image_id(id).body(patch.clone()).send().await?.into_inner())
    }
}

/// Makes additions of the replacements of what `image` does not have; says whether there were any.
fn add_what_is_absent(patch: &mut ImagePatch, image: Option<&ImageInfo>) -> Result<bool> {
    let Some(image) = image else { return Ok(false) };
    let image = serde_json::to_value(image).map_err(|error| Error::new(ErrorKind::Decode, error.to_string()))?;
    let absent = |path: &str| image.get(path.trim_start_matches('/')).is_none_or(Value::is_null);
    let mut is_changed = false;
    for change in patch.0.iter_mut().filter(|change| change.op == PatchVerb::Replace && absent(&change.path)) {
        change.op = PatchVerb::Add;
        is_changed = true;
    }
    Ok(is_changed)
}
