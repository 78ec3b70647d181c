use std::sync::Arc;
use std::time::Duration;

use cloudimg_core::{Clock, Error, ErrorKind, Result};
use futures::future::{Either, select};

use super::Remains;
use crate::glance::Images;

/// How often an image that may still be about to be made is looked for, and the pause between.
const LOOKS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

/// An image at a target that is not whole yet. If this is dropped, the image is deleted in the background.
#[derive(Debug)]
pub(super) struct Half {
    images: Images,
    clock: Arc<dyn Clock>,
    id: String,
    /// Whether it is known to be there.
    made: bool,
    /// Whether it is to be deleted when this is dropped.
    armed: bool,
}

impl Half {
    /// An image that is about to be made. One whose id was `chosen` by others is deleted only once it is known to be ours.
    pub(super) fn new(images: &Images, clock: &Arc<dyn Clock>, id: &str, chosen: bool) -> Self {
        Self { images: images.clone(), clock: Arc::clone(clock), id: id.to_owned(), made: false, armed: !chosen }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// It is there, under the id that the service gave it.
    pub(super) fn is_made(&mut self, id: String) {
        (self.id, self.made, self.armed) = (id, true, true);
    }

    /// It is whole, or is to be left as it is.
    pub(super) fn keep(mut self) -> String {
        self.armed = false;
        std::mem::take(&mut self.id)
    }

    /// Deletes it, if that is done within `limit`.
    pub(super) async fn remove(mut self, limit: Duration) -> Remains {
        if !self.armed {
            return Remains::Nothing;
        }
        let removal = std::pin::pin!(remove(&self.images, &self.clock, &self.id, self.made));
        let removed = match select(removal, self.clock.sleep(limit)).await {
            Either::Left((removed, _)) => removed,
            Either::Right(_) => Err(Error::new(ErrorKind::Timeout, "the target did not delete it in time")),
        };
        match removed {
            Ok(()) => {
                self.armed = false;
                Remains::Nothing
            }
            // Tried again in the background, by the drop.
            Err(error) => Remains::Unknown(self.id.clone(), error),
        }
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if !self.armed {
            return;
        }
        let (images, clock, made) = (self.images.clone(), Arc::clone(&self.clock), self.made);
        let id = std::mem::take(&mut self.id);
        runtime.spawn(async move {
            if let Err(error) = remove(&images, &clock, &id, made).await {
                tracing::warn!(%id, %error, "a copy was given up, and what it made at the target could not be deleted");
            }
        });
    }
}

async fn remove(images: &Images, clock: &Arc<dyn Clock>, id: &str, made: bool) -> Result<()> {
    // A call that makes an image may arrive after the one that deletes it.
    for _ in 1..LOOKS {
        if images.delete_if_exists(id).await? || made {
            return Ok(());
        }
        clock.sleep(PAUSE).await;
    }
    images.delete_if_exists(id).await.map(drop)
}
