use std::fmt;
use std::sync::Arc;

use crate::Cloud;
use crate::glance::{ImageVisibility, Images};
use crate::transfer::Observer;

/// A cloud that a copy goes to, and what is special there.
///
/// A [`Cloud`] is a target without anything special.
#[derive(Clone)]
#[must_use]
pub struct Target {
    pub(super) service: Service,
    pub(super) label: Option<String>,
    pub(super) name: Option<String>,
    pub(super) visibility: Option<ImageVisibility>,
    pub(super) store: Option<String>,
    pub(super) observer: Option<Arc<dyn Observer>>,
}

/// The service that takes the image.
#[derive(Clone, Debug)]
pub(super) enum Service {
    Glance(Images),
    #[cfg(feature = "obs")]
    Bucket(Arc<Bucket>),
}

/// IMS, with a bucket on the way there.
#[cfg(feature = "obs")]
pub(super) struct Bucket {
    pub(super) images: crate::ims::Images,
    pub(super) name: String,
    pub(super) format: Option<String>,
    pub(super) body: Box<dyn Fn(String) -> crate::ims::FileImportBody + Send + Sync>,
}

#[cfg(feature = "obs")]
impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket").field("images", &self.images).field("name", &self.name).finish_non_exhaustive()
    }
}

impl Target {
    /// The image service of this cloud.
    pub fn new(cloud: &Cloud) -> Self {
        Self::from(cloud.images())
    }

    /// IMS, by way of a bucket of its region: the data go there under a name of their own, `body` is given that name as
    /// `bucket:object` for its `image_url`, the job is waited for, and the object is removed, whatever happens. Name, tags and the
    /// like are for the body to say: [`CopyRules`](super::CopyRules) do not hold there.
    ///
    /// The object's name ends in the disk format of the source, by which IMS knows what it is, unless `format` names another.
    ///
    /// ```no_run
    /// # async fn story(cloud: cloudimg::Cloud, ims: cloudimg::ims::Ims) -> Result<(), cloudimg::Error> {
    /// use cloudimg::copy::Target;
    /// use cloudimg::ims::CreateImageFromFile;
    ///
    /// let ims = Target::ims(&ims.images(), "my-bucket", None, |object| CreateImageFromFile::new("golden", object, 40));
    /// let copy = cloud.images().copy("image id").to(ims).single().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "obs")]
    pub fn ims<B: Into<crate::ims::FileImportBody>>(
        images: &crate::ims::Images,
        bucket: impl Into<String>,
        format: Option<&str>,
        body: impl Fn(String) -> B + Send + Sync + 'static,
    ) -> Self {
        Self::of(Service::Bucket(Arc::new(Bucket {
            images: images.clone(),
            name: bucket.into(),
            format: format.map(str::to_owned),
            body: Box::new(move |object| body(object).into()),
        })))
    }

    /// What outcomes and messages call it; `target 1`, `target 2` and so on if not said.
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Another name for this copy alone.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Another visibility for this copy alone.
    pub fn with_visibility(mut self, visibility: impl Into<ImageVisibility>) -> Self {
        self.visibility = Some(visibility.into());
        self
    }

    /// The store that takes the data, by its id; the service's default if not said.
    pub fn with_store(mut self, store_id: impl Into<String>) -> Self {
        self.store = Some(store_id.into());
        self
    }

    /// Is told how far the transfer to this target is.
    pub fn with_progress(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }
}

impl From<&Cloud> for Target {
    fn from(cloud: &Cloud) -> Self {
        Self::new(cloud)
    }
}

impl From<Images> for Target {
    fn from(images: Images) -> Self {
        Self::of(Service::Glance(images))
    }
}

impl Target {
    fn of(service: Service) -> Self {
        Self { service, label: None, name: None, visibility: None, store: None, observer: None }
    }
}

impl From<&Images> for Target {
    fn from(images: &Images) -> Self {
        images.clone().into()
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("label", &self.label).field("service", &self.service).finish_non_exhaustive()
    }
}
