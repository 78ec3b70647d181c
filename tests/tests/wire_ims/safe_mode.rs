//! Version 2.1.

use cloudimg_ims_v2 as v2;
use serde_json::json;
use v2::types;

use crate::bodies::{
    disks, file, from_disks, from_file, from_server, from_volume, quick, quickly, resource_tag, server, text, volume,
};
use crate::exchange::{Sends, job, wires};

wires! { client of v2;
    create_image_in_safe_mode: Sends::new("POST", "/v2.1/cloudimages/action").json(json!({
        "name": "n", "instance_id": "s1", "data_images": [{"name": "d1", "volume_id": "v1"}], "is_new": [null, {"deep": 1.5}]
    })), client.create_image_in_safe_mode().body(json!({
        "name": "n", "instance_id": "s1", "data_images": [{"name": "d1", "volume_id": "v1"}], "is_new": [null, {"deep": 1.5}]
    }).as_object().unwrap().clone()) => job();

    create_image_in_safe_mode_from_server: Sends::new("POST", "/v2.1/cloudimages/action").json(from_server()),
        client.create_image_in_safe_mode_from_server().body(server()) => job();

    create_image_in_safe_mode_from_disks: Sends::new("POST", "/v2.1/cloudimages/action").json(from_disks()),
        client.create_image_in_safe_mode_from_disks().body(disks()) => job();

    create_image_in_safe_mode_from_file: Sends::new("POST", "/v2.1/cloudimages/action").json(from_file()),
        client.create_image_in_safe_mode_from_file().body(file()) => job();

    create_image_in_safe_mode_from_volume: Sends::new("POST", "/v2.1/cloudimages/action").json(from_volume()),
        client.create_image_in_safe_mode_from_volume().body(volume()) => job();

    import_image_quick_in_safe_mode: Sends::new("POST", "/v2.1/cloudimages/quickimport/action").json(quickly()),
        client.import_image_quick_in_safe_mode().body(quick()) => job();

    create_data_image_in_safe_mode: Sends::new("POST", "/v2.1/cloudimages/dataimages/action").json(json!({
        "name": "data", "image_url": "bucket:data.qcow2", "min_disk": 40, "image_tags": [{"key": "k", "value": "v"}]
    })), client.create_data_image_in_safe_mode().body(
        types::DataImageCreate::builder().name("data").image_url("bucket:data.qcow2").min_disk(40)
            .image_tags(vec![resource_tag("k", Some("v"))])
    ) => job();

    copy_image_in_region_in_safe_mode: Sends::new("POST", "/v2.1/cloudimages/i%20%C3%A9%25/copy").json(json!({
        "name": "copy", "description": "d", "cmk_id": "c1", "enterprise_project_id": "0"
    })), client.copy_image_in_region_in_safe_mode().image_id("i é%").body(
        types::ImageCopy::builder().name("copy").description(text("d")).cmk_id(text("c1")).enterprise_project_id(text("0"))
    ) => job();

    export_image_in_safe_mode: Sends::new("POST", "/v2.1/cloudimages/i1/file").json(json!({
        "bucket_url": "bucket:out.vhd", "file_format": "vhd", "is_quick_export": false
    })), client.export_image_in_safe_mode().image_id("i1").body(
        types::ImageExport::builder().bucket_url("bucket:out.vhd").file_format(types::ExportFormat::from("vhd"))
            .is_quick_export(false)
    ) => job();
}
