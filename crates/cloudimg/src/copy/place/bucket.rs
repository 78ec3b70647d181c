//! A copy that goes to IMS, by way of a bucket.

use std::sync::Arc;

use cloudimg_core::{Error, ErrorKind, Result};
use futures::future::{Either, select};

use super::super::fan::{Branch, Watch};
use super::super::source::as_image;
use super::super::target::Bucket;
use super::super::{Arrived, OPERATION, Remains, Target, invalid};
use super::{Failure, Order, stalled};
use crate::ims::{LeftObject, StreamImport};
use crate::transfer::{Meter, Observer, Progress};

/// IMS and a bucket of its region.
pub(in super::super) struct BucketPlace {
    pub(super) to: Arc<Bucket>,
    pub(super) target: Target,
    pub(super) order: Order,
}

impl BucketPlace {
    pub(super) async fn prepare(&self) -> Result<StreamImport> {
        let Bucket { images, name, format, body } = &*self.to;
        if self.order.options.same_id || self.order.options.skip_if_same {
            return Err(invalid(
                "IMS gives ids by itself and tells no hashes of what it imported: copy there without `with_same_id` and `with_skip_if_same`",
            ));
        }
        if self.target.name.is_some() || self.target.visibility.is_some() || self.target.store.is_some() {
            return Err(invalid("what an image of IMS is called, and where it lies, is for the body of its import to say"));
        }
        let own = self.order.source.image.disk_format.as_ref().map(ToString::to_string);
        let format = format.clone().or(own).unwrap_or_default();
        StreamImport::prepare(images, name, &format, self.order.source.length(), body).await
    }

    pub(super) async fn fill(&self, import: StreamImport, branch: Branch, watch: Watch) -> Result<(Arrived, Remains), Failure> {
        let limit = self.order.options.stall_limit;
        let address = import.address();
        let moved = watch.pulse();
        let told = self.target.observer.clone();
        // A part goes on its way as a whole: until it has arrived, no further bytes are taken.
        let observer = move |progress: &Progress| {
            moved.moved();
            if let Some(observer) = &told {
                observer.observe(progress);
            }
        };
        let observer: Arc<dyn Observer> = Arc::new(observer);
        let meter = Meter::new(Some(observer), Arc::clone(&self.order.clock));
        let made = {
            let importing = std::pin::pin!(import.carry_out(branch.into_stream(), self.order.source.length(), &meter));
            match select(importing, std::pin::pin!(watch.stalled(limit))).await {
                Either::Left((made, _)) => made,
                Either::Right(_) => {
                    let reason = Error::new(ErrorKind::Timeout, "it is removed in the background").with_operation(OPERATION);
                    Err((stalled(limit), Some(LeftObject::new(address, reason))))
                }
            }
        };
        let follows = watch.source_failed();
        let remains = |left: Option<LeftObject>| match left {
            Some(LeftObject { object, reason, .. }) => Remains::Unknown(object, reason),
            None => Remains::Nothing,
        };
        match made {
            Ok(imported) => {
                let image = as_image(&imported.image)?;
                let (bytes, verdict) = (imported.bytes, imported.verdict);
                Ok((Arrived { image, bytes, verdict, skipped: false, left_out: Vec::new() }, remains(imported.left)))
            }
            Err((error, left)) => Err(Failure { follows, ..Failure::new(error, remains(left)) }),
        }
    }
}
