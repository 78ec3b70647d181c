//! The twins under v2.1, which take the same bodies.

use cloudimg::ErrorKind;
use cloudimg::ims::{ImageStatus, v2};
use serde_json::{Map, Value, json};

use crate::world::{NOTHING, SOMETHING, UNKNOWN, World, refused};

cases!(images_are_made, data_images_are_made, files_are_imported_the_fast_way, images_are_copied, images_are_exported);

async fn is_active(world: &World, job: v2::JobStarted) {
    let id = world.demo.made(&job.job_id).await;
    assert_eq!(world.demo.ims.images().get(&id).await.unwrap().status, ImageStatus::Active);
}

async fn images_are_made(world: &World) {
    let client = &world.demo.v2;
    let own =
        |server: &str| -> Map<String, Value> { serde_json::from_value(json!({"name": "own", "instance_id": server})).unwrap() };
    is_active(world, client.create_image_in_safe_mode().body(own(SOMETHING)).send().await.unwrap().into_inner()).await;
    refused(client.create_image_in_safe_mode().body(own(NOTHING)).send().await, "IMG.0005");

    let body = |server: &str| v2::CreateImageFromServer::new("server", server);
    let call = |server: &str| client.create_image_in_safe_mode_from_server().body(body(server)).send();
    is_active(world, call(SOMETHING).await.unwrap().into_inner()).await;
    refused(call(NOTHING).await, "IMG.0005");

    let body = |volume: &str| v2::CreateImageFromVolume::new("volume", volume, "CentOS 7.9 64bit");
    let call = |volume: &str| client.create_image_in_safe_mode_from_volume().body(body(volume)).send();
    is_active(world, call(SOMETHING).await.unwrap().into_inner()).await;
    refused(call(NOTHING).await, "IMG.0001");

    let body = |file: &str| v2::CreateImageFromFile::new("file", file, 40);
    let call = |file: &str| client.create_image_in_safe_mode_from_file().body(body(file)).send();
    is_active(world, call("sandbox:system.qcow2").await.unwrap().into_inner()).await;
    refused(call("nobodys:system.qcow2").await, "IMG.0069");

    let body = |volume: &str| v2::CreateImageFromDisks::new([v2::DataImageFromDisk::new("disk", volume).into()]);
    let call = |volume: &str| client.create_image_in_safe_mode_from_disks().body(body(volume)).send();
    is_active(world, call(SOMETHING).await.unwrap().into_inner()).await;
    refused(call(NOTHING).await, "IMG.0001");
}

async fn data_images_are_made(world: &World) {
    let body = |file: &str| v2::DataImageCreate::new("data", file, 40);
    let call = |file: &str| world.demo.v2.create_data_image_in_safe_mode().body(body(file)).send();
    is_active(world, call("sandbox:data.raw").await.unwrap().into_inner()).await;
    refused(call("nobodys:data.raw").await, "IMG.0069");
}

async fn files_are_imported_the_fast_way(world: &World) {
    let body = |file: &str| v2::QuickImportImageByFile::new("fast", file, 40).os_version("CentOS 7.9 64bit");
    let call = |file: &str| world.demo.v2.import_image_quick_in_safe_mode().body(body(file)).send();
    is_active(world, call("sandbox:system.zvhd2").await.unwrap().into_inner()).await;
    refused(call("sandbox:system.qcow2").await, "IMG.0158");
}

async fn images_are_copied(world: &World) {
    let id = world.demo.server_image("original").await;
    let call = |id: &str| world.demo.v2.copy_image_in_region_in_safe_mode().image_id(id).body(v2::ImageCopy::new("copy")).send();
    is_active(world, call(&id).await.unwrap().into_inner()).await;
    assert_eq!(refused(call(UNKNOWN).await, "IMG.0027").kind(), ErrorKind::NotFound);
}

async fn images_are_exported(world: &World) {
    let id = world.demo.server_image("original").await;
    let body = || v2::ImageExport::new("sandbox:safe.vhd").file_format(v2::ExportFormat::Vhd);
    let call = || world.demo.v2.export_image_in_safe_mode().image_id(&id).body(body()).send();
    let job = call().await.unwrap().into_inner();
    world.demo.finish(&job.job_id).await.unwrap();
    assert!(world.sandbox.ims().object("sandbox", "safe.vhd").is_some());
    assert_eq!(refused(call().await, "IMG.0070").kind(), ErrorKind::Conflict);
}
