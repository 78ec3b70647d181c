//! Lists whose answers name neither a total nor the next page, read to their end whatever a page begins with.

use cloudimg_cdnetworks_vmp::types::{Image, SortKey};
use cloudimg_cdnetworks_vmp::{Client, ErrorKind, Session};
use futures::TryStreamExt as _;
use serde_json::json;

use crate::exchange::{clock, keys};
use crate::server::{Reply, Request, Server, ok, status};

const ALL: [&str; 5] = ["a", "b", "c", "d", "e"];

fn page<'a>(ids: impl IntoIterator<Item = &'a str>) -> Reply {
    let images: Vec<_> = ids.into_iter().map(|id| json!({"id": id})).collect();
    ok(&json!({"images": images}).to_string())
}

/// The value of a query parameter.
fn asked<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let (_, query) = request.path.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// A service whose pages begin behind the marker, or at it where `at_marker`; it gives at most `most` rows a page, whatever is asked for.
async fn service(at_marker: bool, most: usize) -> (Server, Client) {
    of(move |request| {
        let after = |marker: &str| ALL.iter().position(|id| *id == marker).unwrap() + usize::from(!at_marker);
        let limit: usize = asked(request, "limit").map_or(20, |limit| limit.parse().unwrap());
        let rest = &ALL[asked(request, "marker").map_or(0, after)..];
        page(rest.iter().copied().take(limit.min(most)))
    })
    .await
}

async fn of(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> (Server, Client) {
    let server = Server::answering(answer).await;
    let session = Session::builder().clock(clock()).credentials(keys()).build().unwrap();
    let client = Client::new(server.url(), session);
    (server, client)
}

fn ids(images: &[Image]) -> Vec<&str> {
    images.iter().map(|image| image.id.as_str()).collect()
}

#[tokio::test]
async fn a_list_is_read_to_its_end_page_by_page() {
    let (server, client) = service(false, 100).await;
    let images = client.list_images().limit(2).type_("CUSTOM").name("web base").pager().collect().await.unwrap();
    assert_eq!(ids(&images), ALL);
    let asked = ["", "&marker=b", "&marker=d", "&marker=e"];
    assert_eq!(server.paths(), asked.map(|marker| format!("/vmp/images?limit=2{marker}&name=web%20base&type=CUSTOM")));
}

#[tokio::test]
async fn the_markers_own_image_may_come_again() {
    for limit in 2..7 {
        let (server, client) = service(true, 100).await;
        let images = client.list_images().limit(limit).pager().collect().await.unwrap();
        assert_eq!(ids(&images), ALL, "{limit}");
        assert!(server.count() <= ALL.len() + 1, "{limit}: {:?}", server.paths());
    }
    // Pages of one row that begin at the marker never get on: the end comes at once, and not never.
    let (server, client) = service(true, 100).await;
    assert_eq!(ids(&client.list_images().limit(1).pager().collect().await.unwrap()), ["a"]);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_service_may_give_fewer_rows_than_were_asked_for() {
    for (at_marker, most) in [(false, 1), (false, 2), (true, 2), (true, 3)] {
        let (_server, client) = service(at_marker, most).await;
        let images = client.list_images().limit(100).pager().collect().await.unwrap();
        assert_eq!(ids(&images), ALL, "{at_marker} {most}");
    }
}

#[tokio::test]
async fn a_list_that_repeats_itself_ends() {
    // The marker is passed over.
    let (server, client) = of(|_| page(ALL)).await;
    assert_eq!(ids(&client.list_images().pager().collect().await.unwrap()), ALL);
    assert_eq!(server.count(), 2);
    // Round and round.
    let (server, client) = of(|request| match asked(request, "marker") {
        None => page(["a", "b"]),
        Some("b") => page(["c", "d"]),
        Some(_) => page(["a", "b"]),
    })
    .await;
    assert_eq!(ids(&client.list_images().pager().collect().await.unwrap()), ["a", "b", "c", "d"]);
    assert_eq!(server.count(), 3);
    // The same rows in another order, one new one among them.
    let (_server, client) = of(|request| match asked(request, "marker") {
        None => page(["a", "b"]),
        Some("b") => page(["b", "a", "c", "a"]),
        Some(_) => page([]),
    })
    .await;
    assert_eq!(ids(&client.list_images().pager().collect().await.unwrap()), ["a", "b", "c"]);
}

#[tokio::test]
async fn an_empty_list_is_asked_for_once() {
    let (server, client) = of(|_| page([])).await;
    assert!(client.list_images().pager().collect().await.unwrap().is_empty());
    assert_eq!(server.paths(), ["/vmp/images"]);
}

#[tokio::test]
async fn a_sorted_list_has_no_pager() {
    let (server, client) = service(false, 100).await;
    let sorted = client.list_images().sort_key(vec![SortKey::Name]);
    let error = sorted.clone().pager().collect().await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("list_images")));
    assert!(error.message().contains("`sortKey`") && error.message().contains("send()"), "{error}");
    assert_eq!(server.count(), 0);
    // One page of it can be had.
    assert_eq!(sorted.limit(3).send().await.unwrap().into_inner().images.len(), 3);
}

#[tokio::test]
async fn pages_come_when_they_are_asked_for_and_go_on_where_they_ended() {
    let (server, client) = service(true, 100).await;
    let mut pager = client.list_images().limit(2).pager();
    assert_eq!((pager.continuation(), server.count()), (None, 0));
    assert_eq!(ids(&pager.next_page().await.unwrap().unwrap().items), ["a", "b"]);
    assert_eq!((pager.continuation(), server.count()), (Some("b"), 1));
    let rest = client.list_images().limit(3).pager().starting_after("b").collect().await.unwrap();
    assert_eq!(ids(&rest), ["c", "d", "e"]);
    let pages: Vec<_> = client.list_images().limit(3).pager().pages().map_ok(|page| page.items.len()).try_collect().await.unwrap();
    assert_eq!(pages.iter().sum::<usize>(), 5);
}

#[tokio::test]
async fn a_page_that_failed_can_be_asked_for_again() {
    let (server, client) = of({
        let first = std::sync::atomic::AtomicBool::new(true);
        move |request| match asked(request, "marker") {
            None => page(["a"]),
            Some("a") if first.swap(false, std::sync::atomic::Ordering::SeqCst) => status(403).body(r#"{"code": "X"}"#),
            Some("a") => page(["b"]),
            Some(_) => page([]),
        }
    })
    .await;
    let mut pager = client.list_images().pager();
    pager.next_page().await.unwrap();
    assert_eq!(pager.next_page().await.unwrap_err().kind(), ErrorKind::Forbidden);
    assert_eq!(ids(&pager.next_page().await.unwrap().unwrap().items), ["b"]);
    assert!(pager.next_page().await.unwrap().unwrap().items.is_empty() && pager.next_page().await.unwrap().is_none());
    assert_eq!(server.count(), 4);
}
