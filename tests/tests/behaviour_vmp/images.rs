//! Images: made, listed, removed, and refused.

use cloudimg_cdnetworks_vmp::ErrorKind;
use cloudimg_cdnetworks_vmp::types::{
    ImageFromInstance, ImageFromUrl, ImageRemove, ImageSize, ImageState, ImageType, OsType, Switch,
};
use cloudimg_sandbox::{Vmp, VmpDeleteAnswer};
use serde_json::json;

use crate::world::{BUILD, UNKNOWN, World, refused};

cases!(
    an_image_of_an_instance,
    an_image_of_a_file,
    an_image_that_could_not_be_made,
    what_cannot_be_made,
    removals_in_each_way,
    removals_that_say_the_id_twice,
    what_cannot_be_removed,
    each_answer_has_the_id_of_its_call,
);

async fn an_image_of_an_instance(world: &World) {
    let body =
        ImageFromInstance::new("镜像 <v2> & more", Vmp::INSTANCE).ostype(OsType::Windows).min_disk(50).qga_enabled(Switch::True);
    let id = world.client.create_image_from_instance().body(body).send().await.unwrap().into_inner().id;
    let image = world.told(&id).await.unwrap();
    assert_eq!(
        (image.name.as_deref(), image.type_, image.state),
        (Some("镜像 <v2> & more"), Some(ImageType::Snapshot), Some(ImageState::Building))
    );
    assert_eq!(image.created_at.as_deref(), Some("2026-01-02 11:04:05"), "at GMT+08:00, which is not said");
    world.pass(BUILD);
    let image = world.told(&id).await.unwrap();
    assert_eq!((image.state, image.size), (Some(ImageState::Active), Some(ImageSize::String("40".to_owned()))));
    let made = world.vmp().image(&id).unwrap();
    // What the service knows of the instance counts more.
    assert_eq!((made.os_type.as_deref(), made.min_disk, made.qga_enabled), (Some("linux"), Some(50), Some(true)));
    world.is_unknown_caller(
        world.stranger.create_image_from_instance().body(ImageFromInstance::new("n", Vmp::INSTANCE)).send().await,
    );
    assert_eq!(world.vmp().counts().creates, 1);
}

async fn an_image_of_a_file(world: &World) {
    let url = "https://img.example.com/a.qcow2?x=1&y=%E4%B8%AD";
    let body = ImageFromUrl::new("file", url, OsType::Linux).md5("9e107d9d372bb6826bd81d3542a419d6").min_disk(20);
    let id = world.client.create_image_from_url().body(body.qga_enabled(Switch::False)).send().await.unwrap().into_inner().id;
    assert_eq!(world.told(&id).await.unwrap().type_, Some(ImageType::Custom));
    let made = world.vmp().image(&id).unwrap();
    assert_eq!((made.source.as_deref(), made.min_disk, made.qga_enabled), (Some(url), Some(20), Some(false)));
    // The body as it is.
    let body = json!({"name": "raw", "imageSrcUrl": url, "ostype": "windows", "unknown": [null]});
    let id = world.client.create_image().body(body.as_object().unwrap().clone()).send().await.unwrap().into_inner().id;
    assert_eq!(world.vmp().image(&id).unwrap().os_type.as_deref(), Some("windows"));
}

async fn an_image_that_could_not_be_made(world: &World) {
    world.vmp().fail_next_image();
    let id = world.begun("doomed").await;
    world.pass(BUILD);
    assert_eq!(world.told(&id).await.unwrap().state, Some(ImageState::Inactive));
    world.client.remove_image().image_id(&id).send().await.unwrap();
    assert!(world.told(&id).await.is_none());
}

async fn what_cannot_be_made(world: &World) {
    let client = &world.client;
    let missing = client.create_image_from_instance().body(ImageFromInstance::new("n", UNKNOWN)).send().await;
    assert_eq!(refused(missing, 404, "InstanceNotFound").kind(), ErrorKind::NotFound);
    let url = ImageFromUrl::new("n", "https://img.example.com/a", OsType::Linux);
    for body in [
        url.clone().md5("short"),
        url.min_disk(0),
        ImageFromUrl::new("n", "ftp://h/a", "linux"),
        ImageFromUrl::new("n", "https://h/a", "beos"),
    ] {
        let error = refused(client.create_image_from_url().body(body).send().await, 400, "InvalidParameter");
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
    // Both sources, or none; a number where a text belongs.
    for body in [
        json!({"name": "n", "instanceUuid": Vmp::INSTANCE, "imageSrcUrl": "https://h/a", "ostype": "linux"}),
        json!({"name": "n"}),
        json!({"name": "", "instanceUuid": Vmp::INSTANCE}),
        json!({"name": "n", "instanceUuid": Vmp::INSTANCE, "qgaEnabled": true}),
        json!({"name": "n", "instanceUuid": Vmp::INSTANCE, "minDisk": "40"}),
    ] {
        refused(client.create_image().body(body.as_object().unwrap().clone()).send().await, 400, "InvalidParameter");
    }
    assert_eq!(world.vmp().counts().creates, 0);
}

async fn removals_in_each_way(world: &World) {
    for (answer, status) in
        [(VmpDeleteAnswer::EmptyObject, 200), (VmpDeleteAnswer::EmptyBody, 200), (VmpDeleteAnswer::NoContent, 204)]
    {
        world.vmp().set_delete_answer(answer);
        let [one, other] = ["one", "other"].map(|name| world.vmp().put_image(name, "CUSTOM"));
        let removed = world.client.remove_image().image_id(&one).send().await.unwrap();
        assert_eq!((removed.status().as_u16(), removed.headers()["x-cnc-request-id"].len()), (status, 36));
        let removed = world.client.remove_image_with_body().image_id(&other).body(ImageRemove::new(&other)).send().await.unwrap();
        assert_eq!((removed.status().as_u16(), removed.headers()["x-cnc-request-id"].len()), (status, 36));
        assert!(world.vmp().image(&one).is_none() && world.vmp().image(&other).is_none());
    }
}

async fn removals_that_say_the_id_twice(world: &World) {
    let id = world.vmp().put_image("mine", "SNAPSHOT");
    let other = world.client.remove_image_with_body().image_id(&id).body(ImageRemove::new(UNKNOWN)).send().await;
    refused(other, 400, "InvalidParameter");
    assert!(world.vmp().image(&id).is_some());
}

async fn what_cannot_be_removed(world: &World) {
    let client = &world.client;
    let public = world.vmp().images().into_iter().find(|image| image.image_type == "COMMON").unwrap().id;
    let error = refused(client.remove_image().image_id(&public).send().await, 403, "ImageNotOwned");
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Forbidden, Some("remove_image")));
    for odd in [UNKNOWN, "镜像 1", "a%2Fb", "x?y#z", "..."] {
        let error = refused(client.remove_image().image_id(odd).send().await, 404, "ImageNotFound");
        assert!(error.kind() == ErrorKind::NotFound && error.message().contains(odd), "the path arrives as it was signed: {error}");
    }
    for path in ["", ".", "a/b", "preHeating", "preHeatingInfo"] {
        let error: cloudimg_cdnetworks_vmp::Error = client.remove_image().image_id(path).send().await.unwrap_err().into();
        assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, None), "{path}");
    }
    world.is_unknown_caller(world.stranger.remove_image().image_id(&public).send().await);
    assert_eq!((world.vmp().counts().deletes, world.vmp().images().len()), (0, 2));
}

async fn each_answer_has_the_id_of_its_call(world: &World) {
    let listed = world.client.list_images().send().await.unwrap();
    let refused = refused(world.client.remove_image().image_id(UNKNOWN).send().await, 404, "ImageNotFound");
    let told = [listed.headers()["x-cnc-request-id"].to_str().unwrap(), refused.request_id().unwrap()];
    assert_eq!(world.vmp().calls().iter().map(|call| call.request_id.as_str()).collect::<Vec<_>>(), told);
}
