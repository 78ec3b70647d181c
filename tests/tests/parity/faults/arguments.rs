//! Go loses zeros, empty lists and long numbers, Python the names that it does not know; Python spells `True`.

use cloudimg::ErrorKind;
use cloudimg::glance::{Hidden, ImageCreate, ImagePatch};
use serde_json::json;

use super::{images, queries};
use crate::scene::{IMAGE, Scene, sent};

#[tokio::test]
async fn faults_zeros_and_empty_lists_are_sent() {
    let (server, images) = images(Scene::default()).await;
    images.create(ImageCreate::new().min_disk(0).min_ram(0).tags([]).protected(false).os_hidden(false).name("")).await.unwrap();
    images.update(IMAGE, ImagePatch::new().min_disk(0).min_ram(0).tags([""; 0])).await.unwrap();
    images.list().min_disk(0).min_ram(0).size_min(0).size_max(0).with_page_size(0).collect().await.unwrap();
    let sent = sent(&server);
    let record = json!({"min_disk": 0, "min_ram": 0, "tags": [], "protected": false, "os_hidden": false, "name": ""});
    assert_eq!(sent[0].body, record);
    let changes = json!([
        {"op": "replace", "path": "/min_disk", "value": 0},
        {"op": "replace", "path": "/min_ram", "value": 0},
        {"op": "replace", "path": "/tags", "value": []},
    ]);
    assert_eq!(sent[1].body, changes);
    assert_eq!(queries(&server)[2], ["limit=0", "min_disk=0", "min_ram=0", "size_max=0", "size_min=0"]);
}

#[tokio::test]
async fn faults_a_record_needs_no_name() {
    let (server, images) = images(Scene::default()).await;
    images.create(ImageCreate::new()).await.unwrap();
    assert_eq!(sent(&server)[0].body, json!({}));
}

#[tokio::test]
async fn faults_sizes_are_sent_up_to_64_bits() {
    let (server, images) = images(Scene::default()).await;
    images.list().size_min(1).size_max(99).collect().await.unwrap();
    images.list().size_min(1 << 40).size_max(i64::MAX as u64).collect().await.unwrap();
    assert_eq!(queries(&server), [["size_max=99", "size_min=1"], ["size_max=9223372036854775807", "size_min=1099511627776"]]);
    // What no service could read is not left out, but refused.
    assert_eq!(images.list().size_max(u64::MAX).collect().await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(sent(&server).len(), 2);
}

#[tokio::test]
async fn faults_booleans_are_lower_case() {
    let (server, images) = images(Scene::default()).await;
    images.list().protected(true).hidden(Hidden::Only).collect().await.unwrap();
    images.list().protected(false).hidden(Hidden::Excluded).collect().await.unwrap();
    assert_eq!(queries(&server), [["os_hidden=true", "protected=true"], ["os_hidden=false", "protected=false"]]);
}

#[tokio::test]
async fn faults_names_are_neither_changed_nor_lost() {
    let (server, images) = images(Scene::default()).await;
    let names =
        ["my_prop", "architecture", "hw_firmware_type", "os_type", "os_version", "hypervisor_type", "hypervisor-type", "__os_type"];
    let record = names.iter().fold(ImageCreate::new(), |image, name| image.set(*name, "v"));
    images.create(record).await.unwrap();
    names.iter().fold(images.list(), |list, name| list.property(*name, "v")).collect().await.unwrap();
    let sent = sent(&server);
    assert_eq!(sent[0].body, names.iter().map(|name| ((*name).to_owned(), json!("v"))).collect::<serde_json::Value>());
    let mut asked: Vec<_> = sent[1].query.iter().map(|(name, _)| name.as_str()).collect();
    asked.sort_by_key(|name| names.iter().position(|n| n == name));
    assert_eq!(asked, names);
}

#[tokio::test]
async fn faults_what_only_the_service_sets_is_not_sent_to_be_refused() {
    let (server, images) = images(Scene::default()).await;
    for patch in [ImagePatch::new().replace_property("checksum", "5eb6"), ImagePatch::new().name("n").property("status", "active")]
    {
        let error = images.update(IMAGE, patch).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("update_image")));
        assert!(error.to_string().contains("nothing was sent"), "{error}");
    }
    assert_eq!(sent(&server), []);
}

#[tokio::test]
async fn faults_only_bodies_have_a_media_type_and_all_say_what_they_accept() {
    let (server, images) = images(Scene::default()).await;
    images.get(IMAGE).await.unwrap();
    images.delete(IMAGE).await.unwrap();
    images.members(IMAGE).remove("m").await.unwrap();
    images.tags(IMAGE).add("a").await.unwrap();
    images.upload(IMAGE, cloudimg::glance::ImageData::bytes("x")).await.unwrap();
    images.update(IMAGE, ImagePatch::new().name("n")).await.unwrap();
    let calls = server.each(|request| {
        let header = |name| request.header(name).unwrap_or_default().to_owned();
        (request.path.contains("/images"), request.method == "GET", header("content-type"), header("accept"))
    });
    let calls: Vec<_> = calls.into_iter().filter(|(is_ours, ..)| *is_ours).collect();
    let (reads, writes): (Vec<_>, Vec<_>) = calls.iter().partition(|(_, is_read, ..)| *is_read);
    let media: Vec<_> = writes.iter().map(|(_, _, media, _)| media.as_str()).collect();
    assert_eq!(media, ["", "", "", "application/octet-stream", "application/openstack-images-v2.1-json-patch"]);
    assert!(reads.iter().all(|(_, _, media, _)| media.is_empty()));
    assert!(calls.iter().all(|(_, _, _, accept)| accept.starts_with("application/json")), "{calls:?}");
}
