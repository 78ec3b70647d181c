//! Deletion, which goes on after it was answered.

use cloudimg::ErrorKind;
use cloudimg::ims::{ImageUpdate, ResourceTag, v1, v2};

use crate::world::{World, refused};

cases!(
    deletion_is_answered_before_the_image_is_gone,
    a_deletion_awaited_ends_when_the_image_is_gone,
    protected_images_stay,
    bodies_of_deletions_arrive,
);

async fn deletion_is_answered_before_the_image_is_gone(world: &World) {
    let images = world.demo.ims.images();
    let id = world.demo.server_image("going").await;
    images.delete(&id).without_waiting().await.unwrap();
    assert_eq!(images.get(&id).await.unwrap().id, id);
    // Once more it is answered as before.
    images.delete(&id).without_waiting().await.unwrap();
    world.step();
    world.until("the image is gone", async || images.get(&id).await.is_err()).await;
    // An unknown id gives an empty list, no error.
    assert!(images.list().id(&id).collect().await.unwrap().is_empty());
    assert_eq!(images.get(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(images.delete(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
}

async fn a_deletion_awaited_ends_when_the_image_is_gone(world: &World) {
    let images = world.demo.ims.images();
    let id = world.demo.server_image("going").await;
    let hasty = images.delete(&id).with_limit(std::time::Duration::ZERO).await.unwrap_err();
    assert_eq!(hasty.kind(), ErrorKind::Timeout);
    images.delete(&id).await.unwrap();
    assert_eq!(images.get(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
}

async fn protected_images_stay(world: &World) {
    let images = world.demo.ims.images();
    let id = world.demo.server_image("kept").await;
    images.update(&id, ImageUpdate::new().protected(true)).await.unwrap();
    assert_eq!(refused(images.delete(&id).await, "IMG.0028").kind(), ErrorKind::Forbidden);
    images.update(&id, ImageUpdate::new().protected(false)).await.unwrap();
    images.delete(&id).await.unwrap();
}

async fn bodies_of_deletions_arrive(world: &World) {
    let demo = &world.demo;
    let whole = demo.whole_image("whole").await;
    // Of the two tags only the one in the body goes.
    demo.ims.images().tags(&whole).add_all([("a", "1"), ("b", "2")]).await.unwrap();
    let body = v1::TagsDelete::new([ResourceTag::new("a").value("1")]);
    demo.v1.batch_delete_tags().project_id(&demo.project).image_id(&whole).body(body).send().await.unwrap();
    let left = demo.ims.images().tags(&whole).list().await.unwrap();
    assert_eq!(left.iter().map(|tag| tag.key.as_str()).collect::<Vec<_>>(), ["b"]);
    // Of two recipients only the one in the body goes.
    let share = |project: &str| v1::MembersChange::new([whole.clone()]).projects([project.to_owned()]);
    let (first, second) = (&world.other.project, world.sandbox.project_id("admin").unwrap());
    for project in [first, second] {
        demo.ims.members().add(share(project)).await.unwrap().await.unwrap();
    }
    demo.ims.members().remove(share(first)).await.unwrap().await.unwrap();
    let left = demo.ims.members().list(&whole).collect().await.unwrap();
    assert_eq!(left.iter().map(|member| member.member_id.as_str()).collect::<Vec<_>>(), [second]);
    // And the backup goes because the body says so.
    let body = v2::GlanceImageDelete::new().delete_backup(true);
    demo.v2.glance_delete_image().image_id(&whole).body(body).send().await.unwrap();
    assert!(world.sandbox.ims().backups().is_empty());
}
