//! The tags of a namespace.

use anyhow::Result;
use cloudimg::ErrorKind;
use cloudimg::glance::SortDirection;
use cloudimg::glance::types::{MetadefSortKey, MetadefTag};
use cloudimg_tests::Case;
use futures::TryStreamExt as _;

use crate::support::{get, refused, says, stranger};

fn names(tags: &[MetadefTag]) -> Vec<&str> {
    tags.iter().map(|tag| tag.name.as_str()).collect()
}

#[tokio::test]
async fn a_tag_is_made_read_renamed_and_deleted() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("tags").await?;
        let tags = case.metadefs("admin")?.tags(&namespace);
        let made = tags.create("fast").await?;
        assert!(made.name == "fast" && made.created_at.is_some(), "{made:?}");
        assert_eq!(case.metadefs("viewer")?.tags(&namespace).get("fast").await?.name, "fast");
        assert_eq!(tags.rename("fast", "slow").await?.name, "slow");
        let error = refused(tags.get("fast").await, 404);
        assert_eq!(error.message(), "Could not find metadata tag fast");
        refused(tags.rename("fast", "quick").await, 404);
        tags.delete("slow").await?;
        refused(tags.delete("slow").await, 404);
        assert!(tags.list().collect().await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_tag_is_there_once() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("tags").await?;
        let tags = case.metadefs("admin")?.tags(&namespace);
        tags.replace(["a", "b"]).await?;
        let error = refused(tags.create("a").await, 409);
        assert_eq!(
            error.message(),
            format!(
                "A metadata tag with name=a already exists in namespace={namespace}. (Please note that metadata tag names are case insensitive)."
            )
        );
        refused(tags.rename("a", "b").await, 409);
        refused(tags.replace(["c", "c"]).await, 409);
        assert_eq!(tags.list().collect().await?.len(), 2, "a refused replacement replaces nothing");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn tags_are_replaced_or_added() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("tags").await?;
        let tags = case.metadefs("admin")?.tags(&namespace);
        let list = async || anyhow::Ok(tags.list().sort(MetadefSortKey::Name, SortDirection::Asc).collect().await?);
        tags.replace(["b", "a"]).await?;
        assert_eq!(names(&list().await?), ["a", "b"]);
        tags.replace(["c"]).await?;
        assert_eq!(names(&list().await?), ["c"]);
        tags.append(["d", "b"]).await?;
        assert_eq!(names(&list().await?), ["b", "c", "d"]);
        refused(tags.append(["e", "b"]).await, 409);
        assert_eq!(names(&list().await?), ["b", "c", "d"], "a refused addition adds nothing");
        tags.delete_all().await?;
        assert!(list().await?.is_empty());
        tags.delete_all().await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_list_of_tags_goes_on_to_its_end() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("tags").await?;
        let all = ["a", "b", "c", "d", "e"];
        case.metadefs("admin")?.tags(&namespace).replace(["c", "a", "e", "b", "d"]).await?;
        let tags = case.metadefs("demo")?.tags(&namespace);
        for size in [1, 2, 5, 1000] {
            let list = tags.list().sort(MetadefSortKey::Name, SortDirection::Asc).with_page_size(size).collect().await?;
            assert_eq!(names(&list), all, "in pages of {size}");
        }
        let descending = tags.list().sort(MetadefSortKey::Name, SortDirection::Desc).with_page_size(2).collect().await?;
        assert_eq!(names(&descending), ["e", "d", "c", "b", "a"]);
        // The newest come first, however large the pages are.
        assert_eq!(names(&tags.list().with_page_size(2).collect().await?), ["d", "b", "e", "a", "c"]);
        let by_age = tags.list().sort(MetadefSortKey::CreatedAt, SortDirection::Asc).collect().await?;
        assert_eq!(names(&by_age), ["c", "a", "e", "b", "d"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn more_tags_than_a_page_holds_by_itself_are_all_listed() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("tags").await?;
        let tags = case.metadefs("admin")?.tags(&namespace);
        let many: Vec<_> = (10..62).map(|n| format!("t{n}")).collect();
        tags.replace(&many).await?;
        let listed = tags.list().sort(MetadefSortKey::Name, SortDirection::Asc).collect().await?;
        assert_eq!(names(&listed), many);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_list_of_tags_is_read_page_by_page() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("tags").await?;
        let tags = case.metadefs("admin")?.tags(&namespace);
        tags.replace(["a", "b", "c", "d", "e"]).await?;
        let list = || tags.list().sort(MetadefSortKey::Name, SortDirection::Asc).with_page_size(2);
        let mut pages = list().pages();
        assert_eq!(names(&pages.try_next().await?.expect("a page").items), ["a", "b"]);
        let marker = pages.continuation().expect("a place to go on").to_owned();
        assert_eq!(names(&list().starting_after(marker).collect().await?), ["c", "d", "e"]);
        let error = list().starting_after("nowhere").collect().await.expect_err("no such row");
        assert_eq!((error.kind(), error.status()), (ErrorKind::MarkerGone, Some(404)));
        assert!(error.message().ends_with("(Could not find metadata tag nowhere)"), "{error}");
        let path = format!("/v2/metadefs/namespaces/{namespace}/tags");
        says(get(case, &format!("{path}?limit=many")).await?, 400, "limit param must be an integer");
        says(get(case, &format!("{path}?limit=0")).await?, 200, r#"{"tags": []}"#);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn tags_with_odd_names_are_found_again() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("odd tags").await?;
        let tags = case.metadefs("admin")?.tags(&namespace);
        for name in ["with space", "a::b", "a?b#c%25", "plus+and&"] {
            assert_eq!(tags.create(name).await?.name, name);
            assert_eq!(tags.get(name).await?.name, name);
            tags.delete(name).await?;
        }
        // The service reads paths as if they were in Latin-1, bodies as what they are.
        assert_eq!(tags.create("größe").await?.name, "grÃ¶Ã\u{9f}e");
        assert_eq!(tags.get("größe").await?.name, "grÃ¶Ã\u{9f}e");
        tags.replace(["größe"]).await?;
        assert_eq!(names(&tags.list().collect().await?), ["größe"]);
        refused(tags.get("größe").await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn tags_that_do_not_fit_are_refused() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("tags").await?;
        let tags = case.metadefs("admin")?.tags(&namespace);
        let long = "x".repeat(81);
        assert!(refused(tags.create(&long).await, 400).message().ends_with("is too long"));
        tags.create("short").await?;
        assert!(refused(tags.rename("short", &long).await, 400).message().ends_with("is too long"));
        assert_eq!(tags.create(&long[1..]).await?.name.len(), 80);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn tags_need_a_namespace() -> Result<()> {
    Case::run(async |case| {
        let tags = case.metadefs("admin")?.tags(case.name("nowhere"));
        let error = refused(tags.list().collect().await, 404);
        assert_eq!(error.message(), format!("Namespace {} not found", case.name("nowhere")));
        refused(tags.get("a").await, 404);
        refused(tags.create("a").await, 404);
        refused(tags.replace(["a"]).await, 404);
        refused(tags.rename("a", "b").await, 404);
        refused(tags.delete("a").await, 404);
        refused(tags.delete_all().await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn only_administrators_write_tags() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("tags").await?;
        case.metadefs("admin")?.tags(&namespace).create("a").await?;
        let tags = case.metadefs("demo")?.tags(&namespace);
        assert_eq!(names(&tags.list().collect().await?), ["a"]);
        let error = refused(tags.create("b").await, 403);
        assert_eq!(error.message(), "You are not authorized to complete add_metadef_tag action.");
        let error = refused(tags.replace(["b"]).await, 403);
        assert_eq!(error.message(), "You are not authorized to complete add_metadef_tags action.");
        refused(tags.rename("a", "b").await, 403);
        refused(tags.delete("a").await, 403);
        refused(tags.delete_all().await, 403);
        refused(stranger(case).await?.list_metadef_tags().namespace(&namespace).send().await, 401);
        Ok(())
    })
    .await
}
