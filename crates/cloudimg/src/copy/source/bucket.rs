//! A copy that comes from IMS, by way of a bucket.

use std::sync::Arc;

use cloudimg_core::data::BLOCK;
use cloudimg_core::{Clock, Error, ErrorKind, Result};
use futures::TryStreamExt as _;
use futures::future::{Either, select};
use serde_json::{Value, json, to_value};
use tokio_util::io::ReaderStream;

use super::super::fan::Fan;
use super::super::{ImageCopy, Options, STALL_LIMIT};
use super::Service;
use crate::glance::Image;
use crate::ims::v1::ExportFormat;
use crate::ims::{ImageExport, ImageInfo, Images};
use crate::patches::record;
use crate::transfer::{Limits, Meter, Phase, Progress, Verdict};

/// How many bytes are on their way from the bucket to the targets' buffers.
const PIPE: usize = 1 << 20;

/// IMS and a bucket of its region.
#[derive(Clone, Debug)]
pub(in super::super) struct Bucket {
    images: Images,
    name: String,
    format: ExportFormat,
}

impl Images {
    /// Copies an image to targets that are still to be named, by way of a bucket of the region: the service exports it there in
    /// this format under a name of its own, it is read once and removed, whatever happens. No file is needed in between.
    ///
    /// What the service alone knows of an image (`__...`) stays behind, as it does with [`CopyRules`](crate::copy::CopyRules)
    /// elsewhere.
    ///
    /// ```no_run
    /// # async fn story(ims: cloudimg::ims::Ims, cloud: cloudimg::Cloud) -> Result<(), cloudimg::Error> {
    /// let copy = ims.images().copy_through("my-bucket", "image id", "qcow2").to(&cloud).single().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn copy_through(&self, bucket: impl Into<String>, id: impl Into<String>, format: impl Into<ExportFormat>) -> ImageCopy {
        let bucket = Bucket { images: self.clone(), name: bucket.into(), format: format.into() };
        ImageCopy::new(Service::Bucket(bucket), id.into(), Options::new(STALL_LIMIT))
    }
}

impl Bucket {
    /// The image as it will be exported.
    pub(super) async fn open(&self, id: &str) -> Result<Image> {
        let mut image = as_image(&self.images.get(id).await?)?;
        // Those are of what the service keeps, which an export is not.
        (image.size, image.virtual_size, image.checksum) = (None, None, None);
        (image.os_hash_algo, image.os_hash_value) = (None, None);
        image.disk_format = Some(self.format.as_str().into());
        image.container_format = Some("bare".into());
        let own: Vec<String> = image.extra.keys().filter(|name| is_of_the_service(name)).map(str::to_owned).collect();
        own.iter().for_each(|name| drop(image.extra.remove(name)));
        Ok(image)
    }

    pub(super) async fn endpoint(&self) -> Result<String> {
        self.images.endpoint().await
    }

    pub(super) async fn clock(&self) -> Result<Arc<dyn Clock>> {
        self.images.clock().await
    }

    /// The verdict at the end of the source; nothing if no branch of the fan wants any more before that.
    pub(super) async fn read_into(
        &self,
        id: &str,
        fan: &mut Fan,
        meter: &Meter,
        limits: &Limits,
        clock: &Arc<dyn Clock>,
    ) -> Result<Option<Verdict>> {
        let (writer, reader) = tokio::io::duplex(PIPE);
        let format = self.format.clone();
        let export = self.images.export_to_writer(id, &self.name, |object| ImageExport::new(object).file_format(format), writer);
        let told = meter.clone();
        // How many bytes there are is known once the service has exported them.
        let export = export.with_progress(move |progress: &Progress| match progress.phase {
            Phase::Working { .. } => told.phase(progress.phase.clone(), None),
            Phase::Receiving if progress.bytes == 0 => told.phase(Phase::Receiving, progress.total),
            _ => {}
        });
        let passing = async {
            let mut blocks = ReaderStream::with_capacity(reader, BLOCK / 2);
            while let Some(block) = blocks.try_next().await? {
                limits.pass(block.len() as u64, &**clock).await;
                meter.add(block.len() as u64);
                if !fan.send(block).await {
                    return Ok::<_, Error>(false);
                }
            }
            Ok(true)
        };
        match select(std::pin::pin!(passing), export.into_future()).await {
            // The pipe ends where the export does, well or not.
            Either::Left((passed, export)) => match passed? {
                true => export.await,
                false => return Ok(None),
            },
            Either::Right((exported, passing)) => match exported {
                Ok(exported) => match passing.await? {
                    true => Ok(exported),
                    false => return Ok(None),
                },
                Err(error) => Err(error),
            },
        }
        .map(|fetched| {
            if let Some(left) = &fetched.left {
                tracing::warn!(object = left.object, cause = %left.reason, "a temporary object is left: its removal failed");
            }
            Some(fetched.verdict)
        })
    }
}

/// What IMS says of images in words of its own.
fn is_of_the_service(name: &str) -> bool {
    name.starts_with('_') || ["active_at", "enterprise_project_id", "max_ram", "virtual_env_type", "updated_time"].contains(&name)
}

/// The record of an image of IMS as that of an OpenStack image, which it resembles.
///
/// # Errors
/// `Decode` if it cannot be.
pub(in super::super) fn as_image(info: &ImageInfo) -> Result<Image> {
    let mut members = record(to_value(info))?;
    for (name, value) in [
        ("visibility", json!("private")),
        ("protected", json!(false)),
        ("min_ram", json!(0)),
        ("min_disk", json!(0)),
        ("tags", json!([])),
        ("created_at", json!("")),
        ("updated_at", json!("")),
    ] {
        members.entry(name).or_insert(value);
    }
    serde_json::from_value(Value::Object(members)).map_err(|error| {
        Error::new(ErrorKind::Decode, format!("the image {} is there, but its record is no image's: {error}", info.id))
    })
}
