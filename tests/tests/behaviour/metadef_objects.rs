//! The objects of a namespace.

use std::collections::BTreeMap;

use anyhow::Result;
use cloudimg::glance::types::{MetadefObjectCreate, MetadefPropertyType};
use cloudimg_tests::Case;
use reqwest::Method;

use crate::metadefs::property;
use crate::support::{answer, get, refused, says, stranger};

/// An object with a number and a text.
fn disk(name: &str) -> MetadefObjectCreate {
    let size = property(MetadefPropertyType::Number, "Size").description("GiB");
    let bus = property(MetadefPropertyType::String, "Bus").default("ide").max_length(8).pattern("^[a-z]+$");
    let object = MetadefObjectCreate::new(name).description("A disk").required(["size".to_owned()]);
    object.properties(BTreeMap::from([("size".to_owned(), size), ("bus".to_owned(), bus)]))
}

#[tokio::test]
async fn an_object_is_made_read_changed_and_deleted() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("objects").await?;
        let objects = case.metadefs("admin")?.objects(&namespace);
        let made = objects.create(disk("disk")).await?;
        assert_eq!(made.self_, Some(format!("/v2/metadefs/namespaces/{namespace}/objects/disk")));
        let read = case.metadefs("viewer")?.objects(&namespace).get("disk").await?;
        assert_eq!((read.name.as_str(), read.description.as_deref()), ("disk", Some("A disk")));
        assert_eq!(read.required.as_deref(), Some(&["size".to_owned()][..]));
        let properties = read.properties.unwrap_or_default();
        assert_eq!((properties["bus"].default.as_deref(), properties["bus"].max_length), (Some("ide"), Some(8)));
        assert_eq!(properties["size"].type_, MetadefPropertyType::Number);

        // What is left out goes.
        let changed = objects.update("disk", MetadefObjectCreate::new("disk").description("Bare")).await?;
        assert_eq!(changed.description.as_deref(), Some("Bare"));
        let read = objects.get("disk").await?;
        assert_eq!((read.required.unwrap_or_default().len(), read.properties.unwrap_or_default().len()), (0, 0));

        objects.delete("disk").await?;
        let error = refused(objects.get("disk").await, 404);
        assert_eq!(error.message(), "Could not find metadata object disk");
        refused(objects.delete("disk").await, 404);
        refused(objects.update("disk", disk("disk")).await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn objects_are_listed_and_deleted_together() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("objects").await?;
        let objects = case.metadefs("admin")?.objects(&namespace);
        for name in ["b", "a", "c"] {
            objects.create(disk(name)).await?;
        }
        let mut names: Vec<_> = objects.list().await?.into_iter().map(|object| object.name).collect();
        names.sort();
        assert_eq!(names, ["a", "b", "c"]);
        // The service does not page them, whatever is asked for.
        let (status, body) = get(case, &format!("/v2/metadefs/namespaces/{namespace}/objects?limit=1")).await?;
        assert!(status == 200 && body.matches(r#""self""#).count() == 3 && !body.contains("next"), "{status} {body}");
        objects.delete_all().await?;
        assert!(objects.list().await?.is_empty());
        objects.delete_all().await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_object_has_a_name_of_its_own() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("objects").await?;
        let objects = case.metadefs("admin")?.objects(&namespace);
        objects.create(disk("a")).await?;
        let error = refused(objects.create(disk("a")).await, 409);
        assert_eq!(error.message(), format!("A metadata definition object with name=a already exists in namespace={namespace}."));
        objects.create(disk("taken")).await?;
        // Services fail over this one.
        refused(objects.update("a", disk("taken")).await, 500);
        assert_eq!(objects.update("a", disk("b")).await?.name, "b");
        refused(objects.get("a").await, 404);
        assert_eq!(objects.get("b").await?.properties.map(|properties| properties.len()), Some(2));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn objects_with_odd_names_are_found_again() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("odd objects").await?;
        let objects = case.metadefs("admin")?.objects(&namespace);
        for name in ["with space", "a::b", "a?b#c%25", "plus+and&"] {
            assert_eq!(objects.create(MetadefObjectCreate::new(name)).await?.name, name);
            assert_eq!(objects.get(name).await?.name, name);
            objects.delete(name).await?;
        }
        // The service takes names of any letters, and reads paths as if they were in Latin-1.
        assert_eq!(objects.create(MetadefObjectCreate::new("größe")).await?.name, "größe");
        refused(objects.get("größe").await, 404);
        assert_eq!(objects.list().await?[0].name, "größe");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn objects_that_do_not_fit_are_refused() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("objects").await?;
        let objects = case.metadefs("admin")?.objects(&namespace);
        let error = refused(objects.create(MetadefObjectCreate::new("x".repeat(81))).await, 400);
        assert!(error.message().ends_with("is too long"), "{error}");
        let odd = property("colour".into(), "Colour");
        let object = MetadefObjectCreate::new("odd").properties(BTreeMap::from([("shade".to_owned(), odd)]));
        let error = refused(objects.create(object).await, 400);
        assert!(error.message().contains("'colour' is not one of"), "{error}");
        let path = format!("/v2/metadefs/namespaces/{namespace}/objects");
        let request = case.request("admin", Method::POST, &path).await?.header("content-type", "application/json");
        says(answer(request.body("{}")).await?, 400, "'name' is a required property");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn objects_need_a_namespace() -> Result<()> {
    Case::run(async |case| {
        let objects = case.metadefs("admin")?.objects(case.name("nowhere"));
        let error = refused(objects.list().await, 404);
        assert!(error.message().contains(&case.name("nowhere")), "{error}");
        refused(objects.get("a").await, 404);
        refused(objects.create(disk("a")).await, 404);
        refused(objects.update("a", disk("a")).await, 404);
        refused(objects.delete("a").await, 404);
        refused(objects.delete_all().await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn only_administrators_write_objects() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("objects").await?;
        case.metadefs("admin")?.objects(&namespace).create(disk("a")).await?;
        let objects = case.metadefs("demo")?.objects(&namespace);
        assert_eq!(objects.list().await?.len(), 1);
        let error = refused(objects.create(disk("b")).await, 403);
        assert_eq!(error.message(), "You are not authorized to complete add_metadef_object action.");
        refused(objects.update("a", disk("b")).await, 403);
        refused(objects.delete("a").await, 403);
        refused(objects.delete_all().await, 403);
        refused(stranger(case).await?.list_metadef_objects().namespace(&namespace).send().await, 401);
        Ok(())
    })
    .await
}
