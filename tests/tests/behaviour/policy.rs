//! Who may do what: members, readers, other projects, administrators.

use anyhow::Result;
use cloudimg::glance::types::{PatchOperation, PatchVerb};
use cloudimg::glance::{ImageData, ImagePatch, ImageVisibility};
use cloudimg_tests::Case;

use crate::support::{BYTES, ids, refused};

#[tokio::test]
async fn other_projects_do_not_see_an_image_at_all() -> Result<()> {
    Case::run(async |case| {
        let id = case.active("mine", BYTES).await?.id;
        let theirs = case.images("other")?;
        let error = refused(theirs.get(&id).await, 404);
        assert_eq!(error.message(), format!("No image found with ID {id}"));
        refused(theirs.download(&id).await, 404);
        refused(theirs.update(&id, ImagePatch::new().name("theirs")).await, 404);
        refused(theirs.delete(&id).await, 404);
        refused(theirs.tags(&id).add("theirs").await, 404);
        refused(theirs.deactivate(&id).await, 404);
        assert!(theirs.list().id(id.as_str()).visibility("all").collect().await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn members_publish_nothing() -> Result<()> {
    Case::run(async |case| {
        let images = case.images("demo")?;
        let error = refused(images.create(case.raw("public").visibility(ImageVisibility::Public)).await, 403);
        assert_eq!(error.message(), "You are not authorized to complete publicize_image action.");
        let id = case.queued("shared").await?.id;
        refused(images.update(&id, ImagePatch::new().visibility(ImageVisibility::Public)).await, 403);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_public_image_is_for_all_to_see_and_for_none_to_change() -> Result<()> {
    Case::run(async |case| {
        let image = case.create("admin", case.raw("public").visibility(ImageVisibility::Public)).await?;
        case.images("admin")?.upload(&image.id, ImageData::bytes(BYTES)).await?;
        for user in ["demo", "other", "viewer"] {
            let images = case.images(user)?;
            assert_eq!(ids(&images.list().id(image.id.as_str()).collect().await?), ids([&image]), "{user}");
            if user == "viewer" {
                refused(images.download(&image.id).await, 403);
            } else {
                assert_eq!(images.download(&image.id).await?.bytes(1024).await?, BYTES, "{user}");
            }
            refused(images.update(&image.id, ImagePatch::new().name("x")).await, 403);
            refused(images.tags(&image.id).add("x").await, 403);
            refused(images.delete(&image.id).await, 403);
            refused(images.members(&image.id).list().await, 403);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_community_image_is_readable_but_listed_only_on_request() -> Result<()> {
    Case::run(async |case| {
        let image = case.create("demo", case.raw("community").visibility(ImageVisibility::Community)).await?;
        let theirs = case.images("other")?;
        let list = || theirs.list().id(image.id.as_str());
        assert_eq!(theirs.get(&image.id).await?.visibility, ImageVisibility::Community);
        assert!(list().collect().await?.is_empty());
        assert_eq!(ids(&list().visibility("community").collect().await?), ids([&image]));
        assert_eq!(ids(&list().visibility("all").collect().await?), ids([&image]));
        let own = case.images("demo")?.list().id(image.id.as_str()).collect().await?;
        assert_eq!(ids(&own), ids([&image]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_reader_sees_the_images_of_its_project_but_not_their_data() -> Result<()> {
    Case::run(async |case| {
        let image = case.active("readable", BYTES).await?;
        let reader = case.images("viewer")?;
        assert_eq!(reader.get(&image.id).await?.id, image.id);
        assert_eq!(ids(&reader.list().id(image.id.as_str()).collect().await?), ids([&image]));
        let error = refused(reader.download(&image.id).await, 403);
        assert_eq!(error.message(), "You are not authorized to complete download_image action.");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_reader_changes_nothing() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("readable").await?.id;
        let reader = case.images("viewer")?;
        let error = refused(reader.create(case.raw("written")).await, 403);
        assert_eq!(error.message(), "You are not authorized to complete add_image action.");
        refused(reader.update(&id, ImagePatch::new().name("x")).await, 403);
        refused(reader.delete(&id).await, 403);
        refused(reader.tags(&id).add("x").await, 403);
        refused(reader.tags(&id).remove("x").await, 403);
        refused(reader.deactivate(&id).await, 403);
        refused(reader.reactivate(&id).await, 403);
        refused(reader.members(&id).add(&case.project("other").await?).await, 403);
        assert_eq!(case.images("demo")?.get(&id).await?.name, Some(case.name("readable")));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_administrator_sees_and_changes_images_of_all_projects() -> Result<()> {
    Case::run(async |case| {
        let image = case.create("demo", case.raw("theirs").visibility(ImageVisibility::Private)).await?;
        let admin = case.images("admin")?;
        assert_eq!(admin.get(&image.id).await?.id, image.id);
        let list = admin.list().owner(case.project("demo").await?).id(image.id.as_str());
        assert_eq!(ids(&list.collect().await?), ids([&image]));
        let changed = admin.update(&image.id, ImagePatch::new().visibility(ImageVisibility::Public)).await?;
        assert_eq!(changed.visibility, ImageVisibility::Public);
        assert_eq!(changed.owner, image.owner);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn only_administrators_give_images_away() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("given").await?.id;
        let other = case.project("other").await?;
        let give = || vec![PatchOperation::new(PatchVerb::Replace, "/owner").value(other.as_str())];
        let mine = case.glance("demo").await?;
        refused(mine.update_image().image_id(&id).body(give()).send().await, 403);
        refused(case.images("demo")?.create(case.raw("foreign").owner(&other)).await, 403);
        let admin = case.glance("admin").await?;
        let given = admin.update_image().image_id(&id).body(give()).send().await?.into_inner();
        assert_eq!(given.owner, Some(other));
        case.remember("other", &id);
        refused(case.images("demo")?.get(&id).await, 404);
        assert_eq!(case.images("other")?.get(&id).await?.id, id);
        Ok(())
    })
    .await
}
