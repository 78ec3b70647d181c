use cloudimg_core::Result;

use super::types::JsonSchema;
use crate::Cloud;

/// The JSON Schemas of what the service sends and takes, as its operator has set it up. (Image API v2, "Image schemas", "Metadata definition
/// schemas".)
#[derive(Clone, Debug)]
pub struct Schemas {
    cloud: Cloud,
}

/// A method for each schema.
macro_rules! schemas {
    ($( $(#[$meta:meta])* $name:ident -> $call:ident; )*) => {
        $(
            $(#[$meta])*
            ///
            /// # Errors
            /// Those of any call.
            pub async fn $name(&self) -> Result<JsonSchema> {
                Ok(self.cloud.glance_client().await?.$call().send().await?.into_inner())
            }
        )*
    };
}

impl Schemas {
    pub(super) fn new(cloud: Cloud) -> Self {
        Self { cloud }
    }

    schemas! {
        /// Of an image: tells the formats that this cloud allows, and the properties that its operator describes.
        image -> get_schema_image;
        /// Of a page of images.
        images -> get_schema_images;
        /// Of a member.
        member -> get_schema_member;
        /// Of the members of an image.
        members -> get_schema_members;
        /// Of a task.
        task -> get_schema_task;
        /// Of a page of tasks.
        tasks -> get_schema_tasks;
        /// Of a namespace of metadata definitions.
        metadef_namespace -> get_schema_metadef_namespace;
        /// Of a page of namespaces.
        metadef_namespaces -> get_schema_metadef_namespaces;
        /// Of a resource type and its association with a namespace.
        metadef_resource_type -> get_schema_metadef_resource_type;
        /// Of the resource types of a namespace.
        metadef_resource_types -> get_schema_metadef_resource_types;
        /// Of a property definition.
        metadef_property -> get_schema_metadef_property;
        /// Of the property definitions of a namespace.
        metadef_properties -> get_schema_metadef_properties;
        /// Of an object.
        metadef_object -> get_schema_metadef_object;
        /// Of the objects of a namespace.
        metadef_objects -> get_schema_metadef_objects;
        /// Of a tag definition.
        metadef_tag -> get_schema_metadef_tag;
        /// Of the tag definitions of a namespace.
        metadef_tags -> get_schema_metadef_tags;
    }
}
