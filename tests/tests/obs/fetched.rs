use cloudimg::ErrorKind;
use cloudimg::ims::{ImageExport, Ims};
use cloudimg::transfer::{Algorithm, Verdict};
use cloudimg_sandbox::{EffectKind, Fault};
use tokio::io::AsyncReadExt as _;

use super::support::{BUCKET, MIB, World, bytes, golden};

const SIZE: usize = 3 * MIB + 7;

fn qcow2(object: String) -> ImageExport {
    ImageExport::new(object).file_format("qcow2")
}

async fn image(world: &World, ims: &Ims) -> String {
    let imported = ims.images().import_file(world.file("disk.raw", SIZE), BUCKET, golden).await.unwrap();
    world.sandbox.effects().take();
    imported.image.id
}

fn names(world: &World) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(world.folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn an_image_is_fetched_into_a_file_and_its_object_goes() {
    let world = World::start().await;
    let ims = world.ims();
    let id = image(&world, &ims).await;
    let path = world.folder.path().join("back.qcow2");
    // What breaks off is gone on with.
    world.sandbox.faults().next("GET", "/sandbox/*", Fault::CutBodyAfter(MIB as u64));
    let fetched = ims.images().export_to_file(&id, BUCKET, qcow2, &path).await.unwrap();
    assert_eq!((fetched.bytes, fetched.verdict), (SIZE as u64, Verdict::Verified(Algorithm::Md5)));
    assert!(fetched.left.is_none() && world.left().is_empty());
    assert!(std::fs::read(&path).unwrap() == bytes(SIZE));
    assert_eq!(names(&world), ["back.qcow2", "disk.raw"]);
    assert_eq!(world.count(EffectKind::Deleted, |path| path.starts_with("/sandbox/cloudimg-")), 1);

    let again = ims.images().export_to_file(&id, BUCKET, qcow2, &path).await.unwrap_err();
    assert!(again.kind() == ErrorKind::Conflict && again.message().contains("back.qcow2"), "{again}");
    assert_eq!(world.count(EffectKind::Deleted, |_| true), 1);
}

#[tokio::test]
async fn an_image_is_fetched_into_a_writer() {
    let world = World::start().await;
    let ims = world.ims();
    let id = image(&world, &ims).await;
    let (writer, mut reader) = tokio::io::duplex(64 << 10);
    let reading = tokio::spawn(async move {
        let mut all = Vec::new();
        reader.read_to_end(&mut all).await.unwrap();
        all
    });
    let quick = |object: String| ImageExport::new(object).is_quick_export(true);
    ims.images().export_to_writer(&id, BUCKET, quick, writer).await.unwrap();
    assert!(reading.await.unwrap() == bytes(SIZE));
    assert!(world.left().is_empty());
}

#[tokio::test]
async fn what_cannot_be_fetched_leaves_neither_file_nor_object() {
    let world = World::start().await;
    let ims = world.ims();
    let id = image(&world, &ims).await;
    let path = world.folder.path().join("back.qcow2");
    let fetch = async || ims.images().export_to_file(&id, BUCKET, qcow2, &path).await.unwrap_err();
    world.sandbox.ims().fail_next_job("IMG.0001", "It cannot be written.");
    let error = fetch().await;
    assert_eq!(error.kind(), ErrorKind::JobFailed);
    assert!(error.message().ends_with("nothing is left in the bucket `sandbox`"), "{error}");
    for (kind, fault) in [(ErrorKind::Interrupted, Fault::CutBodyAfter(0)), (ErrorKind::Forbidden, Fault::Status(403, None))] {
        world.sandbox.faults().times(12, "GET", "/sandbox/*", fault);
        // The question where the bucket is has a path of its own.
        let error = fetch().await;
        world.sandbox.faults().clear();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(world.left().is_empty());
        assert_eq!(names(&world), ["disk.raw"]);
    }
}
