mod create;
mod list;
mod preheat;
mod remove;
mod sort;

pub use create::{CreateFromInstance, CreateFromUrl};
pub use list::ImageList;
pub use remove::Removal;

use cloudimg_core::{Error, ErrorKind, Result};

use super::{Building, Image, Vmp, check_id};

/// The images that the account can use.
#[derive(Clone, Debug)]
pub struct Images {
    vmp: Vmp,
}

impl Images {
    pub(super) fn new(vmp: Vmp) -> Self {
        Self { vmp }
    }

    /// The image with this id, read from the list: the service has no other call for it. (`Vmpqueryimage`.)
    ///
    /// # Errors
    /// `NotFound`, and `InvalidRequest` before anything is sent for what cannot be an id.
    pub async fn get(&self, id: &str) -> Result<Image> {
        check_id(id)?;
        let found = self.vmp.client()?.list_images().ids(id).send().await?.into_inner().images;
        // A service that does not know the condition would answer with all.
        let found = found.into_iter().find(|image| image.id == id);
        found.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no image {id}")).with_operation("list_images"))
    }

    /// An image that is being made, begun here or elsewhere, to be waited for.
    ///
    /// # Errors
    /// `InvalidRequest` for what cannot be an id.
    pub fn attach(&self, id: impl Into<String>) -> Result<Building> {
        Building::new(&self.vmp, id.into())
    }
}
