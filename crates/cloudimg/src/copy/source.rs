//! Where a copy comes from.

use std::sync::Arc;

use cloudimg_core::{Clock, Error, ErrorKind, Result};
use futures::TryStreamExt as _;

use super::OPERATION;
use super::fan::Fan;
use crate::glance::{Image, Images};
use crate::transfer::{Limits, Meter, Phase, Verdict};

/// An image that can be read.
#[derive(Clone, Debug)]
pub(super) struct Source {
    images: Images,
    pub(super) image: Image,
}

impl Source {
    /// The image, if it has data that can be copied.
    pub(super) async fn open(images: Images, id: &str) -> Result<Self> {
        let image = images.get(id).await?;
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
        Ok(Self { images, image })
    }

    /// The address of its service.
    pub(super) async fn endpoint(&self) -> Result<String> {
        self.images.cloud().glance_endpoint().await
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
        meter.phase(Phase::Receiving, self.length());
        if self.length() == Some(0) {
            return Ok(Some(Verdict::Unverifiable("it has no bytes".to_owned())));
        }
        let mut stream = self.images.download(&self.image.id).await?;
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
