pub(crate) mod rules;
#[cfg(test)]
mod tests;

use cloudimg_core::{Error, ErrorKind, Result};
use serde_json::{Value, to_value};

use crate::glance::types::{ContainerFormat, DiskFormat, Image, ImageVisibility, PatchOperation, PatchVerb};
use crate::patches::{Change, Changes, Record, Step, Unmet, Verb, record};
use rules::{change, is_text_field, problem};

/// The changes of an update, applied in order and all or none.
///
/// Names are escaped as the service needs it, so a property may be called `a/b~c`. Base fields are replaced; properties are added, which overwrites an
/// older value, and removing one that is not there is no error. (Image API v2, "Update image".)
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is sent before it is given to `Images::update`"]
pub struct ImagePatch {
    changes: Changes,
}

impl ImagePatch {
    /// No change yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What makes `after` of `before`: the fields, tags and properties that differ. What only the service sets is left out, and so are locations.
    ///
    /// Each change has a condition: that the field still is what it was in `before`. Where somebody else changed it meanwhile, the update is a
    /// `Conflict` and changes nothing; [`overwriting`](Self::overwriting) does without conditions. The service knows none, so the image is read
    /// just before it is changed; what others change between these two calls is seen only where the service refuses the second.
    ///
    /// # Errors
    /// `Decode` if one of them cannot be read as JSON.
    pub fn between(before: &Image, after: &Image) -> Result<Self> {
        Ok(Self { changes: Changes::between(&record(to_value(before))?, &record(to_value(after))?, change) })
    }

    /// The same changes without conditions: whatever others changed meanwhile is overwritten.
    pub fn overwriting(mut self) -> Self {
        self.changes.overwriting();
        self
    }

    /// Another name; it need not be unique.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.replace("name", name.into())
    }

    /// No name.
    pub fn clear_name(self) -> Self {
        self.replace("name", Value::Null)
    }

    /// Who may see it. `public` needs a right that only operators have by default.
    pub fn visibility(self, visibility: impl Into<ImageVisibility>) -> Self {
        self.replace("visibility", visibility.into().as_str())
    }

    /// Whether it is kept out of the default list.
    pub fn hidden(self, hidden: bool) -> Self {
        self.replace("os_hidden", hidden)
    }

    /// Whether it is safe from deletion.
    pub fn protected(self, protected: bool) -> Self {
        self.replace("protected", protected)
    }

    /// The disk format; it can change only while the image is queued.
    pub fn disk_format(self, format: impl Into<DiskFormat>) -> Self {
        self.replace("disk_format", format.into().as_str())
    }

    /// The container format; it can change only while the image is queued.
    pub fn container_format(self, format: impl Into<ContainerFormat>) -> Self {
        self.replace("container_format", format.into().as_str())
    }

    /// No disk format; only while the image is queued.
    pub fn clear_disk_format(self) -> Self {
        self.replace("disk_format", Value::Null)
    }

    /// No container format; only while the image is queued.
    pub fn clear_container_format(self) -> Self {
        self.replace("container_format", Value::Null)
    }

    /// Another project as its owner; only operators may do so by default.
    pub fn owner(self, project_id: impl Into<String>) -> Self {
        self.replace("owner", project_id.into())
    }

    /// The least disk that a server needs, in GB.
    pub fn min_disk(self, gigabytes: u32) -> Self {
        self.replace("min_disk", gigabytes)
    }

    /// The least memory that a server needs, in MB.
    pub fn min_ram(self, megabytes: u32) -> Self {
        self.replace("min_ram", megabytes)
    }

    /// These tags and no others.
    pub fn tags<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        let tags: Vec<String> = tags.into_iter().map(Into::into).collect();
        self.replace("tags", tags)
    }

    /// A property of this value, whether it is there or not; the service takes texts only. What every image has is set as well, if it is a text.
    pub fn property(self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        self.with(if is_text_field(name) { Change::field(name, value) } else { Change::put(name, value) })
    }

    /// Another value of a property that is there; `Conflict` where it is not.
    pub fn replace_property(self, name: &str, value: impl Into<String>) -> Self {
        self.with(Change::replace(name, value.into()))
    }

    /// The property no more; where it is not there, nothing is done.
    pub fn remove_property(self, name: &str) -> Self {
        self.with(Change::remove(name))
    }

    fn replace(self, field: &str, value: impl Into<Value>) -> Self {
        self.with(Change::field(field, value))
    }

    fn with(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    /// That none of the changes is one that the service is known to refuse.
    pub(super) fn check(&self) -> Result<()> {
        match self.changes.iter().find_map(problem) {
            Some(what) => {
                let what = format!("{what}; nothing was sent");
                Err(Error::new(ErrorKind::InvalidRequest, what).with_operation("update_image"))
            }
            None => Ok(()),
        }
    }

    /// Whether the image must be read before it is changed.
    pub(super) fn is_conditional(&self) -> bool {
        self.changes.are_conditional()
    }

    /// What is to be sent, given what the image is, where that is known.
    pub(super) fn operations(&self, now: Option<&Record>) -> std::result::Result<Vec<PatchOperation>, Unmet> {
        Ok(self.changes.steps(now, Verb::Add)?.into_iter().map(operation).collect())
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
