//! Imports: the service gets the data of an image by itself, and is waited for to the true end of that.

mod begin;
mod check;
mod data;
mod failure;
mod handle;
mod judge;
mod method;
mod outcome;
mod refusal;
mod state;
mod ticket;
mod unfinished;
mod watch;

pub use begin::Import;
pub use data::ImportData;
pub use failure::{ImportFailure, ImportLeft};
pub use handle::Importing;
pub use method::ImportMethod;
pub use outcome::Imported;
pub use state::ImportState;
pub use unfinished::Unfinished;

use cloudimg_core::Result;

use super::Images;

impl Images {
    /// Lets the service get the data of an image by itself. (Image API v2, "Import an image".)
    ///
    /// Awaited, it is begun, and an [`Importing`] knows how it ends; [`wait`](Import::wait) does both.
    ///
    /// ```no_run
    /// use cloudimg::glance::ImportMethod;
    ///
    /// # async fn story(images: cloudimg::glance::Images, id: &str) -> Result<(), cloudimg::Error> {
    /// let from = ImportMethod::web_download("https://files.example.com/disk.img");
    /// let imported = images.import(id, from).with_stores(["fast", "slow"]).with_partial_success().wait().await?;
    /// if imported.is_partial() {
    ///     println!("{} lacks the stores {:?}", imported.image.id, imported.failed);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn import(&self, id: impl Into<String>, method: ImportMethod) -> Import {
        Import::new(self.clone(), id.into(), method)
    }

    /// The import of which an [`Importing::ticket`] tells, to be waited for again; it may have ended meanwhile.
    ///
    /// # Errors
    /// `InvalidRequest` for a text that tells of no import, `Configuration` for one of another region or project, and those of signing in.
    pub async fn attach_import(&self, ticket: &str) -> Result<Importing> {
        Importing::attach(self, ticket).await
    }
}

/// The names in a list that is one text.
fn names(list: Option<&str>) -> Vec<String> {
    list.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
