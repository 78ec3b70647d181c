//! Files that images go to.

use std::future::IntoFuture as _;
use std::sync::{Arc, Mutex};

use cloudimg::ErrorKind;
use cloudimg::transfer::{Limits, Phase, Progress};

use super::service::{Answer, Service};
use super::world::{MIB, World, names, random};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_gets_its_name_with_the_right_bytes_and_nothing_is_left_beside_it() {
    let world = World::start().await;
    let data = random(5 * MIB + 1, 1);
    let id = world.image(&data).await;
    let done = world.images().download(&id).to_path(world.path("disk")).await.unwrap();
    assert_eq!((done.bytes, done.resumed_from, done.image.id), (data.len() as u64, 0, id));
    assert_eq!(done.verdict.to_string(), "verified by sha512");
    assert_eq!(done.path, Some(world.path("disk")));
    assert!(std::fs::read(world.path("disk")).unwrap() == data);
    assert_eq!(world.names(), ["disk"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_image_is_an_empty_file() {
    let service = Service::start(Vec::new(), |_, _, answer| answer).await;
    let folder = tempfile::tempdir().unwrap();
    let done = service.images().download("7").to_path(folder.path().join("disk")).with_connections(3).await.unwrap();
    assert_eq!((done.bytes, done.verdict.is_verified()), (0, true));
    assert_eq!(std::fs::read(folder.path().join("disk")).unwrap(), b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_before_anything_is_sent() {
    let service = Service::start(random(1000, 2), |_, _, answer| answer).await;
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().join("there");
    std::fs::write(&there, "mine").unwrap();
    for (path, kind) in [
        (there.clone(), ErrorKind::Conflict),
        (folder.path().to_owned(), ErrorKind::Io),
        (folder.path().join("none/disk"), ErrorKind::Io),
        (there.join("disk"), ErrorKind::Io),
        ("/dev/null".into(), ErrorKind::Io),
        ("/proc/disk".into(), ErrorKind::Io),
    ] {
        let error = service.images().download("7").to_path(&path).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{}: {error:?}", path.display());
        assert!(error.message().contains(path.file_name().unwrap().to_str().unwrap()), "{error}");
    }
    assert_eq!(service.count(), 0);
    assert_eq!(std::fs::read(&there).unwrap(), b"mine");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_replaced_stays_until_the_new_one_is_right_and_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt as _;
    let data = random(MIB, 3);
    let wrong = Service::start(data.clone(), |_, ask, mut answer| {
        if ask.is_data() {
            answer.body[7] ^= 1;
        }
        answer
    })
    .await;
    let right = Service::start(data.clone(), |_, _, answer| answer).await;
    let folder = tempfile::tempdir().unwrap();
    let (real, path) = (folder.path().join("real"), folder.path().join("link"));
    std::fs::write(&real, "old").unwrap();
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::os::unix::fs::symlink(&real, &path).unwrap();
    wrong.images().download("7").to_path(&path).overwriting().await.unwrap_err();
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    right.images().download("7").to_path(&path).overwriting().await.unwrap();
    assert!(std::fs::read(&real).unwrap() == data);
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(std::fs::symlink_metadata(&path).unwrap().is_symlink(), "the link is still one");
    assert_eq!(names(folder.path()), ["link", "real"]);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn zeroes_become_holes_unless_they_shall_not() {
    use std::os::unix::fs::MetadataExt as _;
    let mut data = vec![0; 20 * MIB];
    data[..MIB].copy_from_slice(&random(MIB, 4));
    data[12 * MIB..13 * MIB].copy_from_slice(&random(MIB, 5));
    let service = Service::start(data.clone(), |_, _, answer| answer).await;
    let folder = tempfile::tempdir().unwrap();
    for connections in [1, 4] {
        let path = folder.path().join(format!("sparse-{connections}"));
        service.images().download("7").to_path(&path).with_connections(connections).await.unwrap();
        let metadata = std::fs::metadata(&path).unwrap();
        assert_eq!(metadata.len(), data.len() as u64);
        let room = metadata.blocks() * 512;
        assert!(room < 4 * MIB as u64, "{room} bytes of room");
        assert!(std::fs::read(&path).unwrap() == data);
    }
    let path = folder.path().join("dense");
    service.images().download("7").to_path(&path).without_holes().await.unwrap();
    assert!(std::fs::metadata(&path).unwrap().blocks() * 512 >= data.len() as u64);
    assert!(std::fs::read(&path).unwrap() == data);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_downloads_to_one_file_are_one_too_many() {
    let world = World::start().await;
    let data = random(2 * MIB, 6);
    let id = world.image(&data).await;
    let path = world.path("disk");
    let (images, slow) = (world.images(), Limits::new().with_bytes_per_second(MIB as u64));
    let first = tokio::spawn(images.download(&id).to_path(&path).with_limits(slow).into_future());
    cloudimg_tests::until("the first one has begun", async || {
        Ok(world.names().iter().any(|name| name.ends_with(".journal")).then_some(()))
    })
    .await
    .unwrap();
    let error = images.download(&id).to_path(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.message().contains("another download writes this file"), "{error}");
    first.abort();
    // What the first one has left is taken up as soon as it has let go of it.
    let _ = first.await;
    let done = images.download(&id).to_path(&path).await.unwrap();
    assert!(done.verdict.is_verified() && done.resumed_from > 0);
    assert!(std::fs::read(&path).unwrap() == data);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_else_makes_meanwhile_is_not_touched() {
    let data = random(MIB, 7);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk");
    let theirs = path.clone();
    let service = Service::start(data, move |_, ask, answer| {
        if ask.is_data() {
            std::fs::write(&theirs, "theirs").unwrap();
        }
        answer
    })
    .await;
    let error = service.images().download("7").to_path(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error:?}");
    assert_eq!(std::fs::read(&path).unwrap(), b"theirs");
    let done = service.images().download("7").to_path(&path).overwriting().await.unwrap();
    assert_eq!(done.resumed_from, MIB as u64, "none of it came again");
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_told_of_each_phase_and_adds_up() {
    let data = random(3 * MIB, 8);
    let service = Service::start(data.clone(), |before, ask, answer| match before {
        _ if !ask.is_data() => answer,
        0 => Answer { cut: Some(MIB), ..answer },
        1 => Answer::of(403, "{}"),
        _ => answer,
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk");
    service.images().download("7").to_path(&path).await.unwrap_err();
    let all: Arc<Mutex<Vec<Progress>>> = Arc::default();
    let told = Arc::clone(&all);
    let observer = move |progress: &Progress| told.lock().unwrap().push(progress.clone());
    let done = service.images().download("7").to_path(&path).with_progress(observer).await.unwrap();
    let all = all.lock().unwrap();
    let mut phases: Vec<_> = all.iter().map(|progress| progress.phase.clone()).collect();
    phases.dedup();
    assert_eq!(phases, [Phase::Preparing, Phase::Hashing, Phase::Receiving, Phase::Finishing, Phase::Done]);
    let hashing = all.iter().find(|progress| progress.phase == Phase::Hashing).unwrap();
    assert_eq!(hashing.total, Some(done.resumed_from));
    let receiving: Vec<_> = all.iter().filter(|progress| progress.phase == Phase::Receiving).collect();
    assert!(receiving.iter().all(|progress| progress.total == Some(3 * MIB as u64) && progress.bytes <= 3 * MIB as u64));
    assert!(receiving.iter().any(|progress| progress.bytes == done.resumed_from), "{receiving:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_resuming_all_of_it_comes_again() {
    let data = random(2 * MIB, 9);
    let service = Service::start(data.clone(), |before, ask, answer| match before {
        _ if !ask.is_data() => answer,
        0 => Answer { cut: Some(MIB), ..answer },
        1 => Answer::of(403, "{}"),
        _ => answer,
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk");
    service.images().download("7").to_path(&path).await.unwrap_err();
    let done = service.images().download("7").to_path(&path).without_resuming().await.unwrap();
    assert_eq!((done.resumed_from, service.ranges().last()), (0, Some(&None)));
    assert!(std::fs::read(&path).unwrap() == data);
}
