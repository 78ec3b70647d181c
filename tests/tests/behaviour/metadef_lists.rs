//! Lists of namespaces: their pages, orders and filters.

use anyhow::Result;
use cloudimg::ErrorKind;
use cloudimg::glance::types::{
    MetadefAssociationCreate, MetadefNamespace, MetadefNamespaceCreate, MetadefNamespaceSortKey, MetadefVisibility,
};
use cloudimg::glance::{MetadefNamespaceList, SortDirection};
use cloudimg_tests::Case;
use futures::TryStreamExt as _;

use crate::metadefs::own;
use crate::support::{get, refused, says};

/// Public namespaces a to e that go with `resource_type`. A list of all would lead over rows that other cases delete meanwhile.
async fn five(case: &Case, resource_type: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for what in ["c", "a", "e", "b", "d"] {
        let new = MetadefNamespaceCreate::new(case.name(what)).visibility(MetadefVisibility::Public);
        let new = new.resource_type_associations([MetadefAssociationCreate::new(resource_type)]);
        names.push(case.define(new).await?.namespace);
    }
    Ok(names)
}

/// All namespaces in one page.
async fn all(list: MetadefNamespaceList) -> Result<Vec<MetadefNamespace>> {
    Ok(list.with_page_size(1000).collect().await?)
}

#[tokio::test]
async fn a_list_of_namespaces_goes_on_to_its_end() -> Result<()> {
    Case::run(async |case| {
        let resource_type = "Cloudimg::Test::Paged";
        let mut names = five(case, resource_type).await?;
        names.sort();
        let metadefs = case.metadefs("demo")?;
        for size in [1, 2, 5, 1000] {
            let list = metadefs.list().resource_type(resource_type).with_page_size(size);
            let list = list.sort(MetadefNamespaceSortKey::Namespace, SortDirection::Asc).collect().await?;
            assert_eq!(own(case, &list), names, "in pages of {size}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn pages_of_namespaces_are_as_long_as_they_were_asked_for() -> Result<()> {
    Case::run(async |case| {
        let resource_type = "Cloudimg::Test::Resumed";
        let mut names = five(case, resource_type).await?;
        names.sort();
        let metadefs = case.metadefs("demo")?;
        let list = || {
            let list = metadefs.list().resource_type(resource_type).with_page_size(2);
            list.sort(MetadefNamespaceSortKey::Namespace, SortDirection::Asc)
        };
        let mut pages = list().starting_after(&names[0]).pages();
        let first = pages.try_next().await?.expect("a page").items;
        assert_eq!(own(case, &first), names[1..3]);
        let marker = pages.continuation().expect("a place to go on").to_owned();
        assert_eq!(marker, names[2]);
        assert_eq!(own(case, &list().starting_after(marker).collect().await?), names[3..]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn namespaces_come_in_the_order_asked_for() -> Result<()> {
    Case::run(async |case| {
        let made = five(case, "Cloudimg::Test::Sorted").await?;
        let metadefs = case.metadefs("demo")?;
        let mut names = made.clone();
        names.sort();
        let ascending = all(metadefs.list().sort(MetadefNamespaceSortKey::Namespace, SortDirection::Asc)).await?;
        assert_eq!(own(case, &ascending), names);
        let descending = all(metadefs.list().sort(MetadefNamespaceSortKey::Namespace, SortDirection::Desc)).await?;
        names.reverse();
        assert_eq!(own(case, &descending), names);
        // Times are whole seconds to the reader, not to the service.
        let oldest_first = all(metadefs.list().sort(MetadefNamespaceSortKey::CreatedAt, SortDirection::Asc)).await?;
        assert_eq!(own(case, &oldest_first), made);
        let mut newest_first = made;
        newest_first.reverse();
        assert_eq!(own(case, &all(metadefs.list()).await?), newest_first);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn namespaces_are_filtered_by_visibility() -> Result<()> {
    Case::run(async |case| {
        let public = case.namespace("public").await?;
        let private = case.define(MetadefNamespaceCreate::new(case.name("private"))).await?.namespace;
        let admin = case.metadefs("admin")?;
        assert_eq!(own(case, &all(admin.list().visibility(MetadefVisibility::Public)).await?), [&public]);
        assert_eq!(own(case, &all(admin.list().visibility(MetadefVisibility::Private)).await?), [&private]);
        assert_eq!(own(case, &all(admin.list()).await?).len(), 2);
        let error = refused(admin.list().visibility("community").collect().await, 400);
        assert_eq!(error.message(), "Invalid visibility value: community");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn namespaces_are_filtered_by_resource_types() -> Result<()> {
    Case::run(async |case| {
        const MEDIA: &str = "Cloudimg::Test::Media";
        const DRIVES: &str = "Cloudimg::Test::Drives";
        for (what, types) in [("disk", &[MEDIA][..]), ("tape", &[DRIVES]), ("both", &[MEDIA, DRIVES]), ("none", &[])] {
            let types: Vec<_> = types.iter().map(|name| MetadefAssociationCreate::new(*name)).collect();
            let new = MetadefNamespaceCreate::new(case.name(what)).visibility(MetadefVisibility::Public);
            case.define(new.resource_type_associations(types)).await?;
        }
        let metadefs = case.metadefs("demo")?;
        let list = || metadefs.list().sort(MetadefNamespaceSortKey::Namespace, SortDirection::Asc);
        let (both, disk, tape) = (case.name("both"), case.name("disk"), case.name("tape"));
        let found = list().resource_type(MEDIA).collect().await?;
        assert_eq!(own(case, &found), [&both, &disk]);
        let types = |name: &str| {
            let row = found.iter().find(|row| row.namespace == name).and_then(|row| row.resource_type_associations.clone());
            row.unwrap_or_default().into_iter().map(|association| association.name).collect::<Vec<_>>()
        };
        assert_eq!(types(&disk), [MEDIA]);
        assert_eq!(types(&both).len(), 2, "a row tells all types, not only those that were asked for");
        let found = list().resource_type(MEDIA).resource_type(DRIVES).with_page_size(1).collect().await?;
        let mut found = own(case, &found);
        found.dedup();
        assert_eq!(found, [&both, &disk, &tape]);
        assert!(list().resource_type("Cloudimg::Test::Nothing").collect().await?.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn rows_tell_less_than_a_namespace_itself() -> Result<()> {
    Case::run(async |case| {
        let name = case.define(crate::metadefs::full(case, "row")).await?.namespace;
        let rows = all(case.metadefs("demo")?.list()).await?;
        let row = rows.iter().find(|row| row.namespace == name).expect("its row");
        assert_eq!((row.display_name.as_deref(), row.self_.as_deref().is_some()), (Some("Everything"), true));
        assert!(row.properties.is_none() && row.objects.is_none() && row.tags.is_none(), "{row:?}");
        assert_eq!(row.resource_type_associations.as_ref().map(Vec::len), Some(1));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn questions_about_namespaces_that_make_no_sense_are_refused() -> Result<()> {
    Case::run(async |case| {
        let metadefs = case.metadefs("demo")?;
        let nowhere = case.name("nowhere");
        let error = metadefs.list().starting_after(&nowhere).collect().await.expect_err("no such row");
        assert_eq!((error.kind(), error.status()), (ErrorKind::MarkerGone, Some(404)));
        assert!(error.message().ends_with(&format!("(Metadata definition namespace={nowhere} was not found.)")), "{error}");
        for (query, words) in
            [("sort_dir=sideways", "Invalid sort direction: sideways"), ("limit=-1", "limit param must be positive")]
        {
            says(get(case, &format!("/v2/metadefs/namespaces?{query}")).await?, 400, words);
        }
        let (status, body) = get(case, "/v2/metadefs/namespaces?limit=0").await?;
        assert!(status == 200 && body.contains(r#""namespaces": []"#) && !body.contains("next"), "{status} {body}");
        Ok(())
    })
    .await
}
