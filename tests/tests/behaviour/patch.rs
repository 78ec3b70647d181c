//! Changes of records that succeed.

use anyhow::Result;
use cloudimg::glance::{DiskFormat, ImagePatch, ImageVisibility};
use cloudimg_tests::Case;
use serde_json::Value;

use crate::support::{BYTES, refused};

#[tokio::test]
async fn base_fields_are_replaced() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("before").await?.id;
        let patch = ImagePatch::new()
            .name(case.name("after"))
            .visibility(ImageVisibility::Private)
            .hidden(true)
            .protected(true)
            .disk_format(DiskFormat::Iso)
            .container_format("ovf")
            .min_disk(2)
            .min_ram(256);
        let answered = case.images("demo")?.update(&id, patch).await?;
        let image = case.images("demo")?.get(&id).await?;
        assert_eq!(answered, image);
        assert_eq!(image.name, Some(case.name("after")));
        assert_eq!((image.visibility, image.os_hidden, image.protected), (ImageVisibility::Private, Some(true), true));
        assert_eq!((image.disk_format, image.container_format), (Some("iso".into()), Some("ovf".into())));
        assert_eq!((image.min_disk, image.min_ram), (2, 256));
        assert!(image.updated_at.time() >= image.created_at.time());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_name_can_be_taken_away() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("named").await?.id;
        let image = case.images("demo")?.update(&id, ImagePatch::new().clear_name()).await?;
        assert_eq!(image.name, None);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn no_changes_are_harmless() -> Result<()> {
    Case::run(async |case| {
        let made = case.queued("same").await?;
        let same = case.images("demo")?.update(&made.id, ImagePatch::new()).await?;
        assert_eq!((same.id, same.name), (made.id, made.name));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn properties_are_added_overwritten_and_removed() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("props").await?.id;
        let images = case.images("demo")?;
        let image = images.update(&id, ImagePatch::new().property("hw_disk_bus", "scsi").property("keep", "1")).await?;
        assert_eq!(image.extra.get("hw_disk_bus"), Some(&Value::from("scsi")));
        let image = images.update(&id, ImagePatch::new().property("hw_disk_bus", "virtio")).await?;
        assert_eq!(image.extra.get("hw_disk_bus"), Some(&Value::from("virtio")));
        let image = images.update(&id, ImagePatch::new().replace_property("hw_disk_bus", "ide")).await?;
        assert_eq!(image.extra.get("hw_disk_bus"), Some(&Value::from("ide")));
        let image = images.update(&id, ImagePatch::new().remove_property("hw_disk_bus")).await?;
        assert_eq!((image.extra.get("hw_disk_bus"), image.extra.get("keep")), (None, Some(&Value::from("1"))));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn names_of_properties_may_hold_slashes_and_tildes() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("escapes").await?.id;
        let images = case.images("demo")?;
        let odd = ["my/prop~1", "a~b", "a/b", "~1", "~0", "~01", "//", "with space", "имя", "dot.ted:colon"];
        let patch = odd.iter().fold(ImagePatch::new(), |patch, name| patch.property(name, *name));
        let image = images.update(&id, patch).await?;
        for name in odd {
            assert_eq!(image.extra.get(name), Some(&Value::from(name)), "{name}");
        }
        let patch = odd.iter().fold(ImagePatch::new(), |patch, name| patch.remove_property(name));
        assert!(images.update(&id, patch).await?.extra.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn all_tags_are_replaced_at_once() -> Result<()> {
    Case::run(async |case| {
        let id = case.create("demo", case.raw("tags").tags(["old".to_owned()])).await?.id;
        let image = case.images("demo")?.update(&id, ImagePatch::new().tags(["x", "y", "x"])).await?;
        let mut tags = image.tags;
        tags.sort();
        assert_eq!(tags, ["x", "y"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn changes_apply_in_their_order() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("order").await?.id;
        let patch = ImagePatch::new().property("p", "1").remove_property("p").property("p", "2");
        let image = case.images("demo")?.update(&id, patch).await?;
        assert_eq!(image.extra.get("p"), Some(&Value::from("2")));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_several_changes_all_are_made_or_none() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("whole").await?.id;
        let images = case.images("demo")?;
        refused(
            images.update(&id, ImagePatch::new().name("changed").property("p", "1").replace_property("absent", "x")).await,
            409,
        );
        let image = images.get(&id).await?;
        assert_eq!((image.name, image.extra.get("p")), (Some(case.name("whole")), None));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn formats_change_only_while_there_are_no_data() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("fixed", BYTES).await?.id;
        let images = case.images("demo")?;
        let error = refused(images.update(&id, ImagePatch::new().disk_format("iso")).await, 403);
        assert!(error.message().contains("disk_format"), "{error}");
        refused(images.update(&id, ImagePatch::new().container_format("ovf")).await, 403);
        let image = images.update(&id, ImagePatch::new().min_disk(1).min_ram(1).name(case.name("renamed"))).await?;
        assert_eq!((image.min_disk, image.min_ram, image.name), (1, 1, Some(case.name("renamed"))));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn formats_can_be_cleared_while_there_are_no_data() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("cleared").await?.id;
        let image = case.images("demo")?.update(&id, ImagePatch::new().clear_disk_format().clear_container_format()).await?;
        assert_eq!((image.disk_format, image.container_format), (None, None));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn sharing_can_be_switched_off_and_on() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("toggled").await?.id;
        let images = case.images("demo")?;
        for visibility in [ImageVisibility::Private, ImageVisibility::Community, ImageVisibility::Shared] {
            let image = images.update(&id, ImagePatch::new().visibility(visibility.clone())).await?;
            assert_eq!(image.visibility, visibility);
        }
        Ok(())
    })
    .await
}
