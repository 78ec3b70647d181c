//! Images, their tags and their lists.

use cloudimg_glance_v2::types;
use serde_json::{Value, json};

use crate::story::{Seen, stories};
use crate::world::{World, column, from};

/// Five images that have two tags, among others that have one; and their ids by name.
async fn tagged(world: &World) -> (String, String, Vec<String>) {
    let (x, y) = (world.name("x"), world.name("y"));
    let mut ids = Vec::new();
    for name in ["a", "b, c", "d:e", "z", "é"] {
        ids.push(world.image(json!({"name": name, "tags": [x, y]})).await);
        world.image(json!({"name": name, "tags": [x]})).await;
    }
    (x, y, ids)
}

stories! { STORIES =
    list_versions_root(s) => s.glance("demo").list_versions_root().send();
    list_versions(s) => s.glance("demo").list_versions().send();
    list_images(s; (x, y, ids) = tagged(&s.world)) => async {
        let client = s.glance("demo");
        let call = client.list_images().limit(2_u64).tag(vec![x, y]).sort("container_format:asc,name:asc");
        Seen::rows(call.pager().collect().await?.into_iter().map(|image| image.id), ids)
    };
    create_image(s) => s.glance("demo").create_image().body(from::<types::ImageCreate>(json!({"name": s.world.name("new")}))).send();
    show_image(s; id = s.world.queued()) => async {
        let image = s.glance("demo").show_image().image_id(&id).send().await?.into_inner();
        Seen::same(image.id, id)
    };
    update_image(s; id = s.world.queued()) => s.glance("demo").update_image().image_id(&id).body(
        from::<types::ImagePatch>(json!([{"op": "replace", "path": "/name", "value": "changed"}]))
    ).send();
    delete_image(s; id = s.world.active()) => s.glance("demo").delete_image().image_id(&id).send();
    deactivate_image(s; id = s.world.active()) => s.glance("admin").deactivate_image().image_id(&id).send();
    reactivate_image(s; id = s.world.active()) => s.glance("admin").reactivate_image().image_id(&id).send();
    add_image_tag(s; id = s.world.queued()) => s.glance("demo").add_image_tag().image_id(&id).tag_value("é 1").send();
    delete_image_tag(s; id = s.world.image(json!({"tags": ["t"]}))) => s.glance("demo").delete_image_tag().image_id(&id).tag_value("t").send();
    list_image_tasks(s; (id, tasks) = async {
        let id = s.world.staged().await;
        s.world.glance("demo", "POST", &format!("/v2/images/{id}/import"), json!({"method": {"name": "glance-direct"}})).await;
        let tasks = s.world.glance("demo", "GET", &format!("/v2/images/{id}/tasks"), Value::Null).await;
        (id, column(&tasks, "tasks", "id"))
    }) => async {
        let found = s.glance("demo").list_image_tasks().image_id(&id).send().await?.into_inner().tasks;
        Seen::rows(found.into_iter().map(|task| task.id), tasks)
    };
}
