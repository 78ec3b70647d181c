use cloudimg_core::{Error, ErrorKind, Result};

use super::Images;
use crate::ims::jobs::start;
use crate::ims::{Exported, ImageCopy, ImageCopyCrossRegion, ImageExport, Ims, Job, JobKind};

/// Copies and exports. Each call starts a job, and is made again for as long as the service says that too much is at work.
impl Images {
    /// Copies an image within the region, perhaps to encrypt it. (Reference of Open Telekom Cloud, "Replicating an Image Within a Region".)
    ///
    /// # Errors
    /// `InvalidRequest` before anything is sent if the body breaks a rule; `Forbidden` for whole images and those of others, `NotFound`.
    pub async fn copy(&self, id: &str, body: ImageCopy) -> Result<Job<String>> {
        self.check(&body)?;
        start!(self.ims, JobKind::CopyImage, to => to.v1.copy_image_in_region().image_id(id).body(body.clone())).await
    }

    /// Copies an image to the region of `target`, where the job's result is awaited: the id of the copy, once that is active there. The job itself
    /// is one of this region. Huawei Cloud only. (Huawei Cloud's API Explorer, `CopyImageCrossRegion`.)
    ///
    /// # Errors
    /// `InvalidRequest` before anything is sent if the body breaks a rule or `target` is in the image's own region or not in the body's; `Forbidden` for
    /// images that cannot be copied or if the agency lacks rights, `NotFound`, also on Open Telekom Cloud.
    pub async fn copy_to_region(&self, id: &str, body: ImageCopyCrossRegion, target: &Ims) -> Result<Job<String>> {
        self.check(&body)?;
        let here = &self.ims.connection().await?.region;
        let there = &target.connection().await?.region;
        if there != &body.region {
            let what = format!("the copy goes to the region `{}`, but the target given is in `{there}`", body.region);
            return Err(Error::new(ErrorKind::InvalidRequest, what).with_operation("copy_image_cross_region"));
        }
        if self.checks && here == there {
            let what = format!("the image is in `{there}` already; `copy` copies within a region");
            return Err(Error::new(ErrorKind::InvalidRequest, what).with_operation("copy_image_cross_region"));
        }
        start!(self.ims, JobKind::CopyImageCrossRegion, to => to.v1.copy_image_cross_region().image_id(id).body(body.clone()), target).await
    }

    /// Writes an image to a file in a bucket, which must not be there yet. (Reference of Open Telekom Cloud, "Exporting an Image".)
    ///
    /// # Errors
    /// `InvalidRequest` before anything is sent unless there is either a format or a quick export; `Conflict` if the file is there already, `Forbidden`
    /// for whole and public images and those over 128 GB, `NotFound`.
    pub async fn export(&self, id: &str, body: ImageExport) -> Result<Job<Exported>> {
        self.check(&body)?;
        start!(self.ims, JobKind::ExportImage, to => to.v1.export_image().image_id(id).body(body.clone())).await
    }
}
