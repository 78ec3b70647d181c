//! What an image says of itself.

use cloudimg::ims::{ImageInfo, ImageUpdate};
use serde_json::{Value, json};

use crate::world::World;

cases!(
    fields_that_an_sdk_needs_may_be_missing,
    properties_that_nobody_listed_are_kept,
    booleans_are_texts,
    a_true_that_means_no_stays_a_text,
    odd_names_have_their_fields,
);

async fn fields_that_an_sdk_needs_may_be_missing(world: &World) {
    let id = world.demo.server_image("sparse").await;
    let image = world.demo.ims.images().get(&id).await.unwrap();
    assert_eq!((image.active_at, image.is_config_init.as_deref(), image.description.as_deref()), (None, None, None));
    // And this is the least that there is.
    let least: ImageInfo = serde_json::from_value(json!({"id": "a", "status": "active"})).unwrap();
    assert_eq!((least.name, least.min_disk, least.image_size), (None, None, None));
}

async fn properties_that_nobody_listed_are_kept(world: &World) {
    let images = world.demo.ims.images();
    let id = world.demo.server_image("open").await;
    images.update(&id, ImageUpdate::new().set("__of_tomorrow", "kept")).await.unwrap();
    let listed = images.list().collect().await.unwrap().remove(0);
    for image in [&images.get(&id).await.unwrap(), &listed] {
        assert_eq!(image.extra.get("__of_tomorrow"), Some(&json!("kept")));
        assert_eq!(serde_json::to_value(image).unwrap()["__of_tomorrow"], "kept");
    }
}

async fn booleans_are_texts(world: &World) {
    let images = world.demo.ims.images();
    let id = world.demo.server_image("text").await;
    let image = images.get(&id).await.unwrap();
    assert_eq!((image.isregistered.as_deref(), image.support_kvm.as_deref()), (Some("true"), Some("true")));
    // But this one is none.
    assert_eq!(image.protected, Some(false));
    // In whatever case they are written.
    let image = images.update(&id, ImageUpdate::new().set("__lazyloading", "True")).await.unwrap();
    assert_eq!(image.lazyloading.as_deref(), Some("True"));
}

async fn a_true_that_means_no_stays_a_text(world: &World) {
    let images = world.demo.ims.images();
    let id = world.demo.server_image("shut").await;
    let image = images.update(&id, ImageUpdate::new().set("__support_fc_inject", "true")).await.unwrap();
    assert_eq!(image.support_fc_inject.as_deref(), Some("true"));
}

async fn odd_names_have_their_fields(world: &World) {
    let id = world.demo.server_image("odd").await;
    let copy = cloudimg::ims::ImageCopy::new("secret").cmk_id(crate::world::SOMETHING);
    let copy = world.demo.ims.images().copy(&id, copy).await.unwrap().await.unwrap();
    let image = world.demo.ims.images().get(&copy).await.unwrap();
    assert_eq!(image.system_cmkid.as_deref(), Some(crate::world::SOMETHING));
    assert_eq!(image.self_.as_deref(), Some(format!("/v2/images/{copy}").as_str()));
    let written: Value = serde_json::to_value(&image).unwrap();
    assert_eq!((&written["__system__cmkid"], &written["__imagetype"]), (&json!(crate::world::SOMETHING), &json!("private")));
    assert_eq!(written["self"], format!("/v2/images/{copy}"));
}
