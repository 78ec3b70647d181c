//! Version 1.

use cloudimg_ims_v1::types;
use serde_json::json;

use super::map;
use crate::story::{Seen, stories};
use crate::world::{SOMETHING, World, from};

async fn shared_twice(world: &World) -> (String, Vec<String>) {
    let id = world.offered_image().await;
    let admin = world.project("admin");
    let job = world.begin("/v1/cloudimages/members", json!({"images": [id], "projects": [admin], "domains": ["account"]})).await;
    world.ended(&job).await;
    (id, vec![world.project("other"), admin, "account".to_owned()])
}

stories! { STORIES =
    create_data_image(s) => s.v1("demo").create_data_image().body(from::<types::DataImageCreate>(json!({
        "name": s.world.name("data"), "image_url": "sandbox:data.raw", "min_disk": 40
    }))).send();
    show_job_progress(s; (job, _) = s.world.job()) => async {
        let found = s.v1("demo").show_job_progress().job_id(&job).send().await?.into_inner();
        Seen::same(found.job_id, job)
    };
    batch_update_members(s; id = s.world.offered_image()) => s.v1("other").batch_update_members().body(
        from::<types::MembershipsUpdate>(json!({"images": [id], "project_id": s.world.project("other"), "status": "accepted"}))
    ).send();
    batch_add_members(s; id = s.world.server_image()) => s.v1("demo").batch_add_members().body(
        from::<types::MembersChange>(json!({"images": [id], "projects": [s.world.project("other")]}))
    ).send();
    batch_delete_members(s; id = s.world.offered_image()) => s.v1("demo").batch_delete_members().body(
        from::<types::MembersChange>(json!({"images": [id], "projects": [s.world.project("other")]}))
    ).send();
    list_os_versions(s) => s.v1("demo").list_os_versions().send();
    show_image_quota(s) => s.v1("demo").show_image_quota().send();
    list_tags(s; _id = s.world.tagged_image()) => async {
        let tags = s.v1("demo").list_tags().limit(10).send().await?.into_inner().tags;
        Seen::same(tags, ["k=v"])
    };
    create_or_update_tags(s; id = s.world.server_image()) => s.v1("demo").create_or_update_tags().body(
        from::<types::TagSet>(json!({"image_id": id, "tag": "a.b"}))
    ).send();
    create_whole_image(s) => s.v1("demo").create_whole_image().body(map(&json!({
        "name": s.world.name("whole"), "instance_id": SOMETHING, "vault_id": SOMETHING
    }))).send();
    create_whole_image_from_server(s) => s.v1("demo").create_whole_image_from_server().body(
        from::<types::CreateWholeImageFromServer>(json!({
            "name": s.world.name("whole"), "instance_id": SOMETHING, "vault_id": SOMETHING
        }))
    ).send();
    create_whole_image_from_backup(s) => s.v1("demo").create_whole_image_from_backup().body(
        from::<types::CreateWholeImageFromBackup>(json!({
            "name": s.world.name("whole"), "backup_id": uuid::Uuid::new_v4().to_string(), "whole_image_type": "CBR"
        }))
    ).send();
    copy_image_in_region(s; id = s.world.server_image()) => s.v1("demo").copy_image_in_region().image_id(&id).body(
        from::<types::ImageCopy>(json!({"name": s.world.name("copy")}))
    ).send();
    copy_image_cross_region(s; id = s.world.server_image()) => s.v1("demo").copy_image_cross_region().image_id(&id).body(
        from::<types::ImageCopyCrossRegion>(json!({
            "name": "far", "region": "region-1", "project_name": "region-1", "agency_name": "ims_copy_image"
        }))
    ).send();
    export_image(s; id = s.world.server_image()) => s.v1("demo").export_image().image_id(&id).body(
        from::<types::ImageExport>(json!({"bucket_url": format!("sandbox:{}", s.world.name("out")), "file_format": "qcow2"}))
    ).send();
    register_image(s; id = s.world.record()) => s.v1("demo").register_image().image_id(&id).body(
        from::<types::ImageRegister>(json!({"image_url": "sandbox:system.vhd"}))
    ).send();
    list_image_members(s; (id, members) = shared_twice(&s.world)) => async {
        let client = s.v1("demo");
        let call = client.list_image_members().project_id(s.world.project("demo")).image_id(&id).limit(1);
        Seen::rows(call.pager().collect().await?.into_iter().map(|member| member.member_id), members)
    };
    show_image_member(s; id = s.world.offered_image()) =>
        s.v1("demo").show_image_member().project_id(s.world.project("demo")).image_id(&id).member_id(s.world.project("other")).send();
    batch_delete_tags(s; id = s.world.tagged_image()) =>
        s.v1("demo").batch_delete_tags().project_id(s.world.project("demo")).image_id(&id).body(
            from::<types::TagsDelete>(json!({"tags": [{"key": "k"}]}))
        ).send();
    show_job(s; (job, _) = s.world.job()) => s.v1("demo").show_job().project_id(s.world.project("demo")).job_id(&job).send();
}
