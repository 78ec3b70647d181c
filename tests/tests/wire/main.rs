//! What the facade sends, byte for byte, to a scripted cloud.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test stops at whatever it did not expect.

#[path = "../../../crates/core/tests/server/mod.rs"]
mod server;

mod imports;
mod metadefs;
mod older;
mod patches;
mod tasks;
mod uploads;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use cloudimg::glance::{
    Filter, Hidden, ImageCreate, ImageData, ImageList, ImagePatch, ImageSortKey, Images, MemberStatusFilter, SortDirection,
    TimeFilter,
};
use cloudimg::{Cloud, ErrorKind, Named, Scope, Settings, User};
use server::{Reply, Request, Server, ok, status};

/// A cloud whose image service gives `answer`; it is its own identity service.
async fn whole_cloud(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> (Server, Cloud) {
    let server = Server::answering(move |request| match request.path.as_str() {
        "/v3/auth/tokens" => status(201).header("x-subject-token", "t1").body(r#"{"token": {}}"#),
        _ => answer(request),
    })
    .await;
    let user = User::Name { name: "demo".into(), domain: Some(Named::Id("default".into())) };
    let settings = Settings::new(server.url(), user, "word", Scope::ProjectId("p1".into()));
    let settings = settings.with_endpoint("image", format!("{}/v2", server.url()));
    let cloud = Cloud::builder(settings).build().unwrap();
    (server, cloud)
}

/// The images of a [`whole_cloud`].
async fn cloud(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> (Server, Images) {
    let (server, cloud) = whole_cloud(answer).await;
    (server, cloud.images())
}

fn image(id: &str) -> String {
    format!(
        r#"{{"id": "{id}", "name": "n", "status": "active", "visibility": "shared", "protected": false, "min_ram": 0, "min_disk": 0, "tags": [],
            "created_at": "2026-11-21T09:27:54Z", "updated_at": "2026-11-21T09:27:54Z"}}"#
    )
}

fn page(ids: &[&str], next: Option<&str>) -> Reply {
    let images: Vec<_> = ids.iter().map(|id| image(id)).collect();
    let next = next.map(|next| format!(r#", "next": "{next}""#)).unwrap_or_default();
    ok(&format!(r#"{{"images": [{}], "first": "/v2/images"{next}}}"#, images.join(",")))
}

/// The paths of the image calls, without their common beginning.
fn asked(server: &Server) -> Vec<String> {
    server.paths().iter().filter_map(|path| path.strip_prefix("/v2/images").map(str::to_owned)).collect()
}

#[tokio::test]
async fn every_page_is_asked_for_with_the_whole_query() {
    // As the real service does, the links lose all but the last of repeated parameters.
    let (server, images) = cloud(|request| match request.path.contains("marker") {
        false => page(&["a", "b"], Some("/v2/images?limit=2&tag=y&sort=name%3Aasc&marker=b")),
        true => page(&["c"], None),
    })
    .await;
    let list = images.list().tag("x").tag("y z").sort(ImageSortKey::Name, SortDirection::Asc);
    let list = list.sort(ImageSortKey::Id, SortDirection::Desc).with_page_size(2);
    let ids: Vec<_> = list.collect().await.unwrap().into_iter().map(|image| image.id).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    let first = "?limit=2&sort=name%3Aasc%2Cid%3Adesc&tag=x&tag=y+z";
    let second = "?limit=2&marker=b&sort=name%3Aasc%2Cid%3Adesc&tag=x&tag=y+z";
    assert_eq!(asked(&server), [first, second]);
}

#[tokio::test]
async fn a_link_that_leads_nowhere_does_not_end_a_list() {
    let (_server, images) = cloud(|_| page(&["a"], Some("/v2/images?page=2"))).await;
    let error = images.list().collect().await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("list_images")));
    let (_server, images) = cloud(|_| page(&["a"], Some(""))).await;
    assert_eq!(images.list().collect().await.unwrap().len(), 1);
}

type Condition = fn(ImageList, SystemTime) -> ImageList;

#[tokio::test]
async fn each_condition_is_spelled_as_the_service_takes_it() {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_577_836_800);
    let cases: [(Condition, &str); 16] = [
        (|l, _| l.name("plain"), "name=plain"),
        (|l, _| l.name("a:b"), "name=eq%3Aa%3Ab"),
        (|l, _| l.name(Filter::any_of(["a", "b,c"])), "name=in%3Aa%2C%22b%2Cc%22"),
        (|l, _| l.id(Filter::any_of(["1", "2"])), "id=in%3A1%2C2"),
        (|l, _| l.status("active"), "status=active"),
        (|l, _| l.disk_format("raw").container_format("bare"), "container_format=bare&disk_format=raw"),
        (|l, _| l.owner("p1"), "owner=p1"),
        (|l, _| l.visibility("all"), "visibility=all"),
        (|l, _| l.member_status(MemberStatusFilter::Pending), "member_status=pending"),
        (|l, _| l.protected(true), "protected=true"),
        (|l, _| l.hidden(Hidden::Only), "os_hidden=true"),
        (|l, _| l.size_min(1).size_max(2), "size_max=2&size_min=1"),
        (|l, t| l.created_at(TimeFilter::since(t)), "created_at=gte%3A2020-01-01T00%3A00%3A00Z"),
        (|l, t| l.updated_at(TimeFilter::before(t)), "updated_at=lt%3A2020-01-01T00%3A00%3A00Z"),
        (|l, _| l.property("os distro", "a+b"), "os+distro=a%2Bb"),
        (|l, _| l.starting_after("m"), "marker=m"),
    ];
    let (server, images) = cloud(|_| page(&[], None)).await;
    for (set, _) in cases {
        set(images.list(), time).collect().await.unwrap();
    }
    let expected: Vec<_> = cases.iter().map(|(_, query)| format!("?{query}")).collect();
    assert_eq!(asked(&server), expected);
}

#[tokio::test]
async fn a_list_goes_on_where_another_stopped() {
    let (server, images) = cloud(|request| match request.path.contains("marker=b") {
        false => page(&["a", "b"], Some("/v2/images?marker=b")),
        true => page(&["c"], None),
    })
    .await;
    let mut pages = images.list().without_reading_ahead().pages();
    futures::StreamExt::next(&mut pages).await.unwrap().unwrap();
    let marker = pages.continuation().unwrap().to_owned();
    assert_eq!(images.list().starting_after(marker).collect().await.unwrap()[0].id, "c");
    assert_eq!(server.paths().len(), 3);
}

#[tokio::test]
async fn a_name_is_looked_for_among_hidden_images_too_and_must_be_one() {
    let (server, images) = cloud(|request| match request.path.contains("os_hidden=true") {
        false => page(&["1"], None),
        true => page(&["2"], None),
    })
    .await;
    let error = images.find("n").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert!(error.to_string().ends_with("take the id of one: 1, 2"), "{error}");
    assert_eq!(asked(&server), ["?name=n&os_hidden=false", "?name=n&os_hidden=true"]);
    // The service's comparison may be laxer than ours.
    assert_eq!(images.find("N").await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn an_id_is_taken_as_an_id_first() {
    let id = "71c69e53-0070-41c5-bbe6-b657853f15fc";
    let (server, images) = cloud(move |_| ok(&image(id))).await;
    assert_eq!(images.find(id).await.unwrap().id, id);
    assert_eq!(asked(&server), [format!("/{id}")]);
}

#[tokio::test]
async fn bodies_are_what_the_service_documents() {
    let (server, images) = cloud(|request| match request.path.as_str() {
        "/v2/images" => status(201).body(&image("7")),
        _ => ok(&image("7")),
    })
    .await;
    images.create(ImageCreate::new().name("n").disk_format("raw").tags([]).set("hw_disk_bus", "scsi")).await.unwrap();
    images.update("7", ImagePatch::new().property("a/b~c", "v").protected(false)).await.unwrap();
    let bodies: Vec<_> = server.bodies()[1..].iter().map(|body| String::from_utf8(body.clone()).unwrap()).collect();
    assert_eq!(
        bodies,
        [
            r#"{"name":"n","disk_format":"raw","tags":[],"hw_disk_bus":"scsi"}"#,
            r#"[{"op":"add","path":"/a~1b~0c","value":"v"},{"op":"replace","path":"/protected","value":false}]"#,
        ]
    );
    assert_eq!(server.header("content-type")[1..], ["application/json", "application/openstack-images-v2.1-json-patch"]);
    assert_eq!(server.header("x-auth-token"), ["t1", "t1"]);
}

#[tokio::test]
async fn an_upload_declares_its_length_and_its_type() {
    let sent = Arc::new(AtomicBool::new(false));
    let hash = cloudimg_tests::sha512(b"12345");
    let (server, images) = cloud(move |request| match (request.method.as_str(), request.path.as_str()) {
        ("PUT", _) => {
            sent.store(true, Ordering::SeqCst);
            status(204)
        }
        (_, "/v2/images/7") if sent.load(Ordering::SeqCst) => {
            ok(&image("7").replace("{", &format!(r#"{{"size": 5, "os_hash_algo": "sha512", "os_hash_value": "{hash}", "#)))
        }
        (_, "/v2/images/7") => {
            let queued = image("7").replace("active", "queued");
            ok(&queued.replace("{", r#"{"disk_format": "raw", "container_format": "bare", "#))
        }
        _ => page(&[], None),
    })
    .await;
    let uploaded = images.upload("7", ImageData::bytes("12345")).with_store("fast").await.unwrap();
    assert!(uploaded.verdict.is_verified());
    assert_eq!(asked(&server), ["/7", "?limit=1&status=active", "/7/file", "/7"]);
    assert_eq!(server.bodies()[3], b"12345");
    assert_eq!(server.header("content-length")[1], "5");
    assert_eq!(server.header("x-openstack-image-size"), ["5"]);
    assert_eq!(server.header("x-image-meta-store"), ["fast"]);
    assert_eq!(server.header("content-type")[1], "application/octet-stream");
    assert!(server.header("transfer-encoding").is_empty());
}

#[tokio::test]
async fn a_download_asks_for_json_errors_and_tells_missing_data_from_none() {
    let (server, images) = cloud(|request| match request.path.as_str() {
        "/v2/images/7/file" => status(206).header("content-md5", "abc").header("content-range", "bytes 2-3/4").body("cd"),
        "/v2/images/8/file" => status(204),
        path => ok(&image(path.trim_start_matches("/v2/images/"))),
    })
    .await;
    let part = images.download_range("7", 2, 2).await.unwrap();
    assert_eq!((part.length(), part.checksum()), (Some(2), Some("abc")));
    assert_eq!(part.bytes(2).await.unwrap(), b"cd");
    assert_eq!(server.header("range"), ["bytes=2-3"]);
    assert_eq!(server.header("accept")[2], "application/json, application/octet-stream;q=0.9");
    assert!(server.header("accept-encoding").is_empty(), "data must not come packed");

    let none = images.download("8").await.unwrap_err();
    assert_eq!((none.kind(), none.operation()), (ErrorKind::NotFound, Some("download_image_data")));
    assert!(none.to_string().contains("no data yet"), "{none}");
    let before = server.count();
    assert_eq!(images.download_range("7", 0, 0).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(server.count(), before);
}

#[tokio::test]
async fn a_part_that_would_be_the_whole_is_refused() {
    let (_server, images) = cloud(|request| match request.path.as_str() {
        "/v2/images/7/file" => ok("everything"),
        _ => ok(&image("7")),
    })
    .await;
    let error = images.download_range("7", 2, 2).await.unwrap_err();
    assert!(error.to_string().contains("ignored the range"), "{error}");
    let too_long = images.download("7").await.unwrap().bytes(3).await.unwrap_err();
    assert_eq!(too_long.kind(), ErrorKind::QuotaExceeded);
}
