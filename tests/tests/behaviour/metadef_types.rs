//! The types of resources that go with a namespace.

use anyhow::Result;
use cloudimg::glance::types::MetadefAssociationCreate;
use cloudimg_tests::Case;
use reqwest::Method;

use crate::metadefs::{DISK, TAPE};
use crate::support::{answer, refused, says, stranger};

#[tokio::test]
async fn a_resource_type_is_added_and_taken_away() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("types").await?;
        let associations = case.metadefs("admin")?.associations(&namespace);
        assert!(associations.list().await?.is_empty());
        let new = MetadefAssociationCreate::new(DISK).prefix("disk_").properties_target("image");
        let added = associations.add(new).await?;
        assert_eq!((added.name.as_str(), added.prefix.as_deref()), (DISK, Some("disk_")));
        associations.add(MetadefAssociationCreate::new(TAPE)).await?;

        let read = case.metadefs("viewer")?.associations(&namespace).list().await?;
        assert_eq!(read.len(), 2);
        let disk = read.iter().find(|association| association.name == DISK).expect("the type");
        assert_eq!((disk.prefix.as_deref(), disk.properties_target.as_deref()), (Some("disk_"), Some("image")));
        assert!(disk.created_at.is_some());

        associations.remove(DISK).await?;
        assert_eq!(associations.list().await?.into_iter().map(|left| left.name).collect::<Vec<_>>(), [TAPE]);
        let error = refused(associations.remove(DISK).await, 404);
        assert_eq!(error.message(), format!("Failed to find resource type {DISK} to delete"));
        let known = case.metadefs("demo")?.resource_types().await?;
        for name in [DISK, TAPE] {
            assert!(known.iter().any(|known| known.name == name && known.created_at.is_some()), "{known:?}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_resource_type_goes_with_a_namespace_once() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("types").await?;
        let associations = case.metadefs("admin")?.associations(&namespace);
        associations.add(MetadefAssociationCreate::new(DISK)).await?;
        let error = refused(associations.add(MetadefAssociationCreate::new(DISK).prefix("x_")).await, 409);
        assert_eq!(
            error.message(),
            format!(
                "The metadata definition resource-type association of resource-type={DISK} to namespace={namespace} already exists."
            )
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn resource_types_that_do_not_fit_are_refused() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("types").await?;
        let associations = case.metadefs("admin")?.associations(&namespace);
        let error = refused(associations.add(MetadefAssociationCreate::new("x".repeat(81))).await, 400);
        assert!(error.message().ends_with("is too long"), "{error}");
        let error = refused(associations.add(MetadefAssociationCreate::new(DISK).prefix("x".repeat(81))).await, 400);
        assert!(error.message().ends_with("is too long"), "{error}");
        let path = format!("/v2/metadefs/namespaces/{namespace}/resource_types");
        let request = case.request("admin", Method::POST, &path).await?.header("content-type", "application/json");
        says(answer(request.body("{}")).await?, 400, "'name' is a required property");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn resource_types_need_a_namespace() -> Result<()> {
    Case::run(async |case| {
        let associations = case.metadefs("admin")?.associations(case.name("nowhere"));
        let error = refused(associations.list().await, 404);
        assert_eq!(error.message(), format!("Namespace {} not found", case.name("nowhere")));
        refused(associations.add(MetadefAssociationCreate::new(DISK)).await, 404);
        refused(associations.remove(DISK).await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn only_administrators_change_the_resource_types_of_a_namespace() -> Result<()> {
    Case::run(async |case| {
        let namespace = case.namespace("types").await?;
        case.metadefs("admin")?.associations(&namespace).add(MetadefAssociationCreate::new(DISK)).await?;
        let associations = case.metadefs("demo")?.associations(&namespace);
        assert_eq!(associations.list().await?.len(), 1);
        let error = refused(associations.add(MetadefAssociationCreate::new(TAPE)).await, 403);
        assert_eq!(error.message(), "You are not authorized to complete add_metadef_resource_type_association action.");
        let error = refused(associations.remove(DISK).await, 403);
        assert_eq!(error.message(), "You are not authorized to complete remove_metadef_resource_type_association action.");
        let client = stranger(case).await?;
        refused(client.list_metadef_resource_type_associations().namespace(&namespace).send().await, 401);
        refused(client.list_metadef_resource_types().send().await, 401);
        Ok(())
    })
    .await
}
