//! Python searches members for ever and ends lists at short pages, Java reads one page, and links lose conditions.

use cloudimg::glance::{ImageSortKey, SortDirection};

use super::{PATIENCE, images, lines, queries};
use crate::scene::{IMAGE, Scene};

#[tokio::test]
async fn faults_the_search_for_an_unknown_member_ends() {
    let (server, images) = images(Scene { is_missing: true, ..Scene::default() }).await;
    let found = tokio::time::timeout(PATIENCE, images.members(IMAGE).find("no-such")).await.expect("the search goes on");
    assert_eq!(found.unwrap(), None);
    let path = format!("/v2/images/{IMAGE}/members");
    assert_eq!(lines(&server), [format!("GET {path}/no-such"), format!("GET {path}")]);
    assert_eq!(queries(&server), [[""; 0], []]);
}

#[tokio::test]
async fn faults_an_unknown_name_is_one_list_of_each_kind() {
    let (server, images) = images(Scene { is_missing: true, ..Scene::default() }).await;
    images.find("web base é").await.unwrap_err();
    assert_eq!(lines(&server), ["GET /v2/images", "GET /v2/images"]);
    assert_eq!(queries(&server), [["name=web base é", "os_hidden=false"], ["name=web base é", "os_hidden=true"]]);
}

#[tokio::test]
async fn faults_a_list_goes_on_until_there_is_no_link_whatever_the_pages_hold() {
    // Each page has one image, of the two asked for.
    let markers: Vec<_> = (0..5).map(|n| format!("marker-{n}")).collect();
    let (server, images) = images(Scene { markers: markers.clone(), ..Scene::default() }).await;
    assert_eq!(images.list().with_page_size(2).collect().await.unwrap().len(), 6);
    let further = markers.iter().map(|marker| vec!["limit=2".to_owned(), format!("marker={marker}")]);
    let expected: Vec<_> = std::iter::once(vec!["limit=2".to_owned()]).chain(further).collect();
    assert_eq!(queries(&server), expected);
}

#[tokio::test]
async fn faults_empty_pages_do_not_end_a_list() {
    // Hidden images alone are asked for, of which no page has any.
    let (server, images) = images(Scene { markers: vec!["a".into(), "b".into()], ..Scene::default() }).await;
    assert_eq!(images.list().hidden(cloudimg::glance::Hidden::Only).collect().await.unwrap(), []);
    assert_eq!(lines(&server).len(), 3);
}

#[tokio::test]
async fn faults_each_page_is_asked_for_with_all_conditions() {
    let (server, images) = images(Scene { markers: vec!["m".into()], ..Scene::default() }).await;
    let list =
        images.list().tag("a").tag("b").sort(ImageSortKey::Name, SortDirection::Asc).sort(ImageSortKey::Id, SortDirection::Desc);
    assert_eq!(list.property("os_distro", "x y").collect().await.unwrap().len(), 2);
    let conditions = ["os_distro=x y", "sort=name:asc,id:desc", "tag=a", "tag=b"];
    assert_eq!(queries(&server), [conditions.to_vec(), [&["marker=m"], conditions.as_slice()].concat()]);
}
