//! Images of whole servers, and the backups behind them.

use cloudimg::ErrorKind;
use cloudimg::ims::{CreateWholeImageFromBackup, CreateWholeImageFromServer, ImageCopy, v1, v2};
use serde_json::{Map, Value, json};

use crate::world::{SOMETHING, UNKNOWN, World, refused};

cases!(
    of_a_server,
    of_a_backup,
    of_a_body_of_own_making,
    the_backup_stays_unless_it_is_deleted_too,
    whole_images_stay_in_their_region
);

async fn of_a_server(world: &World) {
    let images = world.demo.ims.images();
    let id = world.demo.whole_image("whole").await;
    let image = images.get(&id).await.unwrap();
    // A text here, where a reference says boolean.
    assert_eq!(image.whole_image, Some(v2::TextOrBoolean::String("true".to_owned())));
    assert_eq!(world.sandbox.ims().backups(), [image.backup_id.unwrap()]);
    refused(images.create_whole_from_server(CreateWholeImageFromServer::new("whole", SOMETHING)).await, "IMG.0001");
}

async fn of_a_backup(world: &World) {
    let images = world.demo.ims.images();
    let body = || CreateWholeImageFromBackup::new("whole", SOMETHING).whole_image_type(v1::WholeImageType::Cbr);
    let id = images.create_whole_from_backup(body()).await.unwrap().await.unwrap();
    assert_eq!(images.get(&id).await.unwrap().backup_id.as_deref(), Some(SOMETHING));
    assert_eq!(refused(images.create_whole_from_backup(body()).await, "IMG.0029").kind(), ErrorKind::Conflict);
}

async fn of_a_body_of_own_making(world: &World) {
    let demo = &world.demo;
    let body = |value: Value| -> Map<String, Value> { serde_json::from_value(value).unwrap() };
    let own = body(json!({"name": "own", "instance_id": SOMETHING, "vault_id": SOMETHING}));
    let job = demo.v1.create_whole_image().body(own).send().await.unwrap().into_inner();
    demo.made(&job.job_id).await;
    let both = body(json!({"name": "own", "instance_id": SOMETHING, "backup_id": UNKNOWN, "vault_id": SOMETHING}));
    refused(demo.v1.create_whole_image().body(both).send().await, "IMG.0001");
}

async fn the_backup_stays_unless_it_is_deleted_too(world: &World) {
    let images = world.demo.ims.images();
    let (kept, dropped) = (world.demo.whole_image("kept").await, world.demo.whole_image("dropped").await);
    let backup = images.get(&kept).await.unwrap().backup_id.unwrap();
    images.delete(&kept).await.unwrap();
    assert_eq!(world.sandbox.ims().backups().len(), 2);
    images.delete(&dropped).with_backup().await.unwrap();
    assert_eq!(world.sandbox.ims().backups(), [backup]);
}

async fn whole_images_stay_in_their_region(world: &World) {
    let images = world.demo.ims.images();
    let id = world.demo.whole_image("whole").await;
    assert_eq!(refused(images.copy(&id, ImageCopy::new("copy")).await, "IMG.0130").kind(), ErrorKind::Forbidden);
    let export = v1::ImageExport::new("sandbox:whole.zvhd2").is_quick_export(true);
    assert_eq!(refused(images.export(&id, export).await, "IMG.0128").kind(), ErrorKind::Forbidden);
}
