//! Schemas.

use crate::story::stories;

stories! { STORIES =
    get_schema_image(s) => s.glance("demo").get_schema_image().send();
    get_schema_images(s) => s.glance("demo").get_schema_images().send();
    get_schema_member(s) => s.glance("demo").get_schema_member().send();
    get_schema_members(s) => s.glance("demo").get_schema_members().send();
    get_schema_task(s) => s.glance("demo").get_schema_task().send();
    get_schema_tasks(s) => s.glance("demo").get_schema_tasks().send();
    get_schema_metadef_namespace(s) => s.glance("demo").get_schema_metadef_namespace().send();
    get_schema_metadef_namespaces(s) => s.glance("demo").get_schema_metadef_namespaces().send();
    get_schema_metadef_resource_type(s) => s.glance("demo").get_schema_metadef_resource_type().send();
    get_schema_metadef_resource_types(s) => s.glance("demo").get_schema_metadef_resource_types().send();
    get_schema_metadef_property(s) => s.glance("demo").get_schema_metadef_property().send();
    get_schema_metadef_properties(s) => s.glance("demo").get_schema_metadef_properties().send();
    get_schema_metadef_object(s) => s.glance("demo").get_schema_metadef_object().send();
    get_schema_metadef_objects(s) => s.glance("demo").get_schema_metadef_objects().send();
    get_schema_metadef_tag(s) => s.glance("demo").get_schema_metadef_tag().send();
    get_schema_metadef_tags(s) => s.glance("demo").get_schema_metadef_tags().send();
}
