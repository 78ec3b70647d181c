//! Changes of an image.

use cloudimg::ErrorKind;
use cloudimg::ims::{CreateImageFromServer, ImageUpdate, v2};

use crate::world::{SOMETHING, UNKNOWN, World, refused};

cases!(
    replacing_what_is_not_there_falls_back_to_adding,
    max_ram_is_sent_as_a_number_and_told_as_a_text,
    all_changes_or_none,
    the_difference_of_two_images_is_made_where_nobody_else_changed_it,
    native_patches_have_another_shape,
    only_active_images_of_ones_own_are_changed,
);

async fn replacing_what_is_not_there_falls_back_to_adding(world: &World) {
    let images = world.demo.ims.images();
    let id = world.demo.server_image("before").await;
    for (attribute, value) in [("__description", "text".into()), ("max_ram", serde_json::Value::from(2048))] {
        let replace = v2::PatchOperation::new(v2::PatchVerb::Replace, format!("/{attribute}")).value(value);
        let call = || world.demo.v2.update_image().image_id(&id).body(v2::ImagePatch(vec![replace.clone()])).send();
        assert_eq!(refused(call().await, "IMG.0035").kind(), ErrorKind::Conflict);
        images.update(&id, ImageUpdate::new().set(attribute, replace.value.clone().unwrap())).await.unwrap();
        // Now it is there, and replacing it is right.
        call().await.unwrap();
    }
    // What is there and what is not, in one call.
    let image = images.update(&id, ImageUpdate::new().remove("__description").name("after")).await.unwrap();
    assert_eq!((image.name.as_deref(), image.description.as_deref()), (Some("after"), None));
    let image = images.update(&id, ImageUpdate::new().name("last").description("new").max_ram(4096)).await.unwrap();
    assert_eq!((image.name.as_deref(), image.description.as_deref()), (Some("last"), Some("new")));
    // Who wants it to be there is refused where it is not.
    let image = images.update(&id, ImageUpdate::new().replace("__description", "newer")).await.unwrap();
    assert_eq!(image.description.as_deref(), Some("newer"));
    refused(images.update(&id, ImageUpdate::new().name("lost").replace("__nothing", "x")).await, "IMG.0035");
    // What is not there is removed without a word, here, not by the service.
    let nothing = v2::PatchOperation::new(v2::PatchVerb::Remove, "/__nothing");
    refused(world.demo.v2.update_image().image_id(&id).body(v2::ImagePatch(vec![nothing])).send().await, "IMG.0035");
    let image = images.update(&id, ImageUpdate::new().remove("__nothing")).await.unwrap();
    assert_eq!(image.name.as_deref(), Some("last"));
    let image = images.update(&id, ImageUpdate::new().remove("__nothing").name("new").remove("__description")).await.unwrap();
    assert_eq!((image.name.as_deref(), image.description.as_deref()), (Some("new"), None));
}

async fn max_ram_is_sent_as_a_number_and_told_as_a_text(world: &World) {
    let images = world.demo.ims.images();
    let body = CreateImageFromServer::new("bounded", SOMETHING).min_ram(1024).max_ram(4096);
    let id = images.create_from_server(body).await.unwrap().await.unwrap();
    let image = images.get(&id).await.unwrap();
    assert_eq!((image.min_ram, image.max_ram), (Some(1024), Some(v2::TextOrInteger::String("4096".to_owned()))));
    let image = images.update(&id, ImageUpdate::new().max_ram(8192)).await.unwrap();
    assert_eq!(image.max_ram, Some(v2::TextOrInteger::String("8192".to_owned())));
    refused(images.update(&id, ImageUpdate::new().set("max_ram", "much")).await, "IMG.0055");
}

async fn all_changes_or_none(world: &World) {
    let images = world.demo.ims.images();
    let id = world.demo.server_image("before").await;
    let half = ImageUpdate::new().name("after").set("owner", "somebody");
    let here = images.update(&id, half.clone()).await.unwrap_err();
    assert_eq!((here.kind(), here.status()), (ErrorKind::InvalidRequest, None), "{here}");
    refused(world.demo.ims.images().unchecked().update(&id, half).await, "IMG.0001");
    assert_eq!(images.get(&id).await.unwrap().name.as_deref(), Some("before"));
    let nothing = images.update(&id, ImageUpdate::new()).await.unwrap_err();
    assert_eq!((nothing.kind(), nothing.status()), (ErrorKind::InvalidRequest, None));
}

async fn the_difference_of_two_images_is_made_where_nobody_else_changed_it(world: &World) {
    let images = world.demo.ims.images();
    let id = world.demo.server_image("before").await;
    let image = images.update(&id, ImageUpdate::new().max_ram(4096).set("__of_tomorrow", "1")).await.unwrap();
    let mut after = image.clone().name("after").description("words").max_ram(v2::TextOrInteger::String("8192".to_owned()));
    after.extra.remove("__of_tomorrow");
    after.image_size = Some("7".to_owned());
    let patch = ImageUpdate::between(&image, &after).unwrap();
    let changed = images.update(&id, patch.clone()).await.unwrap();
    assert_eq!((&changed.name, &changed.description, &changed.max_ram), (&after.name, &after.description, &after.max_ram));
    assert_eq!((changed.extra.get("__of_tomorrow"), &changed.image_size), (None, &image.image_size));
    // It is so already, and equal images differ in nothing.
    assert_eq!(images.update(&id, patch.clone()).await.unwrap(), changed);
    assert_eq!(images.update(&id, ImageUpdate::between(&after, &after).unwrap()).await.unwrap(), changed);
    // Somebody else was faster.
    images.update(&id, ImageUpdate::new().description("others")).await.unwrap();
    let error = images.update(&id, patch.clone()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Conflict, None));
    assert!(error.message().starts_with("`__description` was not there and is \"others\" now"), "{error}");
    assert_eq!(images.update(&id, patch.overwriting()).await.unwrap().description.as_deref(), Some("words"));
}

async fn native_patches_have_another_shape(world: &World) {
    let id = world.demo.server_image("before").await;
    let call = |change: v2::GlancePatchOperation| {
        world.demo.v2.glance_update_image().image_id(&id).body(v2::GlanceImagePatch(vec![change])).send()
    };
    let image = call(v2::GlancePatchOperation::new().replace("/name").value("after")).await.unwrap().into_inner();
    assert_eq!(image.name.as_deref(), Some("after"));
    let absent = v2::GlancePatchOperation::new().replace("/max_ram").value("1");
    assert_eq!(refused(call(absent).await, "IMG.0035").kind(), ErrorKind::Conflict);
}

async fn only_active_images_of_ones_own_are_changed(world: &World) {
    let update = || ImageUpdate::new().name("after");
    let queued = world.demo.queued_image(&world.sandbox, "queued").await;
    let images = world.demo.ims.images();
    assert_eq!(refused(images.update(&queued, update()).await, "IMG.0046").kind(), ErrorKind::Conflict);
    assert_eq!(refused(images.update(UNKNOWN, update()).await, "IMG.0027").kind(), ErrorKind::NotFound);
    let own = world.demo.server_image("own").await;
    assert_eq!(refused(world.other.ims.images().update(&own, update()).await, "IMG.0027").kind(), ErrorKind::NotFound);
}
