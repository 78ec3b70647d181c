//! Answers as they may come: empty, of two shapes, with more or less than is known.

use cloudimg_cdnetworks_vmp::types::{Image, ImageSize, ImageState, ImageType, Preheating, PreheatingState};
use cloudimg_cdnetworks_vmp::{Error, ErrorKind};
use serde_json::json;

use crate::exchange::{Answer, answer, given, ok};

fn preheating() -> Preheating {
    Preheating::new("i1", vec!["ams-01".to_owned()])
}

#[tokio::test]
async fn an_answer_without_a_body_is_one_that_tells_nothing() {
    for said in [ok("{}"), ok(""), ok(" \r\n"), answer(202, ""), answer(204, ""), ok(r#"{"id": "i1", "unknown": [1]}"#)] {
        let removed = given(&said, async |client| client.remove_image().image_id("i1").send().await).await.unwrap();
        assert_eq!((removed.status().as_u16(), removed.headers()["x-cnc-request-id"].as_bytes()), (said.status, &b"cnc-1"[..]));
        let removed = removed.into_inner();
        assert_eq!((removed.code, removed.message), (None, None), "{said:?}");
    }
    for said in [answer(202, "{}"), answer(204, "")] {
        assert!(given(&said, async |client| client.preheat_image().body(preheating()).send().await).await.is_ok());
    }
    for said in [answer(201, r#"{"id": "i1"}"#), answer(202, r#"{"id": "i1"}"#)] {
        let made = given(&said, async |client| client.create_image().body(serde_json::Map::new()).send().await).await.unwrap();
        assert_eq!(made.into_inner().id, "i1");
    }
    for said in [ok("{}"), ok("")] {
        let begun = given(&said, async |client| client.preheat_image().body(preheating()).send().await).await.unwrap();
        assert_eq!(begun.into_inner().code, None);
        let nodes = given(&said, async |client| client.show_preheating().id("i1").send().await).await.unwrap();
        assert!(nodes.into_inner().into_nodes().is_empty());
    }
}

/// Where there must be something, nothing is no empty list and no id.
#[tokio::test]
async fn what_must_be_there_is_missed() {
    for (said, place) in [
        (ok(""), "images"),
        (ok("{}"), "images"),
        (ok(r#"{"images": null}"#), "images"),
        (ok(r#"{"images": [{"id": "i1"}, {"name": "n"}]}"#), "images[1]"),
        // As both SDKs have it, where a mistake of their generator made it so.
        (ok(r#"{"images": ["i1"], "id": "i1", "name": "n"}"#), "images[0]"),
        (ok(r#"{"images": [{"id": 7}]}"#), "images[0].id"),
    ] {
        let error = given(&said, async |client| client.list_images().send().await).await.unwrap_err();
        is_undecoded(&error, &said, "list_images");
        assert!(error.message().contains(place), "{place}: {error}");
    }
    for said in [ok(""), ok("{}"), ok(r#"{"id": null}"#), ok(r#"{"id": 7}"#)] {
        let call = given(&said, async |client| client.create_image().body(serde_json::Map::new()).send().await).await;
        let error = call.unwrap_err();
        is_undecoded(&error, &said, "create_image");
        assert!(error.message().contains("id"), "{error}");
    }
}

/// What is no JSON is an error, never a success without members.
#[tokio::test]
async fn what_does_not_parse_is_an_error() {
    for text in [
        "<html><body>Sign in</body></html>",
        "{\"images\": [",
        "{\"images\": []} trailing",
        "[]",
        "null",
        "\u{feff}{\"images\": []}",
    ] {
        let said = Answer { headers: vec![("x-cnc-request-id", "cnc-1")], ..ok(text) };
        let error = given(&said, async |client| client.list_images().send().await).await.unwrap_err();
        is_undecoded(&error, &said, "list_images");
        let error = given(&said, async |client| client.show_preheating().id("i1").send().await).await;
        assert!(text.starts_with("{\"images\": []}") || error.is_err(), "{text}");
    }
}

#[track_caller]
fn is_undecoded(error: &Error, said: &Answer, operation: &str) {
    assert_eq!((error.kind(), error.status()), (ErrorKind::Decode, Some(200)), "{error}");
    assert_eq!((error.request_id(), error.operation()), (Some("cnc-1"), Some(operation)));
    // Nothing was there to be kept of an empty answer but what stands for it.
    let kept = if said.body.is_empty() { "{}" } else { &said.body };
    assert_eq!(error.body(), kept.as_bytes());
}

async fn image(text: &str) -> Image {
    let list =
        given(&ok(&format!("{{\"images\": [{text}], \"total\": 1}}")), async |c| c.list_images().send().await).await.unwrap();
    assert_eq!(list.headers()["x-cnc-request-id"].to_str().unwrap(), "cnc-1");
    list.into_inner().images.remove(0)
}

#[tokio::test]
async fn members_and_values_that_nobody_told_of_are_kept() {
    let text = r#"{"id": "i1", "name": "n", "type": "PARTNER", "createdAt": "2026-11-02 08:15:30", "size": "40", "state": "DELETING",
        "osType": "linux", "nodes": [{"deep": null}], "Name": "other"}"#;
    let image = image(text).await;
    assert_eq!(image.type_, Some(ImageType::Unlisted("PARTNER".to_owned())));
    assert_eq!(image.state, Some(ImageState::Unlisted("DELETING".to_owned())));
    assert_eq!(image.extra.text("osType"), Some("linux"));
    assert_eq!((image.extra.get("nodes"), image.extra.text("Name")), (Some(&json!([{"deep": null}])), Some("other")));
    assert_eq!(serde_json::to_value(&image).unwrap(), serde_json::from_str::<serde_json::Value>(text).unwrap());
}

#[tokio::test]
async fn members_may_be_missing_or_null() {
    for text in [r#"{"id": "i1"}"#, r#"{"id": "i1", "name": null, "type": null, "createdAt": null, "size": null, "state": null}"#] {
        let image = image(text).await;
        assert_eq!((image.id.as_str(), image.name, image.type_, image.created_at), ("i1", None, None, None));
        assert_eq!((image.size, image.state), (None, None));
    }
    // Not a time that anybody knows: it is a text.
    assert_eq!(image(r#"{"id": "i1", "createdAt": "yesterday"}"#).await.created_at.as_deref(), Some("yesterday"));
}

#[tokio::test]
async fn sizes_are_texts_or_numbers() {
    for (text, size, shown) in [
        (r#""40""#, ImageSize::String("40".to_owned()), "40"),
        (r#""2.2""#, ImageSize::String("2.2".to_owned()), "2.2"),
        ("40", ImageSize::Number(40.0), "40"),
        ("12.75", ImageSize::Number(12.75), "12.75"),
        ("0", ImageSize::Number(0.0), "0"),
    ] {
        let read = image(&format!("{{\"id\": \"i1\", \"size\": {text}}}")).await.size.unwrap();
        assert_eq!((&read, read.to_string().as_str()), (&size, shown));
    }
    let wrong = ok(r#"{"images": [{"id": "i1", "size": {"gb": 40}}]}"#);
    let error = given(&wrong, async |client| client.list_images().send().await).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && error.message().contains("images[0].size"), "{error}");
}

#[tokio::test]
async fn both_shapes_tell_of_nodes() {
    let nodes = r#"[{"nodeName": "ams-01", "state": "SUCCESS", "percent": 100}, {"nodeName": "fra-02", "state": "QUEUED"},
        {"nodeName": "hk-03"}, {"nodeName": "lax-04", "state": null}]"#;
    for text in [
        format!(r#"{{"code": "0", "message": "success", "data": {{"preHeatingInfo": {nodes}}}}}"#),
        format!(r#"{{"code": 0, "message": null, "data": {{"preHeatingInfo": {nodes}, "more": 1}}, "preHeatingInfo": null}}"#),
        format!(r#"{{"preHeatingInfo": {nodes}}}"#),
        format!(r#"{{"data": null, "preHeatingInfo": {nodes}}}"#),
        format!(r#"{{"data": {{}}, "preHeatingInfo": {nodes}}}"#),
    ] {
        let info = given(&ok(&text), async |client| client.show_preheating().id("i1").send().await).await.unwrap();
        let read = info.into_inner().into_nodes();
        let states: Vec<_> =
            read.iter().map(|node| (node.node_name.as_str(), node.state.as_ref().map(PreheatingState::as_str))).collect();
        let wanted = [("ams-01", Some("SUCCESS")), ("fra-02", Some("QUEUED")), ("hk-03", None), ("lax-04", None)];
        assert_eq!(states, wanted, "{text}");
        assert_eq!(read[0].extra.get("percent"), Some(&json!(100)));
    }
    for none in [r#"{"code": "0", "data": null}"#, r#"{"code": "0", "data": {"preHeatingInfo": []}}"#, r#"{"preHeatingInfo": []}"#]
    {
        let info = given(&ok(none), async |client| client.show_preheating().id("i1").send().await).await.unwrap();
        assert!(info.into_inner().into_nodes().is_empty(), "{none}");
    }
    let wrong = ok(r#"{"data": {"preHeatingInfo": [{"state": "SUCCESS"}]}}"#);
    let error = given(&wrong, async |client| client.show_preheating().id("i1").send().await).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && error.message().contains("preHeatingInfo[0]"), "{error}");
}
