//! The Image Management Service (IMS) of Huawei Cloud and Open Telekom Cloud.
//!
//! ```no_run
//! use cloudimg::credentials::AkSk;
//! use cloudimg::ims::{CreateImageFromServer, Ims};
//!
//! # async fn story() -> Result<(), cloudimg::Error> {
//! let keys = AkSk::builder("access key", "secret key").build()?;
//! let ims = Ims::builder().region("eu-de").keys(keys).build()?;
//!
//! let mut images = ims.images().list().visibility("private").items();
//! while let Some(image) = images.next().await {
//!     println!("{}", image?.id);
//! }
//! let job = ims.images().create_from_server(CreateImageFromServer::new("golden", "server id")).await?;
//! println!("image {}", job.await?);
//! # Ok(())
//! # }
//! ```
//!
//! Nearly all work is a [`Job`]: awaited it gives its result, and read as a stream its states.

mod connection;
mod images;
mod jobs;
mod lookup;
mod members;
#[cfg(feature = "obs")]
mod obs;
mod place;
mod settings;
mod tags;

pub(crate) use connection::Connection;

pub use cloudimg_auth::huawei::Operator;
pub use cloudimg_core::ims::{Check, meaning};
pub use cloudimg_ims_v1::types as v1;
pub use cloudimg_ims_v2::jobs::{JobFailure, JobState};
pub use cloudimg_ims_v2::types as v2;
pub use images::{Deletion, ImageList, ImageUpdate, Images, Support};
pub use jobs::{Exported, Job, JobKind, JobOutcome};
pub use members::{MemberList, Members};
#[cfg(all(feature = "obs", feature = "glance"))]
pub(crate) use obs::StreamImport;
#[cfg(feature = "obs")]
pub use obs::{Fetched, FileExport, FileImport, FileImportBody, Imported, LeftObject};
pub use settings::ImsBuilder;
pub use tags::{ImageTags, ImagesByTags, Tags};
pub use v1::{
    CreateWholeImageFromBackup, CreateWholeImageFromServer, DataImageCreate, ImageCopy, ImageCopyCrossRegion, ImageExport,
    ImageMember, MembersChange, MembershipsUpdate, OsTag, OsVersionList, QuotaInfo, ResourceTag,
};
pub use v2::{
    CreateImageFromDisks, CreateImageFromFile, CreateImageFromServer, CreateImageFromVolume, DataImageFromDisk, DataImageFromFile,
    DataImageSource, ImageInfo, ImageStatus, ImagesByTagsAction, ImagesByTagsQuery, JobEntitiesResult as MemberResult, JobStatus,
    QuickImportImageByFile, TagKeyValue,
};

use cloudimg_auth::huawei::Chain;
use cloudimg_core::poller::Rhythm;
use cloudimg_core::{Error, ErrorKind};

use crate::cloud::Way;
pub use crate::lists::TimeFilter;
use crate::{Cloud, Result};
use connection::Source;

impl Cloud {
    /// The Image Management Service, for the token's project: at the endpoint that the settings give for `ims`, or at the catalog's for `image`, the type
    /// that it shares with OpenStack's.
    #[must_use]
    pub fn ims(&self) -> Ims {
        match &self.way {
            Way::AkSk(ims) => ims.clone(),
            _ => Ims { source: Source::Cloud(Box::new(self.clone())), rhythm: Rhythm::default() },
        }
    }
}

/// The Image Management Service of a region, for one project.
#[derive(Clone, Debug)]
pub struct Ims {
    source: Source,
    rhythm: Rhythm,
}

impl Ims {
    /// The service as it is reached without an identity service: by access key or a token from elsewhere.
    #[must_use]
    pub fn builder() -> ImsBuilder {
        ImsBuilder::default()
    }

    /// The service as the environment tells of it: the region by `HUAWEICLOUD_SDK_REGION` (or `OS_REGION_NAME`), its endpoint by
    /// `HUAWEICLOUD_SDK_REGION_IMS_EU_DE` and its like if it is another than the region's, and keys wherever a [`Chain`]
    /// finds them. Nothing is sent.
    ///
    /// # Errors
    /// `Configuration`, naming the variable that is missing or wrong.
    pub fn from_env() -> Result<Self> {
        ImsBuilder::from_chain(Chain::new())?.build()
    }

    /// Jobs are asked after in this rhythm, and given up after its patience; [`Rhythm::default`] if not said.
    #[must_use]
    pub fn with_rhythm(mut self, rhythm: Rhythm) -> Self {
        self.rhythm = rhythm;
        self
    }

    /// Images: lists, making, changing, copying, exporting, deleting.
    #[must_use]
    pub fn images(&self) -> Images {
        Images::new(self.clone())
    }

    /// Sharing: with whom, and what they make of it.
    #[must_use]
    pub fn members(&self) -> Members {
        Members::new(self.clone())
    }

    /// The tags of all images, and images by their tags.
    #[must_use]
    pub fn tags(&self) -> Tags {
        Tags::new(self.clone())
    }

    /// The job that [`Job::detach`] made `text` of, to be waited for here.
    ///
    /// # Errors
    /// `InvalidRequest` if `text` tells of no job or of one with another result, `Configuration` if it belongs to another region or project, and
    /// those of signing in.
    pub async fn attach<T: JobOutcome>(&self, text: &str) -> Result<Job<T>> {
        Job::attach(self, text).await
    }

    /// The quotas of the project. (Reference of Open Telekom Cloud, "Querying the Image Quota".)
    ///
    /// # Errors
    /// Those of any call.
    pub async fn quota(&self) -> Result<Vec<QuotaInfo>> {
        Ok(self.connection().await?.v1.show_image_quota().send().await?.into_inner().quotas.resources)
    }

    /// The operating systems that images can have, by platform; with `features` those that have all of them. Huawei Cloud only. (Huawei Cloud's API
    /// Explorer, `ListOsVersions`.)
    ///
    /// # Errors
    /// `NotFound` on Open Telekom Cloud.
    pub async fn os_versions(&self, features: impl IntoIterator<Item = OsTag>) -> Result<Vec<OsVersionList>> {
        let features: Vec<_> = features.into_iter().collect();
        let call = self.connection().await?.v1.list_os_versions();
        let call = if features.is_empty() { call } else { call.tag(features) };
        Ok(call.send().await?.into_inner())
    }

    /// The id of the project.
    ///
    /// # Errors
    /// Those of signing in.
    pub async fn project_id(&self) -> Result<String> {
        Ok(self.connection().await?.project_id.clone())
    }

    /// The generated clients of versions 1 and 2, for calls that the facade does not have yet; outside this crate's promise of stability.
    ///
    /// # Errors
    /// Those of signing in and of finding the service.
    #[cfg(feature = "raw")]
    pub async fn raw(&self) -> Result<(cloudimg_ims_v1::Client, cloudimg_ims_v2::Client)> {
        let connection = self.connection().await?;
        Ok((connection.v1.clone(), connection.v2.clone()))
    }
}

/// Whether the endpoint has no such call, which one of the two operators leaves out.
fn is_unserved(error: &Error) -> bool {
    matches!(error.status(), Some(404 | 405)) && error.code().is_none_or(|code| !code.starts_with("IMG."))
}

fn missing(key: &str, what: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("`{key}` is missing: {what}"))
}
