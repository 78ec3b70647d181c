//! Wrong recordings must fail: real ones, each changed in one thing.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use xtask::spec::Spec;

use super::calls::Type;
use super::decode::there_and_back;
use super::{Contract, Service, Verdict, outside};
use crate::recording::{Recording, own};

fn changed(name: &str, change: impl FnOnce(&mut Value)) -> Recording {
    let mut recording = own().into_iter().find(|recording| recording["name"] == name).unwrap();
    change(&mut recording);
    Recording::read(&recording).unwrap()
}

type Change = fn(&mut Value);

/// Each name is of a recording that holds; changed, it fails with the words.
#[test]
fn a_wrong_recording_fails() {
    let cases: &[(&str, Change, &str)] = &[
        ("show", |r| r["response"]["status"] = 418.into(), "show_image: the status 418 is not documented"),
        ("show", |r| r["response"]["status"] = 204.into(), "the status 204 is not documented"),
        ("tag-add", |r| r["response"]["status"] = 201.into(), "the status 201 is not documented"),
        ("show", |r| r["response"]["headers"]["X-New"] = "1".into(), "the header X-New is not documented for 200"),
        ("show", |r| r["response"]["headers"]["Location"] = "/".into(), "the header Location is not documented"),
        (
            "download-range-suffix-5",
            |r| r["response"]["headers"]["Content-Length"] = "ten".into(),
            "the header Content-Length: at /: \"ten\" is not of type \"integer\"",
        ),
        ("show", |r| r["response"]["headers"]["Content-Type"] = "text/plain".into(), "a body of `text/plain` is not documented"),
        ("show", |r| r["response"]["body"] = Value::Null, "the body is missing"),
        ("tag-add", |r| r["response"]["body"] = json!({}), "a body of `text/html` is not documented for 204"),
        ("show", |r| r["response"]["body"]["min_ram"] = "64".into(), "at /min_ram"),
        ("show", |r| r["response"]["body"]["min_ram"] = 0.5.into(), "at /min_ram"),
        ("show", |r| r["response"]["body"]["status"] = "new".into(), "at /status"),
        ("show", |r| r["response"]["body"]["my_prop"] = 1.into(), "at /my_prop"),
        ("show", |r| drop(r["response"]["body"].as_object_mut().unwrap().remove("id")), "\"id\" is a required property"),
        ("info-stores", |r| r["response"]["body"]["stores"][0]["new"] = 1.into(), "at /stores/0: Additional properties"),
        ("info-stores", |r| r["response"]["body"]["new"] = Value::Null, "Additional properties"),
        ("list-page-1", |r| r["response"]["body"]["images"][0]["tags"] = "a".into(), "at /images/0/tags"),
        ("show-absent-accept-json", |r| r["response"]["body"]["new"] = 1.into(), "Additional properties"),
        ("show", |r| r["request"]["path"] = format!("{}?new=1", r["request"]["path"].as_str().unwrap()).into(), "parameter new"),
        ("list-page-1", |r| r["request"]["path"] = "/v2/images?limit=many".into(), "the parameter limit at /: \"many\""),
        ("list-page-1", |r| r["request"]["path"] = "/v2/images?sort_key=nope".into(), "the parameter sort_key at /0"),
        ("show", |r| r["request"]["headers"]["X-New"] = "1".into(), "the header X-New is not described"),
        ("show", |r| r["request"]["body"] = json!({}), "a request body is not described"),
        ("keystone-catalog", |r| r["request"]["body"] = json!({}), "a request body is not described"),
        (
            "keystone-validate-token",
            |r| drop(r["request"]["headers"].as_object_mut().unwrap().remove("X-Subject-Token")),
            "the parameter X-Subject-Token is missing",
        ),
        ("create-minimal", |r| r["request"]["body"] = Value::Null, "the request body at /"),
        ("create-minimal", |r| r["request"]["body"]["min_ram"] = "64".into(), "at /min_ram"),
        ("member-add", |r| r["request"]["body"]["new"] = 1.into(), "the request body at /: Additional properties"),
        ("import-glance-direct", |r| r["request"]["body"]["method"]["name"] = "nope".into(), "the request body at /"),
        ("show", |r| r["service"] = "nova".into(), "there is no service `nova`"),
    ];
    let contract = Contract::new();
    for (name, change, words) in cases {
        assert_eq!(contract.check(&changed(name, |_| ())), Ok(Verdict::Holds), "{name}");
        let error = contract.check(&changed(name, *change)).unwrap_err();
        assert!(error.contains(words), "{name}: {error:?} does not say {words:?}");
    }
}

#[test]
fn what_is_open_stays_open() {
    let cases: &[(&str, Change)] = &[
        ("show", |r| r["response"]["body"]["new"] = "1".into()),
        ("show", |r| r["response"]["headers"]["Date"] = "Sat, 21 Nov 2026 09:27:54 GMT".into()),
        ("list-page-1", |r| r["request"]["path"] = "/v2/images?new=1".into()),
        ("keystone-catalog", |r| r["response"]["headers"]["X-OPENSTACK-REQUEST-ID"] = "req-1".into()),
        ("download-range-suffix-5", |r| r["response"]["body"] = json!({"text": "that looks like JSON"})),
    ];
    let contract = Contract::new();
    for (name, change) in cases {
        assert_eq!(contract.check(&changed(name, *change)), Ok(Verdict::Holds), "{name}");
    }
}

#[test]
fn a_path_that_no_operation_has_is_outside_and_must_answer_so() {
    let contract = Contract::new();
    let cases: &[(Change, Result<(), &str>)] = &[
        (|r| r["request"]["path"] = "/v2/nothing".into(), Err("no operation is GET /v2/nothing")),
        (|r| r["request"]["method"] = "PUT".into(), Err("no operation is PUT /v2/images/")),
        (|r| r["request"]["path"] = "/v2/images/".into(), Err("no operation is GET /v2/images/")),
        (|r| r["request"]["method"] = "HEAD".into(), Ok(())),
        (|r| r["request"]["method"] = "OPTIONS".into(), Ok(())),
        (|r| r["request"]["path"] = "/v2/cached_images".into(), Ok(())),
        (|r| (r["service"], r["request"]["path"]) = ("keystone".into(), "/v3/users".into()), Ok(())),
        (|r| (r["request"]["path"], r["response"]["status"]) = ("/v2/nothing".into(), 404.into()), Ok(())),
        (|r| (r["request"]["method"], r["response"]["status"]) = ("PUT".into(), 405.into()), Ok(())),
    ];
    for (change, wanted) in cases {
        let recording = changed("show", *change);
        assert_eq!(contract.check(&recording), Ok(Verdict::Outside));
        match (outside(&recording, false), wanted) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(words)) => assert!(error.contains(words), "{error}"),
            (outcome, wanted) => panic!("{outcome:?} instead of {wanted:?}"),
        }
        assert!(outside(&Recording { name: "new".to_owned(), ..recording }, true).is_err(), "of ours, each is named");
    }
}

#[test]
fn the_most_exact_path_wins() {
    let contract = Contract::new();
    for (name, method, path, wanted) in [
        ("show", "GET", "/v2/cache/nodes/x", Some("list_cache_nodes")),
        ("show", "POST", "/v2/cache/clean", Some("clean_cache")),
        ("show", "PUT", "/v2/cache/clean", Some("queue_cache_image")),
        ("show", "GET", "/v2/images?limit=1", Some("list_images")),
        ("show", "GET", "/v2/images//file", Some("show_image")),
        ("show", "GET", "//v2/images", Some("list_images")),
        ("show", "GET", "/v2/images//", None),
        ("show", "GET", "/v2/images/.", None),
        ("show", "GET", "/v2/x/./../images", Some("list_images")),
        ("show", "GET", "/v2/images//../x", Some("show_image")),
        ("keystone-catalog", "GET", "/v3/x/../auth/catalog", Some("list_auth_catalog")),
        ("keystone-catalog", "GET", "/v3/auth//catalog", None),
        ("keystone-catalog", "HEAD", "/v3/auth/tokens", Some("check_token")),
    ] {
        let recording = changed(name, |r| (r["request"]["method"], r["request"]["path"]) = (method.into(), path.into()));
        let service = contract.services.iter().find(|service| service.name == recording.service).unwrap();
        let found = super::route::find(service, &recording.request).map(|operation| operation.id.to_owned());
        assert_eq!(found.as_deref(), wanted, "{method} {path}");
    }
}

/// No spec of ours has a header that must be there, so this one is made up.
#[test]
fn a_required_header_must_be_there() {
    let spec = "
paths:
  /v2/images/{image_id}:
    get:
      operationId: show_image
      parameters: [{name: image_id, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          headers: {X-Here: {required: true, schema: {type: boolean}}}
          content: {application/json: {schema: {type: object, additionalProperties: {}}}}
";
    let spec = Spec::parse(spec, "made up").unwrap();
    let contract =
        Contract { services: [Service::of("glance", spec.clone(), super::calls::glance()), Service::of("none", spec, vec![])] };
    let with = |value: Option<&str>| {
        contract.check(&changed("show", |r| {
            let headers = r["response"]["headers"].as_object_mut().unwrap();
            headers.remove("x-openstack-request-id");
            headers.extend(value.map(|value| ("x-here".to_owned(), value.into())));
        }))
    };
    assert_eq!(with(Some("true")), Ok(Verdict::Holds));
    assert!(with(None).unwrap_err().contains("the header X-Here is missing"));
    assert!(with(Some("2")).unwrap_err().contains("is not of type \"boolean\""));
}

#[derive(Deserialize, Serialize)]
struct Lossy {
    a: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    b: Option<Value>,
    #[serde(default)]
    tags: Vec<String>,
}

#[test]
fn a_type_that_loses_something_is_found() {
    let lossy = Type { name: "Lossy", convert: |text| Ok(json!(serde_json::from_str::<Lossy>(text).map_err(|e| e.to_string())?)) };
    let sorted = Type { name: "Sorted", convert: |_| Ok(json!({"tags": ["a", "b"], "other": ["a", "b"]})) };
    for (of, value, wanted) in [
        (&lossy, json!({"a": 1, "tags": []}), Ok(())),
        (&lossy, json!({"a": 1, "b": null, "c": null, "tags": ["x"]}), Ok(())),
        (&lossy, json!({"a": 1, "c": 2, "tags": []}), Err("/c is lost")),
        (&lossy, json!({"a": 1}), Err("/tags is new")),
        (&lossy, json!({"tags": []}), Err("missing field `a`")),
        (&sorted, json!({"tags": ["b", "a"], "other": ["a", "b"]}), Ok(())),
        (&sorted, json!({"tags": ["b", "a"], "other": ["b", "a"]}), Err("/other/0: \"a\" instead of \"b\"")),
        (&sorted, json!({"tags": ["a"], "other": ["a", "b"]}), Err("/tags: [\"a\",\"b\"] instead of [\"a\"]")),
    ] {
        match (there_and_back(of, &value), wanted) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(words)) => assert!(error.contains(words), "{error}"),
            (outcome, wanted) => panic!("{value}: {outcome:?} instead of {wanted:?}"),
        }
    }
}
