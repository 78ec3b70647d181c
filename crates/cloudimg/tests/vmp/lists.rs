//! Lists, to their true end.

use cloudimg::ErrorKind;
use cloudimg::vmp::{Image, ImageState, SortDirection, SortKey};
use serde_json::{Value, json};

use crate::server::{Reply, Request, Server};
use crate::support::{clock, image, images, vmp};

fn ids(images: &[Image]) -> Vec<&str> {
    images.iter().map(|image| image.id.as_str()).collect()
}

fn names(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| format!("i{n:03}")).collect()
}

fn rows(range: std::ops::Range<usize>) -> Vec<Value> {
    names(range).iter().map(|id| image(id, "ACTIVE")).collect()
}

fn parameter<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let query = request.path.split_once('?')?.1;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// A service with so many images that gives at most `most` at a time; whether a page begins with its marker is undocumented.
async fn service(count: usize, most: usize, is_marker_included: bool) -> Server {
    Server::answering(move |request| {
        let marker = parameter(request, "marker").unwrap_or_default();
        let limit = parameter(request, "limit").map_or(20, |limit| limit.parse().unwrap());
        let wanted: Option<Vec<_>> = parameter(request, "ids").map(|ids| ids.split("%2C").collect());
        let fits = |id: &String| {
            wanted.as_ref().is_none_or(|wanted| wanted.contains(&id.as_str()))
                && (id.as_str() > marker || (is_marker_included && id == marker))
        };
        let page: Vec<_> = names(0..count).into_iter().filter(fits).take(limit.min(most)).collect();
        images(&page.iter().map(|id| image(id, "ACTIVE")).collect::<Vec<_>>())
    })
    .await
}

#[tokio::test]
async fn each_image_comes_once_whether_or_not_a_page_begins_with_its_marker() {
    for included in [false, true] {
        for count in [0, 1, 19, 20, 21, 39, 40, 41, 100] {
            let server = service(count, usize::MAX, included).await;
            let all = vmp(&server, &clock()).images().list().collect().await.unwrap();
            assert_eq!(ids(&all), names(0..count), "{included}");
            // A page with fewer images than it could have is the last; only then is no other asked for.
            let calls = if included && count > 20 { (count - 20) / 19 + 2 } else { count / 20 + 1 };
            assert_eq!(server.count(), calls, "{count} images, marker included: {included}");
        }
    }
}

#[tokio::test]
async fn pages_are_as_wide_as_asked_and_a_lower_limit_of_the_service_loses_nothing() {
    for (size, most, included) in
        [(1, 500, true), (1, 500, false), (2, 500, true), (50, 30, false), (200, 30, true), (200, 500, false)]
    {
        let server = service(70, most, included).await;
        let all = vmp(&server, &clock()).images().list().with_page_size(size).collect().await.unwrap();
        assert_eq!(ids(&all), names(0..70), "{size} {most} {included}");
    }
    let server = service(70, 30, false).await;
    vmp(&server, &clock()).images().list().with_page_size(50).collect().await.unwrap();
    assert_eq!(
        server.paths(),
        ["limit=50", "limit=50&marker=i029", "limit=50&marker=i059"].map(|query| format!("/vmp/images?{query}"))
    );
}

#[tokio::test]
async fn a_service_that_gives_the_same_page_again_and_again_is_left() {
    let server = Server::answering(|_| images(&rows(0..20))).await;
    let all = vmp(&server, &clock()).images().list().collect().await.unwrap();
    assert_eq!((all.len(), server.count()), (20, 2));
}

#[tokio::test]
async fn nothing_is_asked_for_before_it_is_read_and_reading_goes_on_elsewhere() {
    let server = service(45, usize::MAX, true).await;
    let vmp = vmp(&server, &clock());
    let mut items = vmp.images().list().without_reading_ahead().items();
    assert_eq!(server.count(), 0);
    for _ in 0..20 {
        items.next().await.unwrap().unwrap();
    }
    assert_eq!(server.count(), 1);
    let mut pages = vmp.images().list().pages();
    futures::StreamExt::next(&mut pages).await.unwrap().unwrap();
    let place = pages.continuation().unwrap().to_owned();
    let rest = vmp.images().list().starting_after(place).collect().await.unwrap();
    assert_eq!(ids(&rest), names(20..45));
}

#[tokio::test]
async fn conditions_are_sent_as_the_service_spells_them() {
    let server = Server::answering(|_| images(&[])).await;
    let list = vmp(&server, &clock()).images().list().name("a b").state("BUILDING").owner("SNAPSHOT").with_page_size(7);
    assert!(list.clone().collect().await.unwrap().is_empty());
    list.sort("name", "asc").sort(SortKey::Size, SortDirection::Desc).collect().await.unwrap();
    let query = "/vmp/images?limit=7&name=a%20b&state=BUILDING&type=SNAPSHOT";
    assert_eq!(server.paths(), [query, query], "a sorted list is not sorted by the service");
}

#[tokio::test]
async fn any_number_of_ids_goes_in_hundreds() {
    for (most, calls) in [(500, 3), (30, 9)] {
        let server = service(250, most, true).await;
        let wanted: Vec<_> = names(0..230).into_iter().chain(["gone".to_owned(), "i000".to_owned()]).collect();
        let list = vmp(&server, &clock()).images().list().ids(&wanted);
        let mut pages = list.clone().pages();
        let first = futures::StreamExt::next(&mut pages).await.unwrap().unwrap();
        assert_eq!(first.items.len(), 100);
        let rest = list.clone().starting_after(pages.continuation().unwrap()).collect().await.unwrap();
        assert_eq!(ids(&rest), names(100..230));
        let asked = server.count();
        assert_eq!(ids(&list.collect().await.unwrap()), names(0..230));
        assert!(server.count() - asked <= calls + 3, "{}", server.count() - asked);
        assert!(server.each(|request| parameter(request, "ids").unwrap().split("%2C").count()).iter().all(|count| *count <= 100));
    }
    let server = service(5, 500, false).await;
    let list = vmp(&server, &clock()).images().list();
    assert!(list.clone().ids(Vec::<String>::new()).collect().await.unwrap().is_empty());
    for wrong in ["", "a,b", "preHeating"] {
        let error = list.clone().ids(["i001", wrong]).collect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_sorted_list_has_all_images_in_the_order_of_the_caller() {
    let server = service(45, usize::MAX, false).await;
    let list = vmp(&server, &clock()).images().list();
    let down = list.clone().sort(SortKey::State, SortDirection::Asc).sort(SortKey::Name, SortDirection::Desc);
    let all = down.clone().collect().await.unwrap();
    let mut wanted = names(0..45);
    wanted.reverse();
    assert_eq!((ids(&all), server.count()), (wanted.iter().map(String::as_str).collect(), 3));
    assert!(server.paths().iter().all(|path| !path.contains("sort")));
    assert_eq!(down.starting_after("i003").collect().await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(list.clone().sort("colour", "asc").collect().await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(list.sort("name", "up").collect().await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn one_image_is_read_by_its_id() {
    let server = Server::start([images(&[image("other", "ACTIVE"), image("i", "PAUSED")]), images(&[])]).await;
    let images = vmp(&server, &clock()).images();
    assert_eq!(images.get("i").await.unwrap().state, Some(ImageState::Unlisted("PAUSED".to_owned())));
    let error = images.get("i").await.unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, "list_images: there is no image i"));
    assert_eq!(images.get("a,b").await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(server.paths(), ["/vmp/images?ids=i", "/vmp/images?ids=i"]);
}

#[tokio::test]
async fn odd_images_are_read_and_what_is_no_list_is_an_error() {
    let odd = json!({"images": [{"id": "i", "size": 12.5, "state": null, "zone": "x"}]});
    let server =
        Server::start([crate::support::text(&odd), crate::support::text(&json!({"images": ["i"]})), Reply::CloseUnread]).await;
    let list = vmp(&server, &clock()).images().list();
    let all = list.clone().collect().await.unwrap();
    assert_eq!((all[0].size.as_ref().unwrap().to_string(), all[0].extra.get("zone")), ("12.5".to_owned(), Some(&json!("x"))));
    assert_eq!(list.clone().collect().await.unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(list.collect().await.unwrap_err().kind(), ErrorKind::Interrupted);
}
