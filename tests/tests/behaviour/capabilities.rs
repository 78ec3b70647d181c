//! What a service says that it can do, in one call.

use anyhow::Result;
use cloudimg::glance::types::ImportMethodName;
use cloudimg_tests::Case;

#[tokio::test]
async fn capabilities_are_what_the_service_does() -> Result<()> {
    Case::run(async |case| {
        let glance = case.cloud("demo")?.glance();
        let found = glance.capabilities().await?;
        for version in ["2.0", "v2.17", "2.18"] {
            assert!(found.has_version(version), "{version} is not in {:?}", found.versions);
        }
        assert!(!found.has_version("2.1") || found.versions.iter().any(|version| version.id == "v2.1"));
        assert!(!found.has_version("3.0"));
        for method in [ImportMethodName::GlanceDirect, ImportMethodName::WebDownload, ImportMethodName::CopyImage] {
            assert!(found.imports_by(method.clone()), "{method:?} is not in {:?}", found.import_methods);
        }
        assert!(!found.imports_by("glance-download"));
        assert_eq!(found.default_store(), Some("fast"));
        let writable: Vec<_> = found.writable_stores().collect();
        assert!(writable.contains(&"fast") && writable.contains(&"slow") && !writable.contains(&"web"), "{writable:?}");
        assert!(found.stores.as_ref().is_some_and(|stores| stores.iter().any(|store| store.id == "web")));
        for format in ["raw", "qcow2", "iso"] {
            assert!(found.disk_formats.contains(&format.into()), "{format} is not in {:?}", found.disk_formats);
        }
        assert!(found.container_formats.contains(&"bare".into()), "{:?}", found.container_formats);
        assert_eq!(found.quota, Some(glance.usage().await?));
        assert!(found.cache);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn capabilities_are_told_to_readers_too() -> Result<()> {
    Case::run(async |case| {
        let reader = case.cloud("viewer")?.glance().capabilities().await?;
        assert_eq!(reader, case.cloud("admin")?.glance().capabilities().await?);
        Ok(())
    })
    .await
}
