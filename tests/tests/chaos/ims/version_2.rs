//! Version 2, and the native calls of OpenStack: all that is no job.

use cloudimg_ims_v2::types;
use serde_json::{Value, json};

use crate::story::{Seen, stories};
use crate::world::{World, from};

/// Images with one tag, the newest first.
async fn tagged(world: &World) -> (String, Vec<String>) {
    let (name, ids) = world.listed().await;
    for id in &ids {
        let path = format!("/v2/{}/images/{id}/tags", world.project("demo"));
        world.ims("demo", "POST", &path, json!({"tag": {"key": name, "value": "v"}})).await;
    }
    (name, ids)
}

async fn first_version(world: &World) -> String {
    // Versions come with 300.
    let all: Value = reqwest::get(world.sandbox.ims_url()).await.unwrap().json().await.unwrap();
    all["versions"][0]["id"].as_str().unwrap().to_owned()
}

stories! { STORIES =
    list_versions(s) => s.v2("demo").list_versions().send();
    show_version(s; version = first_version(&s.world)) => s.v2("demo").show_version().version(&version).send();
    list_images(s; (name, ids) = s.world.listed()) => async {
        let client = s.v2("demo");
        let call = client.list_images().name(name).limit(2);
        Seen::rows(call.pager().collect().await?.into_iter().map(|image| image.id), ids)
    };
    update_image(s; id = s.world.server_image()) => s.v2("demo").update_image().image_id(&id).body(
        from::<types::ImagePatch>(json!([{"op": "replace", "path": "/name", "value": "changed"}]))
    ).send();
    glance_list_images(s; (name, ids) = s.world.listed()) => async {
        let client = s.v2("demo");
        let call = client.glance_list_images().name(name).limit(2);
        Seen::rows(call.pager().collect().await?.into_iter().map(|image| image.id), ids)
    };
    glance_delete_image(s; id = s.world.server_image()) => s.v2("demo").glance_delete_image().image_id(&id).body(
        from::<types::GlanceImageDelete>(json!({"delete_backup": false}))
    ).send();
    glance_update_image(s; id = s.world.server_image()) => s.v2("demo").glance_update_image().image_id(&id).body(
        from::<types::GlanceImagePatch>(json!([{"replace": "/name", "value": "changed"}]))
    ).send();
    glance_list_image_members(s; id = s.world.offered_image()) => async {
        let client = s.v2("demo");
        let call = client.glance_list_image_members().image_id(&id);
        Seen::rows(call.pager().collect().await?.into_iter().map(|member| member.member_id), vec![s.world.project("other")])
    };
    glance_update_image_member(s; id = s.world.offered_image()) =>
        s.v2("other").glance_update_image_member().image_id(&id).member_id(s.world.project("other")).body(
            from::<types::MembershipUpdate>(json!({"status": "accepted"}))
        ).send();
    list_image_by_tags(s; (name, ids) = tagged(&s.world)) => async {
        let query = from::<types::ImagesByTagsQuery>(json!({"action": "filter", "tags": [{"key": name, "values": ["v"]}]}));
        let found = s.v2("demo").list_image_by_tags().project_id(s.world.project("demo")).body(query).send().await?.into_inner();
        Seen::rows(found.resources.unwrap_or_default().into_iter().map(|row| row.resource_id), ids)
    };
    list_images_tags(s; _id = s.world.tagged_image()) => s.v2("demo").list_images_tags().project_id(s.world.project("demo")).send();
    list_image_tags(s; id = s.world.tagged_image()) => async {
        let tags = s.v2("demo").list_image_tags().project_id(s.world.project("demo")).image_id(&id).send().await?.into_inner().tags;
        Seen::rows(tags.into_iter().map(|tag| tag.key), vec!["k".to_owned()])
    };
    add_image_tag(s; id = s.world.server_image()) =>
        s.v2("demo").add_image_tag().project_id(s.world.project("demo")).image_id(&id).body(
            from::<types::TagAdd>(json!({"tag": {"key": "new", "value": "v"}}))
        ).send();
    batch_add_or_delete_tags(s; id = s.world.server_image()) =>
        s.v2("demo").batch_add_or_delete_tags().project_id(s.world.project("demo")).image_id(&id).body(
            from::<types::TagsChange>(json!({"action": "create", "tags": [{"key": "a", "value": "b"}]}))
        ).send();
    delete_image_tag(s; id = s.world.tagged_image()) =>
        s.v2("demo").delete_image_tag().project_id(s.world.project("demo")).image_id(&id).key("k").send();
}
