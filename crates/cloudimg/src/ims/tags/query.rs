use cloudimg_core::{Error, ErrorKind, Page, Result};

use super::Tags;
use crate::ims::v2::{ImagesByTagsAction, ImagesByTagsQuery, ShowImageByTagsResource};
use crate::ims::{Check as _, Ims};
use crate::lists::{Reading, reading};

impl Tags {
    /// The images that fit `query`, fetched as they are read. (Reference of Open Telekom Cloud, "Querying Images by Tag".)
    #[must_use]
    pub fn images(&self, query: ImagesByTagsQuery) -> ImagesByTags {
        ImagesByTags { ims: self.ims.clone(), query, reading: Reading::default() }
    }

    /// How many images fit `query`.
    ///
    /// # Errors
    /// `InvalidRequest` before anything is sent if the query breaks a rule.
    pub async fn count(&self, mut query: ImagesByTagsQuery) -> Result<u64> {
        query.action = ImagesByTagsAction::Count;
        (query.limit, query.offset) = (None, None);
        query.check()?;
        let to = self.ims.connection().await?;
        let answer = to.v2.list_image_by_tags().project_id(&to.project_id).body(query).send().await?.into_inner();
        let count = answer.total_count.and_then(|count| u64::try_from(count).ok());
        count.ok_or_else(|| Error::new(ErrorKind::Decode, "the count is missing").with_operation("list_image_by_tags"))
    }
}

/// A list of images by their tags. Nothing is sent before it is read. The marker is the number of rows before a page.
#[derive(Clone, Debug)]
pub struct ImagesByTags {
    ims: Ims,
    query: ImagesByTagsQuery,
    reading: Reading,
}

reading!(ImagesByTags, ShowImageByTagsResource, page, ims);

async fn page(ims: &Ims, mut query: ImagesByTagsQuery, marker: Option<String>) -> Result<Page<ShowImageByTagsResource>> {
    query.action = ImagesByTagsAction::Filter;
    // The service gives ten rows where nothing is said.
    query.limit.get_or_insert_with(|| "1000".to_owned());
    if marker.is_some() {
        query.offset = marker;
    }
    query.check()?;
    let offset: u64 = query.offset.as_deref().unwrap_or("0").parse().unwrap_or_default();
    let to = ims.connection().await?;
    let page = to.v2.list_image_by_tags().project_id(&to.project_id).body(query).send().await?.into_inner();
    let rows = page.resources.unwrap_or_default();
    let seen = offset.saturating_add(rows.len() as u64);
    let is_last =
        rows.is_empty() || page.total_count.and_then(|count| u64::try_from(count).ok()).is_some_and(|count| seen >= count);
    Ok(Page::new(rows, (!is_last).then(|| seen.to_string())))
}
