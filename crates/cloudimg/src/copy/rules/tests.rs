use serde_json::{Value, json};

use super::*;

fn source(members: Value) -> Image {
    let mut image = json!({
        "id": "7e4c0ab6-7a2b-4a4b-9c1e-0d6f1a0f4f11", "status": "active", "visibility": "private", "protected": false,
        "name": "source", "disk_format": "raw", "container_format": "bare", "min_ram": 512, "min_disk": 0, "size": 3,
        "tags": [], "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
    });
    for (name, value) in members.as_object().unwrap() {
        image[name] = value.clone();
    }
    serde_json::from_value(image).unwrap()
}

/// What the record of a copy is made with, without what every one has.
fn made(rules: &CopyRules, members: Value) -> Result<Value> {
    rules.check()?;
    let draft = rules.draft(&source(members), "https://here.example")?;
    let mut record = serde_json::to_value(draft.create("id", true)?).unwrap();
    for (name, value) in [("id", "id"), ("disk_format", "raw"), ("container_format", "bare")] {
        assert_eq!(record.as_object_mut().unwrap().remove(name), Some(value.into()), "{name}");
    }
    Ok(record)
}

fn by_default(members: Value) -> Value {
    made(&CopyRules::new(), members).unwrap()
}

#[test]
fn what_a_caller_can_set_goes_along() {
    let members = json!({
        "tags": ["a", "b"], "os_hidden": true, "min_disk": 20, "os_distro": "debian", "hw_disk_bus": "scsi", "a/b~c": "x", "flag": true,
    });
    let wanted = json!({
        "name": "source", "visibility": "private", "tags": ["a", "b"], "os_hidden": true, "min_ram": 512, "min_disk": 20,
        "os_distro": "debian", "hw_disk_bus": "scsi", "a/b~c": "x", "flag": "true",
    });
    assert_eq!(by_default(members), wanted);
}

#[test]
fn what_the_service_sets_stays_behind() {
    let members = json!({
        "owner": "p", "checksum": "c", "os_hash_algo": "sha512", "os_hash_value": "h", "virtual_size": 7, "self": "/s", "file": "/f",
        "schema": "/v", "direct_url": "file:///x", "stores": "fast", "locations": [], "os_glance_import_task": "t",
        "os_glance_failed_import": "", "os_glance_whatever": "x", "os_hidden": false,
        "cinder_encryption_key_id": "k", "cinder_encryption_key_deletion_policy": "on_image_deletion",
    });
    let wanted = json!({"name": "source", "visibility": "private", "min_ram": 512, "min_disk": 0, "cinder_encryption_key_id": "k"});
    assert_eq!(by_default(members), wanted);
}

#[test]
fn protection_comes_after_the_data() {
    let draft = CopyRules::new().draft(&source(json!({"protected": true})), "").unwrap();
    assert!(draft.protected);
    assert!(serde_json::to_value(draft.create("id", true).unwrap()).unwrap().get("protected").is_none());
    let rules = CopyRules::new().set("protected", "false");
    assert!(!rules.draft(&source(json!({"protected": true})), "").unwrap().protected);
}

#[test]
fn what_is_no_text_is_left_out_and_told() {
    let draft = CopyRules::new().draft(&source(json!({"odd": {"a": 1}})), "").unwrap();
    assert_eq!(draft.left_out[0].name, "odd");
    assert!(!draft.properties.contains_key("odd"));
}

#[test]
fn copies_are_shown_to_others_only_on_request() {
    let rules = [
        (CopyRules::new(), "private", Some("private")),
        (CopyRules::new(), "shared", None),
        (CopyRules::new(), "public", None),
        (CopyRules::new(), "community", None),
        (CopyRules::new().with_source_visibility(), "public", Some("public")),
        (CopyRules::new().with_visibility("community"), "private", Some("community")),
    ];
    for (rules, source, wanted) in rules {
        let record = made(&rules, json!({"visibility": source})).unwrap();
        assert_eq!(record["visibility"].as_str(), wanted, "{rules:?} of {source}");
    }
}

#[test]
fn rules_are_applied_in_their_order() {
    let members = json!({"acme_a": "1", "acme_b": "2", "hw_x": "3", "tags": ["t"]});
    let rules: [(CopyRules, Value); 10] = [
        (CopyRules::new().without("acme_*"), json!({"hw_x": "3", "tags": ["t"]})),
        (CopyRules::new().without("*_a"), json!({"acme_b": "2", "hw_x": "3", "tags": ["t"]})),
        (CopyRules::new().without("tags").without("absent"), json!({"acme_a": "1", "acme_b": "2", "hw_x": "3"})),
        (CopyRules::new().without("*"), json!({"tags": ["t"]})),
        (CopyRules::new().only(["hw_*", "acme_b"]), json!({"acme_b": "2", "hw_x": "3", "tags": ["t"]})),
        (CopyRules::new().only(Vec::<String>::new()).set("x", "y"), json!({"x": "y", "tags": ["t"]})),
        (CopyRules::new().set("x", "y").only(Vec::<String>::new()), json!({"tags": ["t"]})),
        (CopyRules::new().rename("acme_*", "e_*").only(["e_*"]), json!({"e_a": "1", "e_b": "2", "tags": ["t"]})),
        (CopyRules::new().rename("acme_a", "b").only(["b"]).with_tags(["u", "v"]), json!({"b": "1", "tags": ["u", "v"]})),
        (CopyRules::new().only(["hw_x"]).set("hw_x", "4").rename("gone", "b"), json!({"hw_x": "4", "tags": ["t"]})),
    ];
    for (rules, wanted) in rules {
        let mut record = made(&rules, members.clone()).unwrap();
        for name in ["name", "visibility", "min_ram", "min_disk"] {
            assert!(record.as_object_mut().unwrap().remove(name).is_some(), "{name}: {rules:?}");
        }
        assert_eq!(record, wanted, "{rules:?}");
    }
}

#[test]
fn fields_are_set_and_moved_like_properties() {
    let rules = CopyRules::new().rename("name", "old_name").with_name("new").set("min_disk", "40").set("os_hidden", "true");
    let wanted = json!({
        "old_name": "source", "name": "new", "min_disk": 40, "min_ram": 512, "os_hidden": true, "visibility": "private",
    });
    assert_eq!(made(&rules, json!({})).unwrap(), wanted);
}

#[test]
fn a_copy_tells_whence_it_came_if_asked() {
    let record = made(&CopyRules::new().with_provenance(), json!({})).unwrap();
    assert_eq!(record["cloudimg_source_id"], "7e4c0ab6-7a2b-4a4b-9c1e-0d6f1a0f4f11");
    assert_eq!(record["cloudimg_source_endpoint"], "https://here.example");
}

#[test]
fn rules_that_make_no_sense_are_refused() {
    let rules = [
        (CopyRules::new().set("checksum", "x"), "`checksum` is set by the service alone"),
        (CopyRules::new().set("os_glance_x", "x"), "`os_glance_x` is set by the service alone"),
        (CopyRules::new().set("tags", "x"), "`tags` is a field of every image and no text"),
        (CopyRules::new().set("min_disk", "lots"), "`min_disk` is a field of every image and no text"),
        (CopyRules::new().set("protected", "1"), "`protected` is a field of every image and no text"),
        (CopyRules::new().set(" x", "y"), "blanks"),
        (CopyRules::new().without("a*b*"), "the pattern `a*b*` has more than one star"),
        (CopyRules::new().rename("a*", "b"), "`a*` cannot be renamed to `b`"),
        (CopyRules::new().rename("a", "b*"), "`a` cannot be renamed to `b*`"),
        (CopyRules::new().rename("one", "two"), "`one` cannot be renamed to `two`, which is there already"),
        (CopyRules::new().rename("one", "status"), "`status` is set by the service alone"),
        (CopyRules::new().rename("tags", "labels"), "is no text"),
    ];
    for (rules, says) in rules {
        let error = made(&rules, json!({"one": "1", "two": "2", "tags": ["t"]})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.message().contains(says), "{rules:?}: {error}");
        assert!(error.message().contains("nothing was sent"), "{error}");
    }
}
