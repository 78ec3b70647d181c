//! Bodies that versions 2 and 2.1 both take: as they are made, and as they must be sent.

use cloudimg_ims_v2::types::{self, builder};
use serde_json::{Value, json};

pub(crate) fn text(text: &str) -> String {
    text.to_owned()
}

pub(crate) fn tag() -> types::TagKeyValue {
    types::TagKeyValue::builder().key("k").value("é v").try_into().unwrap()
}

pub(crate) fn resource_tag(key: &str, value: Option<&str>) -> types::ResourceTag {
    types::ResourceTag::builder().key(key).value(value.map(text)).try_into().unwrap()
}

pub(crate) fn server() -> builder::CreateImageFromServer {
    types::CreateImageFromServer::builder()
        .name("n")
        .description(text("d"))
        .instance_id("s1")
        .tags(vec![text("aaa.111")])
        .image_tags(vec![tag()])
        .min_ram(1024)
        .max_ram(4096)
        .enterprise_project_id(text("0"))
        .is_config_init(true)
}

pub(crate) fn from_server() -> Value {
    json!({
        "name": "n", "description": "d", "instance_id": "s1", "tags": ["aaa.111"], "image_tags": [{"key": "k", "value": "é v"}],
        "min_ram": 1024, "max_ram": 4096, "enterprise_project_id": "0", "is_config_init": true
    })
}

pub(crate) fn disks() -> builder::CreateImageFromDisks {
    let disk = types::DataImageFromDisk::builder().name("d1").description(text("d")).volume_id("v1").tags(vec![text("aaa.111")]);
    let disk: types::DataImageFromDisk = disk.try_into().unwrap();
    let file = types::DataImageFromFile::builder().image_url("bucket:data.zvhd2").min_disk(40).is_quick_import(true);
    let file: types::DataImageFromFile = file.image_tags(vec![tag()]).try_into().unwrap();
    types::CreateImageFromDisks::builder().data_images(vec![disk.into(), file.into()]).enterprise_project_id(text("0"))
}

pub(crate) fn from_disks() -> Value {
    let disk = json!({"name": "d1", "description": "d", "volume_id": "v1", "tags": ["aaa.111"]});
    let file = json!({
        "image_url": "bucket:data.zvhd2", "min_disk": 40, "is_quick_import": true, "image_tags": [{"key": "k", "value": "é v"}]
    });
    json!({"data_images": [disk, file], "enterprise_project_id": "0"})
}

pub(crate) fn file() -> builder::CreateImageFromFile {
    types::CreateImageFromFile::builder()
        .name("n")
        .description(text("d"))
        .image_url("bucket:system.qcow2")
        .min_disk(40)
        .os_version(text("CentOS 7.0 64bit"))
        .os_type(types::OsType::from("Linux"))
        .is_config(true)
        .is_quick_import(false)
        .type_(types::CreateImageType::from("ECS"))
        .architecture(types::Architecture::from("x86"))
        .hw_firmware_type(types::FirmwareType::from("uefi"))
        .cmk_id(text("c1"))
        .tags(vec![text("aaa.111")])
        .image_tags(vec![tag()])
        .min_ram(1024)
        .max_ram(4096)
        .enterprise_project_id(text("0"))
        .is_config_init(true)
}

pub(crate) fn from_file() -> Value {
    json!({
        "name": "n", "description": "d", "image_url": "bucket:system.qcow2", "min_disk": 40, "os_version": "CentOS 7.0 64bit",
        "os_type": "Linux", "is_config": true, "is_quick_import": false, "type": "ECS", "architecture": "x86",
        "hw_firmware_type": "uefi", "cmk_id": "c1", "tags": ["aaa.111"], "image_tags": [{"key": "k", "value": "é v"}],
        "min_ram": 1024, "max_ram": 4096, "enterprise_project_id": "0", "is_config_init": true
    })
}

pub(crate) fn volume() -> builder::CreateImageFromVolume {
    types::CreateImageFromVolume::builder()
        .name("n")
        .volume_id("v1")
        .os_version("CentOS 7.0 64bit")
        .type_(types::CreateImageType::from("FusionCompute"))
        .cmk_id(text("c1"))
}

pub(crate) fn from_volume() -> Value {
    json!({"name": "n", "volume_id": "v1", "os_version": "CentOS 7.0 64bit", "type": "FusionCompute", "cmk_id": "c1"})
}

pub(crate) fn quick() -> builder::QuickImportImageByFile {
    types::QuickImportImageByFile::builder()
        .name("n")
        .description(text("d"))
        .image_url("bucket:system.zvhd2")
        .min_disk(40)
        .os_version(text("CentOS 7.0 64bit"))
        .os_type(types::OsType::from("Linux"))
        .type_(types::QuickImportType::from("BMS"))
        .architecture(types::Architecture::from("arm"))
        .hw_firmware_type(types::FirmwareType::from("bios"))
        .license_type(types::LicenseType::from("byol"))
        .tags(vec![text("aaa.111")])
        .image_tags(vec![tag()])
        .enterprise_project_id(text("0"))
}

pub(crate) fn quickly() -> Value {
    json!({
        "name": "n", "description": "d", "image_url": "bucket:system.zvhd2", "min_disk": 40, "os_version": "CentOS 7.0 64bit",
        "os_type": "Linux", "type": "BMS", "architecture": "arm", "hw_firmware_type": "bios", "license_type": "byol",
        "tags": ["aaa.111"], "image_tags": [{"key": "k", "value": "é v"}], "enterprise_project_id": "0"
    })
}
