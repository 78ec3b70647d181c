//! Calls that are signed with an access key, in both ways, in the place of a token.

use cloudimg_ims_v2::types;
use serde_json::json;

use crate::story::{Seen, stories};
use crate::world::{SOMETHING, from};

stories! { STORIES =
    list_images(s; (name, ids) = s.world.listed()) => async {
        let client = s.signed(None);
        let call = client.list_images().name(name).limit(2);
        Seen::rows(call.pager().collect().await?.into_iter().map(|image| image.id), ids)
    };
    list_images(s; (name, ids) = s.world.listed()) => async {
        let client = s.signed(Some("RegionOne"));
        let call = client.list_images().name(name).limit(2);
        Seen::rows(call.pager().collect().await?.into_iter().map(|image| image.id), ids)
    };
    create_image_from_server(s) => s.signed(None).create_image_from_server().body(
        from::<types::CreateImageFromServer>(json!({"name": s.world.name("server"), "instance_id": SOMETHING}))
    ).send();
    update_image(s; id = s.world.server_image()) => s.signed(None).update_image().image_id(&id).body(
        from::<types::ImagePatch>(json!([{"op": "replace", "path": "/name", "value": "changed"}]))
    ).send();
    show_job_progress(s; (job, _) = s.world.job()) => async {
        let found = s.signed(Some("RegionOne")).show_job_progress().job_id(&job).send().await?.into_inner();
        Seen::same(found.job_id, job)
    };
    delete_image_tag(s; id = s.world.tagged_image()) =>
        s.signed(None).delete_image_tag().project_id(s.world.project("demo")).image_id(&id).key("k").send();
}
