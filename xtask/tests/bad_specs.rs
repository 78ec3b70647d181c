//! A spec that is wrong gives one clear error with file, operation or schema, and place; exit code 2; and no file changes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]

mod support;

use std::fs;

use support::{tree, xtask};
use xtask::services::SERVICES;

const BASE: &str = include_str!("bad/base.yaml");

/// Replaces `find` in the good spec and demands exactly one error that holds all of `expected`.
fn refuse(find: &str, replace: &str, expected: &[&str]) {
    assert_eq!(BASE.matches(find).count(), 1, "`{find}` stands not once in the base");
    refuse_text(&BASE.replace(find, replace), expected);
}

fn refuse_text(text: &str, expected: &[&str]) {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("specs")).unwrap();
    let generated = root.path().join("crates/glance-v2/src/generated");
    fs::create_dir_all(&generated).unwrap();
    fs::write(root.path().join("specs/glance-v2.yaml"), text).unwrap();
    fs::write(generated.join("old.rs"), "// as it was\n").unwrap();
    let before = tree(root.path());
    for arguments in [&["generate", "glance-v2"][..], &["lint", "glance-v2"], &["generate", "glance-v2", "--check"]] {
        let run = xtask(root.path(), arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.starts_with("error: specs/glance-v2.yaml:"), "{}", run.stderr);
        assert_eq!(run.stderr.matches("error: ").count(), 1, "more than one error:\n{}", run.stderr);
        assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
        for part in expected {
            assert!(run.stderr.contains(part), "no `{part}` in:\n{}", run.stderr);
        }
    }
    assert!(before == tree(root.path()), "files were changed");
}

#[test]
fn the_base_itself_is_fine() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("specs")).unwrap();
    fs::write(root.path().join("specs/glance-v2.yaml"), BASE).unwrap();
    let run = xtask(root.path(), &["generate", "glance-v2"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

macro_rules! refused {
    ($($name:ident: $find:expr => $replace:expr, [$($expected:expr),+];)+) => {
        $(#[test] fn $name() { refuse($find, $replace, &[$($expected),+]); })+
    };
}

refused! {
    wrong_openapi_version: "openapi: 3.0.3" => "openapi: 3.1.0", ["glance-v2.yaml:2", "OpenAPI 3.1.0", "3.0.x", "#/openapi"];
    broken_yaml: "      tags: [actions]" => "      tags: [actions", ["broken YAML"];
    duplicate_yaml_key: "      summary: Show a thing\n" => "      summary: Show a thing\n      summary: Show it\n",
        ["duplicate key `summary`", "first stands in line"];
    duplicate_path_and_method: "  /v1/things/{thing_id}/action:" => "  /v1/things:", ["duplicate key `/v1/things`"];
    duplicate_route_by_another_name: "  /v1/things/{thing_id}/action:\n    parameters:\n      - $ref: \"#/components/parameters/ThingId\"\n    post:"
        => "  /v1/things/{id}:\n    parameters:\n      - {name: id, in: path, required: true, schema: {type: string}}\n    get:",
        ["operation `act`", "`/v1/things/{thing_id}` and `/v1/things/{id}`"];
    missing_schema_ref: "schema: {$ref: \"#/components/schemas/Refusal\"}" => "schema: {$ref: \"#/components/schemas/Denial\"}",
        ["`#/components/schemas/Denial` does not exist", "#/components/responses/Refused/content/application~1json/schema/$ref"];
    missing_ref_in_an_operation: "schema: {$ref: \"#/components/schemas/ThingList\"}" => "schema: {$ref: \"#/components/schemas/List\"}",
        ["operation `list_things`", "`#/components/schemas/List` does not exist"];
    reference_outside_the_document: "{$ref: \"#/components/responses/Refused\"}" => "{$ref: \"other.yaml#/Refused\"}",
        ["operation `list_things`", "not of the form `#/components/KIND/NAME`"];
    circular_reference: "    Refusal:\n      type: object\n      properties:\n        message: {type: string}\n" => "    Refusal: {$ref: \"#/components/schemas/Refusal\"}\n",
        ["goes in a circle", "schema `Refusal`"];
    keys_beside_a_ref: "        state: {$ref: \"#/components/schemas/ThingState\"}" => "        state: {$ref: \"#/components/schemas/ThingState\", description: Its state.}",
        ["schema `Thing`", "beside `$ref` would be ignored", "/properties/state"];
    missing_operation_id: "      operationId: show_thing\n" => "", ["operation GET /v1/things/{thing_id}", "`operationId` is missing"];
    operation_id_in_another_case: "operationId: show_thing" => "operationId: showThing", ["`showThing` is not in snake_case"];
    colliding_operation_ids: "operationId: show_thing" => "operationId: create_thing", ["operation `create_thing`", "same name in Rust"];
    operation_id_of_a_branch: "operationId: show_thing" => "operationId: act_push", ["the branch `push` of the operation `act`", "`act_push`"];
    operation_id_of_the_client: "operationId: show_thing" => "operationId: exec", ["a method that every client has"];
    missing_tag: "      tags: [actions]\n" => "", ["operation `act`", "`tags` is missing"];
    two_tags: "      tags: [actions]\n" => "      tags: [actions, things]\n", ["operation `act`", "one tag, not 2"];
    undeclared_tag: "      tags: [actions]\n" => "      tags: [acts]\n", ["`acts` is not among the `tags`"];
    tag_that_is_a_module: "  - name: actions" => "  - name: types", ["module `types`, which is taken"];
    missing_summary: "      summary: Show a thing\n" => "", ["operation `show_thing`", "`summary` is missing"];
    missing_description: "      description: One thing.\n" => "", ["operation `show_thing`", "`description` is missing"];
    missing_external_docs: "      externalDocs: {url: https://docs.example.com/things#show}\n" => "", ["operation `show_thing`", "`externalDocs` is missing"];
    missing_example: "            example: {id: a, state: new}\n      responses:" => "      responses:", ["operation `create_thing`", "the request body has no `example`"];
    missing_extension: "      x-cloudimg: {idempotent: true, long-body: none, paging: none, job: none}\n" => "",
        ["operation `show_thing`", "`x-cloudimg` is missing"];
    missing_extension_key: "x-cloudimg: {idempotent: true, long-body: none, paging: none, job: none}" => "x-cloudimg: {idempotent: true, long-body: none, job: none}",
        ["operation `show_thing`", "lacks `paging`", "/x-cloudimg"];
    unknown_extension_key: "paging: none, job: thing-act}" => "paging: none, job: thing-act, retry: yes}", ["operation `act`", "`retry` is not known here"];
    wrong_extension_value: "x-cloudimg: {idempotent: true, long-body: none, paging: none, job: none}" => "x-cloudimg: {idempotent: maybe, long-body: none, paging: none, job: none}",
        ["operation `show_thing`", "`idempotent` is true or false", "/x-cloudimg/idempotent"];
    wrong_long_body: "long-body: none, paging: none, job: thing-act" => "long-body: both, paging: none, job: thing-act", ["`long-body` is none, request or response"];
    long_body_without_a_body: "x-cloudimg: {idempotent: true, long-body: none, paging: none, job: none}" => "x-cloudimg: {idempotent: true, long-body: request, paging: none, job: none}",
        ["operation `show_thing`", "without a request body"];
    paging_of_a_missing_member: "items: things, next: next" => "items: rows, next: next", ["operation `list_things`", "names `rows`", "`ThingList` has no such property"];
    paging_by_a_member_that_is_no_list: "items: things, next: next" => "items: next, next: next", ["`next`, which is no array"];
    paging_by_a_missing_member_of_the_rows: "items: things, next: next" => "items: things, last: name", ["`name`, which is no required string of the rows `things`", "/x-cloudimg/paging/last"];
    paging_by_link_and_row: "items: things, next: next, marker" => "items: things, next: next, last: id, marker", ["`paging` is none, or {items"];
    paging_by_a_member_without_an_inner_one: "items: things, next: next" => "items: things, next-marker: next.marker", ["`next.marker`, which is no string member of a member of `ThingList`", "/x-cloudimg/paging/next-marker"];
    paging_by_an_outer_member_alone: "items: things, next: next" => "items: things, next-marker: next", ["`next`, which is no string member of a member"];
    paging_by_a_missing_parameter: "marker: marker}" => "marker: after}", ["the marker `after`, which is no query parameter"];
    misspelt_extension: "      x-cloudimg-branch: push\n" => "      x-cloudimg-branch: push\n      x-cloudimg-braanch: push\n", ["schema `Push`", "`x-cloudimg-braanch` is not known here"];
    unknown_key: "      summary: Show a thing\n" => "      summary: Show a thing\n      sumary: Show\n", ["operation `show_thing`", "`sumary` is not known here"];
    two_body_media_types: "            example: {id: a, state: new}\n      responses:" =>
        "            example: {id: a, state: new}\n          application/octet-stream:\n            schema: {type: string, format: binary}\n      responses:",
        ["operation `create_thing`", "2 media types", "`application/json`, `application/octet-stream`"];
    unknown_body_media_type: "      requestBody:\n        required: true\n        content:\n          application/json:\n            schema: {$ref" =>
        "      requestBody:\n        required: true\n        content:\n          multipart/form-data:\n            schema: {$ref",
        ["operation `create_thing`", "`multipart/form-data` cannot be sent"];
    body_media_type_without_schema: "          application/json:\n            schema: {$ref: \"#/components/schemas/Thing\"}\n            example" => "          application/json:\n            example",
        ["operation `create_thing`", "`application/json` has no `schema`"];
    answer_media_type_without_schema: "              schema: {$ref: \"#/components/schemas/ThingList\"}\n" => "", ["operation `list_things`"];
    paging_option_unknown: "paging: {items: things, next: next, marker: marker}" => "paging: {items: things, next: next, marker: marker, twice: true}",
        ["`paging` is none, or"];
    distinct_without_last_row: "paging: {items: things, next: next, marker: marker}" =>
        "paging: {items: things, next: next, marker: marker, distinct: true}", ["`distinct`", "member of the last row", "paging/distinct"];
    not_with_an_unknown_parameter: "paging: {items: things, next: next, marker: marker}" =>
        "paging: {items: things, next: next, marker: marker, not-with: [sort]}", ["`sort` is no query parameter", "paging/not-with"];
    pair_of_an_unknown_parameter: "paging: {items: things, next: next, marker: marker}, job: none}" =>
        "paging: {items: things, next: next, marker: marker}, job: none, query-pairs: {limit: dir}}", ["`dir` is no query parameter", "query-pairs/limit"];
    envelope_without_success: "paging: {items: things, next: next, marker: marker}, job: none}" =>
        "paging: {items: things, next: next, marker: marker}, job: none, envelope: {code: code, message: message}}", ["`envelope` is {code"];
    reserved_values_of_a_query: "{name: limit, in: query," => "{name: limit, in: query, x-cloudimg-reserved: [all],",
        ["query parameter `limit`", "`x-cloudimg-reserved`"];
    optional_body: "      requestBody:\n        required: true\n        content:\n          application/json:\n            schema: {$ref" =>
        "      requestBody:\n        content:\n          application/json:\n            schema: {$ref", ["operation `create_thing`", "`required: true`"];
    mixed_success_types: "        \"201\":" =>
        "        \"200\":\n          description: A page.\n          content:\n            application/json:\n              schema: {$ref: \"#/components/schemas/ThingList\"}\n              example: {things: []}\n        \"201\":",
        ["operation `create_thing`", "mixed success types", "200 answers `ThingList`, 201 answers `Thing`"];
    json_and_nothing: "        \"201\":" => "        \"204\": {description: Nothing.}\n        \"201\":", ["operation `create_thing`", "204 answers nothing, 201 answers `Thing`"];
    default_status: "        \"202\": {description: Under way.}" => "        \"202\": {description: Under way.}\n        default: {description: Wrong.}",
        ["operation `act`", "status `default`", "stands singly"];
    status_range: "        \"202\": {description: Under way.}" => "        \"202\": {description: Under way.}\n        4XX: {description: Wrong.}", ["operation `act`", "status `4XX`"];
    no_success: "        \"202\": {description: Under way.}" => "        \"404\": {description: Not there.}", ["operation `act`", "no answer means success"];
    array_path_parameter: "description: Id of the thing., schema: {type: string}" => "description: Id of the thing., schema: {type: array, items: {type: string}}",
        ["parameter `ThingId`", "path parameter `thing_id` is an array"];
    path_parameter_not_in_the_path: "        - {name: limit, in: query," => "        - {name: limit, in: path, required: true,",
        ["operation `list_things`", "path parameter `limit` does not stand in the path"];
    path_parameter_not_declared: "  /v1/things/{thing_id}:\n    parameters:\n      - $ref: \"#/components/parameters/ThingId\"\n" => "  /v1/things/{thing_id}:\n",
        ["operation `show_thing`", "`{thing_id}`, which is declared as no path parameter"];
    optional_path_parameter: "in: path, required: true, description: Id of the thing." => "in: path, description: Id of the thing.", ["`thing_id` must say `required: true`"];
    cookie_parameter: "{name: limit, in: query," => "{name: limit, in: cookie,", ["operation `list_things`", "cookies cannot be generated"];
    colliding_parameters: "        - {name: limit, in: query," => "        - {name: __marker, in: query, schema: {type: string}}\n        - {name: limit, in: query,",
        ["operation `list_things`", "query parameter `__marker`", "argument `marker`"];
    repeated_parameter: "        - {name: limit, in: query," => "        - {name: limit, in: query, schema: {type: string}}\n        - {name: limit, in: query,", ["`limit` stands here twice"];
    parameter_called_body: "      requestBody:\n        required: true\n        content:\n          application/json:\n            schema: {$ref" =>
        "      parameters:\n        - {name: body, in: query, schema: {type: string}}\n      requestBody:\n        required: true\n        content:\n          application/json:\n            schema: {$ref",
        ["operation `create_thing`", "argument `body`"];
    parameter_called_send: "{name: limit, in: query," => "{name: send, in: query,", ["builders keep for themselves"];
    parameter_without_schema: "description: Rows of a page., schema: {type: integer}}" => "description: Rows of a page.}", ["query parameter `limit` has no `schema`"];
    comma_list_parameter: "description: Rows of a page., schema: {type: integer}}" => "explode: false, schema: {type: array, items: {type: string}}}", ["would be sent repeated"];
    header_that_is_no_parameter: "{name: limit, in: query," => "{name: Content-Type, in: header,", ["is said by media types"];
    any_of: "        message: {type: string}" => "        message: {anyOf: [{type: string}, {type: integer}]}", ["schema `Refusal`", "`anyOf` cannot be generated", "/properties/message/anyOf"];
    unknown_type: "        message: {type: string}" => "        message: {type: text}", ["schema `Refusal`", "unknown type `text`"];
    type_list_of_openapi_3_1: "        message: {type: string}" => "        message: {type: [string, \"null\"]}", ["schema `Refusal`", "`nullable: true`"];
    unknown_format: "        made_at: {type: string, format: date-time," => "        made_at: {type: string, format: datetime,", ["schema `Thing`", "unknown format `datetime`"];
    colliding_fields: "        id: {type: string, description: Its id.}" => "        id: {type: string, description: Its id.}\n        ID: {type: string}",
        ["schema `Thing`", "`id` and `ID` would both make the field `id`"];
    field_of_the_open_object: "        id: {type: string, description: Its id.}" => "        id: {type: string, description: Its id.}\n        extra: {type: string}",
        ["schema `Thing`", "generated types keep for themselves"];
    required_but_no_property: "      required: [id, state]" => "      required: [id, state, name]", ["schema `Thing`", "`name` is required but no property"];
    colliding_enum_values: "enum: [new, used-up, broken]" => "enum: [new, used-up, used_up]", ["schema `ThingState`", "`used-up` and `used_up`", "variant `UsedUp`"];
    enum_value_unlisted: "enum: [new, used-up, broken]" => "enum: [new, unlisted]", ["schema `ThingState`", "variant `Unlisted`"];
    enum_of_other_values: "enum: [new, used-up, broken]" => "enum: [new, 1]", ["schema `ThingState`", "a number in an `enum` of type string"];
    empty_enum: "enum: [new, used-up, broken]" => "enum: []", ["schema `ThingState`", "at least one value"];
    array_without_items: "        message: {type: string}" => "        message: {type: array}", ["schema `Refusal`", "an array needs `items`"];
    properties_without_type: "    Refusal:\n      type: object\n" => "    Refusal:\n", ["schema `Refusal`", "`properties` without `type`"];
    all_of_with_an_open_schema: "        message: {type: string}" =>
        "        message:\n          allOf:\n            - $ref: \"#/components/schemas/Thing\"\n            - {type: object, properties: {more: {type: string}}}",
        ["schema `Refusal`", "beside another member of `allOf`", "/allOf/0"];
    branch_without_a_name: "      x-cloudimg-branch: push\n" => "", ["operation `act`", "`Push`", "needs `x-cloudimg-branch`"];
    branches_of_one_name: "      x-cloudimg-branch: push\n" => "      x-cloudimg-branch: pull\n", ["operation `act`"];
    branch_that_is_inline: "                - $ref: \"#/components/schemas/Push\"\n" => "                - {type: object, x-cloudimg-branch: push}\n",
        ["operation `act`", "a `$ref` to a schema with `x-cloudimg-branch`"];
    colliding_schemas: "    Refusal:\n      type: object\n" => "    thing_list: {type: string}\n    Refusal:\n      type: object\n", ["`ThingList` and `thing_list` would both make the type `ThingList`"];
    schema_that_hides_a_type: "    Refusal:\n      type: object\n" => "    String: {type: object}\n    Refusal:\n      type: object\n", ["schema `String`"];
    nullable_component: "      description: State of a thing.\n" => "      description: State of a thing.\n      nullable: true\n", ["schema `ThingState`", "where the component is used"];
    lifted_name_that_is_taken: "        message: {type: string}" => "        message: {type: string, enum: [a]}\n    RefusalMessage: {type: string}", ["`RefusalMessage`, which is taken"];
    open_object_without_end: "        made_at: {type: string," => "        parent: {allOf: [{$ref: \"#/components/schemas/Thing\"}]}\n        made_at: {type: string,", ["schema `Thing`", "holds itself"];
    deprecated_nowhere: "        message: {type: string}" => "        message: {type: string, x-cloudimg-deprecated: here}", ["schema `Refusal`", "one value: everywhere"];
    parameter_that_is_an_object: "description: Rows of a page., schema: {type: integer}}" => "schema: {type: object, properties: {a: {type: string}}}}", ["object with properties"];
    path_with_a_query: "  /v1/things/{thing_id}/action:" => "  /v1/things/{thing_id}/action?force=1:", ["holds no query"];
    missing_info: "info:\n  title: Things\n  version: \"1.0\"\n" => "", ["`info` is missing"];
    version_that_is_a_number: "  version: \"1.0\"" => "  version: 1.0", ["`version` must be a text", "#/info/version"];
}

#[test]
fn an_empty_file() {
    refuse_text("", &["the file is empty"]);
}

#[test]
fn no_mapping() {
    refuse_text("- openapi\n", &["is a mapping, not a list"]);
}

#[test]
fn a_file_that_is_missing() {
    let root = tempfile::tempdir().unwrap();
    let run = xtask(root.path(), &["generate", "glance-v2"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.starts_with("error: specs/glance-v2.yaml: cannot be read: "), "{}", run.stderr);
    assert!(tree(root.path()).is_empty());
}

#[test]
fn a_service_that_is_unknown() {
    let root = tempfile::tempdir().unwrap();
    for command in ["generate", "lint"] {
        let run = xtask(root.path(), &[command, "glance-v3"]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("no service `glance-v3`") && run.stderr.contains("glance-v2"), "{}", run.stderr);
    }
}

#[test]
fn one_wrong_spec_keeps_all_services_as_they_are() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("specs")).unwrap();
    for service in SERVICES {
        fs::write(root.path().join(service.spec()), BASE).unwrap();
    }
    fs::write(root.path().join("specs/keystone-v3.yaml"), BASE.replace("openapi: 3.0.3", "openapi: 2.0.0")).unwrap();
    let before = tree(root.path());
    let run = xtask(root.path(), &["generate"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.starts_with("error: specs/keystone-v3.yaml:2"), "{}", run.stderr);
    assert!(before == tree(root.path()), "files were changed");
}
