//! The schemas of metadata definitions; `info` has those of images.

use anyhow::Result;
use cloudimg::glance::types::JsonSchema;
use cloudimg_tests::Case;

use crate::support::{refused, stranger};

#[track_caller]
fn describes(schema: &JsonSchema, name: &str, members: &[&str]) {
    assert_eq!(schema.name.as_deref(), Some(name), "{schema:?}");
    for member in members {
        assert!(schema.properties.as_ref().is_some_and(|properties| properties.contains_key(*member)), "{name} lacks {member}");
    }
}

#[tokio::test]
async fn schemas_describe_metadata_definitions() -> Result<()> {
    Case::run(async |case| {
        let schemas = case.cloud("demo")?.glance().schemas();
        describes(&schemas.metadef_namespace().await?, "namespace", &["namespace", "visibility", "objects", "tags"]);
        describes(&schemas.metadef_object().await?, "object", &["name", "required", "properties"]);
        describes(&schemas.metadef_property().await?, "property", &["name", "type", "title", "enum", "items"]);
        describes(&schemas.metadef_tag().await?, "tag", &["name", "created_at"]);
        describes(&schemas.metadef_resource_type().await?, "resource_type_association", &["name", "prefix", "properties_target"]);
        assert_eq!(schemas.metadef_namespace().await?.required.as_deref(), Some(&["namespace".to_owned()][..]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn schemas_describe_lists_of_metadata_definitions() -> Result<()> {
    Case::run(async |case| {
        let schemas = case.cloud("demo")?.glance().schemas();
        describes(&schemas.metadef_namespaces().await?, "namespaces", &["namespaces", "first", "next"]);
        describes(&schemas.metadef_objects().await?, "objects", &["objects"]);
        describes(&schemas.metadef_properties().await?, "properties", &["properties"]);
        describes(&schemas.metadef_tags().await?, "tags", &["tags"]);
        let types = schemas.metadef_resource_types().await?;
        describes(&types, "resource_type_associations", &["resource_type_associations"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn schemas_of_metadata_definitions_are_kept_from_strangers() -> Result<()> {
    Case::run(async |case| {
        let client = stranger(case).await?;
        refused(client.get_schema_metadef_namespace().send().await, 401);
        refused(client.get_schema_metadef_object().send().await, 401);
        refused(client.get_schema_metadef_property().send().await, 401);
        refused(client.get_schema_metadef_tag().send().await, 401);
        refused(client.get_schema_metadef_resource_type().send().await, 401);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn schemas_of_lists_of_metadata_definitions_are_kept_from_strangers() -> Result<()> {
    Case::run(async |case| {
        let client = stranger(case).await?;
        refused(client.get_schema_metadef_namespaces().send().await, 401);
        refused(client.get_schema_metadef_objects().send().await, 401);
        refused(client.get_schema_metadef_properties().send().await, 401);
        refused(client.get_schema_metadef_tags().send().await, 401);
        refused(client.get_schema_metadef_resource_types().send().await, 401);
        Ok(())
    })
    .await
}
