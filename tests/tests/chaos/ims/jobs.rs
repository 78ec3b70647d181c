//! Version 2 and 2.1: what begins a job, and what tells of it.

use cloudimg_ims_v2::types;
use serde_json::{Value, json};

use super::map;
use crate::story::{Seen, stories};
use crate::world::{SOMETHING, World, from};

fn of_server(world: &World) -> Value {
    json!({"name": world.name("server"), "instance_id": SOMETHING})
}

fn of_disks(world: &World) -> Value {
    json!({"data_images": [{"name": world.name("disk"), "volume_id": SOMETHING}]})
}

fn of_file(world: &World) -> Value {
    json!({"name": world.name("file"), "image_url": "sandbox:system.qcow2", "min_disk": 40})
}

fn of_volume(world: &World) -> Value {
    json!({
        "name": world.name("volume"), "volume_id": SOMETHING, "os_version": "CentOS 7.9 64bit", "type": "FusionCompute"
    })
}

fn quick(world: &World) -> Value {
    json!({
        "name": world.name("quick"), "image_url": "sandbox:system.zvhd2", "min_disk": 40, "os_version": "CentOS 7.9 64bit"
    })
}

stories! { STORIES =
    create_image(s) => s.v2("demo").create_image().body(map(&of_server(&s.world))).send();
    create_image_from_server(s) =>
        s.v2("demo").create_image_from_server().body(from::<types::CreateImageFromServer>(of_server(&s.world))).send();
    create_image_from_disks(s) =>
        s.v2("demo").create_image_from_disks().body(from::<types::CreateImageFromDisks>(of_disks(&s.world))).send();
    create_image_from_file(s) =>
        s.v2("demo").create_image_from_file().body(from::<types::CreateImageFromFile>(of_file(&s.world))).send();
    create_image_from_volume(s) =>
        s.v2("demo").create_image_from_volume().body(from::<types::CreateImageFromVolume>(of_volume(&s.world))).send();
    import_image_quick(s) =>
        s.v2("demo").import_image_quick().body(from::<types::QuickImportImageByFile>(quick(&s.world))).send();
    create_image_in_safe_mode(s) => s.v2("demo").create_image_in_safe_mode().body(map(&of_server(&s.world))).send();
    create_image_in_safe_mode_from_server(s) =>
        s.v2("demo").create_image_in_safe_mode_from_server().body(from::<types::CreateImageFromServer>(of_server(&s.world))).send();
    create_image_in_safe_mode_from_disks(s) =>
        s.v2("demo").create_image_in_safe_mode_from_disks().body(from::<types::CreateImageFromDisks>(of_disks(&s.world))).send();
    create_image_in_safe_mode_from_file(s) =>
        s.v2("demo").create_image_in_safe_mode_from_file().body(from::<types::CreateImageFromFile>(of_file(&s.world))).send();
    create_image_in_safe_mode_from_volume(s) =>
        s.v2("demo").create_image_in_safe_mode_from_volume().body(from::<types::CreateImageFromVolume>(of_volume(&s.world))).send();
    create_data_image_in_safe_mode(s) => s.v2("demo").create_data_image_in_safe_mode().body(from::<types::DataImageCreate>(json!({
        "name": s.world.name("data"), "image_url": "sandbox:data.raw", "min_disk": 40
    }))).send();
    import_image_quick_in_safe_mode(s) =>
        s.v2("demo").import_image_quick_in_safe_mode().body(from::<types::QuickImportImageByFile>(quick(&s.world))).send();
    copy_image_in_region_in_safe_mode(s; id = s.world.server_image()) =>
        s.v2("demo").copy_image_in_region_in_safe_mode().image_id(&id).body(
            from::<types::ImageCopy>(json!({"name": s.world.name("copy")}))
        ).send();
    export_image_in_safe_mode(s; id = s.world.server_image()) =>
        s.v2("demo").export_image_in_safe_mode().image_id(&id).body(
            from::<types::ImageExport>(json!({"bucket_url": format!("sandbox:{}", s.world.name("out")), "file_format": "vhd"}))
        ).send();
    show_job_progress(s; (job, _) = s.world.job()) => async {
        let found = s.v2("demo").show_job_progress().job_id(&job).send().await?.into_inner();
        Seen::same(found.job_id, job)
    };
    show_job(s; (job, _) = s.world.job()) =>
        s.v2("demo").show_job().project_id(s.world.project("demo")).job_id(&job).send();
}
