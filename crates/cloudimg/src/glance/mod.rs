//! The image service of OpenStack (Image API v2).
//!
//! ```no_run
//! use cloudimg::{Cloud, glance::{ImageCreate, ImageData}};
//!
//! # async fn story() -> Result<(), cloudimg::Error> {
//! let cloud = Cloud::from_env()?;
//! let images = cloud.images();
//!
//! let image = images.create(ImageCreate::new().name("tiny").disk_format("raw").container_format("bare")).await?;
//! images.upload(&image.id, ImageData::path("tiny.img").await?).await?;
//!
//! let mut list = images.list().tag("production").items();
//! while let Some(image) = list.next().await {
//!     println!("{}", image?.id);
//! }
//! # Ok(())
//! # }
//! ```

mod images;

pub use cloudimg_glance_v2::types;
pub use images::{Download, Filter, Hidden, ImageData, ImageList, ImagePatch, Images, Members, Tags, TimeFilter};
pub use types::{
    ContainerFormat, DiskFormat, Image, ImageCreate, ImageSortKey, ImageStatus, ImageVisibility, ImageVisibilityFilter, Member,
    MemberStatus, MemberStatusFilter, SortDirection,
};

use crate::{Cloud, Result};

impl Cloud {
    /// The image service of OpenStack.
    #[must_use]
    pub fn glance(&self) -> Glance {
        Glance { cloud: self.clone() }
    }

    /// The images of the image service: short for `glance().images()`.
    #[must_use]
    pub fn images(&self) -> Images {
        self.glance().images()
    }

    /// The client of the image service; the first call finds the endpoint.
    async fn glance_client(&self) -> Result<&cloudimg_glance_v2::Client> {
        self.glance
            .get_or_try_init(|| async {
                let endpoint = self.keystone.image_endpoint().await?;
                Ok(cloudimg_glance_v2::Client::new(&endpoint, self.keystone.session()))
            })
            .await
    }
}

/// The image service of a cloud.
#[derive(Clone, Debug)]
pub struct Glance {
    cloud: Cloud,
}

impl Glance {
    /// Images: their records and their data.
    #[must_use]
    pub fn images(&self) -> Images {
        Images::new(self.cloud.clone())
    }

    /// The generated client, for calls that the facade does not have yet; outside this crate's promise of stability.
    ///
    /// # Errors
    /// Those of signing in and of finding the service.
    #[cfg(feature = "raw")]
    pub async fn raw(&self) -> Result<cloudimg_glance_v2::Client> {
        self.cloud.glance_client().await.cloned()
    }
}
