//! Members of images.

use cloudimg_glance_v2::types;
use serde_json::json;

use crate::story::{Seen, stories};
use crate::world::from;

stories! { STORIES =
    list_image_members(s; id = s.world.shared()) => async {
        let members = s.glance("demo").list_image_members().image_id(&id).send().await?.into_inner().members;
        Seen::rows(members.into_iter().map(|member| member.member_id), vec![s.world.project("other")])
    };
    create_image_member(s; id = s.world.queued()) => s.glance("demo").create_image_member().image_id(&id).body(
        from::<types::MemberCreate>(json!({"member": s.world.project("other")}))
    ).send();
    show_image_member(s; id = s.world.shared()) =>
        s.glance("demo").show_image_member().image_id(&id).member_id(s.world.project("other")).send();
    update_image_member(s; id = s.world.shared()) =>
        s.glance("other").update_image_member().image_id(&id).member_id(s.world.project("other")).body(
            from::<types::MemberUpdate>(json!({"status": "accepted"}))
        ).send();
    delete_image_member(s; id = s.world.shared()) =>
        s.glance("demo").delete_image_member().image_id(&id).member_id(s.world.project("other")).send();
}
