//! Lists whose rows go away while they are read.

use anyhow::Result;
use cloudimg::glance::types::{
    MetadefAssociationCreate, MetadefNamespaceCreate, MetadefNamespaceSortKey, MetadefSortKey, MetadefVisibility,
};
use cloudimg::glance::{ImageSortKey, SortDirection};
use cloudimg::{Error, ErrorKind};
use cloudimg_tests::Case;
use futures::TryStreamExt as _;

use crate::support::names;

/// The error that says of `marker` that it is gone, and where to go on.
#[track_caller]
fn gone(error: &Error, marker: &str, previous: Option<&str>) {
    assert_eq!(error.kind(), ErrorKind::MarkerGone, "{error:?}");
    let from = previous.map_or("at the start".to_owned(), |previous| format!("after `{previous}`"));
    let words = format!("the row `{marker}`, which the next page begins after, is gone; go on {from} (");
    assert!(error.message().starts_with(&words), "{error}");
    assert!(!error.is_retryable() && error.status().is_some(), "{error:?}");
}

#[tokio::test]
async fn an_image_that_a_page_begins_after_is_deleted() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        for n in 0..6 {
            case.create("demo", case.raw(&n.to_string()).tags([case.mark().to_owned()])).await?;
        }
        let list = || images.list().tag(case.mark()).sort(ImageSortKey::Name, SortDirection::Asc).with_page_size(2);
        let mut pages = list().without_reading_ahead().pages();
        pages.try_next().await?;
        let second = pages.try_next().await?.expect("a second page").items;
        let marker = pages.continuation().expect("a third page").to_owned();
        let previous = pages.previous().expect("a page before").to_owned();
        assert_eq!(marker, second[1].id);
        images.delete(&marker).await?;
        let error = pages.try_next().await.expect_err("nothing to begin after");
        gone(&error, &marker, Some(&previous));
        assert_eq!((error.operation(), error.status()), (Some("list_images"), Some(400)));
        // Where the message says, the second page comes again, and with it the rest.
        let rest = list().starting_after(previous).collect().await?;
        assert_eq!(names(&rest), ["2", "4", "5"].map(|name| case.name(name)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_namespace_that_a_page_begins_after_is_deleted() -> Result<()> {
    Case::run(async |case| {
        const KIND: &str = "Cloudimg::Test::Gone";
        for what in ["a", "b", "c", "d"] {
            let new = MetadefNamespaceCreate::new(case.name(what)).visibility(MetadefVisibility::Public);
            case.define(new.resource_type_associations([MetadefAssociationCreate::new(KIND)])).await?;
        }
        let metadefs = case.metadefs("admin")?;
        let list = metadefs.list().resource_type(KIND).sort(MetadefNamespaceSortKey::Namespace, SortDirection::Asc);
        let mut pages = list.with_page_size(2).without_reading_ahead().pages();
        pages.try_next().await?;
        let marker = pages.continuation().expect("a second page").to_owned();
        assert_eq!(marker, case.name("b"));
        metadefs.delete(&marker).await?;
        gone(&pages.try_next().await.expect_err("nothing to begin after"), &marker, None);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_tag_of_a_namespace_that_a_page_begins_after_is_deleted() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("tags").await?;
        let tags = case.metadefs("admin")?.tags(&namespace);
        tags.replace(["a-tag", "b-tag", "c-tag", "d-tag"]).await?;
        let list = || tags.list().sort(MetadefSortKey::Name, SortDirection::Asc).with_page_size(2);
        let mut pages = list().without_reading_ahead().pages();
        pages.try_next().await?;
        assert_eq!(pages.continuation(), Some("b-tag"));
        tags.delete("b-tag").await?;
        gone(&pages.try_next().await.expect_err("nothing to begin after"), "b-tag", None);
        let rest: Vec<_> = list().collect().await?.into_iter().map(|tag| tag.name).collect();
        assert_eq!(rest, ["a-tag", "c-tag", "d-tag"]);
        Ok(())
    })
    .await
}
