//! Tags of metadata definitions, and the types of resources that go with them.

use cloudimg_glance_v2::types;
use serde_json::json;

use super::things;
use crate::story::{Seen, stories};
use crate::world::from;

stories! { STORIES =
    list_metadef_tags(s; name = s.world.namespace("tags")) => async {
        let client = s.glance("demo");
        let call = client.list_metadef_tags().namespace(&name).limit(2_u64);
        let call = call.sort_key(types::MetadefSortKey::Name).sort_dir(types::SortDirection::Asc);
        Seen::rows(call.pager().collect().await?.into_iter().map(|tag| tag.name), things())
    };
    create_metadef_tags(s; name = s.world.namespace("")) => s.glance("admin").create_metadef_tags().namespace(&name).body(
        from::<types::MetadefTagsCreate>(json!({"tags": [{"name": "x"}, {"name": "y"}]}))
    ).send();
    delete_metadef_tags(s; name = s.world.namespace("tags")) => s.glance("admin").delete_metadef_tags().namespace(&name).send();
    show_metadef_tag(s; name = s.world.namespace("tags")) =>
        s.glance("demo").show_metadef_tag().namespace(&name).tag_name("a").send();
    update_metadef_tag(s; name = s.world.namespace("tags")) =>
        s.glance("admin").update_metadef_tag().namespace(&name).tag_name("a").body(
            from::<types::MetadefTagCreate>(json!({"name": "a"}))
        ).send();
    create_metadef_tag(s; name = s.world.namespace("")) =>
        s.glance("admin").create_metadef_tag().namespace(&name).tag_name("new").send();
    delete_metadef_tag(s; name = s.world.namespace("tags")) =>
        s.glance("admin").delete_metadef_tag().namespace(&name).tag_name("a").send();
    list_metadef_resource_types(s) => s.glance("demo").list_metadef_resource_types().send();
    list_metadef_resource_type_associations(s; name = s.world.namespace("resource_types")) => async {
        let client = s.glance("demo");
        let list = client.list_metadef_resource_type_associations().namespace(&name).send().await?.into_inner();
        let mut names: Vec<String> = list.resource_type_associations.into_iter().map(|row| row.name).collect();
        names.sort();
        Seen::rows(names, things().into_iter().map(|thing| format!("Chaos::{thing}")).collect())
    };
    create_metadef_resource_type_association(s; name = s.world.namespace("")) =>
        s.glance("admin").create_metadef_resource_type_association().namespace(&name).body(
            from::<types::MetadefAssociationCreate>(json!({"name": "Chaos::new"}))
        ).send();
    delete_metadef_resource_type_association(s; name = s.world.namespace("resource_types")) =>
        s.glance("admin").delete_metadef_resource_type_association().namespace(&name).resource_type("Chaos::a").send();
}
