//! Versions and version 2 but for its lists of images; jobs as its client asks for them.

use cloudimg_ims_v2 as v2;
use serde_json::{Value, json};
use v2::types;

use crate::bodies::{
    disks, file, from_disks, from_file, from_server, from_volume, quick, quickly, resource_tag, server, tag, text, volume,
};
use crate::exchange::{Answers, Sends, answers, job, nothing, ok, wires};

/// Services tell of versions with 300.
fn versions(ids: &[&str]) -> Answers {
    let links = json!([{"href": "https://ims.example.com/v2/", "rel": "self"}]);
    let versions: Vec<_> = ids.iter().map(|id| json!({"status": "SUPPORTED", "id": id, "links": links})).collect();
    answers(300, json!({"versions": versions}))
}

fn change(verb: &str, path: &str, value: Option<Value>) -> types::PatchOperation {
    types::PatchOperation::builder().op(verb).path(path).value(value).try_into().unwrap()
}

fn tags(key: &str, values: &[&str]) -> types::Tags {
    let values: Vec<_> = values.iter().copied().map(text).collect();
    types::Tags::builder().key(key).values(values).try_into().unwrap()
}

wires! { client of v2;
    list_versions: Sends::new("GET", "/"), client.list_versions() => versions(&["v2.2", "v2.1", "v1.0"]);

    list_versions as list_versions_of_a_service_that_says_200: Sends::new("GET", "/"),
        client.list_versions() => ok(json!({"versions": []}));

    show_version: Sends::new("GET", "/v2.0"), client.show_version().version("v2.0") => versions(&["v2.0"]);

    create_image: Sends::new("POST", "/v2/cloudimages/action").json(json!({
        "name": "n", "instance_id": "s1", "data_images": [{"name": "d1", "volume_id": "v1"}], "is_new": [null, {"deep": 1.5}]
    })), client.create_image().body(json!({
        "name": "n", "instance_id": "s1", "data_images": [{"name": "d1", "volume_id": "v1"}], "is_new": [null, {"deep": 1.5}]
    }).as_object().unwrap().clone()) => job();

    create_image_from_server: Sends::new("POST", "/v2/cloudimages/action").json(from_server()),
        client.create_image_from_server().body(server()) => job();

    create_image_from_disks: Sends::new("POST", "/v2/cloudimages/action").json(from_disks()),
        client.create_image_from_disks().body(disks()) => job();

    create_image_from_file: Sends::new("POST", "/v2/cloudimages/action").json(from_file()),
        client.create_image_from_file().body(file()) => job();

    create_image_from_volume: Sends::new("POST", "/v2/cloudimages/action").json(from_volume()),
        client.create_image_from_volume().body(volume()) => job();

    import_image_quick: Sends::new("POST", "/v2/cloudimages/quickimport/action").json(quickly()),
        client.import_image_quick().body(quick()) => job();

    update_image: Sends::new("PATCH", "/v2/cloudimages/i%20%C3%A9%25").json(json!([
        {"op": "replace", "path": "/name", "value": "é"}, {"op": "add", "path": "/max_ram", "value": 4096},
        {"op": "replace", "path": "/protected", "value": true}, {"op": "remove", "path": "/__description"}
    ])), client.update_image().image_id("i é%").body(vec![
        change("replace", "/name", Some(json!("é"))),
        change("add", "/max_ram", Some(json!(4096))),
        change("replace", "/protected", Some(json!(true))),
        change("remove", "/__description", None),
    ]) => ok(json!({"id": "i1", "name": "é", "status": "active", "max_ram": "4096", "__support_kvm": "true", "unheard_of": [1]}));

    list_image_by_tags: Sends::new("POST", "/v2/p1/images/resource_instances/action").json(json!({
        "action": "filter", "tags": [{"key": "k", "values": ["a", "b"]}], "tags_any": [{"key": "k2", "values": []}],
        "not_tags": [{"key": "k3", "values": ["c"]}], "not_tags_any": [{"key": "k4", "values": ["d"]}], "limit": "10",
        "offset": "0", "matches": [{"key": "k", "value": "é v"}], "without_any_tag": false
    })), client.list_image_by_tags().project_id("p1").body(
        types::ImagesByTagsQuery::builder().action(types::ImagesByTagsAction::from("filter"))
            .tags(vec![tags("k", &["a", "b"])])
            .tags_any(vec![tags("k2", &[])])
            .not_tags(vec![tags("k3", &["c"])])
            .not_tags_any(vec![tags("k4", &["d"])])
            .limit(text("10")).offset(text("0"))
            .matches(vec![tag()]).without_any_tag(false)
    ) => ok(json!({"total_count": 36}));

    list_image_by_tags as count_images_by_tags: Sends::new("POST", "/v2/p1/images/resource_instances/action").json(json!({
        "action": "count"
    })), client.list_image_by_tags().project_id("p1").body(
        types::ImagesByTagsQuery::builder().action(types::ImagesByTagsAction::from("count"))
    ) => ok(json!({"total_count": 0}));

    list_images_tags: Sends::new("GET", "/v2/p%201/images/tags"), client.list_images_tags().project_id("p 1") => ok(json!({
        "tags": [{"key": "k", "values": ["a", ""]}]
    }));

    list_image_tags: Sends::new("GET", "/v2/p1/images/i1/tags"),
        client.list_image_tags().project_id("p1").image_id("i1") => ok(json!({
        "tags": [{"key": "k", "value": "v"}, {"key": "bare"}]
    }));

    add_image_tag: Sends::new("POST", "/v2/p1/images/i1/tags").json(json!({"tag": {"key": "k", "value": "é v"}})),
        client.add_image_tag().project_id("p1").image_id("i1").body(types::TagAdd::builder().tag(tag())) => nothing();

    batch_add_or_delete_tags: Sends::new("POST", "/v2/p1/images/i1/tags/action").json(json!({
        "action": "delete", "tags": [{"key": "k", "value": "v"}, {"key": "bare"}]
    })), client.batch_add_or_delete_tags().project_id("p1").image_id("i1").body(
        types::TagsChange::builder().action(types::TagsAction::from("delete")).tags(vec![
            resource_tag("k", Some("v")), resource_tag("bare", None),
        ])
    ) => nothing();

    delete_image_tag: Sends::new("DELETE", "/v2/p1/images/i1/tags/50%25+%C3%A9%20%3Fx=&%23"),
        client.delete_image_tag().project_id("p1").image_id("i1").key("50%+é ?x=&#") => nothing();

    show_job_progress: Sends::new("GET", "/v1/cloudimages/job/j1"), client.show_job_progress().job_id("j1") => ok(json!({
        "job_id": "j1", "status": "INIT", "entities": {}
    }));

    show_job: Sends::new("GET", "/v1/p1/jobs/j%201"), client.show_job().project_id("p1").job_id("j 1") => ok(json!({
        "job_id": "j 1", "status": "FAIL", "error_code": "IMG.0057", "fail_reason": "why", "entities": {"results": [
            {"image_id": "i1", "status": "success"}
        ]}
    }));
}
