mod of_image;
mod query;

use std::collections::HashSet;

pub use of_image::ImageTags;
pub use query::ImagesByTags;

use cloudimg_core::Result;

use super::Ims;
use super::v2::Tags as TagValues;

/// How many texts are asked for at once.
const PAGE: i32 = 500;

/// The tags of all images: pairs of keys and values, and texts such as `key.value`, which are two views of the same tags.
#[derive(Clone, Debug)]
pub struct Tags {
    ims: Ims,
}

impl Tags {
    pub(super) fn new(ims: Ims) -> Self {
        Self { ims }
    }

    /// Each key with all the values that it has anywhere in the project. (Reference of Open Telekom Cloud, "Querying All Image Tags".)
    ///
    /// # Errors
    /// Those of any call.
    pub async fn list(&self) -> Result<Vec<TagValues>> {
        let connection = self.ims.connection().await?;
        Ok(connection.v2.list_images_tags().project_id(&connection.project_id).send().await?.into_inner().tags)
    }

    /// All tags as texts. (Reference of Open Telekom Cloud, "Querying Tags".)
    ///
    /// # Errors
    /// Those of any page's call.
    pub async fn texts(&self) -> Result<Vec<String>> {
        let connection = self.ims.connection().await?;
        let (mut all, mut seen) = (Vec::new(), HashSet::new());
        for page in 1.. {
            let texts = connection.v1.list_tags().limit(PAGE).page(page).send().await?.into_inner().tags;
            let known = all.len();
            all.extend(texts.into_iter().filter(|text| seen.insert(text.clone())));
            // Also the end where a service knows no pages, and gives the same ones again.
            if all.len() == known {
                break;
            }
        }
        Ok(all)
    }
}
