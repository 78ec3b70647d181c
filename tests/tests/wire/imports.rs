use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cloudimg::ErrorKind;
use cloudimg::glance::types::TaskStatus;
use cloudimg::glance::{ImageStatus, ImportFailure, ImportLeft, ImportMethod, Imported};
use cloudimg::poller::Rhythm;
use cloudimg::transfer::{Algorithm, Verdict};
use serde_json::{Value, json};

use super::{cloud, ok, status};
use crate::server::{Reply, Request};

fn often() -> Rhythm {
    let mut rhythm = Rhythm::default();
    (rhythm.first, rhythm.longest) = (Duration::from_millis(1), Duration::from_millis(1));
    rhythm
}

/// The record of the image 7 with these members besides.
fn record(status: &str, more: Value) -> Value {
    let mut image = json!({"id": "7", "status": status, "visibility": "shared", "protected": false, "min_ram": 0, "min_disk": 0, "tags": [],
        "disk_format": "raw", "container_format": "bare", "created_at": "2026-11-21T09:27:54Z", "updated_at": "2026-11-21T09:27:54Z"});
    image.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    image
}

fn task(id: &str, status: &str, message: &str) -> Value {
    json!({"id": id, "type": "api_image_import", "status": status, "message": message, "request_id": format!("req-{id}"),
        "created_at": format!("2026-11-21T09:27:5{}.000001", id.len()), "input": {"backend": ["fast"]}})
}

/// A service that answers each look at the image with the next of these records and tasks; `None` for tasks it does not have.
struct Service {
    looks: Vec<(Value, Option<Vec<Value>>)>,
    next: AtomicUsize,
    sent: Mutex<Vec<Value>>,
}

impl Service {
    fn new(looks: Vec<(Value, Option<Vec<Value>>)>) -> Self {
        Self { looks, next: AtomicUsize::new(0), sent: Mutex::default() }
    }

    fn answer(&self, request: &Request) -> Reply {
        let at = |n: usize| &self.looks[n.min(self.looks.len() - 1)];
        match request.path.as_str() {
            "/v2/images/7/import" => {
                self.sent.lock().unwrap().push(serde_json::from_slice(&request.body).unwrap());
                status(202).header("x-openstack-request-id", "req-mine")
            }
            "/v2/images/7" => ok(&at(self.next.fetch_add(1, Ordering::SeqCst)).0.to_string()),
            "/v2/images/7/tasks" => match &at(self.next.load(Ordering::SeqCst).max(1) - 1).1 {
                Some(tasks) => ok(&json!({"tasks": tasks}).to_string()),
                None => status(404),
            },
            _ => status(404),
        }
    }
}

async fn imported(method: ImportMethod, looks: Vec<(Value, Option<Vec<Value>>)>) -> cloudimg::Result<Imported> {
    let service = Service::new(looks);
    let (_server, images) = cloud(move |request| service.answer(request)).await;
    images.import("7", method).with_expected_hash(Algorithm::Sha512, "abc").with_rhythm(often()).wait().await
}

const DONE: fn() -> Value = || record("active", json!({"stores": "fast", "os_hash_algo": "sha512", "os_hash_value": "abc"}));

#[tokio::test]
async fn each_way_to_import_has_its_body() {
    let cases = [
        (ImportMethod::GlanceDirect, "uploading", json!({"name": "glance-direct"})),
        (ImportMethod::web_download("http://x/y"), "queued", json!({"name": "web-download", "uri": "http://x/y"})),
        (ImportMethod::CopyImage, "active", json!({"name": "copy-image"})),
        (
            ImportMethod::glance_download("r2", "8"),
            "queued",
            json!({"name": "glance-download", "glance_region": "r2", "glance_image_id": "8"}),
        ),
        (
            ImportMethod::GlanceDownload { region: "r2".into(), image_id: "8".into(), service_interface: Some("internal".into()) },
            "queued",
            json!({"name": "glance-download", "glance_region": "r2", "glance_image_id": "8", "glance_service_interface": "internal"}),
        ),
    ];
    for (way, state, method) in cases {
        let (server, images) = cloud(move |request| match request.path.as_str() {
            "/v2/images/7" => ok(&record(state, json!({})).to_string()),
            "/v2/images/7/import" => status(202),
            _ => status(404),
        })
        .await;
        let import = || images.import("7", way.clone());
        drop(import().await.unwrap());
        drop(import().with_stores(["a", "b", "a"]).with_partial_success().await.unwrap());
        drop(import().with_all_stores().await.unwrap());
        let bodies: Vec<Value> = server.bodies().iter().filter_map(|body| serde_json::from_slice(body).ok()).collect();
        let bodies: Vec<_> = bodies.into_iter().filter(|body| body.get("method").is_some()).collect();
        assert_eq!(
            bodies,
            [
                json!({"method": method}),
                json!({"method": method, "stores": ["a", "b"], "all_stores_must_succeed": false}),
                json!({"method": method, "all_stores": true}),
            ]
        );
    }
}

#[tokio::test]
async fn a_service_that_shows_no_tasks_is_judged_by_the_image_alone() {
    let before = (record("queued", json!({})), None);
    let working = (record("queued", json!({"os_glance_import_task": "t"})), None);
    let from = || ImportMethod::web_download("http://x/y");
    let good = imported(from(), vec![before.clone(), working.clone(), (DONE(), None)]).await.unwrap();
    assert_eq!((good.stores.join(","), good.task.as_deref()), ("fast".to_owned(), Some("t")));
    let failed = (record("queued", json!({"os_glance_failed_import": "fast"})), None);
    let error = imported(from(), vec![before.clone(), working.clone(), failed]).await.unwrap_err();
    let failure = ImportFailure::of(&error).unwrap();
    assert_eq!((&failure.left, failure.task.as_deref()), (&ImportLeft::Queued, Some("t")));
    assert!(error.message().contains("does not say why"), "{error}");
    let other = (record("importing", json!({"os_glance_import_task": "u"})), None);
    let error = imported(from(), vec![before, working, other]).await.unwrap_err();
    assert_eq!(ImportFailure::of(&error).unwrap().left, ImportLeft::Another("u".to_owned()));
}

#[tokio::test]
async fn a_task_that_is_told_late_to_have_failed_is_waited_for() {
    let before = (record("uploading", json!({})), Some(vec![]));
    let after = |state: &str, message: &str| (record("importing", json!({})), Some(vec![task("mine", state, message)]));
    let looks =
        vec![before, after("processing", "Copied 3 MiB"), after("processing", "Copied 3 MiB"), after("failure", "No space left")];
    let error = imported(ImportMethod::GlanceDirect, looks).await.unwrap_err();
    let failure = ImportFailure::of(&error).unwrap();
    assert_eq!((&failure.left, failure.message.as_deref()), (&ImportLeft::Importing, Some("No space left")));
    assert_eq!(
        error.message(),
        "the import by glance-direct failed: No space left; the image stays `importing` for good: delete it and make it anew"
    );
}

#[tokio::test]
async fn the_task_is_that_of_the_request_and_not_one_from_before() {
    let old = task("o", "failure", "long ago");
    let before = (record("uploading", json!({})), Some(vec![old.clone()]));
    let after = (DONE(), Some(vec![old.clone(), task("mine", "success", "Copied 0 MiB")]));
    let good = imported(ImportMethod::GlanceDirect, vec![before.clone(), after]).await.unwrap();
    assert_eq!(good.task.as_deref(), Some("mine"));
    assert_eq!(good.verdict, Verdict::Verified(Algorithm::Sha512));
    // Another import began after it, and has the image.
    let taken = record("importing", json!({"os_glance_import_task": "others"}));
    let after = (taken, Some(vec![old, task("mine", "failure", "Expired lock preempted"), task("others", "pending", "")]));
    let error = imported(ImportMethod::GlanceDirect, vec![before, after]).await.unwrap_err();
    assert_eq!(ImportFailure::of(&error).unwrap().left, ImportLeft::Another("others".to_owned()));
}

#[tokio::test]
async fn a_task_that_ends_and_keeps_the_image_does_not_hang_the_wait() {
    let before = (record("queued", json!({})), Some(vec![]));
    let stuck = record("queued", json!({"os_glance_import_task": "mine"}));
    let looks = vec![before, (stuck, Some(vec![task("mine", "failure", "Task failed due to Internal Error")]))];
    let error = imported(ImportMethod::web_download("http://x/y"), looks).await.unwrap_err();
    let failure = ImportFailure::of(&error).unwrap();
    assert_eq!((&failure.left, failure.is_locked, &failure.message), (&ImportLeft::Queued, true, &None));
}

#[tokio::test]
async fn bytes_that_the_service_converts_are_unverifiable_and_others_corrupt() {
    let before = (record("uploading", json!({"size": 100})), Some(vec![]));
    let end = |more: Value| {
        let mut image = DONE();
        let members = image.as_object_mut().unwrap();
        members.insert("os_hash_value".to_owned(), "other".into());
        members.extend(more.as_object().unwrap().clone());
        (image, Some(vec![task("mine", "success", "")]))
    };
    let looks = vec![before.clone(), end(json!({"disk_format": "qcow2", "size": 80}))];
    let converted = imported(ImportMethod::GlanceDirect, looks).await.unwrap();
    let Verdict::Unverifiable(reason) = converted.verdict else { panic!("{converted:?}") };
    assert!(reason.contains("disk_format was raw and is qcow2"), "{reason}");
    let looks = vec![before.clone(), end(json!({"size": 100}))];
    assert_eq!(imported(ImportMethod::GlanceDirect, looks).await.unwrap_err().kind(), ErrorKind::Corrupt);
    let looks = vec![before, end(json!({"os_hash_algo": "blake3"}))];
    assert!(!imported(ImportMethod::GlanceDirect, looks).await.unwrap().verdict.is_verified());
}

#[tokio::test]
async fn what_the_service_would_refuse_is_not_sent() {
    let cases = [
        (ImportMethod::GlanceDirect, record("queued", json!({})), "stage its data first"),
        (ImportMethod::web_download("http://x/y"), record("active", json!({})), "make another image"),
        (ImportMethod::CopyImage, record("queued", json!({})), "only an active image"),
        (ImportMethod::GlanceDirect, record("uploading", json!({"disk_format": null})), "has no disk_format"),
        (ImportMethod::GlanceDirect, record("uploading", json!({"container_format": null})), "has no container_format"),
    ];
    for (method, image, words) in cases {
        let (server, images) = cloud(move |request| match request.path.as_str() {
            "/v2/images/7" => ok(&image.to_string()),
            _ => status(404),
        })
        .await;
        let error = images.import("7", method).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Conflict, Some("import_image")));
        assert!(error.message().contains(words) && error.message().contains("nothing was sent"), "{error}");
        assert!(server.paths().iter().all(|path| !path.ends_with("/import")), "{:?}", server.paths());
    }
    let held = record("active", json!({"stores": "fast,slow"}));
    let (server, images) = cloud(move |request| match request.path.as_str() {
        "/v2/images/7" => ok(&held.to_string()),
        _ => status(404),
    })
    .await;
    for stores in [vec!["other", "slow"], vec![]] {
        let error = images.import("7", ImportMethod::CopyImage).with_stores(stores).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, None), "{error}");
    }
    assert!(server.paths().iter().all(|path| !path.ends_with("/import")), "{:?}", server.paths());
}

#[tokio::test]
async fn an_import_that_has_the_image_is_named_where_its_status_forbids_another() {
    let held = record("importing", json!({"os_glance_import_task": "t"}));
    let (_server, images) = cloud(move |request| match request.path.as_str() {
        "/v2/images/7" => ok(&held.to_string()),
        _ => status(404),
    })
    .await;
    for method in [ImportMethod::GlanceDirect, ImportMethod::web_download("http://x/y"), ImportMethod::CopyImage] {
        let error = images.import("7", method).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert_eq!(ImportFailure::of(&error).map(|failure| &failure.left), Some(&ImportLeft::Another("t".to_owned())), "{error}");
    }
}

#[tokio::test]
async fn states_tell_what_the_task_does() {
    use futures::TryStreamExt as _;
    let before = (record("uploading", json!({"size": 5 << 20})), Some(vec![]));
    let lock = json!({"os_glance_import_task": "mine", "size": 5 << 20, "os_glance_importing_to_stores": "fast,stale"});
    let working = (record("importing", lock), Some(vec![task("mine", "processing", "Copied 3 MiB")]));
    let service = Service::new(vec![before, working, (DONE(), Some(vec![task("mine", "success", "Copied 5 MiB")]))]);
    let (_server, images) = cloud(move |request| service.answer(request)).await;
    let mut importing = images.import("7", ImportMethod::GlanceDirect).with_rhythm(often()).await.unwrap();
    let states: Vec<_> = (&mut importing).try_collect().await.unwrap();
    let [state] = &states[..] else { panic!("{states:?}") };
    assert_eq!((state.status.clone(), state.task.clone()), (ImageStatus::Importing, Some(TaskStatus::Processing)));
    assert_eq!((state.copied, state.size, state.stores_left.join(",")), (Some(3 << 20), Some(5 << 20), "fast".to_owned()));
    assert_eq!(importing.await.unwrap().stores, ["fast"]);
}
