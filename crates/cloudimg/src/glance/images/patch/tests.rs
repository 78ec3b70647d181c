use serde_json::json;

use super::*;

fn sent(patch: &ImagePatch, now: Option<&Record>) -> Value {
    serde_json::to_value(patch.operations(now).unwrap()).unwrap()
}

fn image(members: Value) -> Image {
    let mut image = json!({"id": "7", "status": "queued", "visibility": "shared", "protected": false, "min_ram": 0, "min_disk": 0,
        "tags": ["a", "b"], "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z", "name": "n"});
    image.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    serde_json::from_value(image).unwrap()
}

#[test]
fn names_are_escaped_and_order_is_kept() {
    let patch = ImagePatch::new().name("n").property("my/prop~1", "v").remove_property("old").tags(["a"]).clear_name();
    assert_eq!(
        sent(&patch, None),
        json!([
            {"op": "replace", "path": "/name", "value": "n"},
            {"op": "add", "path": "/my~1prop~01", "value": "v"},
            {"op": "remove", "path": "/old"},
            {"op": "replace", "path": "/tags", "value": ["a"]},
            {"op": "replace", "path": "/name", "value": null},
        ])
    );
}

#[test]
fn fields_are_known_from_properties() {
    assert_eq!(sent(&ImagePatch::new().property("name", "n"), None), json!([{"op": "replace", "path": "/name", "value": "n"}]));
    let refused = [
        ImagePatch::new().property("min_ram", "512"),
        ImagePatch::new().property("tags", "a"),
        ImagePatch::new().remove_property("name"),
        ImagePatch::new().property("os_glance_import_task", "x"),
        ImagePatch::new().remove_property("os_glance_failed_import"),
        ImagePatch::new().replace_property("deleted", "x"),
        ImagePatch::new().property(" padded", "x"),
        ImagePatch::new().property("", "x"),
        ImagePatch::new().property("locations", "x"),
    ];
    for patch in refused {
        let error = patch.check().unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("update_image")));
        assert!(error.message().ends_with("nothing was sent"), "{error}");
    }
}

#[test]
fn a_difference_leaves_out_what_the_service_sets() {
    let before = image(json!({"status": "queued", "os_glance_import_task": "t", "old": "x", "disk_format": "raw", "size": 1}));
    let after = image(json!({"status": "active", "tags": ["b", "a"], "new": "y", "os_hidden": true, "name": "m", "size": 2,
        "locations": [], "direct_url": "file:///x"}));
    let patch = ImagePatch::between(&before, &after).unwrap();
    patch.check().unwrap();
    let mut operations = sent(&patch, Some(&record(to_value(&before)).unwrap()));
    operations.as_array_mut().unwrap().sort_by_key(|operation| operation["path"].to_string());
    assert_eq!(
        operations,
        json!([
            {"op": "replace", "path": "/disk_format", "value": null},
            {"op": "replace", "path": "/name", "value": "m"},
            {"op": "add", "path": "/new", "value": "y"},
            {"op": "remove", "path": "/old"},
            {"op": "replace", "path": "/os_hidden", "value": true},
        ])
    );
    let number = ImagePatch::between(&before, &before.clone().set("n", 7)).unwrap();
    assert!(number.check().unwrap_err().message().contains("`n` is no text"));
}
