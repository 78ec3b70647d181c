//! Copies and exports.

use std::fmt;

use cloudimg::ErrorKind;
use cloudimg::credentials::{Credentials, Outgoing, Proof};
use cloudimg::ims::{ImageCopy, ImageCopyCrossRegion, ImageExport, Ims, JobKind, v1};
use futures::future::BoxFuture;

use crate::world::{UNKNOWN, World, builder, keys, refused, rhythm};

cases!(
    a_copy_within_the_region,
    a_copy_to_another_region_arrives_there,
    a_copy_to_another_region_is_awaited_again,
    the_region_of_a_copy_is_not_that_of_the_caller,
    an_export_writes_a_file_once,
);

/// Where copies arrive; the sandbox has its other regions behind a header.
const THERE: &str = "region-1";

/// Credentials for another region of the sandbox.
#[derive(Debug)]
struct Elsewhere<C>(C, &'static str);

impl<C: Credentials + fmt::Debug> Credentials for Elsewhere<C> {
    fn authorize<'a>(&'a self, request: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, cloudimg::Error>> {
        request.headers_mut().insert("x-sandbox-region", self.1.parse().unwrap());
        self.0.authorize(request)
    }
}

fn there(world: &World, region: &'static str) -> Ims {
    let builder = builder(&world.sandbox, &world.demo.project).region(region);
    builder.credentials(Elsewhere(keys(&world.sandbox, "demo"), region)).build().unwrap().with_rhythm(rhythm())
}

fn copy(region: &str) -> ImageCopyCrossRegion {
    ImageCopyCrossRegion::new("far", region, region, "ims_copy_image")
}

async fn a_copy_within_the_region(world: &World) {
    let images = world.demo.ims.images();
    let id = world.demo.server_image("original").await;
    let copy = images.copy(&id, ImageCopy::new("copy").description("again")).await.unwrap().await.unwrap();
    let made = images.get(&copy).await.unwrap();
    assert_eq!((made.name.as_deref(), made.originalimagename.as_deref()), (Some("copy"), Some(id.as_str())));
    assert_eq!(refused(images.copy(UNKNOWN, ImageCopy::new("copy")).await, "IMG.0027").kind(), ErrorKind::NotFound);
}

async fn a_copy_to_another_region_arrives_there(world: &World) {
    let (images, target) = (world.demo.ims.images(), there(world, THERE));
    let id = world.demo.server_image("original").await;
    let copied = images.copy_to_region(&id, copy(THERE), &target).await.unwrap().await.unwrap();
    assert_eq!(target.images().get(&copied).await.unwrap().name.as_deref(), Some("far"));
    assert_eq!(images.get(&copied).await.unwrap_err().kind(), ErrorKind::NotFound);
    let unknown = images.copy_to_region(UNKNOWN, copy(THERE), &target).await;
    assert_eq!(refused(unknown, "IMG.0027").kind(), ErrorKind::NotFound);
}

async fn a_copy_to_another_region_is_awaited_again(world: &World) {
    let (ims, target) = (&world.demo.ims, there(world, THERE));
    let id = world.demo.server_image("original").await;
    let text = ims.images().copy_to_region(&id, copy(THERE), &target).await.unwrap().detach();
    let nowhere = ims.attach::<String>(&text).await.unwrap().await.unwrap_err();
    assert_eq!(nowhere.kind(), ErrorKind::Configuration);
    let job = ims.attach::<String>(&text).await.unwrap();
    assert_eq!(job.kind(), JobKind::CopyImageCrossRegion);
    let copied = job.awaited_in(&target).await.unwrap().await.unwrap();
    assert!(target.images().get(&copied).await.is_ok());
}

async fn the_region_of_a_copy_is_not_that_of_the_caller(world: &World) {
    let (images, target) = (world.demo.ims.images(), there(world, THERE));
    let id = world.demo.server_image("original").await;
    for (region, to) in [("region-2", &target), (crate::world::REGION, &world.demo.ims)] {
        let error = images.copy_to_region(&id, copy(region), to).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, None), "{region}");
    }
    // The service knows its own region, too.
    let own = world.demo.v1.copy_image_cross_region().image_id(&id).body(copy(crate::world::REGION)).send().await;
    assert_eq!(refused(own, "IMG.0142").kind(), ErrorKind::InvalidRequest);
}

async fn an_export_writes_a_file_once(world: &World) {
    let images = world.demo.ims.images();
    let id = world.demo.server_image("original").await;
    let body = || ImageExport::new("sandbox:out.qcow2").file_format(v1::ExportFormat::Qcow2);
    // The job names the image that was exported.
    let exported = images.export(&id, body()).await.unwrap().await.unwrap();
    assert_eq!(exported.image_id.as_deref(), Some(id.as_str()));
    let written = world.sandbox.ims().object("sandbox", "out.qcow2").unwrap();
    assert!(!written.is_empty());
    assert_eq!(refused(images.export(&id, body()).await, "IMG.0070").kind(), ErrorKind::Conflict);
    // A quick export has a format of its own.
    let quick = || ImageExport::new("sandbox:quick.zvhd2").is_quick_export(true);
    images.export(&id, quick()).await.unwrap().await.unwrap();
    let both = images.export(&id, quick().file_format(v1::ExportFormat::Vhd)).await.unwrap_err();
    assert_eq!((both.kind(), both.status()), (ErrorKind::InvalidRequest, None));
    refused(images.unchecked().export(&id, quick().file_format(v1::ExportFormat::Vhd)).await, "IMG.0001");
}
