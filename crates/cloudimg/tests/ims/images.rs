//! Checks before sending, changes, deletions.

use std::time::Duration;

use cloudimg::ErrorKind;
use cloudimg::ims::{
    CreateImageFromFile, CreateImageFromServer, DataImageFromFile, ImageCopyCrossRegion, ImageExport, ImageUpdate, MembersChange,
    QuickImportImageByFile, TagKeyValue,
};
use serde_json::{Value, json};

use crate::server::{Server, status};
use crate::support::{clock, drive, image, images, ims, ims_in, refused, started, text};

#[tokio::test]
async fn what_is_known_to_be_refused_is_not_sent() {
    let server = Server::start([]).await;
    let clock = clock();
    let (here, there) = (ims(&server, &clock), ims_in(&server, &clock, "eu-nl"));
    let images = here.images();
    let server_image = || CreateImageFromServer::new("golden", "s");
    let file = || CreateImageFromFile::new("golden", "bucket:file.iso", 40);
    let eleven: Vec<String> = (0..11).map(|n| format!("k{n}")).collect();
    let copy = |region: &str| ImageCopyCrossRegion::new("copy", region, "project", "agency");
    let both = server_image().tags(["a.b".to_owned()]).image_tags([TagKeyValue::new("a", "b")]);
    let same_file = [(); 2].map(|()| DataImageFromFile::new("b:o", 40).name("x"));
    let refusals = [
        (images.create_from_server(both).await.map(drop), "exclude each other"),
        (images.create_from_server(server_image().tags(eleven)).await.map(drop), "at most 10 tags"),
        (images.create_from_server(CreateImageFromServer::new(" x", "s")).await.map(drop), "blank"),
        (images.create_from_obs(file().type_("IsoImage")).await.map(drop), "`os_version`"),
        (images.create_from_obs(file().is_quick_import(true)).await.map(drop), "`os_version`"),
        (images.create_from_obs(CreateImageFromFile::new("x", "https://b/o", 40)).await.map(drop), "`bucket:object`"),
        (images.import_quick(QuickImportImageByFile::new("x", "b:o", 40)).await.map(drop), "`os_version`"),
        (images.create_data_images(same_file).await.map(drop), "each file stands once"),
        (images.export("i", ImageExport::new("b:o")).await.map(drop), "`file_format`"),
        (images.export("i", ImageExport::new("b:o").file_format("vhd").is_quick_export(true)).await.map(drop), "`file_format`"),
        (images.copy_to_region("i", copy("eu-de"), &here).await.map(drop), "already"),
        (images.copy_to_region("i", copy("eu-ch2"), &there).await.map(drop), "`eu-ch2`"),
        (here.members().add(MembersChange::new(["i".to_owned()])).await.map(drop), "nobody"),
        (images.update("i", ImageUpdate::new()).await.map(drop), "nothing to change"),
        (images.tags("i").add_all([("k", "v"), ("k", "w")]).await, "once"),
    ];
    for (refusal, part) in refusals {
        let error = refusal.unwrap_err();
        assert!(error.kind() == ErrorKind::InvalidRequest && error.message().contains(part), "{part}: {error}");
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn unchecked_bodies_are_sent_as_they_are() {
    let server = Server::start([started("j")]).await;
    let body = CreateImageFromFile::new("golden", "bucket:file.iso", 40).type_("IsoImage");
    let _started = ims(&server, &clock()).images().unchecked().create_from_obs(body).await.unwrap();
    let sent: Value = serde_json::from_slice(&server.bodies()[0]).unwrap();
    assert_eq!(sent, json!({"name": "golden", "image_url": "bucket:file.iso", "min_disk": 40, "type": "IsoImage"}));
}

#[tokio::test]
async fn what_is_absent_is_added_in_the_place_of_a_replacement() {
    let changed = json!({"id": "i", "status": "active", "name": "new", "__description": "words", "max_ram": "4096"});
    let server = Server::start([refused("IMG.0035"), images(json!([image("i", "active")])), text(&changed)]).await;
    let update = ImageUpdate::new().name("new").description("words").max_ram(4096);
    let updated = ims(&server, &clock()).images().update("i", update).await.unwrap();
    assert_eq!(updated.description.as_deref(), Some("words"));
    assert_eq!(server.methods(), ["PATCH", "GET", "PATCH"]);
    let sent = |at: usize| serde_json::from_slice::<Value>(&server.bodies()[at]).unwrap();
    assert_eq!(sent(0)[1], json!({"op": "replace", "path": "/__description", "value": "words"}));
    assert_eq!(
        sent(2),
        json!([
            {"op": "replace", "path": "/name", "value": "new"},
            {"op": "add", "path": "/__description", "value": "words"},
            {"op": "add", "path": "/max_ram", "value": 4096},
        ])
    );
}

#[tokio::test]
async fn a_conflict_of_another_cause_stays_one() {
    let server = Server::start([refused("IMG.0035"), images(json!([image("i", "active")]))]).await;
    let error = ims(&server, &clock()).images().update("i", ImageUpdate::new().name("new")).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Conflict, Some("IMG.0035")));
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_deletion_waits_until_the_image_is_gone() {
    let there = || images(json!([image("i", "active")]));
    let server = Server::start([status(204), there(), there(), status(503), images(json!([]))]).await;
    let clock = clock();
    let images = ims(&server, &clock).images();
    let (gone, waits) = drive(&clock, async { images.delete("i").with_backup().await }).await;
    gone.unwrap();
    assert_eq!(waits.len(), 3);
    assert_eq!(server.paths()[..2], ["/v2/images/i", "/v2/cloudimages?id=i"]);
    assert_eq!(server.bodies()[0], br#"{"delete_backup":true}"#);
}

#[tokio::test]
async fn a_deletion_that_does_not_end_is_given_up_and_one_may_not_wait() {
    let server = Server::answering(|request| match request.method.as_str() {
        "DELETE" => status(204),
        _ => images(json!([image("i", "active")])),
    })
    .await;
    let clock = clock();
    let images = ims(&server, &clock).images();
    let (gone, _) = drive(&clock, async { images.delete("i").with_limit(Duration::from_secs(30)).await }).await;
    assert_eq!(gone.unwrap_err().kind(), ErrorKind::Timeout);
    let asked = server.count();
    images.delete("i").without_waiting().await.unwrap();
    assert_eq!(server.count(), asked + 1);
}

#[tokio::test]
async fn codes_say_what_the_status_does_not() {
    let server = Server::start([refused("IMG.0028"), refused("IMG.0027"), images(json!([]))]).await;
    let images = ims(&server, &clock()).images();
    assert_eq!(images.delete("i").await.unwrap_err().kind(), ErrorKind::Forbidden);
    let missing = images.delete("i").await.unwrap_err();
    assert_eq!((missing.kind(), missing.meaning()), (ErrorKind::NotFound, Some("there is no such image")));
    assert_eq!(images.get("i").await.unwrap_err().kind(), ErrorKind::NotFound);
}
