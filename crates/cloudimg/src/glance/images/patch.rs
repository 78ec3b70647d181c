use cloudimg_core::{Error, ErrorKind, Result};
use serde_json::Value;

use crate::glance::types::{ContainerFormat, DiskFormat, ImageVisibility, PatchOperation, PatchVerb};

/// What the service refuses to have changed, whoever asks.
const READ_ONLY: [&str; 13] = [
    "id",
    "status",
    "checksum",
    "os_hash_algo",
    "os_hash_value",
    "size",
    "virtual_size",
    "created_at",
    "updated_at",
    "self",
    "file",
    "schema",
    "direct_url",
];

/// The changes of an update, applied in order and all or none.
///
/// Names are escaped as the service needs it, so a property may be called `a/b~c`. Base fields are replaced; properties are added, which overwrites an
/// older value. (Image API v2, "Update image".)
#[derive(Clone, Debug, Default)]
pub struct ImagePatch {
    operations: Vec<PatchOperation>,
}

impl ImagePatch {
    /// No change yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Another name; it need not be unique.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        self.replace("name", name.into())
    }

    /// No name.
    #[must_use]
    pub fn clear_name(self) -> Self {
        self.replace("name", Value::Null)
    }

    /// Who may see it. `public` needs a right that only operators have by default.
    #[must_use]
    pub fn visibility(self, visibility: impl Into<ImageVisibility>) -> Self {
        self.replace("visibility", visibility.into().as_str())
    }

    /// Whether it is kept out of the default list.
    #[must_use]
    pub fn hidden(self, hidden: bool) -> Self {
        self.replace("os_hidden", hidden)
    }

    /// Whether it is safe from deletion.
    #[must_use]
    pub fn protected(self, protected: bool) -> Self {
        self.replace("protected", protected)
    }

    /// The disk format; it can change only while the image is queued.
    #[must_use]
    pub fn disk_format(self, format: impl Into<DiskFormat>) -> Self {
        self.replace("disk_format", format.into().as_str())
    }

    /// The container format; it can change only while the image is queued.
    #[must_use]
    pub fn container_format(self, format: impl Into<ContainerFormat>) -> Self {
        self.replace("container_format", format.into().as_str())
    }

    /// The least disk that a server needs, in GB.
    #[must_use]
    pub fn min_disk(self, gigabytes: u32) -> Self {
        self.replace("min_disk", gigabytes)
    }

    /// The least memory that a server needs, in MB.
    #[must_use]
    pub fn min_ram(self, megabytes: u32) -> Self {
        self.replace("min_ram", megabytes)
    }

    /// These tags and no others.
    #[must_use]
    pub fn tags<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Self {
        let tags: Vec<String> = tags.into_iter().map(Into::into).collect();
        self.replace("tags", tags)
    }

    /// A property of this value; the service takes texts only.
    #[must_use]
    pub fn property(self, name: &str, value: impl Into<String>) -> Self {
        self.operation(PatchOperation::new(PatchVerb::Add, pointer(name)).value(value.into()))
    }

    /// Another value of a property that is there; the service answers `Conflict` where it is not.
    #[must_use]
    pub fn replace_property(self, name: &str, value: impl Into<String>) -> Self {
        self.replace(name, value.into())
    }

    /// The property no more; the service answers `Conflict` where it is not there.
    #[must_use]
    pub fn remove_property(self, name: &str) -> Self {
        self.operation(PatchOperation::new(PatchVerb::Remove, pointer(name)))
    }

    fn replace(self, field: &str, value: impl Into<Value>) -> Self {
        self.operation(PatchOperation::new(PatchVerb::Replace, pointer(field)).value(value))
    }

    fn operation(mut self, operation: PatchOperation) -> Self {
        self.operations.push(operation);
        self
    }

    /// The changes, none of them to what only the service sets.
    pub(super) fn into_operations(self) -> Result<Vec<PatchOperation>> {
        let fixed = |operation: &PatchOperation| READ_ONLY.contains(&operation.path.trim_start_matches('/'));
        match self.operations.iter().find(|&operation| fixed(operation)) {
            Some(operation) => {
                let name = operation.path.trim_start_matches('/');
                let what = format!("`{name}` is set by the service alone; nothing was sent");
                Err(Error::new(ErrorKind::InvalidRequest, what).with_operation("update_image"))
            }
            None => Ok(self.operations),
        }
    }
}

/// The JSON pointer to a top-level member (RFC 6901).
fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_escaped_and_order_is_kept() {
        let patch = ImagePatch::new().name("n").property("my/prop~1", "v").remove_property("old").tags(["a"]).clear_name();
        assert_eq!(
            serde_json::to_value(patch.operations).unwrap(),
            json!([
                {"op": "replace", "path": "/name", "value": "n"},
                {"op": "add", "path": "/my~1prop~01", "value": "v"},
                {"op": "remove", "path": "/old"},
                {"op": "replace", "path": "/tags", "value": ["a"]},
                {"op": "replace", "path": "/name", "value": null},
            ])
        );
    }
}
