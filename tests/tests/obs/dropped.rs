use std::time::Duration;

use cloudimg::transfer::{Limits, Phase, Progress, watch};
use cloudimg_sandbox::EffectKind;
use futures::StreamExt as _;

use super::support::{BUCKET, MIB, World, golden};

/// Drops an import once `now` says so of its progress.
async fn drop_when(world: &World, size: usize, now: impl Fn(&World, &Progress) -> bool) {
    let path = world.file("disk.raw", size);
    let (watcher, mut seen) = watch();
    let limits = Limits::new().with_bytes_per_second(4 * MIB as u64);
    let import = world.ims().images().import_file(&path, BUCKET, golden).with_progress(watcher).with_limits(limits);
    let mut import = Box::pin(import.into_future());
    loop {
        tokio::select! {
            ended = &mut import => panic!("it came to its end: {ended:?}"),
            progress = seen.next() => if now(world, &progress.unwrap()) {
                break;
            },
        }
    }
    drop(import);
}

#[tokio::test]
async fn an_import_that_is_dropped_in_the_midst_of_parts_leaves_nothing() {
    let world = World::start().await;
    drop_when(&world, 20 * MIB, |world, progress| progress.bytes > 0 && !world.left().is_empty()).await;
    world.until_gone().await;
    assert_eq!(world.count(EffectKind::Deleted, |path| path.ends_with("?uploadId")), 1);
    assert!(world.count(EffectKind::Created, |path| path.ends_with(".raw")) == 0);
}

#[tokio::test]
async fn an_import_that_is_dropped_while_its_job_works_leaves_no_object() {
    let world = World::start().await;
    let clock = cloudimg_sandbox::Clock::manual(jiff::Timestamp::now());
    let sandbox = cloudimg_sandbox::Sandbox::builder().clock(clock).task_step(Duration::from_secs(10)).start().await.unwrap();
    let world = World { sandbox, ..world };
    drop_when(&world, 9, |world, progress| matches!(progress.phase, Phase::Working { .. }) && !world.left().is_empty()).await;
    world.until_gone().await;
    assert_eq!(world.count(EffectKind::Deleted, |path| path.ends_with(".raw")), 1);
}

#[tokio::test]
async fn what_is_never_awaited_sends_nothing() {
    let world = World::start().await;
    let path = world.file("disk.raw", 9);
    drop(world.ims().images().import_file(&path, BUCKET, golden).into_future());
    assert!(world.done().is_empty());
}
