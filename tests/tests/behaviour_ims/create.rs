//! Images of servers, volumes, disks and files.

use std::time::Duration;

use cloudimg::ErrorKind;
use cloudimg::ims::{
    CreateImageFromFile, CreateImageFromServer, CreateImageFromVolume, DataImageCreate, DataImageFromDisk, DataImageFromFile,
    DataImageSource, ImageStatus, v2,
};
use serde_json::{Map, Value, json};

use crate::world::{NOTHING, SOMETHING, World, refused, rhythm};

cases!(
    from_a_server,
    a_system_from_a_volume_is_no_data_image,
    from_a_file,
    an_iso_file_asks_for_its_type,
    several_disks_give_several_images,
    a_data_disk_from_a_file,
    bodies_of_own_making_have_what_no_form_has,
    too_much_at_work_is_waited_out,
    registration_fills_a_queued_image,
);

async fn from_a_server(world: &World) {
    let images = world.demo.ims.images();
    let body = CreateImageFromServer::new("golden", SOMETHING).description("of a server").tags(["stage.live".to_owned()]);
    let id = images.create_from_server(body).await.unwrap().await.unwrap();
    let image = images.get(&id).await.unwrap();
    assert_eq!((image.name.as_deref(), image.description.as_deref()), (Some("golden"), Some("of a server")));
    assert_eq!((&image.status, image.tags.as_deref()), (&ImageStatus::Active, Some(&["stage=live".to_owned()][..])));
    let nothing = images.create_from_server(CreateImageFromServer::new("golden", NOTHING)).await;
    assert_eq!(refused(nothing, "IMG.0005").kind(), ErrorKind::NotFound);
}

async fn a_system_from_a_volume_is_no_data_image(world: &World) {
    let images = world.demo.ims.images();
    let body = |volume: &str| CreateImageFromVolume::new("system", volume, "Ubuntu 22.04 server 64bit");
    let id = images.create_from_volume(body(SOMETHING)).await.unwrap().await.unwrap();
    let system = images.get(&id).await.unwrap();
    assert_eq!(system.virtual_env_type, Some(v2::VirtualEnvType::FusionCompute));
    assert_eq!(system.platform.as_deref(), Some("Ubuntu"));
    refused(images.create_from_volume(body(NOTHING)).await, "IMG.0001");

    let ids = images.create_data_images([DataImageFromDisk::new("data", SOMETHING)]).await.unwrap().await.unwrap();
    let data = images.get(&ids[0]).await.unwrap();
    assert_eq!((ids.len(), data.virtual_env_type), (1, Some(v2::VirtualEnvType::DataImage)));
}

async fn from_a_file(world: &World) {
    let images = world.demo.ims.images();
    let body = |file: &str| CreateImageFromFile::new("file", file, 40);
    let id = images.create_from_obs(body("sandbox:system.qcow2")).await.unwrap().await.unwrap();
    assert_eq!(images.get(&id).await.unwrap().root_origin.as_deref(), Some("file"));
    assert_eq!(refused(images.create_from_obs(body("nobodys:system.qcow2")).await, "IMG.0069").kind(), ErrorKind::Forbidden);
    refused(images.create_from_obs(body("elsewhere:system.qcow2")).await, "IMG.0058");
    // A bucket that is there says nothing about the file: that is for the job to find out.
    let job = images.create_from_obs(body("sandbox:missing.qcow2")).await.unwrap();
    assert_eq!(refused(job.await, "IMG.0057").kind(), ErrorKind::JobFailed);
    // An address is no URL, which is known before anything is sent.
    let url = images.create_from_obs(body("https://bucket.example/system.qcow2")).await.unwrap_err();
    assert_eq!((url.kind(), url.status()), (ErrorKind::InvalidRequest, None));
    refused(images.unchecked().create_from_obs(body("https://bucket.example/system.qcow2")).await, "IMG.0057");
}

async fn an_iso_file_asks_for_its_type(world: &World) {
    let images = world.demo.ims.images();
    let body = || CreateImageFromFile::new("setup", "sandbox:install.iso", 40).type_(v2::CreateImageType::IsoImage);
    let id = images.create_from_obs(body().os_version("CentOS 7.9 64bit")).await.unwrap().await.unwrap();
    let image = images.get(&id).await.unwrap();
    assert_eq!(image.virtual_env_type, Some(v2::VirtualEnvType::IsoImage));
    let bare = images.create_from_obs(body()).await.unwrap_err();
    assert_eq!((bare.kind(), bare.status()), (ErrorKind::InvalidRequest, None));
    refused(images.unchecked().create_from_obs(body()).await, "IMG.0159");
}

async fn several_disks_give_several_images(world: &World) {
    let images = world.demo.ims.images();
    let disks: [DataImageSource; 3] = [
        DataImageFromDisk::new("one", SOMETHING).into(),
        DataImageFromDisk::new("two", SOMETHING).into(),
        DataImageFromFile::new("sandbox:data.raw", 40).name("three").into(),
    ];
    let mut ids = images.create_data_images(disks).await.unwrap().await.unwrap();
    let mut listed: Vec<String> = images.list().collect().await.unwrap().into_iter().map(|image| image.id).collect();
    ids.sort();
    listed.sort();
    assert_eq!((ids.len(), &ids), (3, &listed));

    let twice = || [(); 2].map(|()| DataImageFromFile::new("sandbox:data.raw", 40).name("same"));
    let error = images.create_data_images(twice()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, None));
    refused(images.unchecked().create_data_images(twice()).await, "IMG.0123");
}

async fn a_data_disk_from_a_file(world: &World) {
    let images = world.demo.ims.images();
    let body = |file: &str| DataImageCreate::new("data", file, 40);
    let id = images.create_data_image(body("sandbox:data.raw")).await.unwrap().await.unwrap();
    assert_eq!(images.get(&id).await.unwrap().virtual_env_type, Some(v2::VirtualEnvType::DataImage));
    refused(images.create_data_image(body("nobodys:data.raw")).await, "IMG.0069");
}

async fn bodies_of_own_making_have_what_no_form_has(world: &World) {
    let demo = &world.demo;
    let body = |value: Value| -> Map<String, Value> { serde_json::from_value(value).unwrap() };
    // The family of the system, which the SDKs do not know.
    let own = body(json!({"name": "own", "instance_id": SOMETHING, "os_type": "Windows"}));
    let job = demo.v2.create_image().body(own).send().await.unwrap().into_inner();
    let id = demo.made(&job.job_id).await;
    assert_eq!(demo.ims.images().get(&id).await.unwrap().os_type, Some(v2::OsType::Windows));
    let two = body(json!({"name": "own", "instance_id": SOMETHING, "volume_id": SOMETHING}));
    refused(demo.v2.create_image().body(two).send().await, "IMG.0001");
}

async fn too_much_at_work_is_waited_out(world: &World) {
    let ims = world.sandbox.ims();
    for (status, code) in [(400, "IMG.0060"), (400, "IMG.0194"), (429, "APIG.0308")] {
        ims.refuse_next("POST", "/v2/cloudimages/action", status, code, "too much");
        world.demo.server_image(code).await;
    }
    // But not without end.
    ims.refuse_next("POST", "/v2/cloudimages/action", 400, "IMG.0060", "too much");
    let mut hasty = rhythm();
    hasty.patience = Some(Duration::ZERO);
    let hasty = world.demo.ims.clone().with_rhythm(hasty);
    let error = refused(hasty.images().create_from_server(CreateImageFromServer::new("a", SOMETHING)).await, "IMG.0060");
    assert_eq!(error.kind(), ErrorKind::Throttled);
}

async fn registration_fills_a_queued_image(world: &World) {
    let images = world.demo.ims.images();
    let id = world.demo.queued_image(&world.sandbox, "later").await;
    assert_eq!(images.get(&id).await.unwrap().status, ImageStatus::Queued);
    let failed = images.register(&id, "sandbox:missing.vhd").await.unwrap().await;
    assert_eq!(refused(failed, "IMG.0057").kind(), ErrorKind::JobFailed);
    assert_eq!(images.get(&id).await.unwrap().status, ImageStatus::Queued);
    assert_eq!(images.register(&id, "sandbox:system.vhd").await.unwrap().await.unwrap(), id);
    assert_eq!(images.get(&id).await.unwrap().status, ImageStatus::Active);
    assert_eq!(refused(images.register(&id, "sandbox:system.vhd").await, "IMG.0046").kind(), ErrorKind::Conflict);
}
