use cloudimg_core::{Page, Result};

use super::Images;
use crate::ims::v2::{
    Architecture, DiskFormat, ImageSortKey, ImageStatus, ImageType, ImageVisibility, MemberStatus, OsBit, OsType, SortDirection,
    VirtualEnvType,
};
use crate::ims::{ImageInfo, Ims};
use crate::lists::{Reading, TimeFilter, conditions, reading, set};

impl Images {
    /// The images that fit conditions still to be set, fetched as they are read, the newest first. (Reference of Open Telekom Cloud, "Querying
    /// Images".)
    #[must_use]
    pub fn list(&self) -> ImageList {
        ImageList { ims: self.ims.clone(), query: Query::default(), reading: Reading::default() }
    }
}

/// A list of images and the conditions on it.
///
/// Nothing is sent before it is read as [`items`](Self::items) or [`pages`](Self::pages). Where the service tells the marker of the next page that is
/// taken, and elsewhere the last id of each page, until one is empty.
#[derive(Clone, Debug)]
pub struct ImageList {
    ims: Ims,
    query: Query,
    reading: Reading,
}

#[derive(Clone, Debug, Default)]
struct Query {
    limit: Option<i32>,
    imagetype: Option<ImageType>,
    isregistered: Option<String>,
    os_bit: Option<OsBit>,
    os_type: Option<OsType>,
    os_version: Option<String>,
    platform: Option<String>,
    support_diskintensive: Option<String>,
    support_highperformance: Option<String>,
    support_kvm: Option<String>,
    support_kvm_gpu_type: Option<String>,
    support_kvm_infiniband: Option<String>,
    support_largememory: Option<String>,
    support_xen: Option<String>,
    support_xen_gpu_type: Option<String>,
    support_xen_hana: Option<String>,
    system_cmkid: Option<String>,
    whole_image: Option<bool>,
    architecture: Option<Architecture>,
    container_format: Option<String>,
    created_at: Option<String>,
    disk_format: Option<DiskFormat>,
    enterprise_project_id: Option<String>,
    flavor_id: Option<String>,
    id: Option<String>,
    member_status: Option<MemberStatus>,
    min_disk: Option<i32>,
    min_ram: Option<i32>,
    name: Option<String>,
    owner: Option<String>,
    protected: Option<bool>,
    size_max: Option<i64>,
    size_min: Option<i64>,
    sort_dir: Option<SortDirection>,
    sort_key: Option<ImageSortKey>,
    status: Option<ImageStatus>,
    tag: Option<String>,
    updated_at: Option<String>,
    virtual_env_type: Option<VirtualEnvType>,
    visibility: Option<ImageVisibility>,
}

impl ImageList {
    conditions! {
        /// Of this kind (`__imagetype`): `gold` public, `private`, `shared`, `market`.
        kind(kind: impl Into<ImageType>) -> imagetype = kind.into();
        /// That can be used, or not (`__isregistered`).
        registered(is: bool) -> isregistered = is.to_string();
        /// Of this word size (`__os_bit`).
        os_bit(bits: impl Into<OsBit>) -> os_bit = bits.into();
        /// Of this family of operating systems (`__os_type`).
        os_type(family: impl Into<OsType>) -> os_type = family.into();
        /// Of this operating system and version (`__os_version`); few endpoints may know it.
        os_version(version: impl Into<String>) -> os_version = version.into();
        /// Of this operating system (`__platform`), such as `Ubuntu`.
        platform(platform: impl Into<String>) -> platform = platform.into();
        /// For servers with a GPU of this kind on KVM (`__support_kvm_gpu_type`).
        kvm_gpu_type(kind: impl Into<String>) -> support_kvm_gpu_type = kind.into();
        /// For servers with a GPU of this kind on Xen (`__support_xen_gpu_type`).
        xen_gpu_type(kind: impl Into<String>) -> support_xen_gpu_type = kind.into();
        /// Encrypted with this key (`__system__cmkid`).
        key(id: impl Into<String>) -> system_cmkid = id.into();
        /// Whole images, or none of them (`__whole_image`).
        whole(is: bool) -> whole_image = is;
        /// For this kind of processor.
        architecture(architecture: impl Into<Architecture>) -> architecture = architecture.into();
        /// Of this container format.
        container_format(format: impl Into<String>) -> container_format = format.into();
        /// Of this disk format.
        disk_format(format: impl Into<DiskFormat>) -> disk_format = format.into();
        /// Of this enterprise project: `0` for the default one, or `all_granted_eps` for all that the caller may see, without which callers whose
        /// rights are on enterprise projects are refused.
        enterprise_project_id(id: impl Into<String>) -> enterprise_project_id = id.into();
        /// Public ones that servers of this flavor can use.
        flavor_id(id: impl Into<String>) -> flavor_id = id.into();
        /// With this id: one, or none.
        id(id: impl Into<String>) -> id = id.into();
        /// Shared with the project, which has put them into this state; only with the visibility `shared`.
        member_status(status: impl Into<MemberStatus>) -> member_status = status.into();
        /// That ask for so many GiB of disk.
        min_disk(gib: u16) -> min_disk = gib.into();
        /// That ask for so many MiB of memory.
        min_ram(mib: i32) -> min_ram = mib;
        /// Of this name, exactly.
        name(name: impl Into<String>) -> name = name.into();
        /// Of this project.
        owner(project_id: impl Into<String>) -> owner = project_id.into();
        /// Protected against deletion, or not.
        protected(is: bool) -> protected = is;
        /// Of this many bytes at most; few endpoints may know it.
        size_max(bytes: i64) -> size_max = bytes;
        /// Of this many bytes at least; few endpoints may know it.
        size_min(bytes: i64) -> size_min = bytes;
        /// In this status.
        status(status: impl Into<ImageStatus>) -> status = status.into();
        /// With this tag: a text, or `key=value`.
        tag(tag: impl Into<String>) -> tag = tag.into();
        /// Made at such a time.
        created_at(time: TimeFilter) -> created_at = time.into();
        /// Changed at such a time.
        updated_at(time: TimeFilter) -> updated_at = time.into();
        /// For this use: servers, bare metal, data disks, setup from an ISO file.
        virtual_env_type(use_: impl Into<VirtualEnvType>) -> virtual_env_type = use_.into();
        /// Of this visibility. Images that one shares out are `shared` as well.
        visibility(visibility: impl Into<ImageVisibility>) -> visibility = visibility.into();
        /// Fetched in pages of so many images; 500 if not said. The greatest number is not documented.
        with_page_size(images: u16) -> limit = images.into();
    }

    /// That have what `feature` names (`__support_...`), which can only be asked for, never ruled out.
    #[must_use]
    pub fn supporting(mut self, feature: Support) -> Self {
        let field = match feature {
            Support::DiskIntensive => &mut self.query.support_diskintensive,
            Support::HighPerformance => &mut self.query.support_highperformance,
            Support::Kvm => &mut self.query.support_kvm,
            Support::KvmInfiniband => &mut self.query.support_kvm_infiniband,
            Support::LargeMemory => &mut self.query.support_largememory,
            Support::Xen => &mut self.query.support_xen,
            Support::XenHana => &mut self.query.support_xen_hana,
        };
        *field = Some("true".to_owned());
        self
    }

    /// Sorted by this key; the newest come first if not said.
    #[must_use]
    pub fn sort(mut self, key: impl Into<ImageSortKey>, direction: SortDirection) -> Self {
        self.query.sort_key = Some(key.into());
        self.query.sort_dir = Some(direction);
        self
    }
}

/// What images can be for, as a condition on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Support {
    /// Servers with much storage (`__support_diskintensive`).
    DiskIntensive,
    /// Servers for computing (`__support_highperformance`).
    HighPerformance,
    /// KVM (`__support_kvm`).
    Kvm,
    /// InfiniBand on KVM (`__support_kvm_infiniband`).
    KvmInfiniband,
    /// Servers with large memory (`__support_largememory`).
    LargeMemory,
    /// Xen (`__support_xen`).
    Xen,
    /// Servers for HANA on Xen (`__support_xen_hana`).
    XenHana,
}

reading!(ImageList, ImageInfo, page, ims);

async fn page(ims: &Ims, query: Query, marker: Option<String>) -> Result<Page<ImageInfo>> {
    let mut call = ims.connection().await?.v2.list_images();
    set!(
        call, query: limit, imagetype, isregistered, os_bit, os_type, os_version, platform, support_diskintensive, support_highperformance,
        support_kvm, support_kvm_gpu_type, support_kvm_infiniband, support_largememory, support_xen, support_xen_gpu_type, support_xen_hana,
        system_cmkid, whole_image, architecture, container_format, created_at, disk_format, enterprise_project_id, flavor_id, id, member_status,
        min_disk, min_ram, name, owner, protected, size_max, size_min, sort_dir, sort_key, status, tag, updated_at, virtual_env_type, visibility,
    );
    if let Some(marker) = marker {
        call = call.marker(marker);
    }
    let page = call.send().await?.into_inner();
    Ok(match page.page_info {
        Some(given) => Page::marked(page.images, given.next_marker.as_deref()),
        None => Page::after_last(page.images, |image| image.id.clone()),
    })
}
