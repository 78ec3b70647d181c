//! Tags in their two forms.

use cloudimg::ErrorKind;
use cloudimg::ims::{ImagesByTagsAction, ImagesByTagsQuery, ResourceTag, TagKeyValue, v1, v2};

use crate::world::{UNKNOWN, World, refused};

cases!(
    tags_come_and_go,
    several_at_once,
    texts_and_pairs_are_two_views,
    deletion_of_several_by_the_first_version,
    the_tags_of_a_project,
    images_by_their_tags,
);

async fn tags_come_and_go(world: &World) {
    let id = world.demo.server_image("tagged").await;
    let tags = world.demo.ims.images().tags(&id);
    tags.add("stage", "test").await.unwrap();
    // A key that is there gets the new value.
    tags.add("stage", "live").await.unwrap();
    assert_eq!(tags.list().await.unwrap(), [v2::ResourceTag::new("stage").value("live")]);
    refused(tags.add("no blanks", "").await, "IMG.0115");
    refused(world.demo.ims.images().tags(UNKNOWN).list().await, "IMG.0027");
    tags.remove("stage").await.unwrap();
    assert_eq!(tags.remove("stage").await.unwrap_err().status(), Some(404));
    assert!(!tags.remove_if_exists("stage").await.unwrap());
}

async fn several_at_once(world: &World) {
    let id = world.demo.server_image("tagged").await;
    let tags = world.demo.ims.images().tags(&id);
    let ten: Vec<(String, &str)> = (0..10).map(|number| (format!("key-{number}"), "")).collect();
    tags.add_all(ten).await.unwrap();
    assert_eq!(refused(tags.add("key-10", "").await, "IMG.0116").kind(), ErrorKind::QuotaExceeded);
    // Those that are not there do no harm here.
    tags.remove_all(["key-0", "key-1", "key-99"]).await.unwrap();
    assert_eq!(tags.list().await.unwrap().len(), 8);
    refused(tags.add_all([("a", ""), ("b", ""), ("c", "")]).await, "IMG.0116");
    let none = tags.remove_all(Vec::<String>::new()).await.unwrap_err();
    assert_eq!((none.kind(), none.status()), (ErrorKind::InvalidRequest, None));
}

async fn texts_and_pairs_are_two_views(world: &World) {
    let ims = &world.demo.ims;
    let id = world.demo.server_image("tagged").await;
    let tags = ims.images().tags(&id);
    // A text is parted at its first dot.
    tags.add_text("version.1.2").await.unwrap();
    tags.add_text("plain").await.unwrap();
    assert_eq!(tags.list().await.unwrap(), [v2::ResourceTag::new("version").value("1.2"), v2::ResourceTag::new("plain").value("")]);
    let mut texts = ims.tags().texts().await.unwrap();
    texts.sort();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert_eq!(ims.images().list().tag("version=1.2").collect().await.unwrap().len(), 1);
    assert!(ims.images().list().tag("version=1").collect().await.unwrap().is_empty());
    refused(ims.images().tags(UNKNOWN).add_text("plain").await, "IMG.0027");
    refused(world.demo.v1.list_tags().limit(0).send().await, "IMG.0001");
}

async fn deletion_of_several_by_the_first_version(world: &World) {
    let demo = &world.demo;
    let id = demo.server_image("tagged").await;
    demo.ims.images().tags(&id).add("a", "1").await.unwrap();
    let call = |id: &str, key: &str| {
        let body = v1::TagsDelete::new([ResourceTag::new(key)]);
        demo.v1.batch_delete_tags().project_id(&demo.project).image_id(id).body(body).send()
    };
    call(&id, "unknown").await.unwrap();
    call(&id, "a").await.unwrap();
    assert!(demo.ims.images().tags(&id).list().await.unwrap().is_empty());
    refused(call(UNKNOWN, "a").await, "IMG.0027");
}

async fn the_tags_of_a_project(world: &World) {
    let demo = &world.demo;
    let (one, two) = (demo.server_image("one").await, demo.server_image("two").await);
    demo.ims.images().tags(&one).add("stage", "test").await.unwrap();
    demo.ims.images().tags(&two).add("stage", "live").await.unwrap();
    let mut all = demo.ims.tags().list().await.unwrap();
    all[0].values.sort();
    assert_eq!(all, [v2::Tags::new("stage", ["live".to_owned(), "test".to_owned()])]);
    assert!(world.other.ims.tags().list().await.unwrap().is_empty());
    let foreign = world.other.v2.list_images_tags().project_id(&demo.project).send().await;
    assert_eq!(refused(foreign, "IMG.0030").kind(), ErrorKind::Forbidden);
}

async fn images_by_their_tags(world: &World) {
    let ims = &world.demo.ims;
    for (name, stage) in [("one", "test"), ("two", "live"), ("three", "live")] {
        let id = world.demo.server_image(name).await;
        ims.images().tags(&id).add("stage", stage).await.unwrap();
    }
    world.demo.server_image("bare").await;
    let query = || ImagesByTagsQuery::new(ImagesByTagsAction::Filter);
    let live = || query().tags([v2::Tags::new("stage", ["live".to_owned()])]);
    let names = async |query: ImagesByTagsQuery| -> Vec<String> {
        let rows = ims.tags().images(query).collect().await.unwrap();
        rows.into_iter().map(|row| row.resource_name.unwrap()).collect()
    };
    assert_eq!(names(live()).await, ["three", "two"]);
    // By pages, which are counted in texts.
    assert_eq!(names(query().limit("1")).await, ["bare", "three", "two", "one"]);
    assert_eq!(ims.tags().count(live()).await.unwrap(), 2);
    assert_eq!(names(live().without_any_tag(true)).await, ["bare"]);
    assert_eq!(names(query().matches([TagKeyValue::new("resource_name", "one")])).await, ["one"]);
    refused(ims.tags().images(query().limit("1001")).collect().await, "IMG.0001");
    let empty = ims.tags().images(query().tags(Vec::new())).collect().await.unwrap_err();
    assert_eq!((empty.kind(), empty.status()), (ErrorKind::InvalidRequest, None));
}
