//! Lists of metadata definitions, and how tags are replaced and added.

use cloudimg::glance::SortDirection;
use cloudimg::glance::types::{MetadefNamespaceSortKey, MetadefSortKey, MetadefVisibility};

use crate::server::{ok, status};
use crate::whole_cloud;

#[tokio::test]
async fn every_page_of_namespaces_is_asked_for_with_the_whole_query() {
    let row = |name: &str| format!(r#"{{"namespace": "{name}", "visibility": "public", "protected": false}}"#);
    let (server, cloud) = whole_cloud(move |request| match request.path.contains("marker") {
        // A link that has lost the rest.
        false => ok(&format!(r#"{{"namespaces": [{}], "next": "/v2/metadefs/namespaces?marker=a%3A%3Ab"}}"#, row("a::b"))),
        true => ok(&format!(r#"{{"namespaces": [{}]}}"#, row("c"))),
    })
    .await;
    let list = cloud.glance().metadefs().list().visibility(MetadefVisibility::Public).with_page_size(1);
    let list = list.resource_type("OS::Glance::Image").resource_type("OS::Nova::Flavor");
    let rows = list.sort(MetadefNamespaceSortKey::Namespace, SortDirection::Asc).collect().await.unwrap();
    assert_eq!(rows.iter().map(|row| row.namespace.as_str()).collect::<Vec<_>>(), ["a::b", "c"]);
    let rest =
        "resource_types=OS%3A%3AGlance%3A%3AImage%2COS%3A%3ANova%3A%3AFlavor&sort_dir=asc&sort_key=namespace&visibility=public";
    let expected =
        [format!("/v2/metadefs/namespaces?limit=1&{rest}"), format!("/v2/metadefs/namespaces?limit=1&marker=a%3A%3Ab&{rest}")];
    assert_eq!(server.paths()[1..], expected);
}

#[tokio::test]
async fn tags_are_asked_for_after_the_last_until_there_are_none() {
    let (server, cloud) = whole_cloud(|request| {
        let (_, marker) = request.path.split_once("marker=").unwrap_or_default();
        ok(match marker.split('&').next() {
            Some("") => r#"{"tags": [{"name": "a"}, {"name": "b c"}]}"#,
            Some("b+c") => r#"{"tags": [{"name": "d"}]}"#,
            _ => r#"{"tags": []}"#,
        })
    })
    .await;
    let list = cloud.glance().metadefs().tags("n").list().with_page_size(2).sort(MetadefSortKey::Name, SortDirection::Asc);
    let tags = list.collect().await.unwrap();
    assert_eq!(tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["a", "b c", "d"]);
    // A page that is short may be so for the server's own limit.
    let path = |marker: &str| format!("/v2/metadefs/namespaces/n/tags?limit=2{marker}&sort_dir=asc&sort_key=name");
    assert_eq!(server.paths()[1..], [path(""), path("&marker=b+c"), path("&marker=d")]);
}

#[tokio::test]
async fn a_service_that_gives_the_same_tags_again_is_no_endless_list() {
    let (_server, cloud) = whole_cloud(|_| ok(r#"{"tags": [{"name": "a"}]}"#)).await;
    let error = cloud.glance().metadefs().tags("n").list().collect().await.unwrap_err();
    assert!(!error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn tags_are_added_by_a_header() {
    let (server, cloud) = whole_cloud(|_| status(201).body(r#"{"tags": [{"name": "a"}]}"#)).await;
    let tags = cloud.glance().metadefs().tags("n");
    tags.replace(["a"]).await.unwrap();
    assert!(server.header("x-openstack-append").is_empty());
    tags.append(["b", "c"]).await.unwrap();
    assert_eq!(server.header("x-openstack-append"), ["true"]);
    assert_eq!(server.bodies()[1..], [br#"{"tags":[{"name":"a"}]}"#.to_vec(), br#"{"tags":[{"name":"b"},{"name":"c"}]}"#.to_vec()]);
}
