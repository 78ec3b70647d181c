use std::future::IntoFuture;

use cloudimg_core::{ErrorKind, Result};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::Images;
use crate::vmp::types::ImageRemove;
use crate::vmp::{Vmp, check_id};

impl Images {
    /// Removes an image of the account. Instances made from it stay. (`Vmpremoveimage`.)
    #[must_use = "nothing is removed before it is awaited"]
    pub fn remove(&self, id: impl Into<String>) -> Removal {
        Removal { vmp: self.vmp.clone(), id: id.into(), with_body: false }
    }

    /// Removes an image, and says whether it was there.
    ///
    /// # Errors
    /// Those of [`remove`](Self::remove) but `NotFound`.
    pub async fn remove_if_exists(&self, id: impl Into<String>) -> Result<bool> {
        match self.remove(id).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// An image to be removed; await it.
///
/// # Errors
/// `NotFound`, `Forbidden` for public images and those of others, and `InvalidRequest` before anything is sent for what cannot be an id.
#[derive(Clone, Debug)]
pub struct Removal {
    vmp: Vmp,
    id: String,
    with_body: bool,
}

impl Removal {
    /// Sends the id in a body as well, as the provider's SDK for Go does; its SDK for Python sends none.
    #[must_use]
    pub fn with_body(mut self) -> Self {
        self.with_body = true;
        self
    }

    async fn carry_out(self) -> Result<()> {
        check_id(&self.id)?;
        let client = self.vmp.client()?;
        if self.with_body {
            client.remove_image_with_body().image_id(&self.id).body(ImageRemove::new(&self.id)).send().await?;
        } else {
            client.remove_image().image_id(&self.id).send().await?;
        }
        Ok(())
    }
}

impl IntoFuture for Removal {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'static, Result<()>>;

    fn into_future(self) -> Self::IntoFuture {
        self.carry_out().boxed()
    }
}
