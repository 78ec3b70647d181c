//! Changes of records that others change as well.

use anyhow::Result;
use cloudimg::ErrorKind;
use cloudimg::glance::{Image, ImageData, ImagePatch};
use cloudimg_tests::Case;
use serde_json::Value;

use crate::support::{BYTES, NOBODY, failed_here, refused};

/// The value of a property.
fn property<'a>(image: &'a Image, name: &str) -> Option<&'a str> {
    image.extra.get(name).and_then(Value::as_str)
}

/// The image with its tags sorted: real servers tell them in another order each time.
fn in_order(mut image: Image) -> Image {
    image.tags.sort();
    image
}

#[tokio::test]
async fn what_is_not_there_can_be_removed_again_and_again() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("removed").await?.id;
        let images = case.images("demo")?;
        let image = images.update(&id, ImagePatch::new().remove_property("absent")).await?;
        assert_eq!(image, images.get(&id).await?);
        let image = images.update(&id, ImagePatch::new().property("p", "1").property("q", "2")).await?;
        assert_eq!((property(&image, "p"), property(&image, "q")), (Some("1"), Some("2")));
        let patch =
            || ImagePatch::new().remove_property("a/b~c").name(case.name("after")).remove_property("p").property("new", "3");
        for _ in 0..2 {
            let image = images.update(&id, patch()).await?;
            assert_eq!(image.name, Some(case.name("after")));
            assert_eq!((property(&image, "p"), property(&image, "q"), property(&image, "new")), (None, Some("2"), Some("3")));
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_difference_of_two_images_makes_the_one_the_other() -> Result<()> {
    Case::run(async |case| {
        let before = case
            .create("demo", case.raw("before").tags(["x".to_owned(), "y".to_owned()]).set("old", "1").set("my/prop~1", "2"))
            .await?;
        let mut after = before.clone().name(case.name("after")).min_ram(64).os_hidden(true).set("new~/", "3").set("my/prop~1", "4");
        after.extra.remove("old");
        after.tags = vec!["z".to_owned(), "x".to_owned()];
        after.disk_format = None;
        let images = case.images("demo")?;
        let image = images.update(&before.id, ImagePatch::between(&before, &after)?).await?;
        let image = in_order(image);
        let wanted = in_order(after.clone().updated_at(image.updated_at.clone()));
        assert_eq!(serde_json::to_value(&image)?, serde_json::to_value(&wanted)?);
        // Once more: it is so already.
        assert_eq!(in_order(images.update(&before.id, ImagePatch::between(&before, &after)?).await?), image);
        assert_eq!(images.update(&before.id, ImagePatch::between(&after, &after)?).await?.name, image.name);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_the_service_sets_of_one_image_is_not_carried_to_another() -> Result<()> {
    Case::run(async |case| {
        let target = case.queued("target").await?;
        let model = case.create("demo", case.raw("model").set("os_distro", "debian").min_disk(3)).await?;
        let images = case.images("demo")?;
        images.upload(&model.id, ImageData::bytes(BYTES.to_vec())).await?;
        let model = images.get(&model.id).await?;
        let image = images.update(&target.id, ImagePatch::between(&target, &model)?).await?;
        assert_eq!((image.name.clone(), image.min_disk, property(&image, "os_distro")), (model.name, 3, Some("debian")));
        assert_eq!((image.id, image.size, image.status), (target.id, None, target.status));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_somebody_else_changed_is_kept() -> Result<()> {
    Case::run(async |case| {
        let before = case.create("demo", case.raw("before").set("p", "1")).await?;
        let (id, images) = (before.id.as_str(), case.images("demo")?);
        let after = before.clone().name(case.name("mine")).set("p", "2").set("q", "3");
        let patch = ImagePatch::between(&before, &after)?;
        images.update(id, ImagePatch::new().property("p", "9").min_ram(7)).await?;
        let error = failed_here(images.update(id, patch.clone()).await, ErrorKind::Conflict);
        assert!(error.message().starts_with("`p` was \"1\" and is \"9\" now"), "{error}");
        let kept = images.get(id).await?;
        assert_eq!((kept.name, kept.extra.get("q")), (before.name.clone(), None), "all or nothing");
        images.update(id, ImagePatch::new().remove_property("p")).await?;
        failed_here(images.update(id, patch.clone()).await, ErrorKind::Conflict);
        // Who says so overwrites.
        let image = images.update(id, patch.clone().overwriting()).await?;
        assert_eq!((image.name.clone(), property(&image, "p"), property(&image, "q")), (after.name, Some("2"), Some("3")));
        // Changes elsewhere are in nobody's way.
        let later = ImagePatch::between(&image, &image.clone().set("q", "4"))?;
        images.update(id, ImagePatch::new().name(case.name("other")).tags(["t"])).await?;
        let image = images.update(id, later).await?;
        assert_eq!((image.name.clone(), property(&image, "q"), image.min_ram), (Some(case.name("other")), Some("4"), 7));
        refused(images.update(NOBODY, patch).await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_many_who_change_the_same_field_one_succeeds() -> Result<()> {
    Case::run(async |case| {
        let before = case.create("demo", case.raw("contested").set("p", "0")).await?;
        let images = case.images("demo")?;
        // One after the other, each with what it saw at first.
        let mut winners = 0;
        for n in 1..=5 {
            let patch = ImagePatch::between(&before, &before.clone().set("p", n.to_string()))?;
            winners += usize::from(images.update(&before.id, patch).await.is_ok());
        }
        assert_eq!(winners, 1);
        assert_eq!(property(&images.get(&before.id).await?, "p"), Some("1"));
        // All at once, each a property of its own, and the same one to be removed. Real servers write whole records, so that some of those of the
        // same moment undo others; yet nobody is refused, and what all agree on is done.
        let images = &images;
        let id = before.id.as_str();
        let names: Vec<_> = (0..8).map(|n| format!("own{n}")).collect();
        let updates = names.iter().map(|name| images.update(id, ImagePatch::new().property(name, "x").remove_property("p")));
        for outcome in futures::future::join_all(updates).await {
            outcome?;
        }
        let image = images.get(id).await?;
        assert!(names.iter().any(|name| property(&image, name) == Some("x")) && property(&image, "p").is_none(), "{image:?}");
        Ok(())
    })
    .await
}
