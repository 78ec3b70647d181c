//! Tags, one by one and all at once.

use std::collections::BTreeSet;

use anyhow::Result;
use cloudimg::ErrorKind;
use cloudimg_tests::Case;

use crate::support::{NOBODY, failed_here, refused};

async fn tags_of(case: &Case, id: &str) -> Result<BTreeSet<String>> {
    Ok(case.images("demo")?.get(id).await?.tags.into_iter().collect())
}

fn set(tags: &[&str]) -> BTreeSet<String> {
    tags.iter().map(|&tag| tag.to_owned()).collect()
}

#[tokio::test]
async fn a_tag_is_added_once_however_often_it_is_sent() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("tagged").await?.id;
        let tags = case.images("demo")?.tags(&id);
        tags.add("a").await?;
        tags.add("a").await?;
        tags.add("b").await?;
        assert_eq!(tags_of(case, &id).await?, set(&["a", "b"]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn tags_may_hold_what_paths_may_not() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("odd").await?.id;
        let tags = case.images("demo")?.tags(&id);
        let odd = ["two words", "50%", "a+b", "q?x=1&y", "#hash", "a:b", "semi;colon", "%41"];
        for tag in odd {
            tags.add(tag).await?;
        }
        assert_eq!(tags_of(case, &id).await?, set(&odd));
        for tag in odd {
            tags.remove(tag).await?;
        }
        assert_eq!(tags_of(case, &id).await?, set(&[]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_tag_that_has_no_path_can_be_set_with_all_others() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("slash").await?.id;
        let tags = case.images("demo")?.tags(&id);
        failed_here(tags.add("a/b").await, ErrorKind::InvalidRequest);
        // Nor has one beyond ASCII: real servers take its path for Latin-1.
        tags.replace(["a/b", "имя", "c", "c"]).await?;
        assert_eq!(tags_of(case, &id).await?, set(&["a/b", "имя", "c"]));
        tags.replace(Vec::<String>::new()).await?;
        assert_eq!(tags_of(case, &id).await?, set(&[]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn removing_a_tag_that_is_not_there_is_not_found() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("bare").await?.id;
        let error = refused(case.images("demo")?.tags(&id).remove("absent").await, 404);
        assert_eq!(error.operation(), Some("delete_image_tag"));
        refused(case.images("demo")?.tags(NOBODY).add("a").await, 404);
        refused(case.images("demo")?.tags(NOBODY).remove("a").await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_tag_has_255_characters_at_most() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("long").await?.id;
        let tags = case.images("demo")?.tags(&id);
        tags.add(&"t".repeat(255)).await?;
        refused(tags.add(&"t".repeat(256)).await, 400);
        refused(tags.replace(["t".repeat(256)]).await, 400);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_image_has_128_tags_at_most() -> Result<()> {
    Case::run(async |case| {
        let full: Vec<_> = (0..128).map(|n| format!("t{n}")).collect();
        let id = case.create("demo", case.raw("full").tags(full)).await?.id;
        let tags = case.images("demo")?.tags(&id);
        let error = refused(tags.add("one-more").await, 413);
        assert!(error.message().contains("Attempted: 129, Maximum: 128"), "{error}");
        tags.remove("t0").await?;
        tags.add("one-more").await?;
        Ok(())
    })
    .await
}
