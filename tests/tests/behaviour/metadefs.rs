//! Namespaces of metadata definitions: made, read, changed, protected, deleted.

use std::collections::BTreeMap;

use anyhow::Result;
use cloudimg::ErrorKind;
use cloudimg::glance::types::{
    MetadefAssociationCreate, MetadefNamespace, MetadefNamespaceCreate, MetadefNamespaceUpdate, MetadefObjectCreate,
    MetadefPropertyDefinition, MetadefPropertyType, MetadefTagCreate, MetadefVisibility,
};
use cloudimg_tests::Case;
use reqwest::Method;

use crate::support::{answer, failed_here, get, refused, says, stranger};

/// The resource types of this suite: once known to a service they stay, so there are few.
pub(crate) const DISK: &str = "Cloudimg::Test::Disk";
pub(crate) const TAPE: &str = "Cloudimg::Test::Tape";

/// A definition of a property.
pub(crate) fn property(type_: MetadefPropertyType, title: &str) -> MetadefPropertyDefinition {
    MetadefPropertyDefinition::new(type_, title)
}

/// The names in a list of namespaces that begin with the case's mark, in their order.
pub(crate) fn own<'a>(case: &Case, namespaces: &'a [MetadefNamespace]) -> Vec<&'a str> {
    let names = namespaces.iter().map(|namespace| namespace.namespace.as_str());
    names.filter(|name| name.starts_with(case.mark())).collect()
}

/// A public namespace with one of everything.
pub(crate) fn full(case: &Case, what: &str) -> MetadefNamespaceCreate {
    let size = property(MetadefPropertyType::Integer, "Size").minimum(1).maximum(9);
    let bus = property(MetadefPropertyType::String, "Bus").enum_(["ide", "scsi"].map(|value| Some(value.to_owned())));
    let object = MetadefObjectCreate::new("drive").description("A drive").required(["size".to_owned()]);
    MetadefNamespaceCreate::new(case.name(what))
        .display_name("Everything")
        .description("One of everything")
        .visibility(MetadefVisibility::Public)
        .properties(BTreeMap::from([("bus".to_owned(), bus)]))
        .objects([object.properties(BTreeMap::from([("size".to_owned(), size)]))])
        .tags([MetadefTagCreate::new("fast")])
        .resource_type_associations([MetadefAssociationCreate::new(DISK).prefix("disk_")])
}

#[tokio::test]
async fn a_namespace_comes_with_all_that_is_in_it() -> Result<()> {
    Case::run(async |case| {
        let made = case.define(full(case, "full")).await?;
        assert_eq!(made.owner, Some(case.project("admin").await?));
        assert_eq!(made.self_, Some(format!("/v2/metadefs/namespaces/{}", made.namespace)));
        let (objects, tags) = (made.objects.unwrap_or_default(), made.tags.unwrap_or_default());
        // What came along has no times in the answer.
        assert!(objects.len() == 1 && objects[0].created_at.is_none(), "{objects:?}");
        assert!(tags.len() == 1 && tags[0].created_at.is_none(), "{tags:?}");

        let read = case.metadefs("demo")?.get(&made.namespace).await?;
        assert_eq!((read.display_name.as_deref(), read.description.as_deref()), (Some("Everything"), Some("One of everything")));
        assert_eq!((&read.visibility, read.protected), (&MetadefVisibility::Public, false));
        assert!(read.created_at.and_then(|time| time.time()).is_some());
        let properties = read.properties.unwrap_or_default();
        assert_eq!(properties["bus"].type_, MetadefPropertyType::String);
        assert_eq!(properties["bus"].enum_.as_deref(), Some(&["ide", "scsi"].map(|value| Some(value.to_owned()))[..]));
        let objects = read.objects.unwrap_or_default();
        assert_eq!((objects[0].name.as_str(), objects[0].description.as_deref()), ("drive", Some("A drive")));
        assert_eq!(objects[0].required.as_deref(), Some(&["size".to_owned()][..]));
        let size = &objects[0].properties.as_ref().expect("its properties")["size"];
        assert_eq!((&size.type_, size.minimum, size.maximum), (&MetadefPropertyType::Integer, Some(1), Some(9)));
        assert!(objects[0].created_at.is_some());
        assert_eq!(read.tags.unwrap_or_default()[0].name, "fast");
        let associations = read.resource_type_associations.unwrap_or_default();
        assert_eq!((associations[0].name.as_str(), associations[0].prefix.as_deref()), (DISK, Some("disk_")));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn names_of_properties_have_the_prefix_of_a_resource_type() -> Result<()> {
    Case::run(async |case| {
        let name = case.define(full(case, "prefix")).await?.namespace;
        let metadefs = case.metadefs("demo")?;
        let prefixed = metadefs.get_for(&name, DISK).await?;
        assert!(prefixed.properties.unwrap_or_default().contains_key("disk_bus"));
        let objects = prefixed.objects.unwrap_or_default();
        assert_eq!(objects[0].required.as_deref(), Some(&["disk_size".to_owned()][..]));
        assert!(objects[0].properties.as_ref().is_some_and(|properties| properties.contains_key("disk_size")), "{objects:?}");
        let plain = metadefs.get(&name).await?;
        assert!(plain.properties.as_ref().is_some_and(|properties| properties.contains_key("bus")), "{plain:?}");
        assert_eq!(metadefs.get_for(&name, TAPE).await?.properties, plain.properties);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_name_is_taken_once() -> Result<()> {
    Case::run(async |case| {
        let name = case.namespace("taken").await?;
        let error = refused(case.metadefs("admin")?.create(MetadefNamespaceCreate::new(&name)).await, 409);
        assert_eq!(error.message(), format!("The metadata definition namespace={name} already exists."));
        // Names differ by the case of a letter already.
        let upper = case.define(MetadefNamespaceCreate::new(case.name("TAKEN"))).await?;
        assert_eq!(upper.namespace, case.name("TAKEN"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_change_sets_the_whole_record_and_leaves_the_contents() -> Result<()> {
    Case::run(async |case| {
        let name = case.define(full(case, "changed").protected(true)).await?.namespace;
        let admin = case.metadefs("admin")?;
        let changed = admin.update(&name, MetadefNamespaceUpdate::new(&name).description("New")).await?;
        assert_eq!((changed.description.as_deref(), changed.display_name), (Some("New"), None));
        assert_eq!((changed.visibility, changed.protected), (MetadefVisibility::Private, false));
        assert!(changed.properties.is_none() && changed.objects.is_none() && changed.tags.is_none());
        let read = admin.get(&name).await?;
        assert!(read.properties.unwrap_or_default().contains_key("bus"));
        assert_eq!((read.objects.map(|objects| objects.len()), read.tags.map(|tags| tags.len())), (Some(1), Some(1)));
        assert_eq!(read.owner, Some(case.project("admin").await?));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_namespace_gets_another_name() -> Result<()> {
    Case::run(async |case| {
        let (old, new) = (case.define(full(case, "old")).await?.namespace, case.name("new"));
        let taken = case.namespace("taken").await?;
        let admin = case.metadefs("admin")?;
        let error = refused(admin.update(&old, MetadefNamespaceUpdate::new(&taken)).await, 409);
        assert!(error.message().contains(&format!("with the same name of {taken}")), "{error}");
        case.remember_namespace(&new);
        let renamed = admin.update(&old, MetadefNamespaceUpdate::new(&new).visibility(MetadefVisibility::Public)).await?;
        assert_eq!(renamed.namespace, new);
        refused(admin.get(&old).await, 404);
        assert_eq!(admin.tags(&new).list().collect().await?.len(), 1);
        let error = refused(admin.update(&old, MetadefNamespaceUpdate::new(&new)).await, 404);
        assert!(error.message().contains(&old), "{error}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn deleting_a_namespace_deletes_what_is_in_it() -> Result<()> {
    Case::run(async |case| {
        let name = case.define(full(case, "cascade")).await?.namespace;
        let admin = case.metadefs("admin")?;
        admin.delete(&name).await?;
        let error = refused(admin.get(&name).await, 404);
        assert_eq!(error.message(), format!("Metadata definition namespace={name} was not found."));
        let error = refused(admin.delete(&name).await, 404);
        assert_eq!(error.message(), format!("Namespace {name} not found"));
        case.define(MetadefNamespaceCreate::new(&name)).await?;
        let empty = admin.get(&name).await?;
        assert_eq!((empty.properties, empty.objects, empty.tags), (None, None, None));
        // The type of resource stays known.
        assert!(admin.resource_types().await?.iter().any(|known| known.name == DISK));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_protected_namespace_and_its_contents_are_not_deleted() -> Result<()> {
    Case::run(async |case| {
        let name = case.define(full(case, "protected").protected(true)).await?.namespace;
        let admin = case.metadefs("admin")?;
        let error = refused(admin.delete(&name).await, 403);
        assert_eq!(error.message(), format!("Metadata definition namespace {name} is protected and cannot be deleted."));
        refused(admin.properties(&name).delete_all().await, 403);
        refused(admin.objects(&name).delete_all().await, 403);
        refused(admin.tags(&name).delete_all().await, 403);
        let error = refused(admin.properties(&name).delete("bus").await, 403);
        assert_eq!(error.message(), "Metadata definition property bus is protected and cannot be deleted.");
        let error = refused(admin.objects(&name).delete("drive").await, 403);
        assert_eq!(error.message(), "Metadata definition object drive is protected and cannot be deleted.");
        let error = refused(admin.tags(&name).delete("fast").await, 403);
        assert_eq!(error.message(), "Metadata definition tag fast is protected and cannot be deleted.");
        let error = refused(admin.associations(&name).remove(DISK).await, 403);
        assert_eq!(
            error.message(),
            format!("Metadata definition resource-type-association {DISK} is protected and cannot be deleted.")
        );
        // Against additions and changes it is not protected.
        admin.objects(&name).create(MetadefObjectCreate::new("tape")).await?;
        admin.objects(&name).update("tape", MetadefObjectCreate::new("reel")).await?;
        admin.tags(&name).replace(["slow"]).await?;
        assert_eq!(admin.get(&name).await?.tags.unwrap_or_default()[0].name, "slow");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_private_namespace_is_for_its_project_alone() -> Result<()> {
    Case::run(async |case| {
        let new = full(case, "private").visibility(MetadefVisibility::Private).owner(case.project("demo").await?);
        let name = case.define(new).await?.namespace;
        let mine = case.metadefs("demo")?;
        assert_eq!(mine.get(&name).await?.visibility, MetadefVisibility::Private);
        assert_eq!(own(case, &mine.list().visibility(MetadefVisibility::Private).with_page_size(1000).collect().await?), [&name]);
        assert_eq!(case.metadefs("admin")?.get(&name).await?.namespace, name);

        let theirs = case.metadefs("other")?;
        refused(theirs.get(&name).await, 404);
        assert!(own(case, &theirs.list().with_page_size(1000).collect().await?).is_empty());
        refused(theirs.get_for(&name, DISK).await, 404);
        refused(theirs.objects(&name).list().await, 404);
        refused(theirs.objects(&name).get("drive").await, 404);
        refused(theirs.properties(&name).list().await, 404);
        refused(theirs.properties(&name).get("bus").await, 404);
        refused(theirs.tags(&name).list().collect().await, 404);
        refused(theirs.tags(&name).get("fast").await, 404);
        let error = refused(theirs.associations(&name).list().await, 404);
        assert_eq!(error.message(), format!("Namespace {name} not found"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn only_administrators_write_namespaces() -> Result<()> {
    Case::run(async |case| {
        let name = case.define(full(case, "read-only").owner(case.project("demo").await?)).await?.namespace;
        for user in ["demo", "viewer", "other"] {
            let metadefs = case.metadefs(user)?;
            assert_eq!(metadefs.get(&name).await?.namespace, name, "{user}");
            let error = refused(metadefs.create(MetadefNamespaceCreate::new(case.name("theirs"))).await, 403);
            assert_eq!(error.message(), "You are not authorized to complete add_metadef_namespace action.");
            let error = refused(metadefs.update(&name, MetadefNamespaceUpdate::new(&name)).await, 403);
            assert_eq!(error.message(), "You are not authorized to complete modify_metadef_namespace action.");
            let error = refused(metadefs.delete(&name).await, 403);
            assert_eq!(error.message(), "You are not authorized to complete delete_metadef_namespace action.");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn namespaces_are_kept_from_strangers() -> Result<()> {
    Case::run(async |case| {
        let name = case.namespace("closed").await?;
        let client = stranger(case).await?;
        refused(client.list_metadef_namespaces().send().await, 401);
        refused(client.show_metadef_namespace().namespace(&name).send().await, 401);
        refused(client.create_metadef_namespace().body(MetadefNamespaceCreate::new(case.name("theirs"))).send().await, 401);
        let call = client.update_metadef_namespace().namespace(&name);
        refused(call.body(MetadefNamespaceUpdate::new(&name)).send().await, 401);
        refused(client.delete_metadef_namespace().namespace(&name).send().await, 401);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn records_that_do_not_fit_are_refused() -> Result<()> {
    Case::run(async |case| {
        let admin = case.metadefs("admin")?;
        let long = format!("{}{}", case.mark(), "x".repeat(81 - case.mark().len()));
        let error = refused(admin.create(MetadefNamespaceCreate::new(long)).await, 400);
        assert!(error.message().contains("is too long"), "{error}");
        let name = case.name("odd");
        let error = refused(admin.create(MetadefNamespaceCreate::new(&name).visibility("shared")).await, 400);
        assert!(error.message().contains("'shared' is not one of"), "{error}");
        for (body, words) in [
            (r#"{}"#, "'namespace' is a required property"),
            (r#"{"namespace": 7}"#, "7 is not of type 'string'"),
            (r#"{"namespace": "x", "colour": "red"}"#, "('colour' was unexpected)"),
        ] {
            let request = case.request("admin", Method::POST, "/v2/metadefs/namespaces").await?;
            says(answer(request.header("content-type", "application/json").body(body)).await?, 400, words);
        }
        refused(admin.get(&name).await, 404);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn odd_names_are_found_again() -> Result<()> {
    Case::run(async |case| {
        let admin = case.metadefs("admin")?;
        for odd in ["with space", "a::b", "a?b#c%25", "dot.", "quote\"s", "plus+and&"] {
            let name = case.name(odd);
            assert_eq!(case.define(MetadefNamespaceCreate::new(&name)).await?.namespace, name);
            assert_eq!(admin.get(&name).await?.namespace, name);
            admin.tags(&name).create("t").await?;
            assert_eq!(admin.tags(&name).get("t").await?.name, "t");
        }
        let listed = admin.list().with_page_size(1000).collect().await?;
        assert_eq!(own(case, &listed).len(), 6);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn names_that_a_path_cannot_hold_are_not_sent() -> Result<()> {
    Case::run(async |case| {
        let admin = case.metadefs("admin")?;
        for name in ["a/b", "", ".", ".."] {
            failed_here(admin.get(name).await, ErrorKind::InvalidRequest);
            failed_here(admin.delete(name).await, ErrorKind::InvalidRequest);
        }
        // Past the clients, a slash is one whether it is escaped or not.
        says(get(case, "/v2/metadefs/namespaces/a%2Fb").await?, 404, "The resource could not be found.");
        Ok(())
    })
    .await
}
