//! The calls of the generated clients, and the types of their JSON bodies.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A call of a client. That the client has it is checked by the compiler.
pub(super) struct Call {
    pub(super) id: &'static str,
    /// The types of the request body; several where the body has several forms.
    pub(super) bodies: Vec<Type>,
    pub(super) answer: Option<Type>,
}

/// A generated type.
pub(super) struct Type {
    pub(super) name: &'static str,
    /// JSON decoded and encoded again.
    pub(super) convert: fn(&str) -> Result<Value, String>,
}

fn convert<T: DeserializeOwned + Serialize>(text: &str) -> Result<Value, String> {
    let value: T = serde_json::from_str(text).map_err(|error| error.to_string())?;
    serde_json::to_value(value).map_err(|error| error.to_string())
}

/// `operation(Body, ...) -> Answer;`, as the spec has them; what is no JSON is left out.
macro_rules! calls {
    ($client:ident: $( $id:ident ( $($body:ident),* ) $( -> $answer:ident )? ; )*) => {
        vec![ $( {
            let _ = $client::Client::$id;
            Call {
                id: stringify!($id),
                bodies: vec![ $( Type { name: stringify!($body), convert: convert::<$client::types::$body> } ),* ],
                answer: [ $( Type { name: stringify!($answer), convert: convert::<$client::types::$answer> } )? ].into_iter().next(),
            }
        } ),* ]
    };
}

#[rustfmt::skip]
pub(super) fn glance() -> Vec<Call> {
    calls! { cloudimg_glance_v2:
        list_versions_root() -> VersionList;
        list_versions() -> VersionList;
        list_images() -> ImageList;
        create_image(ImageCreate) -> Image;
        show_image() -> Image;
        delete_image();
        update_image(ImagePatch) -> Image;
        deactivate_image();
        reactivate_image();
        download_image_data();
        upload_image_data();
        stage_image_data();
        import_image(GlanceDirectImport, WebDownloadImport, CopyImageImport, GlanceDownloadImport);
        list_image_members() -> MemberList;
        create_image_member(MemberCreate) -> Member;
        show_image_member() -> Member;
        update_image_member(MemberUpdate) -> Member;
        delete_image_member();
        add_image_tag();
        delete_image_tag();
        list_image_tasks() -> ImageTaskList;
        get_schema_image() -> JsonSchema;
        get_schema_images() -> JsonSchema;
        get_schema_member() -> JsonSchema;
        get_schema_members() -> JsonSchema;
        get_schema_task() -> JsonSchema;
        get_schema_tasks() -> JsonSchema;
        get_import_info() -> ImportInfo;
        list_stores() -> StoreList;
        list_stores_detail() -> StoreDetailList;
        get_usage() -> Usage;
        list_image_locations() -> ImageLocationList;
        add_image_location(LocationCreate);
        delete_image_from_store();
        list_tasks() -> TaskList;
        create_task(TaskCreate) -> Task;
        show_task() -> Task;
        delete_task();
        list_cache() -> CacheState;
        clear_cache();
        queue_cache_image();
        delete_cache_image();
        list_cache_nodes() -> CacheNodeList;
        clean_cache();
        prune_cache() -> CachePruneResult;
        get_schema_metadef_namespace() -> JsonSchema;
        get_schema_metadef_namespaces() -> JsonSchema;
        get_schema_metadef_resource_type() -> JsonSchema;
        get_schema_metadef_resource_types() -> JsonSchema;
        get_schema_metadef_property() -> JsonSchema;
        get_schema_metadef_properties() -> JsonSchema;
        get_schema_metadef_object() -> JsonSchema;
        get_schema_metadef_objects() -> JsonSchema;
        get_schema_metadef_tag() -> JsonSchema;
        get_schema_metadef_tags() -> JsonSchema;
        list_metadef_namespaces() -> MetadefNamespaceList;
        create_metadef_namespace(MetadefNamespaceCreate) -> MetadefNamespace;
        show_metadef_namespace() -> MetadefNamespace;
        update_metadef_namespace(MetadefNamespaceUpdate) -> MetadefNamespace;
        delete_metadef_namespace();
        list_metadef_objects() -> MetadefObjectList;
        create_metadef_object(MetadefObjectCreate) -> MetadefObject;
        delete_metadef_objects();
        show_metadef_object() -> MetadefObject;
        update_metadef_object(MetadefObjectCreate) -> MetadefObject;
        delete_metadef_object();
        list_metadef_properties() -> MetadefPropertyMap;
        create_metadef_property(MetadefProperty) -> MetadefProperty;
        delete_metadef_properties();
        show_metadef_property() -> MetadefProperty;
        update_metadef_property(MetadefProperty) -> MetadefProperty;
        delete_metadef_property();
        list_metadef_tags() -> MetadefTagList;
        create_metadef_tags(MetadefTagsCreate) -> MetadefTagList;
        delete_metadef_tags();
        show_metadef_tag() -> MetadefTag;
        update_metadef_tag(MetadefTagCreate) -> MetadefTag;
        create_metadef_tag() -> MetadefTag;
        delete_metadef_tag();
        list_metadef_resource_types() -> MetadefResourceTypeList;
        list_metadef_resource_type_associations() -> MetadefAssociationList;
        create_metadef_resource_type_association(MetadefAssociationCreate) -> MetadefAssociation;
        delete_metadef_resource_type_association();
    }
}

#[rustfmt::skip]
pub(super) fn keystone() -> Vec<Call> {
    calls! { cloudimg_keystone_v3:
        list_versions() -> VersionList;
        show_version() -> VersionDocument;
        show_token() -> TokenResponse;
        issue_token(AuthRequest) -> TokenResponse;
        revoke_token();
        check_token();
        list_auth_catalog() -> CatalogResponse;
        list_auth_projects() -> ProjectList;
        list_auth_domains() -> DomainList;
        list_projects() -> ProjectList;
        create_temporary_access_key(TemporaryKeyRequest) -> TemporaryKeyResponse;
        issue_token_by_id_token(IdTokenRequest) -> TokenResponse;
        assume_agency_with_oidc(OidcAgencyRequest) -> OidcAgencyResponse;
        list_application_credentials() -> ApplicationCredentialList;
        create_application_credential(ApplicationCredentialCreateRequest) -> ApplicationCredentialResponse;
        delete_application_credential();
    }
}

#[cfg(test)]
mod tests {
    use xtask::lint::{Media, is_success, media};
    use xtask::spec::{Node, Spec, schema_name};

    use super::super::Contract;

    /// The components that the JSON of some content is; each form of a `oneOf`.
    fn names<'a>(spec: &'a Spec, holder: &'a Node) -> Vec<&'a str> {
        let content = spec.resolve(holder).and_then(|holder| holder.get("content")).map_or(&[][..], Node::entries);
        let json = content.iter().filter(|(name, _)| media(name) == Media::Json).filter_map(|(_, entry)| entry.get("schema"));
        json.flat_map(|schema| match spec.resolve(schema).and_then(|target| target.get("oneOf")) {
            Some(forms) => forms.items().iter().filter_map(schema_name).collect(),
            None => Vec::from_iter(schema_name(schema)),
        })
        .collect()
    }

    #[test]
    fn every_operation_and_its_types_stand_in_the_table() {
        for service in Contract::new().services {
            let spec = &service.spec;
            let wanted = spec.operations().map(|(.., node)| {
                let bodies = node.get("requestBody").map(|body| names(spec, body)).unwrap_or_default();
                let answers = node.get("responses").map_or(&[][..], Node::entries).iter();
                let answer = answers.filter(|(status, _)| is_success(status)).find_map(|(_, answer)| names(spec, answer).pop());
                (node.text("operationId").unwrap_or_default(), bodies, answer)
            });
            let table = service.calls.iter().map(|call| {
                let bodies = call.bodies.iter().map(|body| body.name).collect::<Vec<_>>();
                (call.id, bodies, call.answer.as_ref().map(|answer| answer.name))
            });
            assert_eq!(table.collect::<Vec<_>>(), wanted.collect::<Vec<_>>(), "{}", service.name);
        }
    }
}
