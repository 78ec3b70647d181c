//! Lists: their conditions, their order, their pages.

use std::collections::BTreeSet;

use cloudimg_cdnetworks_vmp::types::{Image, ImageState, ImageType, SortDirection, SortKey};
use cloudimg_cdnetworks_vmp::{Error, ErrorKind};

use crate::world::{BUILD, UNKNOWN, World, refused};

cases!(
    conditions_are_kept,
    names_of_any_letters_are_found,
    lists_are_sorted_by_several_keys,
    lists_are_read_to_their_end,
    a_marker_goes_with_no_sort,
    what_cannot_be_listed,
);

fn names(images: &[Image]) -> Vec<&str> {
    images.iter().filter_map(|image| image.name.as_deref()).collect()
}

async fn conditions_are_kept(world: &World) {
    let (vmp, client) = (world.vmp(), &world.client);
    let custom = vmp.put_image("mine", "CUSTOM");
    let begun = world.begun("begun").await;
    let all = client.list_images().send().await.unwrap().into_inner().images;
    assert_eq!(all.len(), 4, "with the public ones");
    let one = |list: Vec<Image>| list.into_iter().map(|image| image.id).collect::<Vec<_>>();
    let of = client.list_images().type_(ImageType::Custom).send().await.unwrap().into_inner();
    assert_eq!(one(of.images), [custom.as_str()]);
    let of = client.list_images().state(ImageState::Building).send().await.unwrap().into_inner();
    assert_eq!(one(of.images), [begun.as_str()]);
    let of = client.list_images().name("mine").type_(ImageType::Common).send().await.unwrap().into_inner();
    assert!(of.images.is_empty());
    let ids = format!("{custom},{UNKNOWN},{begun}");
    let of = client.list_images().ids(ids).send().await.unwrap().into_inner();
    assert_eq!(one(of.images).into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([custom, begun]));
    world.pass(BUILD);
    assert!(client.list_images().state(ImageState::Building).send().await.unwrap().into_inner().images.is_empty());
}

/// What is signed is what arrives, whatever is in it.
async fn names_of_any_letters_are_found(world: &World) {
    for name in ["web base", "a+b", "50%", "50%ZZ", "%2B", "a&b=c", "镜像-1", "é", "?x#y", "\"quoted\"", "a,b;c", "~*'()"] {
        let id = world.vmp().put_image(name, "CUSTOM");
        let found = world.client.list_images().name(name).limit(5).send().await.unwrap().into_inner().images;
        assert_eq!(found.iter().map(|image| (image.id.as_str(), image.name.as_deref())).collect::<Vec<_>>(), [(&*id, Some(name))]);
    }
}

async fn lists_are_sorted_by_several_keys(world: &World) {
    for (name, kind) in [("b", "CUSTOM"), ("a", "SNAPSHOT"), ("a", "CUSTOM"), ("c", "SNAPSHOT")] {
        world.vmp().put_image(name, kind);
    }
    let sorted = async |keys: &[SortKey], directions: &[SortDirection]| {
        let list = world.client.list_images().sort_key(keys.to_vec()).sort_dir(directions.to_vec());
        let images = list.send().await.unwrap().into_inner().images;
        let mine = images.into_iter().filter(|image| image.type_ != Some(ImageType::Common));
        mine.map(|image| format!("{}{}", image.name.unwrap(), &image.type_.unwrap().as_str()[..1])).collect::<Vec<_>>()
    };
    use SortDirection::{Asc, Desc};
    assert_eq!(sorted(&[SortKey::Name, SortKey::Type], &[Asc, Desc]).await, ["aS", "aC", "bC", "cS"]);
    assert_eq!(sorted(&[SortKey::Name, SortKey::Type], &[Desc, Asc]).await, ["cS", "bC", "aC", "aS"]);
    assert_eq!(sorted(&[SortKey::Type, SortKey::Name], &[Asc, Desc]).await, ["bC", "aC", "cS", "aS"]);
    // Without a direction the service sorts downwards.
    assert_eq!(sorted(&[SortKey::Type, SortKey::Name], &[Asc]).await, ["bC", "aC", "cS", "aS"]);
}

async fn lists_are_read_to_their_end(world: &World) {
    let at_marker = World::with(world.shape, |builder| builder.vmp_marker_included(true)).await;
    let short = World::with(world.shape, |builder| builder.vmp_marker_included(true).vmp_max_page_size(2)).await;
    for world in [world, &at_marker, &short] {
        let mut mine: Vec<_> = (0..7).map(|n| world.vmp().put_image(format!("n{n}"), "CUSTOM")).collect();
        mine.sort();
        for limit in [None, Some(2), Some(3), Some(7), Some(50)] {
            let list = world.client.list_images().type_(ImageType::Custom);
            let list = limit.map_or(list.clone(), |limit| list.limit(limit));
            let images = list.pager().collect().await.unwrap();
            assert_eq!(images.iter().map(|image| image.id.as_str()).collect::<Vec<_>>(), mine, "{limit:?}");
        }
        let mut pager = world.client.list_images().type_(ImageType::Custom).limit(3).pager();
        pager.next_page().await.unwrap();
        // One that goes away meanwhile ends nothing.
        let marker = pager.continuation().unwrap().to_owned();
        world.client.remove_image().image_id(&marker).send().await.unwrap();
        let rest = world.client.list_images().type_(ImageType::Custom).limit(3).pager().starting_after(marker.as_str());
        let read = names(&rest.collect().await.unwrap()).len();
        assert_eq!(read, mine.iter().filter(|id| **id > marker).count());
    }
}

async fn a_marker_goes_with_no_sort(world: &World) {
    let id = world.vmp().put_image("mine", "CUSTOM");
    let sorted = world.client.list_images().sort_key(vec![SortKey::Name]);
    // The service says no, and the pager does not ask it.
    refused(sorted.clone().marker(&id).send().await, 400, "InvalidParameter");
    world.statuses();
    let error = sorted.pager().collect().await.unwrap_err();
    assert_eq!((error.kind(), world.statuses().len()), (ErrorKind::InvalidRequest, 0));
}

async fn what_cannot_be_listed(world: &World) {
    let list = || world.client.list_images();
    for wrong in [
        list().limit(0),
        list().type_("PRIVATE"),
        list().state("DELETED"),
        list().ids("a,,b"),
        list().ids((0..101).map(|n| format!("i{n}")).collect::<Vec<_>>().join(",")),
        list().marker(""),
        list().sort_key(vec!["colour".into()]),
    ] {
        let error = refused(wrong.send().await, 400, "InvalidParameter");
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("list_images")));
    }
    world.is_unknown_caller(world.stranger.list_images().send().await);
    // What we know to be wrong is not sent.
    world.statuses();
    let error: Error = list().sort_dir(vec![SortDirection::Asc]).send().await.unwrap_err().into();
    assert_eq!((error.kind(), world.statuses().len()), (ErrorKind::InvalidRequest, 0));
}
