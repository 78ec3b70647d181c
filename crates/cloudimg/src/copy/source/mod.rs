//! Where a copy comes from.

#[cfg(feature = "obs")]
mod bucket;

use std::sync::Arc;

use cloudimg_core::{Clock, Error, ErrorKind, Result};
use futures::TryStreamExt as _;

use super::OPERATION;
use super::fan::Fan;
use crate::glance::{Image, Images};
use crate::transfer::{Algorithm, Limits, Meter, Phase, Verdict};
#[cfg(feature = "obs")]
pub(super) use bucket::{Bucket, as_image};

/// The service that has the image.
#[derive(Clone, Debug)]
pub(super) enum Service {
    Glance(Images),
    #[cfg(feature = "obs")]
    Bucket(Bucket),
}

/// An image that can be read.
#[derive(Clone, Debug)]
pub(super) struct Source {
    service: Service,
    pub(super) image: Image,
}

impl Service {
    pub(super) async fn clock(&self) -> Result<Arc<dyn Clock>> {
        match self {
            Self::Glance(images) => Ok(images.cloud().clock()),
            #[cfg(feature = "obs")]
            Self::Bucket(bucket) => bucket.clock().await,
        }
    }
}

impl Source {
    /// The image, if it has data that can be copied.
    pub(super) async fn open(service: Service, id: &str) -> Result<Self> {
        let image = match &service {
            Service::Glance(images) => images.get(id).await?,
            #[cfg(feature = "obs")]
            Service::Bucket(bucket) => bucket.open(id).await?,
        };
        if !["active", "deactivated"].contains(&image.status.as_str()) {
            let what = format!("the image {id} is {}: it has no data to copy", image.status);
            return Err(Error::new(ErrorKind::Conflict, what).with_operation(OPERATION));
        }
        if image.size == Some(0) && image.extra.contains_key("block_device_mapping") {
            let what = format!(
                "the image {id} has no data of its own: it stands for snapshots of volumes, which do not leave their cloud"
            );
            return Err(Error::new(ErrorKind::Conflict, what).with_operation(OPERATION));
        }
        Ok(Self { service, image })
    }

    /// The hash that the bytes will prove to have before they end, if the service tells one that is known here.
    pub(super) fn hash(&self) -> Option<(Algorithm, &str)> {
        Algorithm::named(self.image.os_hash_algo.as_deref()?).zip(self.image.os_hash_value.as_deref())
    }

    /// The address of its service.
    pub(super) async fn endpoint(&self) -> Result<String> {
        match &self.service {
            Service::Glance(images) => images.cloud().glance_endpoint().await,
            #[cfg(feature = "obs")]
            Service::Bucket(bucket) => bucket.endpoint().await,
        }
    }

    pub(super) fn length(&self) -> Option<u64> {
        self.image.size.and_then(|size| u64::try_from(size).ok())
    }

    /// Reads it to its end, if as many want it; tells all branches of the fan how that was.
    pub(super) async fn read(
        &self,
        mut fan: Fan,
        meter: &Meter,
        limits: &Limits,
        clock: &Arc<dyn Clock>,
    ) -> Result<Option<Verdict>> {
        match self.read_into(&mut fan, meter, limits, clock).await {
            Ok(verdict) => {
                if verdict.is_some() {
                    fan.end();
                }
                Ok(verdict)
            }
            Err(error) => {
                fan.fail(&error);
                Err(error)
            }
        }
    }

    /// The verdict at the end of the source; nothing if no branch of the fan wants any more before that.
    async fn read_into(&self, fan: &mut Fan, meter: &Meter, limits: &Limits, clock: &Arc<dyn Clock>) -> Result<Option<Verdict>> {
        match &self.service {
            Service::Glance(images) => self.read_glance(images, fan, meter, limits, clock).await,
            #[cfg(feature = "obs")]
            Service::Bucket(bucket) => bucket.read_into(&self.image.id, fan, meter, limits, clock).await,
        }
    }

    async fn read_glance(
        &self,
        images: &Images,
        fan: &mut Fan,
        meter: &Meter,
        limits: &Limits,
        clock: &Arc<dyn Clock>,
    ) -> Result<Option<Verdict>> {
        meter.phase(Phase::Receiving, self.length());
        if self.length() == Some(0) {
            return Ok(Some(Verdict::Unverifiable("it has no bytes".to_owned())));
        }
        let mut stream = images.download(&self.image.id).await?;
        while let Some(block) = stream.try_next().await? {
            limits.pass(block.len() as u64, &**clock).await;
            meter.add(block.len() as u64);
            if !fan.send(block).await {
                return Ok(None);
            }
        }
        let unknown = || Verdict::Unverifiable("its stream ended without a verdict".to_owned());
        Ok(Some(stream.verdict().cloned().unwrap_or_else(unknown)))
    }
}
