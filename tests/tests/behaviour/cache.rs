//! The image cache of a server. Everybody who works on a server shares it, and any of them may empty it at any time: these cases look at
//! their own images alone, and queue them again where they are gone.

use anyhow::Result;
use cloudimg::glance::Cache;
use cloudimg::glance::types::{CacheClearTarget, CachedImage};
use cloudimg_tests::{Case, until};

use crate::support::{BYTES, NOBODY, get_as, refused, stranger};

/// The entry of an image, if it is cached.
async fn entry(cache: &Cache, id: &str) -> Result<Option<CachedImage>> {
    Ok(cache.state().await?.cached_images.into_iter().find(|cached| cached.image_id == id))
}

/// Has an image cached and gives its entry.
async fn cached(cache: &Cache, id: &str) -> Result<CachedImage> {
    until("the image is cached", async || {
        cache.queue(id).await?;
        entry(cache, id).await
    })
    .await
}

/// Has `removal` take an image out of the cache: a queue that is worked off meanwhile may bring it back once.
async fn gone(cache: &Cache, id: &str, removal: impl AsyncFn() -> Result<()>) -> Result<()> {
    until("the image is out of the cache", async || {
        removal().await?;
        Ok(entry(cache, id).await?.is_none().then_some(()))
    })
    .await
}

#[tokio::test]
async fn an_image_is_queued_cached_and_removed() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("cached", BYTES).await?.id;
        let cache = case.cloud("admin")?.glance().cache();
        let found = cached(&cache, &id).await?;
        assert_eq!(found.size, Some(44));
        let times = (found.last_accessed.unwrap_or_default(), found.last_modified.unwrap_or_default());
        // Seconds since 1970: later than 2020.
        assert!(times.0 > 1.5e9 && times.1 > 1.5e9, "{found:?}");
        assert!(!cache.state().await?.queued_images.contains(&id));
        gone(&cache, &id, async || Ok(cache.remove(&id).await?)).await?;
        // Not there is no failure.
        cache.remove(&id).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn downloads_from_the_cache_are_counted() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("hit", BYTES).await?.id;
        let cache = case.cloud("admin")?.glance().cache();
        let images = case.images("demo")?;
        let hits = until("a hit is counted", async || {
            let before = cached(&cache, &id).await?.hits.unwrap_or_default();
            assert_eq!(images.download(&id).await?.bytes(1024).await?, BYTES);
            let after = entry(&cache, &id).await?.and_then(|entry| entry.hits).unwrap_or_default();
            Ok((after > before).then_some(after))
        })
        .await?;
        assert!(hits > 0);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_download_fills_the_cache() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("filled", BYTES).await?.id;
        let cache = case.cloud("admin")?.glance().cache();
        let images = case.images("demo")?;
        assert!(entry(&cache, &id).await?.is_none());
        until("the download leaves its bytes in the cache", async || {
            assert_eq!(images.download(&id).await?.bytes(1024).await?, BYTES);
            entry(&cache, &id).await
        })
        .await?;
        images.delete(&id).await?;
        assert!(entry(&cache, &id).await?.is_none(), "with an image its copy goes");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_server_that_has_an_image_cached_is_named() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("named", BYTES).await?.id;
        let cache = case.cloud("admin")?.glance().cache();
        assert!(cache.nodes(&id).await?.is_empty());
        let nodes = until("a server says that it has the image", async || {
            cached(&cache, &id).await?;
            let nodes = cache.nodes(&id).await?;
            Ok((!nodes.is_empty()).then_some(nodes))
        })
        .await?;
        assert!(nodes.len() == 1 && nodes[0].starts_with("http"), "{nodes:?}");
        gone(&cache, &id, async || Ok(cache.remove(&id).await?)).await?;
        assert!(cache.nodes(&id).await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_cache_and_its_queue_are_emptied_each_alone() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("emptied", BYTES).await?.id;
        let cache = case.cloud("admin")?.glance().cache();
        until("the cache outlives an emptying of the queue", async || {
            cached(&cache, &id).await?;
            cache.clear(CacheClearTarget::Queue).await?;
            entry(&cache, &id).await
        })
        .await?;
        gone(&cache, &id, async || Ok(cache.clear(CacheClearTarget::Cache).await?)).await?;
        cached(&cache, &id).await?;
        gone(&cache, &id, async || Ok(cache.clear_all().await?)).await?;
        let error = refused(cache.clear("attic").await, 400);
        assert!(error.message().contains("must be 'cache', 'queue' or empty string"), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_cache_is_cleaned_and_pruned() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("kept", BYTES).await?.id;
        let cache = case.cloud("admin")?.glance().cache();
        // It is far from its limit, and nothing in it is broken.
        until("the cache outlives cleaning and pruning", async || {
            cached(&cache, &id).await?;
            cache.clean().await?;
            let pruned = cache.prune().await?;
            assert_eq!((pruned.total_files_pruned, pruned.total_bytes_pruned), (0, 0));
            entry(&cache, &id).await
        })
        .await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn only_images_with_data_are_cached() -> Result<()> {
    Case::run(async |case| {
        let queued = case.queued("queued").await?.id;
        let cache = case.cloud("admin")?.glance().cache();
        let error = refused(cache.queue(&queued).await, 400);
        assert_eq!(error.message(), "Only images with status active can be targeted for queueing");
        cache.remove(&queued).await?;
        assert!(cache.nodes(&queued).await?.is_empty());
        let error = refused(cache.queue(NOBODY).await, 404);
        assert_eq!(error.message(), format!("Image {NOBODY} not found."));
        refused(cache.remove(NOBODY).await, 404);
        refused(cache.nodes(NOBODY).await, 404);
        let (status, body) = get_as(case, "admin", "/v2/cache").await?;
        assert!(status == 200 && body.contains("cached_images") && body.contains("queued_images"), "{status} {body}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_cache_is_for_administrators() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("mine", BYTES).await?.id;
        let cache = case.cloud("demo")?.glance().cache();
        for (error, action) in [
            (refused(cache.state().await, 403), "cache_list"),
            (refused(cache.queue(&id).await, 403), "cache_image"),
            (refused(cache.remove(&id).await, 403), "cache_delete"),
            (refused(cache.clear(CacheClearTarget::Queue).await, 403), "cache_delete"),
            (refused(cache.nodes(&id).await, 403), "list_cached_nodes"),
            (refused(cache.clean().await, 403), "cache_clean"),
            (refused(cache.prune().await, 403), "cache_prune"),
        ] {
            assert_eq!(error.message(), format!("You are not authorized to complete {action} action."));
        }
        // An image that is not theirs to see is not there.
        refused(case.cloud("other")?.glance().cache().queue(&id).await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_cache_is_kept_from_strangers() -> Result<()> {
    Case::run(async |case| {
        let client = stranger(case).await?;
        refused(client.list_cache().send().await, 401);
        refused(client.queue_cache_image().image_id(NOBODY).send().await, 401);
        refused(client.clear_cache().send().await, 401);
        refused(client.prune_cache().send().await, 401);
        Ok(())
    })
    .await
}
