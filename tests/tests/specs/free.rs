//! Where any JSON may stand: nowhere but here.

use xtask::services::SERVICES;
use xtask::spec::{Node, Place, Spec};

use super::spec;

const OPERATOR: &str = "what operators and services put there is their own";
const EXTENSION: &str = "other services of the same kind send members of their own, which callers can read";
const SCHEMA: &str = "a JSON Schema, which is any JSON by its nature";
const TASK: &str = "each kind of task has members of its own, and operators add kinds";
const OPTIONS: &str = "options are named and valued by the operator's plugins";
const MEMBER: &str = "the value of any member, so of any type";
const JOB: &str = "each kind of job has members of its own, and no reference lists all kinds";
const REGION: &str = "regions have different members, and get further ones without notice";

const VENDOR: &str = "nobody has recorded the service: what else it tells of an image or a node is for callers to read";

const GLANCE: &[&str] = &["glance-v2"];
const KEYSTONE: &[&str] = &["keystone-v3"];
const IMS: &[&str] = &["ims-v1", "ims-v2"];
const IMS_1: &[&str] = &["ims-v1"];
const IMS_2: &[&str] = &["ims-v2"];
const VMP: &[&str] = &["cdnetworks-vmp"];

/// Services, each of which has it; place, reason.
const FREE: &[(&[&str], &str, &str)] = &[
    (GLANCE, "/components/schemas/ImageLocation/properties/metadata/additionalProperties", OPERATOR),
    (GLANCE, "/components/schemas/PatchOperation/properties/value", MEMBER),
    (GLANCE, "/components/schemas/ImageTask/properties/input/additionalProperties", TASK),
    (GLANCE, "/components/schemas/ImageTask/properties/result/additionalProperties", TASK),
    (GLANCE, "/components/schemas/Task/properties/input/additionalProperties", TASK),
    (GLANCE, "/components/schemas/Task/properties/result/additionalProperties", TASK),
    (GLANCE, "/components/schemas/TaskInput/properties/image_properties/additionalProperties", TASK),
    (GLANCE, "/components/schemas/TaskInput/additionalProperties", TASK),
    (GLANCE, "/components/schemas/MetadefProperty/additionalProperties", SCHEMA),
    (GLANCE, "/components/schemas/MetadefPropertyDefinition/additionalProperties", SCHEMA),
    (GLANCE, "/components/schemas/MetadefPropertyItems/additionalProperties", SCHEMA),
    (
        GLANCE,
        "/components/schemas/StoreDetail/properties/properties/additionalProperties",
        "settings, different for each kind of store",
    ),
    (GLANCE, "/components/schemas/JsonSchema/properties/properties/additionalProperties", SCHEMA),
    (GLANCE, "/components/schemas/JsonSchema/properties/additionalProperties", SCHEMA),
    (GLANCE, "/components/schemas/JsonSchema/properties/links/items", SCHEMA),
    (GLANCE, "/components/schemas/JsonSchema/properties/definitions/additionalProperties", SCHEMA),
    (GLANCE, "/components/schemas/JsonSchema/additionalProperties", SCHEMA),
    (KEYSTONE, "/components/schemas/ApplicationCredential/additionalProperties", "newer services say more of a credential"),
    (KEYSTONE, "/components/schemas/TemporaryKeyIdentity/additionalProperties", "each method has a member of its own name"),
    (KEYSTONE, "/components/schemas/TemporaryKey/additionalProperties", "nobody has recorded all that IAM says"),
    (KEYSTONE, "/components/schemas/OidcAgencyResponse/additionalProperties", "nobody has recorded all that the service says"),
    (KEYSTONE, "/components/schemas/OidcAgencyKey/additionalProperties", "nobody has recorded all that the service says"),
    (KEYSTONE, "/components/schemas/Identity/additionalProperties", "each further method of signing in has an object of its own"),
    (KEYSTONE, "/components/schemas/Token/additionalProperties", EXTENSION),
    (KEYSTONE, "/components/schemas/TokenUser/additionalProperties", EXTENSION),
    (KEYSTONE, "/components/schemas/TokenDomain/additionalProperties", EXTENSION),
    (KEYSTONE, "/components/schemas/TokenProject/additionalProperties", EXTENSION),
    (KEYSTONE, "/components/schemas/TokenRole/properties/options/additionalProperties", OPTIONS),
    (KEYSTONE, "/components/schemas/TokenApplicationCredential/additionalProperties", EXTENSION),
    (KEYSTONE, "/components/schemas/Project/properties/options/additionalProperties", OPTIONS),
    (KEYSTONE, "/components/schemas/Project/additionalProperties", OPERATOR),
    (KEYSTONE, "/components/schemas/Domain/properties/options/additionalProperties", OPTIONS),
    (KEYSTONE, "/components/schemas/Domain/additionalProperties", OPERATOR),
    (KEYSTONE, "/components/schemas/ErrorDetail/additionalProperties", EXTENSION),
    (IMS, "/components/schemas/Job/additionalProperties", REGION),
    (IMS, "/components/schemas/JobProgress/additionalProperties", REGION),
    (IMS, "/components/schemas/SubJobResult/additionalProperties", REGION),
    (IMS, "/components/schemas/JobEntities/additionalProperties", JOB),
    (IMS, "/components/schemas/JobEntitiesResult/additionalProperties", JOB),
    (IMS, "/components/schemas/JobProgressEntities/additionalProperties", JOB),
    (IMS, "/components/schemas/SubJobEntities/additionalProperties", JOB),
    (IMS, "/components/schemas/ImageMember/additionalProperties", REGION),
    (IMS_1, "/components/schemas/OsVersionInfo/additionalProperties", REGION),
    (IMS_1, "/components/schemas/QuotaInfo/additionalProperties", REGION),
    (IMS_2, "/components/schemas/ImageInfo/additionalProperties", REGION),
    (IMS_2, "/components/schemas/ShowImageByTagsResource/additionalProperties", REGION),
    (IMS_2, "/components/schemas/QueryImageByTagsResourceDetail/additionalProperties", REGION),
    (IMS_2, "/components/schemas/PatchOperation/properties/value", MEMBER),
    (IMS_2, "/components/schemas/GlancePatchOperation/properties/value", MEMBER),
    (VMP, "/components/schemas/Image/additionalProperties", VENDOR),
    (VMP, "/components/schemas/NodeState/additionalProperties", VENDOR),
];

/// The places of all free schemas of a document.
fn free(spec: &Spec) -> Vec<String> {
    let mut found = Vec::new();
    for (name, schema) in spec.components("schemas") {
        schema_at(schema, &Place::document().at("components").at("schemas").at(name), &mut found);
    }
    for (key, node) in spec.root.entries() {
        match key.as_str() {
            "components" => {
                let others = node.entries().iter().filter(|(kind, _)| kind != "schemas");
                others.for_each(|(kind, node)| holders(node, &Place::document().at(key).at(kind), &mut found));
            }
            _ => holders(node, &Place::document().at(key), &mut found),
        }
    }
    found
}

/// Whatever has a schema: parameters, headers, bodies.
fn holders(node: &Node, place: &Place, found: &mut Vec<String>) {
    for (key, child) in node.entries() {
        match key.as_str() {
            "example" | "examples" => {}
            "schema" => schema_at(child, &place.at(key), found),
            _ => holders(child, &place.at(key), found),
        }
    }
    node.items().iter().enumerate().for_each(|(index, child)| holders(child, &place.at(index), found));
}

fn schema_at(schema: &Node, place: &Place, found: &mut Vec<String>) {
    if schema.has("$ref") {
        return;
    }
    let members = schema.get("properties").map_or(&[][..], Node::entries);
    let values = schema.get("additionalProperties").filter(|values| values.is_map());
    let typed = ["type", "oneOf", "allOf"].iter().any(|key| schema.has(key));
    if !typed || schema.text("type") == Some("object") && members.is_empty() && values.is_none() {
        found.push(place.pointer().to_owned());
    }
    members.iter().for_each(|(name, child)| schema_at(child, &place.at("properties").at(name), found));
    for (key, child) in [("items", schema.get("items")), ("additionalProperties", values)] {
        child.iter().for_each(|child| schema_at(child, &place.at(key), found));
    }
    for key in ["allOf", "oneOf"] {
        let members = schema.get(key).map_or(&[][..], Node::items).iter().enumerate();
        members.for_each(|(index, child)| schema_at(child, &place.at(key).at(index), found));
    }
}

#[test]
fn any_json_stands_only_where_the_list_has_a_reason() {
    let mut there = Vec::new();
    for service in SERVICES {
        there.extend(free(&spec(service.name)).into_iter().map(|place| (service.name, place)));
    }
    let listed = FREE.iter().flat_map(|(services, place, _)| services.iter().map(|service| (*service, (*place).to_owned())));
    let listed: Vec<_> = listed.collect();
    let unlisted: Vec<_> = there.iter().filter(|one| !listed.contains(one)).collect();
    let stale: Vec<_> = listed.iter().filter(|one| !there.contains(one)).collect();
    assert!(unlisted.is_empty(), "any JSON without a reason: {unlisted:#?}");
    assert!(stale.is_empty(), "not there: {stale:#?}");
}

#[test]
fn no_component_is_any_json_as_a_whole() {
    let whole = FREE.iter().filter(|(_, place, _)| place.split('/').count() <= 4);
    assert_eq!(whole.count(), 0);
}

#[test]
fn what_is_free_is_found() {
    let text = "
paths:
  /a:
    get:
      parameters: [{schema: {type: object}}, {schema: {type: string}}]
      responses: {'200': {content: {application/json: {schema: {type: array, items: {}}, example: {schema: {}}}}}}
components:
  headers: {H: {schema: {description: Anything.}}}
  schemas:
    A: {}
    B: {type: object, additionalProperties: true}
    C: {type: object, properties: {a: {allOf: [{type: object}]}, b/c: {nullable: true}}, additionalProperties: true}
    D: {type: object, additionalProperties: {}}
    E: {type: object, additionalProperties: {type: string}}
    F: {allOf: [{$ref: '#/components/schemas/A'}]}
    G: {oneOf: [{type: string}, {type: object}]}
";
    let mut found = free(&Spec::parse(text, "made up").unwrap());
    found.sort();
    let wanted = [
        "/components/headers/H/schema",
        "/components/schemas/A",
        "/components/schemas/B",
        "/components/schemas/C/properties/a/allOf/0",
        "/components/schemas/C/properties/b~1c",
        "/components/schemas/D/additionalProperties",
        "/components/schemas/G/oneOf/1",
        "/paths/~1a/get/parameters/0/schema",
        "/paths/~1a/get/responses/200/content/application~1json/schema/items",
    ];
    assert_eq!(found, wanted);
}
