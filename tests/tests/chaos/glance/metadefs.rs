//! Namespaces of metadata definitions, their objects and properties.

use cloudimg_glance_v2::types;
use serde_json::json;

use super::things;
use crate::story::{Seen, stories};
use crate::world::{World, from};

/// Five namespaces that go with a resource type of their own, by name.
async fn five(world: &World) -> (String, Vec<String>) {
    let kind = world.name("Chaos::Type");
    let mut names = Vec::new();
    for _ in 0..5 {
        let name = world.name("listed");
        let body = json!({"namespace": name, "visibility": "public", "resource_type_associations": [{"name": kind}]});
        world.glance("admin", "POST", "/v2/metadefs/namespaces", body).await;
        names.push(name);
    }
    names.sort();
    (kind, names)
}

stories! { STORIES =
    list_metadef_namespaces(s; (kind, names) = five(&s.world)) => async {
        let client = s.glance("demo");
        let call = client.list_metadef_namespaces().limit(2_u64).resource_types(kind);
        let call = call.sort_key(types::MetadefNamespaceSortKey::Namespace).sort_dir(types::SortDirection::Asc);
        Seen::rows(call.pager().collect().await?.into_iter().map(|row| row.namespace), names)
    };
    create_metadef_namespace(s) => s.glance("admin").create_metadef_namespace().body(
        from::<types::MetadefNamespaceCreate>(json!({"namespace": s.world.name("new")}))
    ).send();
    show_metadef_namespace(s; name = s.world.namespace("")) => async {
        let found = s.glance("demo").show_metadef_namespace().namespace(&name).send().await?.into_inner();
        Seen::same(found.namespace, name)
    };
    update_metadef_namespace(s; name = s.world.namespace("")) => s.glance("admin").update_metadef_namespace().namespace(&name).body(
        from::<types::MetadefNamespaceUpdate>(json!({"namespace": name, "visibility": "public", "description": "changed"}))
    ).send();
    delete_metadef_namespace(s; name = s.world.namespace("")) =>
        s.glance("admin").delete_metadef_namespace().namespace(&name).send();
    list_metadef_objects(s; name = s.world.namespace("objects")) => async {
        let objects = s.glance("demo").list_metadef_objects().namespace(&name).send().await?.into_inner().objects;
        let mut names: Vec<String> = objects.into_iter().map(|object| object.name).collect();
        names.sort();
        Seen::rows(names, things())
    };
    create_metadef_object(s; name = s.world.namespace("")) => s.glance("admin").create_metadef_object().namespace(&name).body(
        from::<types::MetadefObjectCreate>(json!({"name": "new"}))
    ).send();
    delete_metadef_objects(s; name = s.world.namespace("objects")) =>
        s.glance("admin").delete_metadef_objects().namespace(&name).send();
    show_metadef_object(s; name = s.world.namespace("objects")) =>
        s.glance("demo").show_metadef_object().namespace(&name).object_name("a").send();
    update_metadef_object(s; name = s.world.namespace("objects")) =>
        s.glance("admin").update_metadef_object().namespace(&name).object_name("a").body(
            from::<types::MetadefObjectCreate>(json!({"name": "a", "description": "changed"}))
        ).send();
    delete_metadef_object(s; name = s.world.namespace("objects")) =>
        s.glance("admin").delete_metadef_object().namespace(&name).object_name("a").send();
    list_metadef_properties(s; name = s.world.namespace("properties")) => async {
        let map = s.glance("demo").list_metadef_properties().namespace(&name).send().await?.into_inner().properties;
        let mut names: Vec<String> = map.into_keys().collect();
        names.sort();
        Seen::rows(names, things())
    };
    create_metadef_property(s; name = s.world.namespace("")) => s.glance("admin").create_metadef_property().namespace(&name).body(
        from::<types::MetadefProperty>(json!({"name": "new", "type": "string", "title": "t"}))
    ).send();
    delete_metadef_properties(s; name = s.world.namespace("properties")) =>
        s.glance("admin").delete_metadef_properties().namespace(&name).send();
    show_metadef_property(s; name = s.world.namespace("properties")) =>
        s.glance("demo").show_metadef_property().namespace(&name).property_name("a").send();
    update_metadef_property(s; name = s.world.namespace("properties")) =>
        s.glance("admin").update_metadef_property().namespace(&name).property_name("a").body(
            from::<types::MetadefProperty>(json!({"name": "a", "type": "boolean", "title": "changed"}))
        ).send();
    delete_metadef_property(s; name = s.world.namespace("properties")) =>
        s.glance("admin").delete_metadef_property().namespace(&name).property_name("a").send();
}
