//! Services that are older than the facade, or set up with less.

use cloudimg::glance::Capabilities;
use cloudimg::glance::types::CacheClearTarget;
use cloudimg::{ErrorKind, Result};

use crate::server::{Reply, Request, ok, status};
use crate::whole_cloud;

const SCHEMA: &str = r#"{"name": "image", "properties": {
    "disk_format": {"type": ["null", "string"], "enum": [null, "raw", "vhdx"]},
    "container_format": {"type": ["null", "string"], "enum": [null, "bare"]}}}"#;

fn versions(ids: &[&str]) -> Reply {
    let versions: Vec<_> = ids.iter().map(|id| format!(r#"{{"id": "{id}", "status": "SUPPORTED", "links": []}}"#)).collect();
    status(300).body(&format!(r#"{{"versions": [{}]}}"#, versions.join(",")))
}

fn nothing() -> Reply {
    status(404).body(r#"{"message": "The resource could not be found.", "code": "404 Not Found", "title": "Not Found"}"#)
}

/// What is found where these versions are spoken and `answer` gives what lies below `/v2/info`.
async fn found(ids: &'static [&str], answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Result<Capabilities> {
    let answer = move |request: &Request| match request.path.as_str() {
        "/" => versions(ids),
        "/v2/schemas/image" => ok(SCHEMA),
        path => path.strip_prefix("/v2/info/").map_or_else(nothing, &answer),
    };
    let (_server, cloud) = whole_cloud(answer).await;
    cloud.glance().capabilities().await
}

#[tokio::test]
async fn an_old_service_can_little() {
    let found = found(&["v2.5", "v2.4", "v2.0"], |_| nothing()).await.unwrap();
    assert!(found.has_version("2.5") && found.has_version("v2.0"));
    assert!(!found.has_version("2.2") && !found.has_version("2") && !found.has_version("2.50"));
    assert!(found.import_methods.is_empty() && !found.imports_by("web-download"));
    assert_eq!((found.stores.as_ref(), found.default_store(), found.writable_stores().count()), (None, None, 0));
    assert_eq!(found.quota, None);
    assert_eq!(found.disk_formats, ["raw".into(), "vhdx".into()]);
    assert_eq!(found.container_formats, ["bare".into()]);
    assert!(!found.cache);
}

#[tokio::test]
async fn a_service_with_a_single_store_can_still_import() {
    let found = found(&["v2.9", "v2.7", "v2.0"], |path| match path {
        "import" => ok(r#"{"import-methods": {"description": "d", "type": "array", "value": ["web-download", "telepathy"]}}"#),
        "usage" => ok(r#"{"usage": {"image_count_total": {"usage": 3, "limit": 10}}}"#),
        _ => nothing(),
    })
    .await
    .unwrap();
    assert!(found.imports_by("web-download") && found.imports_by("telepathy") && !found.imports_by("copy-image"));
    assert_eq!(found.stores, None);
    let quota = found.quota.unwrap();
    assert_eq!((quota["image_count_total"].usage, quota["image_count_total"].limit), (3, 10));
    assert!(!found.cache);
}

#[tokio::test]
async fn stores_are_told_apart_by_words() {
    let found = found(&["v2.16"], |path| match path {
        "stores" => ok(r#"{"stores": [{"id": "old", "read-only": "true"}, {"id": "new", "default": "true"}, {"id": "odd", "read-only": "false"}]}"#),
        _ => nothing(),
    })
    .await
    .unwrap();
    assert_eq!(found.default_store(), Some("new"));
    assert!(found.writable_stores().eq(["new", "odd"]));
    // The version of the cache is listed where there is one.
    assert!(found.cache);
}

#[tokio::test]
async fn what_is_there_and_refused_is_no_missing_part() {
    let error = found(&["v2.0"], |path| match path {
        "usage" => status(403).body(r#"{"message": "You may not look."}"#),
        _ => nothing(),
    })
    .await
    .unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Forbidden, Some("get_usage")));
}

#[tokio::test]
async fn calls_that_a_service_does_not_know_are_not_found() {
    let (_server, cloud) = whole_cloud(|_| nothing()).await;
    let glance = cloud.glance();
    let kinds = [
        glance.stores().list().await.map(drop),
        glance.stores().details().await.map(drop),
        glance.usage().await.map(drop),
        glance.cache().state().await.map(drop),
        glance.cache().queue("7").await,
        glance.cache().clean().await,
        glance.cache().prune().await.map(drop),
        glance.images().locations("7").list().await.map(drop),
        glance.images().tasks("7").await.map(drop),
    ]
    .map(|outcome| outcome.map_err(|error| error.kind()));
    assert!(kinds.iter().all(|kind| *kind == Err(ErrorKind::NotFound)), "{kinds:?}");
}

#[tokio::test]
async fn a_cache_is_emptied_by_a_header() {
    let (server, cloud) = whole_cloud(|_| status(204)).await;
    let cache = cloud.glance().cache();
    cache.clear(CacheClearTarget::Cache).await.unwrap();
    cache.clear(CacheClearTarget::Queue).await.unwrap();
    cache.clear_all().await.unwrap();
    assert_eq!(server.header("x-image-cache-clear-target"), ["cache", "queue"]);
    assert_eq!(server.count(), 4);
}
