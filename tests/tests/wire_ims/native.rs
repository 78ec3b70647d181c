//! Native calls of OpenStack, where they are not as upstream.

use cloudimg_ims_v2 as v2;
use serde_json::json;
use v2::types::{self, builder};

use crate::bodies::text;
use crate::exchange::{Sends, nothing, ok, wires};

fn change() -> builder::GlancePatchOperation {
    types::GlancePatchOperation::builder()
}

wires! { client of v2;
    glance_delete_image: Sends::new("DELETE", "/v2/images/i%20%C3%A9%25").json(json!({"delete_backup": true})),
        client.glance_delete_image().image_id("i é%").body(types::GlanceImageDelete::builder().delete_backup(true)) => nothing();

    glance_update_image: Sends::new("PATCH", "/v2/images/i1").of_type("application/openstack-images-v2.0-json-patch", json!([
        {"replace": "/name", "value": "n"}, {"add": "/min_ram", "value": 1024}, {"remove": "/colour"}
    ])), client.glance_update_image().image_id("i1").body(vec![
        change().replace(text("/name")).value(json!("n")).try_into().unwrap(),
        change().add(text("/min_ram")).value(json!(1024)).try_into().unwrap(),
        change().remove(text("/colour")).try_into().unwrap(),
    ] as Vec<types::GlancePatchOperation>) => ok(json!({"id": "i1", "status": "active", "name": "n"}));

    glance_list_image_members: Sends::new("GET", "/v2/images/i1/members?limit=2&marker=m+1"),
        client.glance_list_image_members().image_id("i1").limit(2).marker("m 1") => ok(json!({
            "members": [{"image_id": "i1", "member_id": "m2", "status": "accepted"}], "schema": "/v2/schemas/members"
        }));

    glance_list_image_members as glance_list_image_members_without_conditions: Sends::new("GET", "/v2/images/i1/members"),
        client.glance_list_image_members().image_id("i1") => ok(json!({"members": []}));

    glance_update_image_member: Sends::new("PUT", "/v2/images/i1/members/m%20%25").json(json!({
        "status": "accepted", "vault_id": "v1"
    })), client.glance_update_image_member().image_id("i1").member_id("m %").body(
        types::MembershipUpdate::builder().status(types::MemberStatus::Accepted).vault_id(text("v1"))
    ) => ok(json!({"image_id": "i1", "member_id": "m %", "status": "accepted"}));
}
