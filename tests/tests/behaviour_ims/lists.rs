//! Lists of images, and what they come in.

use cloudimg::ErrorKind;
use cloudimg::ims::{ImagesByTagsAction, ImagesByTagsQuery, Support, v2};
use futures::TryStreamExt as _;
use serde_json::{Value, json};

use crate::world::{UNKNOWN, World, http, refused};

cases!(
    pages_are_read_to_the_end,
    native_lists_follow_their_links,
    the_envelope_is_called_images,
    conditions_are_texts,
    names_are_exact,
    lists_go_on_where_others_stopped,
    a_row_that_a_page_begins_after_is_deleted
);

async fn names(world: &World, count: usize) -> Vec<String> {
    let mut names: Vec<String> = (0..count).map(|number| format!("image-{number}")).collect();
    for name in &names {
        world.demo.server_image(name).await;
    }
    // The newest comes first.
    names.reverse();
    names
}

async fn pages_are_read_to_the_end(world: &World) {
    let images = world.demo.ims.images();
    let names = names(world, 3).await;
    for size in [1, 2, 3, 500] {
        let listed = images.list().with_page_size(size).collect().await.unwrap();
        assert_eq!(listed.into_iter().map(|image| image.name.unwrap()).collect::<Vec<_>>(), names, "{size}");
    }
    // Only a page with another behind it tells a marker.
    let page = world.demo.v2.list_images().limit(2).send().await.unwrap().into_inner();
    assert_eq!(page.page_info.unwrap().next_marker, page.images.last().map(|image| image.id.clone()));
    let page = world.demo.v2.list_images().limit(3).send().await.unwrap().into_inner();
    assert_eq!(page.page_info.unwrap().next_marker, None);
    assert_eq!(refused(images.list().with_page_size(0).collect().await, "IMG.0001").kind(), ErrorKind::InvalidRequest);
}

async fn native_lists_follow_their_links(world: &World) {
    let client = &world.demo.v2;
    let names = names(world, 3).await;
    let listed = client.glance_list_images().imagetype("private").limit(1).pager().collect().await.unwrap();
    assert_eq!(listed.into_iter().map(|image| image.name.unwrap()).collect::<Vec<_>>(), names);
    let error: cloudimg::Error = client.glance_list_images().marker(UNKNOWN).send().await.unwrap_err().into();
    // Here Glance speaks, in its own way.
    assert_eq!((error.status(), error.code()), (Some(400), None), "{error:?}");
}

async fn the_envelope_is_called_images(world: &World) {
    let id = world.demo.server_image("one").await;
    let call = http().get(format!("{}/v2/cloudimages", world.sandbox.ims_url())).header("X-Auth-Token", &world.demo.token);
    let answer: Value = call.send().await.unwrap().json().await.unwrap();
    assert_eq!((&answer["images"][0]["id"], answer.get("cloudimages")), (&json!(id), None));
    assert_eq!(world.demo.ims.images().list().collect().await.unwrap().len(), 1);
    // Under another name it would be an error, not an empty list.
    assert!(serde_json::from_value::<v2::ImageList>(json!({"cloudimages": answer["images"]})).is_err());
}

async fn conditions_are_texts(world: &World) {
    let images = world.demo.ims.images();
    let (plain, whole) = (world.demo.server_image("plain").await, world.demo.whole_image("whole").await);
    let ids = async |list: cloudimg::ims::ImageList| -> Vec<String> {
        list.collect().await.unwrap().into_iter().map(|image| image.id).collect()
    };
    assert_eq!(ids(images.list().whole(true)).await, std::slice::from_ref(&whole));
    assert_eq!(ids(images.list().whole(false)).await, std::slice::from_ref(&plain));
    assert_eq!(ids(images.list().registered(true).supporting(Support::Kvm)).await, [whole, plain]);
    assert!(ids(images.list().registered(false)).await.is_empty());
    assert!(ids(images.list().protected(true)).await.is_empty());
}

async fn names_are_exact(world: &World) {
    let images = world.demo.ims.images();
    world.demo.server_image("name").await;
    for (name, count) in [("name", 1), ("nam", 0), ("NAME", 0), ("a=b&c d", 0)] {
        assert_eq!(images.list().name(name).collect().await.unwrap().len(), count, "{name}");
    }
    assert_eq!(world.other.ims.images().list().name("name").collect().await.unwrap().len(), 0);
    let owned = images.list().owner(&world.demo.project).kind(v2::ImageType::Private).collect().await.unwrap();
    assert_eq!(owned.len(), 1);
}

/// The marker after the first page, through a text.
async fn stopped<T: Unpin>(mut pages: cloudimg::pager::Pages<'static, T>) -> (Vec<T>, String) {
    let first = pages.try_next().await.unwrap().unwrap().items;
    (first, pages.continuation().unwrap().to_owned())
}

async fn lists_go_on_where_others_stopped(world: &World) {
    let images = world.demo.ims.images();
    let names = names(world, 5).await;
    let list = || images.list().with_page_size(2);
    let (first, marker) = stopped(list().pages()).await;
    let rest = list().starting_after(marker).collect().await.unwrap();
    assert_eq!(first.into_iter().chain(rest).map(|image| image.name.unwrap()).collect::<Vec<_>>(), names);

    let tagged: Vec<_> = images.list().collect().await.unwrap().into_iter().map(|image| image.id).collect();
    for id in &tagged {
        images.tags(id).add("kind", "test").await.unwrap();
    }
    let query = || {
        let query =
            ImagesByTagsQuery::new(ImagesByTagsAction::Filter).tags([v2::Tags::new("kind", ["test".to_owned()])]).limit("2");
        world.demo.ims.tags().images(query)
    };
    let (first, marker) = stopped(query().pages()).await;
    let rest = query().starting_after(marker).collect().await.unwrap();
    let mut found: Vec<_> = first.into_iter().chain(rest).map(|row| row.resource_id).collect();
    found.sort();
    let mut tagged = tagged;
    tagged.sort();
    assert_eq!(found, tagged);
}

async fn a_row_that_a_page_begins_after_is_deleted(world: &World) {
    let images = world.demo.ims.images();
    let names = names(world, 5).await;
    let list = || images.list().with_page_size(2).without_reading_ahead();
    let mut pages = list().pages();
    pages.try_next().await.unwrap();
    pages.try_next().await.unwrap();
    let (marker, previous) = (pages.continuation().unwrap().to_owned(), pages.previous().unwrap().to_owned());
    images.delete(&marker).await.unwrap();
    let error = pages.try_next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MarkerGone, "{error:?}");
    assert!(error.message().contains(&marker) && error.message().contains(&previous), "{error}");
    let rest = list().starting_after(previous).collect().await.unwrap();
    assert_eq!(rest.into_iter().map(|image| image.name.unwrap()).collect::<Vec<_>>(), [&names[2][..], &names[4]]);
}
