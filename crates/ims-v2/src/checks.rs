//! What is known to be refused, found before it is sent. (Reference of Open Telekom Cloud, "Image", and the SDKs' documentation.)

use std::collections::HashSet;

use cloudimg_core::Result;
use cloudimg_core::ims::{Check, Rules};

use crate::types::{
    CreateImageFromDisks, CreateImageFromFile, CreateImageFromServer, CreateImageFromVolume, CreateImageType, DataImageCreate,
    DataImageSource, ImageCopy, ImageExport, ImagePatch, ImagesByTagsQuery, PatchOperation, PatchVerb, QuickImportImageByFile,
    QuickImportType, ResourceTag, TagKeyValue, Tags, TagsAction, TagsChange,
};

/// The most disks that one call takes from files.
const MOST_FILES: usize = 3;

fn pairs(tags: Option<&Vec<TagKeyValue>>) -> Option<Vec<(&str, &str)>> {
    tags.map(|tags| tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())).collect())
}

fn loose_pairs(tags: &[ResourceTag]) -> Vec<(&str, &str)> {
    tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_deref().unwrap_or_default())).collect()
}

/// The members that all bodies for a new image have.
macro_rules! common {
    ($body:ident, $operation:literal) => {
        Rules::of($operation)
            .name(Some(&$body.name))
            .description($body.description.as_deref())
            .tags($body.tags.as_deref(), pairs($body.image_tags.as_ref()).as_deref())
    };
}

impl Check for CreateImageFromServer {
    fn check(&self) -> Result<()> {
        common!(self, "create_image").demand(!self.instance_id.is_empty(), "`instance_id` is empty").kept()
    }
}

impl Check for CreateImageFromDisks {
    fn check(&self) -> Result<()> {
        let files: Vec<_> = self
            .data_images
            .iter()
            .filter_map(|disk| match disk {
                DataImageSource::File(file) => Some(file.image_url.as_str()),
                DataImageSource::Disk(_) => None,
            })
            .collect();
        let distinct: HashSet<_> = files.iter().collect();
        self.data_images.iter().try_for_each(Check::check)?;
        Rules::of("create_image")
            .demand(!self.data_images.is_empty(), "`data_images` names no disk")
            .demand(files.len() <= MOST_FILES, "at most 3 of `data_images` come from files")
            .demand(distinct.len() == files.len(), "each file stands once in `data_images`")
            .kept()
    }
}

impl Check for DataImageSource {
    fn check(&self) -> Result<()> {
        match self {
            Self::Disk(disk) => common!(disk, "create_image").demand(!disk.volume_id.is_empty(), "`volume_id` is empty").kept(),
            Self::File(file) => Rules::of("create_image")
                .name(file.name.as_deref())
                .description(file.description.as_deref())
                .tags(file.tags.as_deref(), pairs(file.image_tags.as_ref()).as_deref())
                .file("image_url", &file.image_url)
                .within("min_disk", Some(file.min_disk), 1..=2048)
                .kept(),
        }
    }
}

impl Check for CreateImageFromFile {
    fn check(&self) -> Result<()> {
        let is_iso = self.type_ == Some(CreateImageType::IsoImage);
        let has_version = self.os_version.as_ref().is_some_and(|version| !version.is_empty());
        common!(self, "create_image")
            .file("image_url", &self.image_url)
            .within("min_disk", Some(self.min_disk), 1..=1024)
            .demand(has_version || !is_iso, "an ISO file needs `os_version`")
            .demand(has_version || self.is_quick_import != Some(true), "a quick import needs `os_version`")
            .kept()
    }
}

impl Check for CreateImageFromVolume {
    fn check(&self) -> Result<()> {
        common!(self, "create_image")
            .demand(!self.volume_id.is_empty(), "`volume_id` is empty")
            .demand(!self.os_version.is_empty(), "`os_version` is empty")
            .kept()
    }
}

impl Check for QuickImportImageByFile {
    fn check(&self) -> Result<()> {
        let is_data = self.type_ == Some(QuickImportType::DataImage);
        let has_version = self.os_version.as_ref().is_some_and(|version| !version.is_empty());
        common!(self, "import_image_quick")
            .file("image_url", &self.image_url)
            .within("min_disk", Some(self.min_disk), if is_data { 1..=2048 } else { 1..=1024 })
            .demand(has_version || is_data, "a system disk needs `os_version`")
            .kept()
    }
}

impl Check for DataImageCreate {
    fn check(&self) -> Result<()> {
        let pairs = self.image_tags.as_deref().map(loose_pairs);
        Rules::of("create_data_image")
            .name(Some(&self.name))
            .description(self.description.as_deref())
            .tags(self.tags.as_deref(), pairs.as_deref())
            .data_disk(&self.image_url, self.min_disk)
            .kept()
    }
}

impl Check for ImageCopy {
    fn check(&self) -> Result<()> {
        Rules::of("copy_image_in_region").name(Some(&self.name)).description(self.description.as_deref()).kept()
    }
}

impl Check for ImageExport {
    fn check(&self) -> Result<()> {
        Rules::of("export_image").export(&self.bucket_url, self.file_format.is_some(), self.is_quick_export).kept()
    }
}

impl Check for ImagePatch {
    fn check(&self) -> Result<()> {
        let text = |path: &str| {
            let change = self.0.iter().rfind(|change| change.path == path && change.op != PatchVerb::Remove);
            change.and_then(|change| change.value.as_ref()?.as_str())
        };
        let has_value = |change: &PatchOperation| change.value.is_some() != (change.op == PatchVerb::Remove);
        Rules::of("update_image")
            .demand(!self.0.is_empty(), "there is nothing to change")
            .demand(self.0.iter().all(|change| change.path.starts_with('/')), "each `path` begins with a slash")
            .demand(self.0.iter().all(has_value), "`add` and `replace` have a value, `remove` has none")
            .name(text("/name"))
            .description(text("/__description"))
            .kept()
    }
}

impl Check for TagsChange {
    fn check(&self) -> Result<()> {
        let rules = Rules::of("batch_add_or_delete_tags").demand(!self.tags.is_empty(), "`tags` is empty");
        match self.action {
            TagsAction::Create => rules.tags(None, Some(&loose_pairs(&self.tags))).kept(),
            _ => rules.kept(),
        }
    }
}

impl Check for ImagesByTagsQuery {
    fn check(&self) -> Result<()> {
        let lists = [&self.tags, &self.tags_any, &self.not_tags, &self.not_tags_any];
        let all = |fits: fn(&Vec<Tags>) -> bool| lists.iter().filter_map(|list| list.as_ref()).all(fits);
        Rules::of("list_image_by_tags")
            .demand(all(|list| !list.is_empty()), "a list of tags is empty")
            .demand(all(|list| list.len() <= 10), "a list of tags has at most 10 keys")
            .demand(all(|list| list.iter().all(|tag| tag.values.len() <= 10)), "a tag has at most 10 values")
            .kept()
    }
}
