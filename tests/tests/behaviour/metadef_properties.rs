//! The properties of a namespace.

use anyhow::Result;
use cloudimg::glance::types::{MetadefAssociationCreate, MetadefProperty, MetadefPropertyItems, MetadefPropertyType};
use cloudimg_tests::Case;
use reqwest::Method;

use crate::metadefs::{DISK, TAPE};
use crate::support::{answer, refused, says, stranger};

/// A property that is a text.
fn text(name: &str) -> MetadefProperty {
    MetadefProperty::new(name, MetadefPropertyType::String, "Text")
}

#[tokio::test]
async fn a_property_is_made_read_changed_and_deleted() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("properties").await?;
        let properties = case.metadefs("admin")?.properties(&namespace);
        let new = text("bus").description("How it is attached").default("ide").operators(["<in>".to_owned(), "s==".to_owned()]);
        let new = new.enum_(["ide", "scsi"].map(|value| Some(value.to_owned()))).min_length(1).max_length(8).pattern("^[a-z]+$");
        let made = properties.create(new.clone().readonly(true)).await?;
        assert_eq!(made, new.readonly(true));
        let read = case.metadefs("viewer")?.properties(&namespace).get("bus").await?;
        assert_eq!(read, made);

        // What is left out goes.
        let flag = MetadefProperty::new("bus", MetadefPropertyType::Boolean, "Bus?");
        assert_eq!(properties.update("bus", flag.clone()).await?, flag);
        assert_eq!(properties.get("bus").await?, flag);

        properties.delete("bus").await?;
        let error = refused(properties.get("bus").await, 404);
        assert_eq!(error.message(), "Could not find property bus");
        refused(properties.delete("bus").await, 404);
        refused(properties.update("bus", flag).await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn properties_of_each_type_keep_what_belongs_to_it() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("properties").await?;
        let properties = case.metadefs("admin")?.properties(&namespace);
        let items = MetadefPropertyItems::new(MetadefPropertyType::String).enum_(["x", "y"].map(|value| Some(value.to_owned())));
        let of = |name: &str, type_| MetadefProperty::new(name, type_, "T");
        let all = [
            of("number", MetadefPropertyType::Number),
            of("integer", MetadefPropertyType::Integer).minimum(-1).maximum(7),
            of("flag", MetadefPropertyType::Boolean),
            of("list", MetadefPropertyType::Array)
                .items(items)
                .min_items(1)
                .max_items(2)
                .unique_items(true)
                .additional_items(false),
        ];
        for property in &all {
            assert_eq!(&properties.create(property.clone()).await?, property);
            assert_eq!(&properties.get(&property.name).await?, property);
        }
        let listed = properties.list().await?;
        assert_eq!(listed.keys().map(String::as_str).collect::<Vec<_>>(), ["flag", "integer", "list", "number"]);
        assert_eq!((listed["integer"].minimum, listed["integer"].maximum), (Some(-1), Some(7)));
        assert_eq!(listed["list"].unique_items, Some(true));
        properties.delete_all().await?;
        assert!(properties.list().await?.is_empty());
        properties.delete_all().await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_property_has_a_name_of_its_own() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("properties").await?;
        let properties = case.metadefs("admin")?.properties(&namespace);
        properties.create(text("a")).await?;
        let error = refused(properties.create(text("a")).await, 409);
        assert_eq!(error.message(), format!("A metadata definition property with name=a already exists in namespace={namespace}."));
        properties.create(text("taken")).await?;
        // Services fail over this one.
        refused(properties.update("a", text("taken")).await, 500);
        assert_eq!(properties.update("a", text("b")).await?.name, "b");
        refused(properties.get("a").await, 404);
        assert_eq!(properties.get("b").await?.title, "Text");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_property_is_asked_for_by_its_name_on_a_resource_type() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("properties").await?;
        let admin = case.metadefs("admin")?;
        admin.properties(&namespace).create(text("bus")).await?;
        admin.associations(&namespace).add(MetadefAssociationCreate::new(DISK).prefix("disk_")).await?;
        let properties = admin.properties(&namespace);
        assert_eq!(properties.get_for("disk_bus", DISK).await?.name, "bus");
        let error = refused(properties.get_for("bus", DISK).await, 404);
        assert_eq!(error.message(), "Property bus does not start with the expected resource type association prefix of 'disk_'.");
        // Known to the service, if not to this namespace.
        admin.associations(case.namespace("tapes").await?).add(MetadefAssociationCreate::new(TAPE)).await?;
        let error = refused(properties.get_for("bus", TAPE).await, 404);
        assert_eq!(
            error.message(),
            format!(
                "The metadata definition resource-type association of resource-type={TAPE} to namespace={namespace}, was not found."
            )
        );
        let error = refused(properties.get_for("bus", "Cloudimg::Test::Nothing").await, 404);
        assert_eq!(error.message(), "The metadata definition resource-type with name=Cloudimg::Test::Nothing, was not found.");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn properties_with_odd_names_are_found_again() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("odd properties").await?;
        let properties = case.metadefs("admin")?.properties(&namespace);
        for name in ["with space", "a::b", "a?b#c%25", "hw:cpu_cores"] {
            assert_eq!(properties.create(text(name)).await?.name, name);
            assert_eq!(properties.get(name).await?.name, name);
            properties.delete(name).await?;
        }
        // The service takes names of any letters, and reads paths as if they were in Latin-1.
        properties.create(text("größe")).await?;
        refused(properties.get("größe").await, 404);
        assert!(properties.list().await?.contains_key("größe"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn properties_that_do_not_fit_are_refused() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("properties").await?;
        let properties = case.metadefs("admin")?.properties(&namespace);
        let error = refused(properties.create(MetadefProperty::new("a", "colour", "Colour")).await, 400);
        assert!(error.message().contains("'colour' is not one of"), "{error}");
        let error = refused(properties.create(text(&"x".repeat(81))).await, 400);
        assert!(error.message().ends_with("is too long"), "{error}");
        let error = refused(properties.create(text("a").min_length(-1)).await, 400);
        assert!(error.message().contains("-1 is less than the minimum of 0"), "{error}");
        let path = format!("/v2/metadefs/namespaces/{namespace}/properties");
        let request = case.request("admin", Method::POST, &path).await?.header("content-type", "application/json");
        says(answer(request.body(r#"{"name": "a"}"#)).await?, 400, "'type' is a required property");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn properties_need_a_namespace() -> Result<()> {
    Case::run(async |case| {
        let properties = case.metadefs("admin")?.properties(case.name("nowhere"));
        let error = refused(properties.list().await, 404);
        assert!(error.message().contains(&case.name("nowhere")), "{error}");
        refused(properties.get("a").await, 404);
        refused(properties.create(text("a")).await, 404);
        refused(properties.update("a", text("a")).await, 404);
        refused(properties.delete("a").await, 404);
        refused(properties.delete_all().await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn only_administrators_write_properties() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("properties").await?;
        case.metadefs("admin")?.properties(&namespace).create(text("a")).await?;
        let properties = case.metadefs("demo")?.properties(&namespace);
        assert_eq!(properties.list().await?.len(), 1);
        let error = refused(properties.create(text("b")).await, 403);
        assert_eq!(error.message(), "You are not authorized to complete add_metadef_property action.");
        refused(properties.update("a", text("b")).await, 403);
        refused(properties.delete("a").await, 403);
        refused(properties.delete_all().await, 403);
        refused(stranger(case).await?.list_metadef_properties().namespace(&namespace).send().await, 401);
        Ok(())
    })
    .await
}
