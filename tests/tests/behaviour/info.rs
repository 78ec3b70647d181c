//! What the image service tells of itself.

use anyhow::Result;
use cloudimg::glance::types::{ImportMethodName, VersionStatus};
use cloudimg_tests::Case;

use crate::support::{get, refused, says, stranger};

#[tokio::test]
async fn versions_are_told_to_anybody() -> Result<()> {
    Case::run(async |case| {
        let client = stranger(case).await?;
        let root = client.list_versions_root().send().await?;
        assert_eq!(root.status(), 300);
        let list = client.list_versions().send().await?;
        assert_eq!(list.status(), 200);
        let versions = root.into_inner().versions;
        assert_eq!(versions, list.into_inner().versions);
        let current: Vec<_> = versions.iter().filter(|version| version.status == Some(VersionStatus::Current)).collect();
        assert_eq!(current.len(), 1);
        assert_eq!(versions[0].id, current[0].id, "the newest comes first");
        assert!(versions.iter().any(|version| version.id == "v2.12"), "{versions:?}");
        let link = versions[0].links.as_ref().and_then(|links| links.first()).and_then(|link| link.href.as_deref());
        assert!(link.is_some_and(|href| href.ends_with("/v2/")), "{versions:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_version_that_does_not_exist_leads_to_those_that_do() -> Result<()> {
    Case::run(async |case| {
        says(get(case, "/v3/images").await?, 300, "\"versions\"");
        says(get(case, "/v2/").await?, 404, "The resource could not be found.");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn schemas_describe_images_members_and_tasks() -> Result<()> {
    Case::run(async |case| {
        let client = case.glance("demo").await?;
        let image = client.get_schema_image().send().await?.into_inner();
        assert_eq!(image.name.as_deref(), Some("image"));
        let properties = image.properties.unwrap_or_default();
        for name in ["id", "name", "status", "visibility", "os_hash_value", "tags"] {
            assert!(properties.contains_key(name), "{name}");
        }
        let images = client.get_schema_images().send().await?.into_inner();
        assert!(images.name.as_deref() == Some("images") && images.properties.unwrap_or_default().contains_key("images"));
        let member = client.get_schema_member().send().await?.into_inner();
        assert!(member.name.as_deref() == Some("member") && member.properties.unwrap_or_default().contains_key("member_id"));
        assert_eq!(client.get_schema_members().send().await?.into_inner().name.as_deref(), Some("members"));
        assert_eq!(client.get_schema_task().send().await?.into_inner().name.as_deref(), Some("task"));
        assert_eq!(client.get_schema_tasks().send().await?.into_inner().name.as_deref(), Some("tasks"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn schemas_are_kept_from_strangers() -> Result<()> {
    Case::run(async |case| {
        let client = stranger(case).await?;
        refused(client.get_schema_image().send().await, 401);
        refused(client.get_schema_images().send().await, 401);
        refused(client.get_schema_member().send().await, 401);
        refused(client.get_schema_members().send().await, 401);
        refused(client.get_schema_task().send().await, 401);
        refused(client.get_schema_tasks().send().await, 401);
        says(get(case, "/v2/schemas/nothing").await?, 404, "The resource could not be found.");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn import_methods_are_told() -> Result<()> {
    Case::run(async |case| {
        let methods = case.glance("demo").await?.get_import_info().send().await?.into_inner().import_methods.value;
        for method in [ImportMethodName::GlanceDirect, ImportMethodName::WebDownload, ImportMethodName::CopyImage] {
            assert!(methods.contains(&method), "{methods:?}");
        }
        refused(stranger(case).await?.get_import_info().send().await, 401);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_new_image_names_methods_and_stores_in_its_headers() -> Result<()> {
    Case::run(async |case| {
        let client = case.glance("demo").await?;
        let made = client.create_image().body(case.raw("headers")).send().await?;
        case.remember("demo", &made.id);
        let header = |name: &str| made.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert_eq!(made.status(), 201);
        assert!(header("location").ends_with(&format!("/v2/images/{}", made.id)));
        assert!(header("openstack-image-import-methods").contains("web-download"));
        let stores = header("openstack-image-store-ids");
        assert!(stores.contains("fast") && stores.contains("slow"), "{stores}");
        assert!(header("x-openstack-request-id").starts_with("req-"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn stores_are_told() -> Result<()> {
    Case::run(async |case| {
        let stores = case.glance("demo").await?.list_stores().send().await?.into_inner().stores;
        let find = |id: &str| stores.iter().find(|store| store.id == id).unwrap_or_else(|| panic!("no {id} in {stores:?}"));
        assert_eq!((find("fast").default.as_deref(), find("fast").read_only.as_deref()), (Some("true"), None));
        assert_eq!((find("slow").default.as_deref(), find("slow").read_only.as_deref()), (None, None));
        assert_eq!(find("web").read_only.as_deref(), Some("true"));
        refused(stranger(case).await?.list_stores().send().await, 401);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn details_of_stores_are_for_administrators() -> Result<()> {
    Case::run(async |case| {
        let stores = case.glance("admin").await?.list_stores_detail().send().await?.into_inner().stores;
        let fast = stores.iter().find(|store| store.id == "fast").expect("the store `fast`");
        assert_eq!(fast.type_.as_deref(), Some("file"));
        assert!(fast.properties.as_ref().is_some_and(|properties| !properties.is_empty()), "{fast:?}");
        let error = refused(case.glance("demo").await?.list_stores_detail().send().await, 403);
        assert_eq!(error.message(), "You are not authorized to complete stores_info_detail action.");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn usage_is_told() -> Result<()> {
    Case::run(async |case| {
        // Empty where the operator has set no limits.
        let usage = case.glance("demo").await?.get_usage().send().await?.into_inner().usage;
        assert!(usage.values().all(|entry| entry.usage >= 0 && entry.limit >= -1), "{usage:?}");
        refused(stranger(case).await?.get_usage().send().await, 401);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn strangers_see_and_change_nothing() -> Result<()> {
    Case::run(async |case| {
        let client = stranger(case).await?;
        let id = case.queued("closed").await?.id;
        refused(client.list_images().send().await, 401);
        refused(client.show_image().image_id(&id).send().await, 401);
        refused(client.create_image().body(case.raw("theirs")).send().await, 401);
        refused(client.delete_image().image_id(&id).send().await, 401);
        refused(client.list_image_members().image_id(&id).send().await, 401);
        refused(client.list_image_tasks().image_id(&id).send().await, 401);
        let error = refused(client.download_image_data().image_id(&id).send().await, 401);
        assert!(error.message().starts_with("This server could not verify"), "{error}");
        Ok(())
    })
    .await
}
