//! Lists, to their true end.

use std::time::{Duration, SystemTime};

use cloudimg::ErrorKind;
use cloudimg::ims::{ImagesByTagsAction, ImagesByTagsQuery, Support, TimeFilter, v2};
use serde_json::{Value, json};

use crate::server::Server;
use crate::support::{clock, image, images, ims, text, unserved};

fn given(id: &str, next: Value) -> crate::server::Reply {
    text(&json!({"images": [image(id, "active")], "page_info": {"next_marker": next}}))
}

#[tokio::test]
async fn pages_go_on_by_the_marker_that_is_given() {
    let server = Server::start([given("a", json!("m")), given("b", json!(""))]).await;
    let all = ims(&server, &clock()).images().list().kind("private").with_page_size(1).collect().await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(
        server.paths(),
        ["/v2/cloudimages?__imagetype=private&limit=1", "/v2/cloudimages?__imagetype=private&limit=1&marker=m"]
    );
}

#[tokio::test]
async fn pages_go_on_by_the_last_id_where_no_marker_is_given() {
    let server = Server::start([
        images(json!([image("a", "active"), image("b", "queued")])),
        images(json!([image("c", "active")])),
        images(json!([])),
    ])
    .await;
    let mut list = ims(&server, &clock()).images().list().items();
    let mut ids = Vec::new();
    while let Some(image) = list.next().await {
        ids.push(image.unwrap().id);
    }
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(server.paths(), ["/v2/cloudimages", "/v2/cloudimages?marker=b", "/v2/cloudimages?marker=c"]);
}

#[tokio::test]
async fn a_list_that_repeats_itself_is_found_out_either_way() {
    for reply in [given("a", json!("m")), images(json!([image("a", "active")]))] {
        let server = Server::answering(move |_| reply.clone()).await;
        let error = ims(&server, &clock()).images().list().collect().await.unwrap_err();
        assert!(error.kind() == ErrorKind::Decode && error.message().contains("does not end"), "{error}");
        assert_eq!(server.count(), 2);
    }
}

#[tokio::test]
async fn the_lone_client_reads_to_the_end_alike() {
    let pages = [given("a", json!("m")), images(json!([image("b", "active")])), images(json!([]))];
    let server = Server::start(pages).await;
    let client = cloudimg_ims_v2::Client::new(server.url(), cloudimg_ims_v2::Session::builder().build().unwrap());
    assert_eq!(client.list_images().pager().collect().await.unwrap().len(), 2);
    assert_eq!(server.paths(), ["/v2/cloudimages", "/v2/cloudimages?marker=m", "/v2/cloudimages?marker=b"]);
}

#[tokio::test]
async fn conditions_are_sent_as_the_service_spells_them() {
    let server = Server::start([images(json!([]))]).await;
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_577_836_800);
    let list = ims(&server, &clock()).images().list().registered(true).os_bit("64").platform("Red Hat").whole(false);
    let list = list.key("k").supporting(Support::Kvm).supporting(Support::XenHana).created_at(TimeFilter::since(time)).tag("a=b");
    let list = list.visibility("shared").member_status("accepted").sort("name", v2::SortDirection::Asc).min_disk(40);
    assert!(list.collect().await.unwrap().is_empty());
    let path = server.paths().remove(0);
    let query = path.split_once('?').unwrap().1;
    let mut pairs: Vec<_> = query.split('&').collect();
    pairs.sort_unstable();
    assert_eq!(
        pairs,
        [
            "__isregistered=true",
            "__os_bit=64",
            "__platform=Red+Hat",
            "__support_kvm=true",
            "__support_xen_hana=true",
            "__system__cmkid=k",
            "__whole_image=false",
            "created_at=gte%3A2020-01-01T00%3A00%3A00Z",
            "member_status=accepted",
            "min_disk=40",
            "sort_dir=asc",
            "sort_key=name",
            "tag=a%3Db",
            "visibility=shared",
        ]
    );
}

#[tokio::test]
async fn members_are_listed_by_the_native_call_where_there_is_no_other() {
    let member = |id: &str| json!({"image_id": "i", "member_id": id, "status": "pending"});
    let first = json!({"members": [member("a")], "page_info": {"next_marker": "bQ=="}});
    let server = Server::start([unserved(), text(&first), unserved(), text(&json!({"members": [member("b")]}))]).await;
    let all = ims(&server, &clock()).members().list("i").collect().await.unwrap();
    assert_eq!(all.iter().map(|member| member.member_id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(server.paths()[2..], ["/v1/p/cloudimages/i/members?marker=bQ%3D%3D", "/v2/images/i/members?marker=bQ%3D%3D"]);
}

#[tokio::test]
async fn images_by_tags_are_read_by_offset_to_the_count() {
    let rows = |ids: &[&str]| ids.iter().map(|id| json!({"resource_id": id, "resource_name": id, "tags": []})).collect::<Vec<_>>();
    let server = Server::start([
        text(&json!({"total_count": 3, "resources": rows(&["a", "b"])})),
        text(&json!({"total_count": 3, "resources": rows(&["c"])})),
    ])
    .await;
    let query = ImagesByTagsQuery::new(ImagesByTagsAction::Filter).limit("2").tags([v2::Tags::new("k", ["v".to_owned()])]);
    let all = ims(&server, &clock()).tags().images(query).collect().await.unwrap();
    assert_eq!(all.len(), 3);
    let offsets: Vec<_> =
        server.bodies().iter().map(|body| serde_json::from_slice::<Value>(body).unwrap()["offset"].clone()).collect();
    assert_eq!(offsets, [Value::Null, json!("2")]);
}

#[tokio::test]
async fn tags_as_texts_end_at_a_page_with_nothing_new() {
    let server =
        Server::start([text(&json!({"tags": ["a.1", "b"]})), text(&json!({"tags": ["b", "c"]})), text(&json!({"tags": ["c"]}))])
            .await;
    assert_eq!(ims(&server, &clock()).tags().texts().await.unwrap(), ["a.1", "b", "c"]);
}
