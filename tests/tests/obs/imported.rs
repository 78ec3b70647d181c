use std::sync::{Arc, Mutex};

use cloudimg::ims::{DataImageCreate, ImageExport, Ims, QuickImportImageByFile};
use cloudimg::transfer::{Algorithm, Limits, Phase, Progress, Verdict};
use cloudimg::{Cloud, Named, Scope, Settings, User};
use cloudimg_sandbox::EffectKind;

use super::support::{BUCKET, MIB, World, bytes, golden, hurried};

/// The bytes of an image, as the sandbox exports them.
async fn content(world: &World, ims: &Ims, id: &str) -> Vec<u8> {
    let object = format!("check-{id}");
    let body = ImageExport::new(format!("{BUCKET}:{object}")).file_format("qcow2");
    ims.images().export(id, body).await.unwrap().await.unwrap();
    world.sandbox.ims().object(BUCKET, &object).unwrap()
}

#[tokio::test]
async fn a_file_becomes_an_image_and_its_object_goes() {
    let world = World::start().await;
    let ims = world.ims();
    // In one call, and in parts: of which the last is whole, and of which it is one byte.
    for (size, parts) in [(1, 0), (8 * MIB, 0), (16 * MIB, 2), (24 * MIB + 1, 4)] {
        world.sandbox.effects().take();
        let path = world.file("disk.raw", size);
        let imported = ims.images().import_file(&path, BUCKET, golden).await.unwrap();
        assert_eq!((imported.bytes, imported.image.status.as_str()), (size as u64, "active"));
        assert_eq!(imported.verdict, Verdict::Verified(Algorithm::Md5));
        assert!(imported.left.is_none());
        assert!(content(&world, &ims, &imported.image.id).await == bytes(size), "{size}");
        assert!(world.left().is_empty());
        assert_eq!(world.count(EffectKind::DataWritten, |path| path.ends_with("?partNumber")), parts);
        let done = world.done();
        let (first, last) = (done.first().unwrap(), done.last().unwrap());
        let name = last.path.strip_prefix("/sandbox/cloudimg-").unwrap();
        assert!(name.len() == 36 + ".raw".len() && name.ends_with(".raw"), "{name}");
        assert_eq!((last.kind, &last.method[..]), (EffectKind::Deleted, "DELETE"));
        assert!(first.path.starts_with(&last.path));
    }
}

#[tokio::test]
async fn data_disks_and_fast_imports_are_made_alike() {
    let world = World::start().await;
    let images = world.ims().images();
    let raw = world.file("data.RAW", 100);
    let data = images.import_file(&raw, BUCKET, |object| DataImageCreate::new("data", object, 40)).await.unwrap();
    let quick = |object| QuickImportImageByFile::new("quick", object, 40).os_version("Ubuntu 22.04 server 64bit");
    let quick = images.import_file(&raw, BUCKET, quick).await.unwrap();
    let nameless = world.file("disk", 100);
    let named = images.import_file(&nameless, BUCKET, golden).with_format("img").await.unwrap();
    for image in [&data.image, &quick.image, &named.image] {
        assert_eq!(image.status.as_str(), "active");
    }
    assert!(world.done().iter().any(|effect| effect.path.ends_with(".img")) && world.left().is_empty());
}

#[tokio::test]
async fn progress_goes_from_the_first_byte_to_the_last_and_limits_are_kept() {
    let world = World::start().await;
    let path = world.file("disk.raw", 20 * MIB);
    let seen: Arc<Mutex<Vec<Progress>>> = Arc::default();
    let here = Arc::clone(&seen);
    let import = world.ims().images().import_file(&path, BUCKET, golden);
    let import = import.with_progress(move |progress: &Progress| here.lock().unwrap().push(progress.clone()));
    let began = std::time::Instant::now();
    import.with_limits(Limits::new().with_bytes_per_second(2_000 * MIB as u64).with_connections(1)).await.unwrap();
    assert!(began.elapsed() >= std::time::Duration::from_millis(1));
    let seen = seen.lock().unwrap();
    let mut phases: Vec<Phase> = seen.iter().map(|progress| progress.phase.clone()).collect();
    phases.dedup();
    let working = Phase::Working { stores_left: Vec::new() };
    assert_eq!(phases, [Phase::Preparing, Phase::Sending, working, Phase::CleaningUp, Phase::Done]);
    let sending: Vec<_> = seen.iter().filter(|progress| progress.phase == Phase::Sending).collect();
    assert!(sending.iter().all(|progress| progress.total == Some(20 * MIB as u64)));
    assert!(sending.windows(2).all(|pair| pair[0].bytes <= pair[1].bytes) && sending.last().unwrap().bytes <= 20 * MIB as u64);
}

#[tokio::test]
async fn a_token_buys_the_keys_and_the_catalog_knows_the_storage() {
    let world = World::start().await;
    let domain = Some(Named::Id("default".to_owned()));
    let scope = Scope::Project { name: "demo".to_owned(), domain: domain.clone() };
    let user = User::Name { name: "demo".to_owned(), domain };
    let settings = Settings::new(world.sandbox.auth_url(), user, world.sandbox.password(), scope).with_region("RegionOne");
    let cloud = Cloud::builder(settings.with_endpoint("ims", world.sandbox.ims_url())).build().unwrap();
    let ims = hurried(cloud.ims());
    let path = world.file("disk.raw", 9 * MIB);
    let imported = ims.images().import_file(&path, BUCKET, golden).await.unwrap();
    assert!(imported.verdict.is_verified() && world.left().is_empty());
    assert!(content(&world, &ims, &imported.image.id).await == bytes(9 * MIB));
}

#[tokio::test]
async fn keys_of_a_profile_work_with_the_project_that_iam_finds() {
    use cloudimg::huawei::Chain;

    let world = World::start().await;
    let written = world.sandbox.write_config(world.folder.path()).unwrap();
    let file = std::fs::read_to_string(written.iter().find(|path| path.ends_with("huawei.env")).unwrap()).unwrap();
    let variables: std::collections::HashMap<String, String> = file
        .lines()
        .filter_map(|line| line.strip_prefix("export ")?.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned()))
        .collect();
    let chain = Chain::new().with_variables(move |name| variables.get(name).cloned());
    let ims = hurried(cloudimg::ims::ImsBuilder::from_chain(chain).unwrap().build().unwrap());
    let imported = ims.images().import_file(world.file("disk.raw", 77), BUCKET, golden).await.unwrap();
    assert_eq!((imported.bytes, world.left().len()), (77, 0));
}
