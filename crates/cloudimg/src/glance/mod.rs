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

mod cache;
mod capabilities;
mod images;
mod metadefs;
mod schemas;
mod stores;
mod tasks;

use std::collections::BTreeMap;

pub use cache::Cache;
pub use capabilities::Capabilities;
pub use cloudimg_glance_v2::types;
pub(crate) use images::patch::rules::{is_field as is_image_field, is_settable, text_as_field, why_not_settable};
pub use images::{
    Cleanup, Download, Downloaded, FileDownload, Filter, Hidden, ImageLeft, ImageList, ImagePatch, ImageStream, Images, Import,
    ImportData, ImportFailure, ImportLeft, ImportMethod, ImportState, Imported, Importing, Locations, Members, Stage, Tags,
    Unfinished, Upload, UploadFailure, Uploaded, WriterDownload,
};
pub use metadefs::{
    MetadefAssociations, MetadefNamespaceList, MetadefObjects, MetadefProperties, MetadefTagList, MetadefTags, Metadefs,
};
pub use schemas::Schemas;
pub use stores::Stores;
pub use tasks::{TaskList, Tasks};
pub use types::{
    ContainerFormat, DiskFormat, Image, ImageCreate, ImageSortKey, ImageStatus, ImageVisibility, ImageVisibilityFilter, Member,
    MemberStatus, MemberStatusFilter, SortDirection, UsageEntry,
};

use crate::cloud::Way;
pub use crate::lists::TimeFilter;
pub use crate::transfer::source::ImageData;
use crate::{Cloud, Result};
use cloudimg_auth::image_base;
use cloudimg_core::Session;
pub(crate) use images::Hashing;

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

    /// The address of the image service.
    pub(crate) async fn glance_endpoint(&self) -> Result<String> {
        match &self.way {
            Way::Keystone(keystone) => keystone.image_endpoint().await,
            Way::Direct(direct) => direct.endpoint("image").map(str::to_owned),
            #[cfg(any(feature = "ims", feature = "vmp"))]
            _ => Err(self.lacks("image")),
        }
    }

    /// The client of the image service; the first call finds the endpoint.
    async fn glance_client(&self) -> Result<&cloudimg_glance_v2::Client> {
        self.glance
            .get_or_try_init(|| async {
                let session = self.glance_session()?;
                let endpoint = match &self.way {
                    Way::Keystone(keystone) => keystone.image_endpoint().await?,
                    Way::Direct(direct) => image_base(direct.endpoint("image")?, &direct.session).await?,
                    #[cfg(any(feature = "ims", feature = "vmp"))]
                    _ => return Err(self.lacks("image")),
                };
                Ok(cloudimg_glance_v2::Client::new(&endpoint, session))
            })
            .await
    }

    /// The session of the calls to the image service.
    pub(crate) fn glance_session(&self) -> Result<Session> {
        let session = match &self.way {
            Way::Keystone(keystone) => keystone.session(),
            Way::Direct(direct) => direct.session.clone(),
            #[cfg(any(feature = "ims", feature = "vmp"))]
            _ => return Err(self.lacks("image")),
        };
        Ok(self.session_for("image", session))
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

    /// The stores in which the service keeps image data.
    #[must_use]
    pub fn stores(&self) -> Stores {
        Stores::new(self.cloud.clone())
    }

    /// Work that the service does in the background, for operators.
    #[must_use]
    pub fn tasks(&self) -> Tasks {
        Tasks::new(self.cloud.clone())
    }

    /// The image cache, for operators.
    #[must_use]
    pub fn cache(&self) -> Cache {
        Cache::new(self.cloud.clone())
    }

    /// Definitions of metadata.
    #[must_use]
    pub fn metadefs(&self) -> Metadefs {
        Metadefs::new(self.cloud.clone())
    }

    /// The JSON Schemas of what the service sends and takes.
    #[must_use]
    pub fn schemas(&self) -> Schemas {
        Schemas::new(self.cloud.clone())
    }

    /// The limits of the project and how much of each is used, by their names such as `image_count_total` (a number) and `image_size_total`
    /// (MiB); empty where the operator has set none. (Image API v2, "Quota usage", since 2.13.)
    ///
    /// # Errors
    /// `NotFound` before 2.13.
    pub async fn usage(&self) -> Result<BTreeMap<String, UsageEntry>> {
        Ok(self.cloud.glance_client().await?.get_usage().send().await?.into_inner().usage)
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
