use std::collections::BTreeMap;

use cloudimg_core::{Page, Result};

use super::Images;
use super::filter::{Filter, Hidden, check_properties};
use crate::Cloud;
use crate::glance::types::{Image, ImageSortKey, ImageVisibilityFilter, MemberStatusFilter, SortDirection};
use crate::lists::{Reading, TimeFilter, conditions, reading, set};

impl Images {
    /// The images that fit conditions still to be set, fetched as they are read. (Image API v2, "List images".)
    #[must_use]
    pub fn list(&self) -> ImageList {
        ImageList { cloud: self.cloud.clone(), query: Query::default(), reading: Reading::default() }
    }
}

/// A list of images and the conditions on it.
///
/// Nothing is sent before it is read as [`items`](Self::items) or [`pages`](Self::pages). Every page is asked for with the caller's own
/// conditions: the service's links to next pages lose repeated parameters, and with them rows.
#[derive(Clone, Debug)]
pub struct ImageList {
    cloud: Cloud,
    query: Query,
    reading: Reading,
}

#[derive(Clone, Debug, Default)]
struct Query {
    limit: Option<u64>,
    name: Option<Filter>,
    id: Option<Filter>,
    status: Option<Filter>,
    disk_format: Option<Filter>,
    container_format: Option<Filter>,
    owner: Option<String>,
    visibility: Option<ImageVisibilityFilter>,
    member_status: Option<MemberStatusFilter>,
    protected: Option<bool>,
    os_hidden: Option<bool>,
    size_min: Option<u64>,
    size_max: Option<u64>,
    min_disk: Option<u64>,
    min_ram: Option<u64>,
    checksum: Option<String>,
    os_hash_value: Option<String>,
    created_at: Option<TimeFilter>,
    updated_at: Option<TimeFilter>,
    tag: Vec<String>,
    sort: Vec<String>,
    properties: BTreeMap<String, String>,
}

impl ImageList {
    conditions! {
        /// Of this name, or of one of several.
        name(name: impl Into<Filter>) -> name = name.into();
        /// With one of these ids.
        id(id: impl Into<Filter>) -> id = id.into();
        /// In this status, or in one of several.
        status(status: impl Into<Filter>) -> status = status.into();
        /// Of this disk format, or of one of several.
        disk_format(format: impl Into<Filter>) -> disk_format = format.into();
        /// Of this container format, or of one of several.
        container_format(format: impl Into<Filter>) -> container_format = format.into();
        /// Of the project with this id.
        owner(project_id: impl Into<String>) -> owner = project_id.into();
        /// Of this visibility. Without it the list has public images, the project's own, and those shared with it that it accepted;
        /// community images of others come with `community` or `all` only.
        visibility(visibility: impl Into<ImageVisibilityFilter>) -> visibility = visibility.into();
        /// Those shared with the project whose membership has this status; accepted ones if not said.
        member_status(status: impl Into<MemberStatusFilter>) -> member_status = status.into();
        /// Protected from deletion, or not.
        protected(protected: bool) -> protected = protected;
        /// Hidden ones; they are excluded if not said.
        hidden(hidden: Hidden) -> os_hidden = hidden == Hidden::Only;
        /// With at least so many bytes.
        size_min(bytes: u64) -> size_min = bytes;
        /// With at most so many bytes.
        size_max(bytes: u64) -> size_max = bytes;
        /// Needing just this disk, in GB.
        min_disk(gigabytes: u64) -> min_disk = gigabytes;
        /// Needing just this memory, in MB.
        min_ram(megabytes: u64) -> min_ram = megabytes;
        /// Whose data have this MD5, in hexadecimal.
        checksum(md5: impl Into<String>) -> checksum = md5.into();
        /// Whose data have this hash by the service's algorithm (`os_hash_algo`), in lower-case hexadecimal.
        hash(value: impl Into<String>) -> os_hash_value = value.into();
        /// Made at such a time.
        created_at(time: TimeFilter) -> created_at = time;
        /// Last changed at such a time.
        updated_at(time: TimeFilter) -> updated_at = time;
        /// Fetched in pages of so many images; the service has a limit of its own (1,000 by default) and a size for when nothing is said (25 by default).
        with_page_size(images: u64) -> limit = images;
    }

    /// With this tag; said several times, with all of them.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.query.tag.push(tag.into());
        self
    }

    /// With this value of a property. Names that the service takes for something else, such as `limit` or those that end with `_min` or `_max`, are an
    /// `InvalidRequest` before anything is sent.
    #[must_use]
    pub fn property(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.properties.insert(name.into(), value.into());
        self
    }

    /// Sorted by this key; said several times, by the first and then by the others. The newest come first if not said.
    #[must_use]
    pub fn sort(mut self, key: ImageSortKey, direction: SortDirection) -> Self {
        self.query.sort.push(format!("{key}:{direction}"));
        self
    }
}

impl Query {
    /// That the service can be told all conditions.
    fn check(&self) -> Result<()> {
        let filters = [
            ("name", &self.name),
            ("id", &self.id),
            ("status", &self.status),
            ("disk_format", &self.disk_format),
            ("container_format", &self.container_format),
        ];
        filters.into_iter().try_for_each(|(field, filter)| filter.as_ref().map_or(Ok(()), |filter| filter.check(field)))?;
        check_properties(&self.properties)
    }
}

reading!(ImageList, Image, page);

async fn page(cloud: &Cloud, query: Query, marker: Option<String>) -> Result<Page<Image>> {
    query.check()?;
    let mut call = cloud.glance_client().await?.list_images();
    set!(call, query: limit, name, id, status, disk_format, container_format, owner, visibility, member_status, protected, os_hidden);
    set!(call, query: size_min, size_max, min_disk, min_ram, checksum, os_hash_value, created_at, updated_at);
    if !query.tag.is_empty() {
        call = call.tag(query.tag);
    }
    if !query.sort.is_empty() {
        call = call.sort(query.sort.join(","));
    }
    if !query.properties.is_empty() {
        call = call.properties(query.properties);
    }
    if let Some(marker) = marker {
        call = call.marker(marker);
    }
    let page = call.send().await?.into_inner();
    Page::linked(page.images, page.next.as_deref(), "marker", "list_images")
}
