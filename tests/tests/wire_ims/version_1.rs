//! Version 1 but for its list of tags.

use cloudimg_ims_v1 as v1;
use serde_json::json;
use v1::types;

use crate::exchange::{Sends, job, nothing, ok, wires};

fn text(text: &str) -> String {
    text.to_owned()
}

fn tags() -> Vec<types::TagKeyValue> {
    vec![types::TagKeyValue::builder().key("k").value("é v").try_into().unwrap()]
}

fn resource_tag(key: &str, value: Option<&str>) -> types::ResourceTag {
    types::ResourceTag::builder().key(key).value(value.map(text)).try_into().unwrap()
}

fn images() -> Vec<String> {
    vec![text("i1"), text("i2")]
}

wires! { client of v1;
    create_data_image: Sends::new("POST", "/v1/cloudimages/dataimages/action").json(json!({
        "name": "data", "description": "d", "image_url": "bucket:data.qcow2", "min_disk": 40, "os_type": "Linux", "cmk_id": "c1",
        "tags": ["aaa.111"], "image_tags": [{"key": "k", "value": "v"}, {"key": "bare"}], "enterprise_project_id": "0"
    })), client.create_data_image().body(
        types::DataImageCreate::builder().name("data").description(text("d")).image_url("bucket:data.qcow2").min_disk(40)
            .os_type(types::OsType::from("Linux")).cmk_id(text("c1")).tags(vec![text("aaa.111")])
            .image_tags(vec![resource_tag("k", Some("v")), resource_tag("bare", None)])
            .enterprise_project_id(text("0"))
    ) => job();

    create_data_image as create_data_image_of_the_least: Sends::new("POST", "/v1/cloudimages/dataimages/action").json(json!({
        "name": "data", "image_url": "bucket:data.qcow2", "min_disk": 40
    })), client.create_data_image().body(
        types::DataImageCreate::builder().name("data").image_url("bucket:data.qcow2").min_disk(40)
    ) => job();

    show_job_progress: Sends::new("GET", "/v1/cloudimages/job/ff80%20%C3%A9"),
        client.show_job_progress().job_id("ff80 é") => ok(json!({
        "job_id": "ff80 é", "job_type": "imsCopyImageInRegionJob", "begin_time": "2022-05-17T14:42:20.859Z", "end_time": "",
        "status": "RUNNING", "entities": {
            "image_name": "n", "process_percent": 0.4, "current_task": "CopyImageInRegionTask:", "subJobId": "s1", "image_id": "i1"
        }
    }));

    batch_add_members: Sends::new("POST", "/v1/cloudimages/members").json(json!({
        "images": ["i1", "i2"], "projects": ["p2"], "domains": ["d2"], "organizations": ["o2"]
    })), client.batch_add_members().body(
        types::MembersChange::builder().images(images()).projects(vec![text("p2")])
            .domains(vec![text("d2")]).organizations(vec![text("o2")])
    ) => job();

    batch_update_members: Sends::new("PUT", "/v1/cloudimages/members").json(json!({
        "images": ["i1", "i2"], "project_id": "p2", "status": "accepted", "vault_id": "v1"
    })), client.batch_update_members().body(
        types::MembershipsUpdate::builder().images(images()).project_id("p2").status(types::MemberStatus::Accepted)
            .vault_id(text("v1"))
    ) => job();

    batch_delete_members: Sends::new("DELETE", "/v1/cloudimages/members").json(json!({
        "images": ["i1", "i2"], "projects": ["p2"]
    })), client.batch_delete_members().body(types::MembersChange::builder().images(images()).projects(vec![text("p2")])) => job();

    list_os_versions: Sends::new("GET", "/v1/cloudimages/os_version"), client.list_os_versions() => ok(json!([{
        "platform": "SUSE", "version_list": [{
            "platform": "SUSE", "os_version_key": "SUSE 15 64bit", "os_version": "SUSE 15 64bit", "os_bit": 64, "os_type": "Linux"
        }]
    }]));

    list_os_versions as list_os_versions_of_several_tags: Sends::new("GET", "/v1/cloudimages/os_version?tag=bms&tag=a+b%26c"),
        client.list_os_versions().tag(vec![types::OsTag::from("bms"), types::OsTag::from("a b&c")]) => ok(json!([]));

    show_image_quota: Sends::new("GET", "/v1/cloudimages/quota"), client.show_image_quota() => ok(json!({
        "quotas": {"resources": [{"type": "image", "used": 0, "quota": 20, "min": 1, "max": 1000}]}
    }));

    create_or_update_tags: Sends::new("PUT", "/v1/cloudimages/tags").json(json!({
        "image_id": "i1", "image_tag": {"key": "k", "value": "é v"}
    })), client.create_or_update_tags().body(types::TagSet::builder().image_id("i1").image_tag(tags().remove(0))) => nothing();

    create_or_update_tags as create_or_update_tags_in_one_word: Sends::new("PUT", "/v1/cloudimages/tags").json(json!({
        "image_id": "i1", "tag": "k.v"
    })), client.create_or_update_tags().body(types::TagSet::builder().image_id("i1").tag(text("k.v"))) => nothing();

    create_whole_image: Sends::new("POST", "/v1/cloudimages/wholeimages/action").json(json!({
        "name": "whole", "instance_id": "s1", "is_new": {"deep": [1, null]}
    })), client.create_whole_image().body(
        json!({"name": "whole", "instance_id": "s1", "is_new": {"deep": [1, null]}}).as_object().unwrap().clone()
    ) => job();

    create_whole_image_from_server: Sends::new("POST", "/v1/cloudimages/wholeimages/action").json(json!({
        "name": "whole", "description": "d", "instance_id": "s1", "vault_id": "v1", "tags": ["aaa.111"],
        "image_tags": [{"key": "k", "value": "é v"}], "min_ram": 1024, "max_ram": 4096, "enterprise_project_id": "0"
    })), client.create_whole_image_from_server().body(
        types::CreateWholeImageFromServer::builder().name("whole").description(text("d")).instance_id("s1").vault_id(text("v1"))
            .tags(vec![text("aaa.111")]).image_tags(tags()).min_ram(1024).max_ram(4096).enterprise_project_id(text("0"))
    ) => job();

    create_whole_image_from_backup: Sends::new("POST", "/v1/cloudimages/wholeimages/action").json(json!({
        "name": "whole", "description": "d", "backup_id": "b1", "whole_image_type": "CBR", "vault_id": "v1", "tags": ["aaa.111"],
        "image_tags": [{"key": "k", "value": "é v"}], "min_ram": 1024, "max_ram": 4096, "enterprise_project_id": "0"
    })), client.create_whole_image_from_backup().body(
        types::CreateWholeImageFromBackup::builder().name("whole").description(text("d")).backup_id("b1")
            .whole_image_type(types::WholeImageType::from("CBR")).vault_id(text("v1")).tags(vec![text("aaa.111")])
            .image_tags(tags()).min_ram(1024).max_ram(4096).enterprise_project_id(text("0"))
    ) => job();

    copy_image_in_region: Sends::new("POST", "/v1/cloudimages/i%20%C3%A9%25/copy").json(json!({
        "name": "copy", "description": "d", "cmk_id": "c1", "enterprise_project_id": "0"
    })), client.copy_image_in_region().image_id("i é%").body(
        types::ImageCopy::builder().name("copy").description(text("d")).cmk_id(text("c1")).enterprise_project_id(text("0"))
    ) => job();

    copy_image_cross_region: Sends::new("POST", "/v1/cloudimages/i1/cross_region_copy").json(json!({
        "name": "far", "description": "d", "region": "r2", "project_name": "r2_p", "agency_name": "copier", "vault_id": "v1"
    })), client.copy_image_cross_region().image_id("i1").body(
        types::ImageCopyCrossRegion::builder().name("far").description(text("d")).region("r2").project_name("r2_p")
            .agency_name("copier").vault_id(text("v1"))
    ) => job();

    export_image: Sends::new("POST", "/v1/cloudimages/i1/file").json(json!({
        "bucket_url": "bucket:out.qcow2", "file_format": "qcow2"
    })), client.export_image().image_id("i1").body(
        types::ImageExport::builder().bucket_url("bucket:out.qcow2").file_format(types::ExportFormat::from("qcow2"))
    ) => job();

    export_image as export_image_quickly: Sends::new("POST", "/v1/cloudimages/i1/file").json(json!({
        "bucket_url": "bucket:out.zvhd2", "is_quick_export": true
    })), client.export_image().image_id("i1").body(
        types::ImageExport::builder().bucket_url("bucket:out.zvhd2").is_quick_export(true)
    ) => job();

    register_image: Sends::new("PUT", "/v1/cloudimages/i1/upload").json(json!({"image_url": "bucket:in.qcow2"})),
        client.register_image().image_id("i1").body(types::ImageRegister::builder().image_url("bucket:in.qcow2")) => job();

    list_image_members: Sends::new("GET", "/v1/p1/cloudimages/i1/members?limit=2&marker=m+1"),
        client.list_image_members().project_id("p1").image_id("i1").limit(2).marker("m 1") => ok(json!({
            "members": [{"image_id": "i1", "member_id": "m2", "status": "pending", "member_type": "project", "urn": "u"}],
            "schema": "/v2/schemas/members", "page_info": {"next_marker": "m2", "current_count": 1}
        }));

    list_image_members as list_image_members_without_conditions: Sends::new("GET", "/v1/p1/cloudimages/i1/members"),
        client.list_image_members().project_id("p1").image_id("i1") => ok(json!({"members": []}));

    show_image_member: Sends::new("GET", "/v1/p1/cloudimages/i1/members/m%25%3F%23"),
        client.show_image_member().project_id("p1").image_id("i1").member_id("m%?#") => ok(json!({
            "image_id": "i1", "member_id": "m%?#", "status": "rejected", "created_at": "2016-09-01T02:05:14Z",
            "updated_at": "2016-09-01T02:37:11Z", "schema": "/v2/schemas/member"
        }));

    batch_delete_tags: Sends::new("DELETE", "/v1/p1/cloudimages/i1/tags/delete").json(json!({
        "tags": [{"key": "k", "value": "v"}, {"key": "bare"}]
    })), client.batch_delete_tags().project_id("p1").image_id("i1").body(types::TagsDelete::builder().tags(vec![
        resource_tag("k", Some("v")), resource_tag("bare", None)
    ])) => nothing();

    show_job: Sends::new("GET", "/v1/p%201/jobs/j1"), client.show_job().project_id("p 1").job_id("j1") => ok(json!({
        "job_id": "j1", "job_type": "imsVolumesToSysDataImagesJob", "begin_time": "2024-11-06T06:38:16.765Z",
        "end_time": "2024-11-06T06:48:16.765Z", "status": "SUCCESS", "entities": {"sub_jobs_list": ["s1"], "sub_jobs_result": [{
            "job_id": "s1", "job_type": "imsCopyVolumeToImageJob", "status": "FAIL", "error_code": "IMG.0057", "fail_reason": "why",
            "entities": {"image_name": "n", "image_id": "i2"}
        }]}
    }));
}
