//! Lists in pages.

use anyhow::Result;
use cloudimg::ErrorKind;
use cloudimg::glance::{ImageSortKey, SortDirection};
use cloudimg_tests::Case;
use futures::TryStreamExt as _;

use crate::support::{NOBODY, names, refused};

/// Seven images with two tags, among others that have only one of them.
async fn seven(case: &Case) -> Result<(String, String)> {
    let (x, y) = (case.name("x"), case.name("y"));
    for n in 0..7 {
        let format = if n % 2 == 0 { "raw" } else { "iso" };
        case.create("demo", case.raw(&n.to_string()).disk_format(format).tags([x.clone(), y.clone()])).await?;
        let lone = if n % 2 == 0 { &x } else { &y };
        case.create("demo", case.raw(&format!("{n}-decoy")).tags([lone.clone()])).await?;
    }
    Ok((x, y))
}

/// The value of a parameter as often as it stands in a link.
fn values(link: &str, name: &str) -> Result<Vec<String>> {
    let url = url::Url::parse("http://host/")?.join(link)?;
    Ok(url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value.into_owned()).collect())
}

#[tokio::test]
async fn two_tags_and_two_sort_keys_hold_over_all_pages() -> Result<()> {
    Case::run(async |case| {
        let (x, y) = seven(case).await?;
        let list = case.images("demo")?.list().tag(&x).tag(&y).with_page_size(2);
        let list = list.sort(ImageSortKey::DiskFormat, SortDirection::Asc).sort(ImageSortKey::Name, SortDirection::Desc);
        let found = list.collect().await?;
        assert_eq!(names(&found), ["5", "3", "1", "6", "4", "2", "0"].map(|name| case.name(name)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn seven_images_by_name_and_id_come_once_each_in_pages_of_three() -> Result<()> {
    Case::run(async |case| {
        // Some of one name, so that the second key counts, and a page ends among them.
        let mut made = Vec::new();
        for name in ["b", "a", "b", "c", "b", "a", "b"] {
            let image = case.create("demo", case.raw(name).tags([case.mark().to_owned()])).await?;
            made.push((image.name.unwrap_or_default(), image.id));
        }
        made.sort();
        let list = case.images("demo")?.list().tag(case.mark()).with_page_size(3);
        let list = list.sort(ImageSortKey::Name, SortDirection::Asc).sort(ImageSortKey::Id, SortDirection::Asc);
        let pages: Vec<_> = list.pages().try_collect().await?;
        assert_eq!(pages.iter().map(|page| page.items.len()).collect::<Vec<_>>(), [3, 3, 1]);
        let listed = pages.into_iter().flat_map(|page| page.items);
        let listed: Vec<_> = listed.map(|image| (image.name.unwrap_or_default(), image.id)).collect();
        assert_eq!(listed, made);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_pager_of_the_generated_client_keeps_repeated_parameters_too() -> Result<()> {
    Case::run(async |case| {
        let (x, y) = seven(case).await?;
        let client = case.glance("demo").await?;
        let call = client.list_images().limit(3u64).tag(vec![x, y]);
        let call = call.sort_key(vec![ImageSortKey::DiskFormat, ImageSortKey::Name]);
        let call = call.sort_dir(vec![SortDirection::Asc, SortDirection::Asc]);
        let found = call.pager().collect().await?;
        assert_eq!(names(&found), ["1", "3", "5", "0", "2", "4", "6"].map(|name| case.name(name)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_link_to_the_next_page_loses_repeated_parameters() -> Result<()> {
    Case::run(async |case| {
        let (x, y) = seven(case).await?;
        let client = case.glance("demo").await?;
        let call = client.list_images().limit(2u64).tag(vec![x.clone(), y.clone()]);
        let call = call.sort_key(vec![ImageSortKey::DiskFormat, ImageSortKey::Name]);
        let call = call.sort_dir(vec![SortDirection::Desc, SortDirection::Asc]);
        let page = call.send().await?.into_inner();
        let next = page.next.expect("a full page has a next one");
        assert!(next.starts_with("/v2/images?"), "{next}");
        assert_eq!(values(&next, "tag")?, [y.as_str()]);
        assert_eq!(values(&next, "sort_key")?, ["name"]);
        assert_eq!(values(&next, "sort_dir")?, ["asc"]);
        assert_eq!(values(&next, "limit")?, ["2"]);
        assert_eq!(values(&next, "marker")?, [page.images[1].id.clone()]);
        let first = page.first.expect("every page names the first");
        assert_eq!((values(&first, "tag")?, values(&first, "marker")?), (vec![y], vec![]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn pages_have_the_size_asked_for() -> Result<()> {
    Case::run(async |case| {
        let (x, y) = seven(case).await?;
        let pages: Vec<_> = case.images("demo")?.list().tag(x).tag(y).with_page_size(3).pages().try_collect().await?;
        let sizes: Vec<_> = pages.iter().map(|page| page.items.len()).collect();
        assert_eq!(sizes, [3, 3, 1]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_full_last_page_leads_to_an_empty_one() -> Result<()> {
    Case::run(async |case| {
        let (x, y) = seven(case).await?;
        let client = case.glance("demo").await?;
        let call = || client.list_images().tag(vec![x.clone(), y.clone()]);
        let full = call().limit(7u64).send().await?.into_inner();
        assert_eq!(full.images.len(), 7);
        let marker = values(&full.next.expect("a full page has a next one"), "marker")?.remove(0);
        let last = call().limit(7u64).marker(marker).send().await?.into_inner();
        assert_eq!((last.images.len(), last.next), (0, None));
        let short = call().limit(8u64).send().await?.into_inner();
        assert_eq!((short.images.len(), short.next), (7, None));
        let found = case.images("demo")?.list().tag(&x).tag(&y).with_page_size(7).collect().await?;
        assert_eq!(found.len(), 7);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_list_goes_on_where_another_stopped() -> Result<()> {
    Case::run(async |case| {
        let (x, y) = seven(case).await?;
        let list = || {
            let images = case.images("demo")?;
            anyhow::Ok(images.list().tag(&x).tag(&y).sort(ImageSortKey::Name, SortDirection::Asc).with_page_size(3))
        };
        let mut pages = list()?.pages();
        let first = pages.try_next().await?.expect("a first page");
        assert_eq!(names(&first.items), ["0", "1", "2"].map(|name| case.name(name)));
        let continuation = pages.continuation().expect("more to come").to_owned();
        drop(pages);
        let rest = list()?.starting_after(continuation).collect().await?;
        assert_eq!(names(&rest), ["3", "4", "5", "6"].map(|name| case.name(name)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_marker_that_no_image_has_is_refused() -> Result<()> {
    Case::run(async |case| {
        let client = case.glance("demo").await?;
        let error = refused(client.list_images().marker(NOBODY).send().await, 400);
        assert_eq!(error.message(), format!("No image found with ID {NOBODY}"));
        let error = case.images("demo")?.list().starting_after(NOBODY).collect().await.expect_err("no such row");
        assert_eq!((error.kind(), error.status()), (ErrorKind::MarkerGone, Some(400)), "{error:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn no_page_size_means_25_images() -> Result<()> {
    Case::run(async |case| {
        let tag = case.mark().to_owned();
        for n in 0..26 {
            case.create("demo", case.raw(&format!("{n:02}")).tags([tag.clone()])).await?;
        }
        let client = case.glance("demo").await?;
        let page = client.list_images().tag(vec![tag.clone()]).send().await?.into_inner();
        assert_eq!(page.images.len(), 25);
        let found = case.images("demo")?.list().tag(&tag).sort(ImageSortKey::Name, SortDirection::Asc).collect().await?;
        let expected: Vec<_> = (0..26).map(|n| case.name(&format!("{n:02}"))).collect();
        assert_eq!(names(&found), expected);
        Ok(())
    })
    .await
}
