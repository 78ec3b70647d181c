//! Calls of the clients of the Image Management Service, with what a query says.

use {cloudimg_ims_v1 as v1, cloudimg_ims_v2 as v2};

/// Sets what the pairs of a query say, a setter for each name.
#[macro_export]
macro_rules! with_query {
    (
        $call:expr, $pairs:expr,
        text: [$( $text:literal $set_text:ident ),*],
        number: [$( $number:literal $set_number:ident ),*],
        flag: [$( $flag:literal $set_flag:ident ),*]
    ) => {{
        let mut call = $call;
        for (name, value) in $pairs {
            call = match name.as_str() {
                $( $text => call.$set_text(value), )*
                $( $number => call.$set_number(value.parse::<i32>().map_err(|error| format!("{name}: {error}"))?), )*
                $( $flag => call.$set_flag(value.parse::<bool>().map_err(|error| format!("{name}: {error}"))?), )*
                other => return Err(format!("the client has no parameter `{other}`")),
            };
        }
        call
    }};
}

/// The list of images with these conditions.
///
/// # Errors
///
/// If the client has no such condition, or the condition no such value.
pub fn list_images(client: &v2::Client, query: Vec<(String, String)>) -> Result<v2::builder::ListImages<'_>, String> {
    Ok(with_query!(client.list_images(), query,
        text: [
            "marker" marker, "__imagetype" imagetype, "__isregistered" isregistered, "__os_bit" os_bit, "__os_type" os_type,
            "__os_version" os_version, "__platform" platform, "__support_diskintensive" support_diskintensive,
            "__support_highperformance" support_highperformance, "__support_kvm" support_kvm,
            "__support_kvm_gpu_type" support_kvm_gpu_type, "__support_kvm_infiniband" support_kvm_infiniband,
            "__support_largememory" support_largememory, "__support_xen" support_xen,
            "__support_xen_gpu_type" support_xen_gpu_type, "__support_xen_hana" support_xen_hana,
            "__system__cmkid" system_cmkid, "architecture" architecture, "container_format" container_format,
            "disk_format" disk_format, "enterprise_project_id" enterprise_project_id, "flavor_id" flavor_id, "id" id,
            "member_status" member_status, "name" name, "owner" owner, "sort_key" sort_key, "sort_dir" sort_dir,
            "status" status, "tag" tag, "virtual_env_type" virtual_env_type, "visibility" visibility,
            "created_at" created_at, "updated_at" updated_at
        ],
        number: ["limit" limit, "min_disk" min_disk, "min_ram" min_ram, "size_min" size_min, "size_max" size_max],
        flag: ["__whole_image" whole_image, "protected" protected]))
}

/// The tags of images with these conditions.
///
/// # Errors
///
/// As [`list_images`].
pub fn list_tags(client: &v1::Client, query: Vec<(String, String)>) -> Result<v1::builder::ListTags<'_>, String> {
    Ok(with_query!(client.list_tags(), query,
        text: [
            "marker" marker, "__imagetype" imagetype, "id" id, "status" status, "name" name, "__platform" platform,
            "__os_type" os_type, "member_status" member_status, "virtual_env_type" virtual_env_type,
            "enterprise_project_id" enterprise_project_id, "architecture" architecture, "created_at" created_at,
            "updated_at" updated_at, "__isregistered" isregistered, "__system__cmkid" system_cmkid, "visibility" visibility,
            "owner" owner, "container_format" container_format, "disk_format" disk_format, "__os_bit" os_bit,
            "sort_key" sort_key, "sort_dir" sort_dir, "tag" tag, "__support_kvm" support_kvm, "__support_xen" support_xen,
            "__support_largememory" support_largememory, "__support_diskintensive" support_diskintensive,
            "__support_highperformance" support_highperformance, "__support_xen_gpu_type" support_xen_gpu_type,
            "__support_kvm_gpu_type" support_kvm_gpu_type, "__support_xen_hana" support_xen_hana,
            "__support_kvm_infiniband" support_kvm_infiniband
        ],
        number: ["limit" limit, "page" page, "min_disk" min_disk, "min_ram" min_ram],
        flag: ["__whole_image" whole_image, "protected" protected]))
}

/// The native list of images with these conditions.
///
/// # Errors
///
/// As [`list_images`].
pub fn glance_list_images(client: &v2::Client, query: Vec<(String, String)>) -> Result<v2::builder::GlanceListImages<'_>, String> {
    Ok(with_query!(client.glance_list_images(), query,
        text: [
            "marker" marker, "__imagetype" imagetype, "__isregistered" isregistered, "__os_bit" os_bit, "__os_type" os_type,
            "__platform" platform, "__support_diskintensive" support_diskintensive,
            "__support_highperformance" support_highperformance, "__support_kvm" support_kvm,
            "__support_kvm_gpu_type" support_kvm_gpu_type, "__support_kvm_infiniband" support_kvm_infiniband,
            "__support_largememory" support_largememory, "__support_xen" support_xen,
            "__support_xen_gpu_type" support_xen_gpu_type, "__support_xen_hana" support_xen_hana,
            "container_format" container_format, "disk_format" disk_format, "id" id,
            "member_status" member_status, "name" name, "owner" owner, "sort_key" sort_key,
            "sort_dir" sort_dir, "status" status, "tag" tag, "visibility" visibility,
            "created_at" created_at, "updated_at" updated_at
        ],
        number: ["limit" limit, "min_disk" min_disk, "min_ram" min_ram],
        flag: ["protected" protected]))
}
