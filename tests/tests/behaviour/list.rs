//! Lists: what is in them, and in which order.

use anyhow::Result;
use cloudimg::glance::{Hidden, ImageCreate, ImageSortKey, ImageStatus, ImageVisibility, SortDirection};
use cloudimg_tests::Case;

use crate::support::{BYTES, ids, names, refused, says};

#[tokio::test]
async fn a_list_of_one_tag_has_the_images_with_it() -> Result<()> {
    Case::run(async |case| {
        let with = case.create("demo", case.raw("with").tags([case.name("tag")])).await?;
        case.queued("without").await?;
        let found = case.images("demo")?.list().tag(case.name("tag")).collect().await?;
        assert_eq!(ids(&found), ids([&with]));
        assert_eq!(found[0], case.images("demo")?.get(&with.id).await?, "a list gives whole records");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_empty_list_is_no_error() -> Result<()> {
    Case::run(async |case| {
        let found = case.images("demo")?.list().tag(case.name("nobody")).collect().await?;
        assert!(found.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_newest_images_come_first_if_nothing_is_said() -> Result<()> {
    Case::run(async |case| {
        for n in 0..4 {
            case.create("demo", case.raw(&n.to_string()).tags([case.mark().to_owned()])).await?;
        }
        let found = case.images("demo")?.list().tag(case.mark()).collect().await?;
        assert_eq!(names(&found), ["3", "2", "1", "0"].map(|name| case.name(name)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_sort_key_orders_both_ways() -> Result<()> {
    Case::run(async |case| {
        let tagged = |image: ImageCreate| image.tags([case.mark().to_owned()]);
        case.create("demo", tagged(case.raw("b"))).await?;
        case.create("demo", tagged(case.raw("a").disk_format("iso"))).await?;
        case.create("demo", tagged(case.raw("c").container_format("ovf"))).await?;
        for key in ImageSortKey::LISTED {
            let list = |direction| case.images("demo").map(|images| images.list().tag(case.mark()).sort(key.clone(), direction));
            let up = list(SortDirection::Asc)?.collect().await?;
            let down = list(SortDirection::Desc)?.collect().await?;
            assert_eq!(up.len(), 3, "{key}");
            let reversed: Vec<_> = down.iter().rev().map(|image| image.id.as_str()).collect();
            // Equal images are told apart by further keys, which follow the direction of the first.
            assert_eq!(up.iter().map(|image| image.id.as_str()).collect::<Vec<_>>(), reversed, "{key}");
        }
        let by_name = case.images("demo")?.list().tag(case.mark()).sort(ImageSortKey::Name, SortDirection::Asc).collect().await?;
        assert_eq!(names(&by_name), [case.name("a"), case.name("b"), case.name("c")]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_second_key_orders_what_is_equal_by_the_first() -> Result<()> {
    Case::run(async |case| {
        for (name, format) in [("a", "raw"), ("b", "iso"), ("c", "raw"), ("d", "iso")] {
            case.create("demo", case.raw(name).disk_format(format).tags([case.mark().to_owned()])).await?;
        }
        let list = case.images("demo")?.list().tag(case.mark());
        let list = list.sort(ImageSortKey::DiskFormat, SortDirection::Asc).sort(ImageSortKey::Name, SortDirection::Desc);
        let found = list.collect().await?;
        assert_eq!(names(&found), ["d", "b", "c", "a"].map(|name| case.name(name)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn sorting_refuses_keys_and_directions_that_do_not_exist() -> Result<()> {
    Case::run(async |case| {
        let list = || case.images("demo").map(|images| images.list());
        let error = refused(list()?.sort("owner".into(), SortDirection::Asc).collect().await, 400);
        assert!(error.message().starts_with("Invalid sort key: owner."), "{error}");
        let error = refused(list()?.sort(ImageSortKey::Name, "up".into()).collect().await, 400);
        assert_eq!(error.message(), "Invalid sort direction: up");
        says(crate::support::get(case, "/v2/images?sort=name:asc&sort_key=name").await?, 400, "cannot be combined");
        let two_directions = "/v2/images?sort_key=name&sort_key=id&sort_key=size&sort_dir=asc&sort_dir=desc";
        says(crate::support::get(case, two_directions).await?, 400, "sort");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn hidden_images_are_listed_alone_or_not_at_all() -> Result<()> {
    Case::run(async |case| {
        let tags = || [case.mark().to_owned()];
        let hidden = case.create("demo", case.raw("hidden").os_hidden(true).tags(tags())).await?;
        let plain = case.create("demo", case.raw("plain").tags(tags())).await?;
        let list = || case.images("demo").map(|images| images.list().tag(case.mark()));
        assert_eq!(ids(&list()?.collect().await?), ids([&plain]));
        assert_eq!(ids(&list()?.hidden(Hidden::Excluded).collect().await?), ids([&plain]));
        assert_eq!(ids(&list()?.hidden(Hidden::Only).collect().await?), ids([&hidden]));
        assert_eq!(case.images("demo")?.get(&hidden.id).await?.os_hidden, Some(true));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn protected_images_can_be_listed_apart() -> Result<()> {
    Case::run(async |case| {
        let tags = || [case.mark().to_owned()];
        let safe = case.create("demo", case.raw("safe").protected(true).tags(tags())).await?;
        let plain = case.create("demo", case.raw("plain").tags(tags())).await?;
        let list = || case.images("demo").map(|images| images.list().tag(case.mark()));
        assert_eq!(ids(&list()?.protected(true).collect().await?), ids([&safe]));
        assert_eq!(ids(&list()?.protected(false).collect().await?), ids([&plain]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn images_are_listed_by_status_and_formats() -> Result<()> {
    Case::run(async |case| {
        let tags = || [case.mark().to_owned()];
        let queued = case.create("demo", case.raw("queued").disk_format("iso").tags(tags())).await?;
        let active = case.active("active", BYTES).await?;
        case.images("demo")?.tags(&active.id).add(case.mark()).await?;
        let list = || case.images("demo").map(|images| images.list().tag(case.mark()));
        assert_eq!(ids(&list()?.status(ImageStatus::Queued.as_str()).collect().await?), ids([&queued]));
        assert_eq!(ids(&list()?.status("active").collect().await?), ids([&active]));
        assert_eq!(ids(&list()?.disk_format("iso").collect().await?), ids([&queued]));
        assert_eq!(ids(&list()?.container_format("bare").collect().await?), ids([&queued, &active]));
        assert!(list()?.container_format("ovf").collect().await?.is_empty());
        assert!(list()?.status("never heard of").collect().await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn images_are_listed_by_visibility_and_owner() -> Result<()> {
    Case::run(async |case| {
        let tags = || [case.mark().to_owned()];
        let shared = case.create("demo", case.raw("shared").tags(tags())).await?;
        let private = case.create("demo", case.raw("private").visibility(ImageVisibility::Private).tags(tags())).await?;
        let list = || case.images("demo").map(|images| images.list().tag(case.mark()));
        assert_eq!(ids(&list()?.visibility("private").collect().await?), ids([&private]));
        assert_eq!(ids(&list()?.visibility("shared").collect().await?), ids([&shared]));
        assert_eq!(ids(&list()?.visibility("all").collect().await?), ids([&shared, &private]));
        assert_eq!(ids(&list()?.owner(case.project("demo").await?).collect().await?), ids([&shared, &private]));
        assert!(list()?.owner(case.project("other").await?).collect().await?.is_empty());
        refused(list()?.visibility("secret").collect().await, 400);
        Ok(())
    })
    .await
}
