//! Changes of records that are refused.

use anyhow::Result;
use cloudimg::glance::ImagePatch;
use cloudimg::glance::types::{PatchOperation, PatchVerb};
use cloudimg::{Error, ErrorKind};
use cloudimg_tests::Case;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{NOBODY, PATCH_TYPE, answer, failed_here, refused, says};

/// Sends changes as they are, without the facade's care.
async fn change(case: &Case, id: &str, operation: PatchOperation) -> Result<Result<(), Error>> {
    let client = case.glance("demo").await?;
    Ok(client.update_image().image_id(id).body(vec![operation]).send().await.map(|_| ()).map_err(Error::from))
}

fn replace(path: &str, value: impl Into<Value>) -> PatchOperation {
    PatchOperation::new(PatchVerb::Replace, path).value(value)
}

#[tokio::test]
async fn a_property_that_is_not_there_is_neither_removed_nor_replaced() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("absent").await?.id;
        let error = refused(change(case, &id, PatchOperation::new(PatchVerb::Remove, "/absent")).await?, 409);
        assert_eq!(error.message(), "Property absent does not exist.");
        let error = refused(case.images("demo")?.update(&id, ImagePatch::new().replace_property("absent", "x")).await, 409);
        assert_eq!(error.message(), "Property absent does not exist.");
        assert_eq!(error.operation(), Some("update_image"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn read_only_fields_are_not_replaced() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("fixed").await?.id;
        let fields = [
            "id",
            "status",
            "checksum",
            "size",
            "virtual_size",
            "created_at",
            "updated_at",
            "self",
            "file",
            "schema",
            "os_hash_algo",
            "os_hash_value",
            "direct_url",
        ];
        for field in fields {
            let error = refused(change(case, &id, replace(&format!("/{field}"), "x")).await?, 403);
            assert!(error.message().contains(field), "{field}: {error}");
            let facade = case.images("demo")?.update(&id, ImagePatch::new().property(field, "x")).await;
            let error = failed_here(facade, ErrorKind::InvalidRequest);
            assert!(error.message().contains(field), "{field}: {error}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn reserved_names_are_not_properties() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("reserved").await?.id;
        for name in ["location", "deleted", "deleted_at", "os_glance_anything"] {
            refused(change(case, &id, PatchOperation::new(PatchVerb::Add, format!("/{name}")).value("x")).await?, 403);
            let facade = case.images("demo")?.update(&id, ImagePatch::new().property(name, "x")).await;
            assert!(failed_here(facade, ErrorKind::InvalidRequest).message().contains(name), "{name}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn base_fields_are_not_removed() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("whole").await?.id;
        for field in ["name", "visibility", "tags", "min_ram"] {
            refused(change(case, &id, PatchOperation::new(PatchVerb::Remove, format!("/{field}"))).await?, 403);
            failed_here(
                case.images("demo")?.update(&id, ImagePatch::new().remove_property(field)).await,
                ErrorKind::InvalidRequest,
            );
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn values_of_the_wrong_kind_are_refused() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("typed").await?.id;
        for (path, value) in [
            ("/min_ram", json!(-1)),
            ("/min_disk", json!("seven")),
            ("/protected", json!("yes")),
            ("/os_hidden", json!(7)),
            ("/name", json!(3)),
            ("/name", json!("n".repeat(256))),
            ("/disk_format", json!("floppy")),
            ("/visibility", json!("all")),
            ("/tags", json!("a,b")),
        ] {
            refused(change(case, &id, replace(path, value)).await?, 400);
        }
        for value in [json!(3), json!(true), Value::Null, json!(["x"])] {
            refused(change(case, &id, PatchOperation::new(PatchVerb::Add, "/prop").value(value)).await?, 400);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn paths_are_one_segment_with_right_escapes() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("paths").await?.id;
        for path in ["/bad~2escape", "/ends~", "no-slash", "/two/segments", "/tags/-", "/tags/0"] {
            refused(change(case, &id, PatchOperation::new(PatchVerb::Add, path).value("x")).await?, 400);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn only_add_remove_and_replace_exist() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("verbs").await?.id;
        for verb in ["test", "move", "copy"] {
            let error = refused(change(case, &id, PatchOperation::new(verb, "/name").value("x")).await?, 400);
            assert!(error.message().contains(verb), "{error}");
        }
        refused(change(case, &id, PatchOperation::new(PatchVerb::Add, "/no_value")).await?, 400);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn only_the_media_types_of_the_service_are_taken() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("media").await?.id;
        let body = r#"[{"op": "replace", "path": "/name", "value": "x"}]"#;
        let path = format!("/v2/images/{id}");
        for media_type in ["application/json", "application/json-patch+json"] {
            let request = case.request("demo", Method::PATCH, &path).await?.header("content-type", media_type).body(body);
            let response = request.send().await?;
            assert_eq!(response.status(), 415, "{media_type}");
            let accepted = response.headers().get("accept-patch").and_then(|value| value.to_str().ok()).unwrap_or_default();
            assert!(accepted.contains(PATCH_TYPE), "{accepted}");
        }
        assert_eq!(case.images("demo")?.get(&id).await?.name, Some(case.name("media")));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_body_that_is_no_list_of_changes_is_refused() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("bodies").await?.id;
        let path = format!("/v2/images/{id}");
        for (body, words) in [
            (r#"{"op": "replace", "path": "/name", "value": "x"}"#, "must be a JSON array"),
            (r#"["name"]"#, "must be JSON objects"),
            ("[{", "Malformed JSON"),
        ] {
            let request = case.request("demo", Method::PATCH, &path).await?.header("content-type", PATCH_TYPE).body(body);
            says(answer(request).await?, 400, words);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_quota_limits_what_changes_add() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("quota").await?.id;
        let images = case.images("demo")?;
        let many = (0..129).fold(ImagePatch::new(), |patch, n| patch.property(&format!("p{n}"), "v"));
        let error = refused(images.update(&id, many).await, 413);
        assert!(error.message().ends_with("Attempted: 129, Maximum: 128"), "{error}");
        let tags = (0..129).map(|n| n.to_string());
        refused(images.update(&id, ImagePatch::new().tags(tags)).await, 413);
        assert!(images.get(&id).await?.extra.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_unknown_image_is_not_changed() -> Result<()> {
    Case::run(async |case| {
        let error = refused(case.images("demo")?.update(NOBODY, ImagePatch::new().name("x")).await, 404);
        assert_eq!(error.kind(), ErrorKind::NotFound);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn locations_are_hidden_and_cannot_be_added() -> Result<()> {
    Case::run(async |case| {
        let id = case.queued("located").await?.id;
        let value = json!({"url": "http://127.0.0.1/x", "metadata": {}});
        let error = refused(change(case, &id, PatchOperation::new(PatchVerb::Add, "/locations/-").value(value)).await?, 403);
        assert!(error.message().contains("locations"), "{error}");
        Ok(())
    })
    .await
}
