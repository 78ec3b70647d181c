use cloudimg_core::{Error, ErrorKind, Result};
use serde_json::{Value, to_value};

use super::Images;
use crate::ims::ImageInfo;
use crate::ims::v2::{ImagePatch, PatchOperation, PatchVerb};
use crate::patches::{Change, Changes, MOST_TRIES, Record, Step, Unmet, Verb, record};

/// The code for a change that does not fit the attributes that the image has.
const UNFIT: &str = "IMG.0035";
/// What images tell and the service alone sets.
const READ_ONLY: [&str; 32] = [
    "id",
    "status",
    "owner",
    "visibility",
    "created_at",
    "updated_at",
    "active_at",
    "deleted",
    "deleted_at",
    "checksum",
    "size",
    "virtual_size",
    "self",
    "file",
    "schema",
    "disk_format",
    "container_format",
    "enterprise_project_id",
    "_sys_enterprise_project_id",
    "__imagetype",
    "__isregistered",
    "__image_size",
    "__image_source_type",
    "__image_location",
    "__data_origin",
    "__root_origin",
    "__backup_id",
    "__originalimagename",
    "__whole_image",
    "__system__cmkid",
    "__account_code",
    "__sequence_num",
];
/// How the keys begin under which Glance keeps notes on imports.
const RESERVED: &str = "os_glance";
/// What every image has; it cannot be removed.
const FIELDS: [&str; 5] = ["name", "protected", "min_disk", "min_ram", "tags"];
/// A number in requests, though images tell a text.
const MAX_RAM: &str = "max_ram";

/// What to change of an image; the changes are made in order.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "nothing is sent before it is given to `Images::update`"]
pub struct ImageUpdate {
    changes: Changes,
    /// Whether it may turn out that there is nothing to change.
    is_difference: bool,
}

impl ImageUpdate {
    /// No change yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What makes `after` of `before`: the attributes that differ; what only the service sets is left out.
    ///
    /// Each change has a condition: that the attribute still is what it was in `before`. Where somebody else changed it meanwhile, the update is a
    /// `Conflict` and changes nothing; [`overwriting`](Self::overwriting) does without conditions. The service knows none, so the image is read
    /// just before it is changed; what others change between these two calls is seen only where the service refuses the second.
    ///
    /// # Errors
    /// `Decode` if one of them cannot be read as JSON.
    pub fn between(before: &ImageInfo, after: &ImageInfo) -> Result<Self> {
        Ok(Self { changes: Changes::between(&record(to_value(before))?, &record(to_value(after))?, change), is_difference: true })
    }

    /// The same changes without conditions: whatever others changed meanwhile is overwritten.
    pub fn overwriting(mut self) -> Self {
        self.changes.overwriting();
        self
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
        self.changes.push(put(attribute, value.into()));
        self
    }

    /// Another value of an attribute that the image has; `Conflict` where it has none.
    pub fn replace(mut self, attribute: &str, value: impl Into<Value>) -> Self {
        self.changes.push(Change::replace(attribute, value));
        self
    }

    /// Removes an attribute by the name that the service gives it; where it is not there, nothing is done.
    pub fn remove(mut self, attribute: &str) -> Self {
        self.changes.push(Change::remove(attribute));
        self
    }

    /// That none of the changes is one that the service is known to refuse.
    fn check(&self) -> Result<()> {
        let problem = self.changes.iter().find_map(|change| match change.name.as_str() {
            name if is_fixed(name) => Some(format!("`{name}` is set by the service alone")),
            name if change.removes() && FIELDS.contains(&name) => {
                Some(format!("`{name}` is an attribute of every image and cannot be removed"))
            }
            _ => None,
        });
        match problem {
            Some(what) => {
                let what = format!("{what}; nothing was sent");
                Err(Error::new(ErrorKind::InvalidRequest, what).with_operation("update_image"))
            }
            None => Ok(()),
        }
    }

    fn patch(&self, now: Option<&Record>) -> std::result::Result<ImagePatch, Unmet> {
        Ok(ImagePatch(self.changes.steps(now, Verb::Replace)?.into_iter().map(operation).collect()))
    }
}

fn operation(step: Step) -> PatchOperation {
    let verb = match step.verb {
        Verb::Add => PatchVerb::Add,
        Verb::Replace => PatchVerb::Replace,
        Verb::Remove => PatchVerb::Remove,
    };
    let operation = PatchOperation::new(verb, step.path);
    match step.value {
        Some(value) => operation.value(value),
        None => operation,
    }
}

fn is_fixed(name: &str) -> bool {
    READ_ONLY.contains(&name) || name.starts_with(RESERVED)
}

fn put(attribute: &str, value: Value) -> Change {
    if FIELDS.contains(&attribute) { Change::field(attribute, value) } else { Change::put(attribute, value) }
}

/// How an attribute becomes what it is in the later of two images.
fn change(name: &str, value: Option<&Value>) -> Option<Change> {
    match value {
        _ if is_fixed(name) => None,
        Some(Value::String(text)) if name == MAX_RAM => {
            let number = text.parse::<u32>().map_or_else(|_| text.clone().into(), Value::from);
            Some(Change::put(name, number))
        }
        Some(value) => Some(put(name, value.clone())),
        // An attribute that must have a value, which a caller has not thought of.
        None if FIELDS.contains(&name) => None,
        None => Some(Change::remove(name)),
    }
}

impl Images {
    /// Changes an image, which must be active, and returns it as it is then. (Reference of Open Telekom Cloud, "Updating an Image".)
    ///
    /// The service tells attributes that an image has not had, such as a description, from those that it has, and refuses to replace the first and to
    /// remove them: then the image is looked up, and what is left to do is sent again as it fits, a few times at most. (Terraform's provider does
    /// alike.) An update [`between`](ImageUpdate::between) two images is made only where nobody else changed the same attributes.
    ///
    /// # Errors
    /// `InvalidRequest` before anything is sent if a rule is broken; `NotFound`, `Forbidden` for images of others, `Conflict` if the image is not active
    /// or somebody else changed an attribute.
    pub async fn update(&self, id: &str, update: ImageUpdate) -> Result<ImageInfo> {
        if self.checks {
            update.check()?;
        }
        let mut now = if update.is_difference || update.changes.are_conditional() { Some(self.get(id).await?) } else { None };
        let mut refused: Option<(ImagePatch, Error)> = None;
        for left in (0..MOST_TRIES).rev() {
            let members = now.as_ref().map(|image| record(to_value(image))).transpose()?;
            let refusal = || refused.as_ref().map(|(_, error)| error.clone());
            let patch = update.patch(members.as_ref()).map_err(|unmet| unmet.into_error(refusal()))?;
            if let Some(image) = now.take_if(|_| patch.0.is_empty()) {
                return Ok(image);
            }
            // The refusal is not about what is there: the same again would be refused again.
            if let Some((_, error)) = refused.take_if(|(sent, error)| error.code() == Some(UNFIT) && *sent == patch) {
                return Err(error);
            }
            self.check(&patch)?;
            match self.send_patch(id, &patch).await {
                Err(refusal) if left > 0 && is_about_what_is_there(&refusal) => {
                    // An image that cannot be seen can only be what the refusal says.
                    let Some(image) = self.look_up(id).await? else { return Err(refusal) };
                    now = Some(image);
                    refused = Some((patch, refusal));
                }
                answer => return answer,
            }
        }
        // The last try has returned.
        Err(Error::new(ErrorKind::Conflict, "the image was changed by others again and again").with_operation("update_image"))
    }

    async fn send_patch(&self, id: &str, patch: &ImagePatch) -> Result<ImageInfo> {
        let connection = self.ims.connection().await?;
        Ok(connection.v2.update_image().image_id(id).body(patch.clone()).send().await?.into_inner())
    }
}

fn is_about_what_is_there(refusal: &Error) -> bool {
    refusal.code() == Some(UNFIT) || refusal.status() == Some(409)
}
