//! What is known to be refused, found before it is sent. (Reference of Open Telekom Cloud, and the SDKs' documentation.)

use cloudimg_core::Result;
use cloudimg_core::ims::{Check, Rules};

use crate::types::{
    CreateWholeImageFromBackup, CreateWholeImageFromServer, DataImageCreate, ImageCopy, ImageCopyCrossRegion, ImageExport,
    ImageRegister, MemberStatus, MembersChange, MembershipsUpdate, ResourceTag, TagKeyValue, TagSet, TagsDelete,
};

fn pairs(tags: Option<&Vec<TagKeyValue>>) -> Option<Vec<(&str, &str)>> {
    tags.map(|tags| tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())).collect())
}

fn loose_pairs(tags: &[ResourceTag]) -> Vec<(&str, &str)> {
    tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_deref().unwrap_or_default())).collect()
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

impl Check for CreateWholeImageFromServer {
    fn check(&self) -> Result<()> {
        Rules::of("create_whole_image")
            .name(Some(&self.name))
            .description(self.description.as_deref())
            .tags(self.tags.as_deref(), pairs(self.image_tags.as_ref()).as_deref())
            .demand(!self.instance_id.is_empty(), "`instance_id` is empty")
            .kept()
    }
}

impl Check for CreateWholeImageFromBackup {
    fn check(&self) -> Result<()> {
        Rules::of("create_whole_image")
            .name(Some(&self.name))
            .description(self.description.as_deref())
            .tags(self.tags.as_deref(), pairs(self.image_tags.as_ref()).as_deref())
            .demand(!self.backup_id.is_empty(), "`backup_id` is empty")
            .kept()
    }
}

impl Check for ImageCopy {
    fn check(&self) -> Result<()> {
        Rules::of("copy_image_in_region").name(Some(&self.name)).description(self.description.as_deref()).kept()
    }
}

impl Check for ImageCopyCrossRegion {
    fn check(&self) -> Result<()> {
        Rules::of("copy_image_cross_region")
            .name(Some(&self.name))
            .description(self.description.as_deref())
            .demand(!self.region.is_empty(), "`region` is empty")
            .demand(!self.project_name.is_empty(), "`project_name` is empty")
            .demand(!self.agency_name.is_empty(), "`agency_name` is empty")
            .kept()
    }
}

impl Check for ImageExport {
    fn check(&self) -> Result<()> {
        Rules::of("export_image").export(&self.bucket_url, self.file_format.is_some(), self.is_quick_export).kept()
    }
}

impl Check for ImageRegister {
    fn check(&self) -> Result<()> {
        Rules::of("register_image").file("image_url", &self.image_url).kept()
    }
}

impl Check for MembersChange {
    fn check(&self) -> Result<()> {
        let mut recipients = [&self.projects, &self.domains, &self.organizations].into_iter().flatten();
        Rules::of("batch_add_members")
            .demand(!self.images.is_empty(), "`images` is empty")
            .demand(recipients.any(|list| !list.is_empty()), "there is nobody in `projects`, `domains` or `organizations`")
            .kept()
    }
}

impl Check for MembershipsUpdate {
    fn check(&self) -> Result<()> {
        Rules::of("batch_update_members")
            .demand(!self.images.is_empty(), "`images` is empty")
            .demand(!self.project_id.is_empty(), "`project_id` is empty")
            .demand(matches!(self.status, MemberStatus::Accepted | MemberStatus::Rejected), "`status` is accepted or rejected")
            .kept()
    }
}

impl Check for TagSet {
    fn check(&self) -> Result<()> {
        let pair = self.image_tag.as_ref().map(|tag| [(tag.key.as_str(), tag.value.as_str())]);
        Rules::of("create_or_update_tags")
            .demand(self.tag.is_some() != self.image_tag.is_some(), "either `tag` or `image_tag` is there")
            .tags(self.tag.as_ref().map(std::slice::from_ref), pair.as_ref().map(<[_; 1]>::as_slice))
            .kept()
    }
}

impl Check for TagsDelete {
    fn check(&self) -> Result<()> {
        let fits = |tag: &ResourceTag| {
            (1..=127).contains(&tag.key.chars().count()) && tag.value.as_ref().is_none_or(|value| value.chars().count() <= 255)
        };
        Rules::of("batch_delete_tags")
            .demand(!self.tags.is_empty(), "`tags` is empty")
            .demand(self.tags.iter().all(fits), "a key has from 1 to 127 characters, a value at most 255")
            .kept()
    }
}
