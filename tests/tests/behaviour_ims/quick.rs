//! The fast import.

use cloudimg::ErrorKind;
use cloudimg::ims::{CreateImageFromFile, QuickImportImageByFile, v2};

use crate::world::{World, refused};

cases!(a_system_is_imported_the_fast_way, a_data_disk_needs_no_system, the_given_system_is_needed_only_here);

async fn a_system_is_imported_the_fast_way(world: &World) {
    let images = world.demo.ims.images();
    let body = |file: &str| QuickImportImageByFile::new("fast", file, 40).os_version("CentOS 7.9 64bit");
    let id = images.import_quick(body("sandbox:system.zvhd2")).await.unwrap().await.unwrap();
    assert_eq!(images.get(&id).await.unwrap().os_version.as_deref(), Some("CentOS 7.9 64bit"));
    // Other formats would have to be converted.
    let other = images.import_quick(body("sandbox:system.qcow2")).await;
    assert_eq!(refused(other, "IMG.0158").kind(), ErrorKind::InvalidRequest);
}

async fn a_data_disk_needs_no_system(world: &World) {
    let images = world.demo.ims.images();
    let data = QuickImportImageByFile::new("data", "sandbox:data.raw", 40).type_(v2::QuickImportType::DataImage);
    let id = images.import_quick(data).await.unwrap().await.unwrap();
    assert_eq!(images.get(&id).await.unwrap().virtual_env_type, Some(v2::VirtualEnvType::DataImage));
    let system = || QuickImportImageByFile::new("system", "sandbox:data.raw", 40);
    assert_eq!(images.import_quick(system()).await.unwrap_err().status(), None);
    refused(images.unchecked().import_quick(system()).await, "IMG.0159");
}

async fn the_given_system_is_needed_only_here(world: &World) {
    let images = world.demo.ims.images();
    let body = || CreateImageFromFile::new("file", "sandbox:system.zvhd2", 40);
    images.create_from_obs(body()).await.unwrap().await.unwrap();
    let quick = images.create_from_obs(body().is_quick_import(true)).await.unwrap_err();
    assert_eq!((quick.kind(), quick.status()), (ErrorKind::InvalidRequest, None));
    refused(images.unchecked().create_from_obs(body().is_quick_import(true)).await, "IMG.0159");
}
