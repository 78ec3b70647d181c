use cloudimg_core::{Page, Result};

use crate::Cloud;
use crate::glance::types::{MetadefSortKey, MetadefTag, MetadefTagCreate, MetadefTagsCreate, SortDirection};
use crate::lists::{Reading, conditions, reading, set};

/// The tags that one namespace proposes.
#[derive(Clone, Debug)]
pub struct MetadefTags {
    cloud: Cloud,
    namespace: String,
}

impl MetadefTags {
    pub(super) fn new(cloud: Cloud, namespace: String) -> Self {
        Self { cloud, namespace }
    }

    /// The tags, fetched as they are read. The service gives no link to a next page: each begins after the last tag of the one before.
    #[must_use]
    pub fn list(&self) -> MetadefTagList {
        let query = Query { namespace: self.namespace.clone(), limit: None, sort_key: None, sort_dir: None };
        MetadefTagList { cloud: self.cloud.clone(), query, reading: Reading::default() }
    }

    /// One tag, with its times.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&self, name: &str) -> Result<MetadefTag> {
        let client = self.cloud.glance_client().await?;
        Ok(client.show_metadef_tag().namespace(&self.namespace).tag_name(name).send().await?.into_inner())
    }

    /// Makes a tag of up to 80 characters. Services read a name outside ASCII as Latin-1, and make one of other letters; [`append`](Self::append)
    /// takes any, but no call finds such a tag alone again.
    ///
    /// # Errors
    /// `Conflict` if it is there already, `NotFound` without such a namespace, `Forbidden`.
    pub async fn create(&self, name: &str) -> Result<MetadefTag> {
        let client = self.cloud.glance_client().await?;
        Ok(client.create_metadef_tag().namespace(&self.namespace).tag_name(name).send().await?.into_inner())
    }

    /// Sets these tags and no others.
    ///
    /// # Errors
    /// `Conflict` for a tag that comes twice, `NotFound` without such a namespace, `Forbidden`.
    pub async fn replace<T: Into<String>>(&self, names: impl IntoIterator<Item = T>) -> Result<()> {
        self.send(names, false).await
    }

    /// Adds these tags. (Since release Xena; older services drop the tags that there were.)
    ///
    /// # Errors
    /// `Conflict` for a tag that is there already or comes twice, `NotFound` without such a namespace, `Forbidden`.
    pub async fn append<T: Into<String>>(&self, names: impl IntoIterator<Item = T>) -> Result<()> {
        self.send(names, true).await
    }

    async fn send<T: Into<String>>(&self, names: impl IntoIterator<Item = T>, append: bool) -> Result<()> {
        let tags: Vec<_> = names.into_iter().map(MetadefTagCreate::new).collect();
        let call = self.cloud.glance_client().await?.create_metadef_tags().namespace(&self.namespace);
        let call = if append { call.x_openstack_append(true) } else { call };
        call.body(MetadefTagsCreate::new(tags)).send().await?;
        Ok(())
    }

    /// Gives a tag another name.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` if the new name is taken, `Forbidden`.
    pub async fn rename(&self, name: &str, new_name: &str) -> Result<MetadefTag> {
        let client = self.cloud.glance_client().await?;
        let call = client.update_metadef_tag().namespace(&self.namespace).tag_name(name);
        Ok(call.body(MetadefTagCreate::new(new_name)).send().await?.into_inner())
    }

    /// Deletes a tag.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` also in a protected namespace.
    pub async fn delete(&self, name: &str) -> Result<()> {
        let client = self.cloud.glance_client().await?;
        client.delete_metadef_tag().namespace(&self.namespace).tag_name(name).send().await?;
        Ok(())
    }

    /// Deletes all tags.
    ///
    /// # Errors
    /// `NotFound` without such a namespace, `Forbidden` also if it is protected.
    pub async fn delete_all(&self) -> Result<()> {
        self.cloud.glance_client().await?.delete_metadef_tags().namespace(&self.namespace).send().await?;
        Ok(())
    }
}

/// A list of the tags of a namespace. Nothing is sent before it is read.
#[derive(Clone, Debug)]
pub struct MetadefTagList {
    cloud: Cloud,
    query: Query,
    reading: Reading,
}

#[derive(Clone, Debug)]
struct Query {
    namespace: String,
    limit: Option<i64>,
    sort_key: Option<MetadefSortKey>,
    sort_dir: Option<SortDirection>,
}

impl MetadefTagList {
    conditions! {
        /// Fetched in pages of so many tags; the service has a limit of its own (1,000 by default) and a size for when nothing is said (25 by default).
        with_page_size(tags: u32) -> limit = tags.into();
    }

    /// Sorted by this key; the newest come first if not said.
    #[must_use]
    pub fn sort(mut self, key: impl Into<MetadefSortKey>, direction: SortDirection) -> Self {
        self.query.sort_key = Some(key.into());
        self.query.sort_dir = Some(direction);
        self
    }
}

reading!(MetadefTagList, MetadefTag, page);

async fn page(cloud: &Cloud, query: Query, marker: Option<String>) -> Result<Page<MetadefTag>> {
    let mut call = cloud.glance_client().await?.list_metadef_tags().namespace(query.namespace);
    set!(call, query: limit, sort_key, sort_dir);
    if let Some(marker) = marker {
        call = call.marker(marker);
    }
    let page = call.send().await?.into_inner();
    Ok(Page::after_last(page.tags, |tag| tag.name.clone()))
}
