use cloudimg::ErrorKind;
use cloudimg::ims::JobFailure;
use cloudimg_sandbox::{EffectKind, Fault as Wrong};
use cloudimg_tests::proxy::Fault;

use super::support::{BUCKET, MIB, Where, World, golden};

#[tokio::test]
async fn a_job_that_fails_leaves_no_object() {
    let world = World::start().await;
    world.sandbox.ims().fail_next_job("IMG.0057", "The file is no image.");
    let path = world.file("disk.raw", 9 * MIB);
    let error = world.ims().images().import_file(&path, BUCKET, golden).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::JobFailed, Some("IMG.0057")), "{error}");
    assert!(error.message().ends_with("nothing is left in the bucket `sandbox`"), "{error}");
    assert_eq!(JobFailure::of(&error).unwrap().reason.as_deref(), Some("The file is no image."));
    assert!(world.left().is_empty());
    assert_eq!(world.count(EffectKind::Deleted, |path| path.ends_with(".raw")), 1);
}

#[tokio::test]
async fn a_job_that_is_refused_leaves_no_object() {
    let world = World::start().await;
    world.sandbox.ims().refuse_next("POST", "/v2/cloudimages/action", 400, "IMG.0015", "The quota is used up.");
    let path = world.file("disk.raw", 9);
    let error = world.ims().images().import_file(&path, BUCKET, golden).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::QuotaExceeded);
    assert!(error.message().ends_with("nothing is left in the bucket `sandbox`") && world.left().is_empty(), "{error}");
}

#[tokio::test]
async fn an_upload_that_stays_broken_leaves_neither_object_nor_parts() {
    let world = World::start().await;
    for (size, fault) in [(9, Fault::ResetUnsent), (20 * MIB, Fault::ResetUnsent), (20 * MIB, Fault::ResetUnanswered)] {
        let proxy = world.proxy(Where::new(usize::MAX, |request| request.method == "PUT", fault)).await;
        let path = world.file("disk.raw", size);
        let error = world.ims_at(&proxy.url()).images().import_file(&path, BUCKET, golden).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
        assert!(error.message().ends_with("nothing is left in the bucket `sandbox`"), "{error}");
        world.until_gone().await;
        let puts = proxy.exchanges().iter().filter(|exchange| exchange.request.method == "PUT").count();
        assert!((4..=12).contains(&puts), "{puts}");
    }
}

#[tokio::test]
async fn what_breaks_a_few_times_is_sent_again() {
    let world = World::start().await;
    let path = world.file("disk.raw", 20 * MIB);
    for (fits, fault) in [
        ((|request| request.method == "PUT") as fn(&cloudimg_tests::proxy::Request) -> bool, Fault::ResetUnanswered),
        (|request| request.method == "PUT", Fault::Status(503, cloudimg_tests::proxy::RetryAfter::Unsaid)),
        // The object is made, and the answer lost: the second call finds no upload.
        (|request| request.method == "POST" && request.target.contains("uploadId"), Fault::ResetUnanswered),
    ] {
        let proxy = world.proxy(Where::new(2, fits, fault)).await;
        let imported = world.ims_at(&proxy.url()).images().import_file(&path, BUCKET, golden).await.unwrap();
        assert!(imported.verdict.is_verified());
        assert!(world.left().is_empty());
    }
}

#[tokio::test]
async fn bytes_that_arrive_as_others_are_found_by_their_hash() {
    let world = World::start().await;
    let other = b"HTTP/1.1 200 OK\r\nETag: \"900150983cd24fb0d6963f7d28e17f72\"\r\nContent-Length: 0\r\n\r\n".to_vec();
    let puts = |request: &cloudimg_tests::proxy::Request| request.method == "PUT";
    for (size, times, found) in [(9, usize::MAX, true), (20 * MIB, usize::MAX, true), (9, 1, false), (20 * MIB, 2, false)] {
        let proxy = world.proxy(Where::new(times, puts, Fault::Garbage(other.clone()))).await;
        let path = world.file("disk.raw", size);
        let result = world.ims_at(&proxy.url()).images().import_file(&path, BUCKET, golden).await;
        match result {
            Err(error) => {
                assert!(found && error.kind() == ErrorKind::Corrupt, "{error}");
                assert!(error.message().contains("900150983cd24fb0d6963f7d28e17f72"), "{error}");
                assert!(error.message().ends_with("nothing is left in the bucket `sandbox`"), "{error}");
            }
            Ok(imported) => assert!(!found && imported.verdict.is_verified()),
        }
        world.until_gone().await;
    }
}

#[tokio::test]
async fn an_upload_whose_id_was_lost_is_found_and_given_up() {
    let world = World::start().await;
    let begins = |request: &cloudimg_tests::proxy::Request| request.target.ends_with("?uploads") && request.method == "POST";
    let proxy = world.proxy(Where::new(1, begins, Fault::ResetUnanswered)).await;
    let path = world.file("disk.raw", 20 * MIB);
    let error = world.ims_at(&proxy.url()).images().import_file(&path, BUCKET, golden).await.unwrap_err();
    assert!(error.message().ends_with("nothing is left in the bucket `sandbox`"), "{error}");
    assert!(world.left().is_empty());
    assert_eq!(world.count(EffectKind::Created, |path| path.ends_with("?uploads")), 1);
    assert_eq!(world.count(EffectKind::Deleted, |path| path.ends_with("?uploadId")), 1);
}

#[tokio::test]
async fn an_object_that_cannot_be_removed_is_named() {
    let world = World::start().await;
    let path = world.file("disk.raw", 9);
    world.sandbox.faults().times(9, "DELETE", "/sandbox/*", Wrong::Status(403, None));
    let imported = world.ims().images().import_file(&path, BUCKET, golden).await.unwrap();
    let left = imported.left.unwrap();
    assert_eq!((left.reason.kind(), imported.image.status.as_str()), (ErrorKind::Forbidden, "active"));
    assert_eq!(world.left().iter().map(|name| format!("sandbox:{name}")).collect::<Vec<_>>(), [left.object]);

    world.sandbox.ims().fail_next_job("IMG.0057", "The file is no image.");
    let error = world.ims().images().import_file(&path, BUCKET, golden).await.unwrap_err();
    let names = world.left();
    assert!(names.len() == 2 && names.iter().any(|name| error.message().contains(&format!("the object `sandbox:{name}` is left"))));
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_makes_no_image() {
    let world = World::start().await;
    let path = world.file("disk.raw", 20 * MIB);
    let changed = path.clone();
    let import = world.ims().images().import_file(&path, BUCKET, golden);
    let once = std::sync::Once::new();
    let import = import.with_progress(move |progress: &cloudimg::transfer::Progress| {
        if progress.phase == cloudimg::transfer::Phase::Sending {
            once.call_once(|| {
                let file = std::fs::OpenOptions::new().append(true).open(&changed).unwrap();
                std::io::Write::write_all(&mut &file, b"more").unwrap();
            });
        }
    });
    let error = import.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().contains("changed while it was sent") && world.left().is_empty(), "{error}");
}
