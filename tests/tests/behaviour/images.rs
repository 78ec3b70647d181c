//! Records of images: made, shown, found.

use std::time::{Duration, SystemTime};

use anyhow::Result;
use cloudimg::ErrorKind;
use cloudimg::glance::{ContainerFormat, DiskFormat, ImageCreate, ImageStatus, ImageVisibility};
use cloudimg_tests::Case;
use serde_json::Value;
use uuid::Uuid;

use crate::support::{NOBODY, failed_here, refused};

#[tokio::test]
async fn a_new_image_is_queued_and_has_the_defaults() -> Result<()> {
    Case::run(async |case| {
        let image = case.create("demo", ImageCreate::new().name(case.name("plain"))).await?;
        assert_eq!((image.status, image.visibility), (ImageStatus::Queued, ImageVisibility::Shared));
        assert_eq!((image.protected, image.os_hidden, image.min_disk, image.min_ram), (false, Some(false), 0, 0));
        assert_eq!((image.size, image.checksum, image.os_hash_value), (None, None, None));
        assert_eq!((image.disk_format, image.container_format), (None, None));
        assert_eq!(image.owner, Some(case.project("demo").await?));
        assert_eq!(image.file, Some(format!("/v2/images/{}/file", image.id)));
        assert!(image.tags.is_empty() && image.extra.is_empty(), "{:?}", image.extra);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_image_without_any_field_is_made() -> Result<()> {
    Case::run(async |case| {
        let image = case.create("demo", ImageCreate::new()).await?;
        assert_eq!(image.name, None);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_field_and_property_comes_back() -> Result<()> {
    Case::run(async |case| {
        let wanted = case
            .raw("full")
            .visibility(ImageVisibility::Private)
            .protected(true)
            .os_hidden(true)
            .min_disk(3)
            .min_ram(512)
            .tags(["one".to_owned(), "two".to_owned(), "one".to_owned()])
            .set("hw_disk_bus", "virtio")
            .set("clé", "välue");
        let made = case.create("demo", wanted).await?;
        let shown = case.images("demo")?.get(&made.id).await?;
        assert_eq!(made.id, shown.id);
        let mut tags = shown.tags;
        tags.sort();
        assert_eq!(tags, ["one", "two"]);
        assert_eq!(shown.visibility, ImageVisibility::Private);
        assert_eq!((shown.protected, shown.os_hidden, shown.min_disk, shown.min_ram), (true, Some(true), 3, 512));
        assert_eq!((shown.disk_format, shown.container_format), (Some(DiskFormat::Raw), Some(ContainerFormat::Bare)));
        assert_eq!(shown.extra.get("hw_disk_bus"), Some(&Value::from("virtio")));
        assert_eq!(shown.extra.get("clé"), Some(&Value::from("välue")));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_id_can_be_chosen_once() -> Result<()> {
    Case::run(async |case| {
        let id = Uuid::new_v4().to_string();
        let image = case.create("demo", case.raw("chosen").id(&id)).await?;
        assert_eq!(image.id, id);
        let error = refused(case.images("demo")?.create(case.raw("again").id(&id)).await, 409);
        assert!(error.message().contains(&id), "{error}");
        assert_eq!(error.operation(), Some("create_image"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn create_refuses_what_the_schema_forbids() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        for (wrong, words) in [
            (ImageCreate::new().disk_format("floppy"), "floppy"),
            (ImageCreate::new().container_format("barrel"), "barrel"),
            (ImageCreate::new().visibility("all"), "all"),
            (ImageCreate::new().id("not-a-uuid"), "not-a-uuid"),
            (ImageCreate::new().name("n".repeat(256)), "nnn"),
            (ImageCreate::new().min_ram(-1), "-1"),
            (ImageCreate::new().set("number", 3), "number"),
            (ImageCreate::new().set("nothing", Value::Null), "nothing"),
        ] {
            let error = refused(images.create(wrong).await, 400);
            let body = String::from_utf8_lossy(error.body());
            assert!(body.contains(words), "`{words}` is not in {body}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn create_refuses_read_only_and_reserved_fields() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        for (field, value) in [
            ("checksum", Value::from("abc")),
            ("status", "active".into()),
            ("size", 5.into()),
            ("virtual_size", 5.into()),
            ("created_at", "2020-01-01T00:00:00Z".into()),
            ("self", "/v2/images/x".into()),
            ("file", "/v2/images/x/file".into()),
            ("stores", "fast".into()),
            ("locations", Value::Array(Vec::new())),
            ("os_glance_lock", "abc".into()),
            ("deleted", "abc".into()),
        ] {
            let error = refused(images.create(case.raw("read-only").set(field, value)).await, 403);
            assert!(error.message().contains(field), "{field}: {error}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_hash_cannot_be_chosen() -> Result<()> {
    Case::run(async |case| {
        let image = case.create("demo", case.raw("hash").set("os_hash_algo", "md5").set("os_hash_value", "abc")).await?;
        assert_eq!((image.os_hash_algo, image.os_hash_value), (None, None));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_name_beyond_ascii_is_kept_and_one_beyond_the_basic_plane_refused() -> Result<()> {
    Case::run(async |case| {
        let name = format!("{} имя 映像", case.mark());
        let image = case.create("demo", ImageCreate::new().name(&name)).await?;
        assert_eq!(image.name, Some(name));
        let error = refused(case.images("demo")?.create(ImageCreate::new().name("🐧")).await, 400);
        assert_eq!(error.message(), "Name can't contain 4 byte unicode characters.");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_quota_limits_tags_and_properties() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        let tags: Vec<_> = (0..129).map(|n| format!("t{n}")).collect();
        let error = refused(images.create(ImageCreate::new().tags(tags)).await, 413);
        assert!(error.message().ends_with("Attempted: 129, Maximum: 128"), "{error}");
        let many = (0..129).fold(ImageCreate::new(), |image, n| image.set(format!("p{n}"), "v"));
        let error = refused(images.create(many).await, 413);
        assert!(error.message().contains("properties"), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_unknown_image_is_not_found() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        let error = refused(images.get(NOBODY).await, 404);
        assert_eq!(error.message(), format!("No image found with ID {NOBODY}"));
        assert_eq!((error.operation(), error.attempts()), (Some("show_image"), 1));
        let error = refused(images.get("no uuid: at all").await, 404);
        assert_eq!(error.message(), "No image found with ID no uuid: at all");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_image_that_may_be_gone_is_deleted_all_the_same() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        let id = case.queued("brief").await?.id;
        assert!(images.delete_if_exists(&id).await?);
        assert!(!images.delete_if_exists(&id).await?);
        let kept = case.create("demo", case.raw("kept").protected(true)).await?.id;
        refused(images.delete_if_exists(&kept).await, 403);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_id_that_would_mean_another_path_is_never_sent() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        for id in ["", ".", "..", "a/b", "a\\b", "../../v3/auth/tokens"] {
            let error = failed_here(images.get(id).await, ErrorKind::InvalidRequest);
            assert!(error.message().ends_with("nothing was sent"), "{id:?}: {error}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn times_are_those_of_the_creation() -> Result<()> {
    Case::run(async |case| {
        let image = case.queued("now").await?;
        let created = image.created_at.time().expect("a time");
        // The clocks of two machines may differ a little; the service keeps whole seconds.
        let distance = SystemTime::now().duration_since(created).unwrap_or_default();
        assert!(distance < Duration::from_secs(120), "created at {}", image.created_at);
        assert!(image.updated_at.time() >= Some(created), "{image:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn find_takes_an_id_or_a_name() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        let image = case.queued("findable").await?;
        assert_eq!(images.find(&image.id).await?.id, image.id);
        assert_eq!(images.find(&case.name("findable")).await?.id, image.id);
        let error = failed_here(images.find(&case.name("absent")).await, ErrorKind::NotFound);
        assert!(error.message().contains(&case.name("absent")), "{error}");
        failed_here(images.find(NOBODY).await, ErrorKind::NotFound);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn find_sees_hidden_images_and_refuses_to_choose() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        let hidden = case.create("demo", case.raw("twin").os_hidden(true)).await?;
        assert_eq!(images.find(&case.name("twin")).await?.id, hidden.id);
        let plain = case.queued("twin").await?;
        let error = failed_here(images.find(&case.name("twin")).await, ErrorKind::Ambiguous);
        assert!(error.message().contains(&hidden.id) && error.message().contains(&plain.id), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn find_takes_names_that_look_like_ids_and_operators() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        let like_an_id = Uuid::new_v4().to_string();
        for name in [like_an_id, format!("in:{}", case.mark()), format!("{},a \"b\"", case.mark())] {
            let image = case.create("demo", ImageCreate::new().name(&name)).await?;
            assert_eq!(images.find(&name).await?.id, image.id, "{name}");
        }
        Ok(())
    })
    .await
}
