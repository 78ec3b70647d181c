//! What a cloud's image service can do, found out in one call.

use std::collections::BTreeMap;

use cloudimg_core::{Error, ErrorKind, Result};
use futures::future;
use serde_json::Value;

use super::Glance;
use super::types::{ContainerFormat, DiskFormat, ImportMethodName, JsonSchema, Store, UsageEntry, Version};

/// What an image service can do, for the caller.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Capabilities {
    /// The versions that it speaks, the newest first.
    pub versions: Vec<Version>,
    /// The ways to import images; a way may still be closed to some callers (`copy-image` is for operators by default).
    pub import_methods: Vec<ImportMethodName>,
    /// Its stores; `None` where it has a single, nameless one.
    pub stores: Option<Vec<Store>>,
    /// The disk formats that it takes.
    pub disk_formats: Vec<DiskFormat>,
    /// The container formats that it takes.
    pub container_formats: Vec<ContainerFormat>,
    /// The limits of the caller's project and how much of each is used, by their names such as `image_count_total`; empty where the operator
    /// has set none, `None` where the service tells none.
    pub quota: Option<BTreeMap<String, UsageEntry>>,
    /// Whether it has an image cache.
    pub cache: bool,
}

impl Capabilities {
    /// Whether it speaks this version, such as `2.17`. Some calls exist only where a version is listed, for an operator switches them on:
    /// whether the current one is higher says nothing.
    #[must_use]
    pub fn has_version(&self, version: &str) -> bool {
        let version = version.trim_start_matches('v');
        self.versions.iter().any(|listed| listed.id.trim_start_matches('v') == version)
    }

    /// Whether it offers this way to import images.
    #[must_use]
    pub fn imports_by(&self, method: impl Into<ImportMethodName>) -> bool {
        self.import_methods.contains(&method.into())
    }

    /// The id of the store that takes data if none is named.
    #[must_use]
    pub fn default_store(&self) -> Option<&str> {
        self.stores.iter().flatten().find(|store| is_set(store.default.as_deref())).map(|store| store.id.as_str())
    }

    /// The ids of the stores that take data.
    pub fn writable_stores(&self) -> impl Iterator<Item = &str> {
        self.stores.iter().flatten().filter(|store| !is_set(store.read_only.as_deref())).map(|store| store.id.as_str())
    }
}

/// The service writes truth as text, and leaves the rest out.
pub(super) fn is_set(flag: Option<&str>) -> bool {
    flag.is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

impl Glance {
    /// What the service can do: its versions, ways to import, stores, formats, quota, and whether it has a cache. Asked anew each time.
    ///
    /// # Errors
    /// Those of any call. What an older service does not know is no error, but absent or empty.
    pub async fn capabilities(&self) -> Result<Capabilities> {
        let client = self.cloud.glance_client().await?;
        let (versions, import, stores, image, usage) = future::try_join5(
            async { Ok(client.list_versions_root().send().await?.into_inner()) },
            known(async { Ok(client.get_import_info().send().await?.into_inner()) }),
            known(self.stores().list()),
            known(self.schemas().image()),
            known(self.usage()),
        )
        .await?;
        let schema = image.unwrap_or_default();
        let mut found = Capabilities {
            versions: versions.versions,
            import_methods: import.map(|info| info.import_methods.value).unwrap_or_default(),
            stores,
            disk_formats: allowed(&schema, "disk_format").map(DiskFormat::from).collect(),
            container_formats: allowed(&schema, "container_format").map(ContainerFormat::from).collect(),
            quota: usage,
            cache: false,
        };
        // These versions are listed where the operator has switched the cache on.
        found.cache = ["2.14", "2.16", "2.18"].iter().any(|version| found.has_version(version));
        Ok(found)
    }
}

/// An answer that a service may not have for anybody.
async fn known<T>(call: impl Future<Output = Result<T>>) -> Result<Option<T>, Error> {
    match call.await {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The texts that a schema allows for a member; null may stand among them.
fn allowed<'a>(schema: &'a JsonSchema, member: &str) -> impl Iterator<Item = &'a str> {
    let member = schema.properties.as_ref().and_then(|properties| properties.get(member));
    let values = member.and_then(|member| member.get("enum")).and_then(Value::as_array);
    values.into_iter().flatten().filter_map(Value::as_str)
}
