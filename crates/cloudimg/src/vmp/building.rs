use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use cloudimg_core::Result;
use cloudimg_core::poller::Rhythm;
use futures::Stream;

use super::watched::Watched;
use super::{Image, ImageState, Vmp, check_id};

/// An image that is being made: awaited it gives the image once that is `ACTIVE`, and read as a stream its states, after whose end the image can
/// still be awaited.
///
/// Nothing is asked before that. Dropping it stops the asking, not the making; [`Images::attach`](super::Images::attach) goes on from the id.
/// An image that becomes `INACTIVE` is an error of the kind `JobFailed` that names it. Being told to slow down is waited out, a passing failure
/// borne three times in a row.
#[must_use = "the image is made anyway, but only who awaits it learns how that ends"]
pub struct Building {
    id: String,
    watched: Watched<ImageState, Image>,
}

impl Building {
    pub(super) fn new(vmp: &Vmp, id: String) -> Result<Self> {
        check_id(&id)?;
        Ok(Self { watched: Watched::new(vmp.looking()?.made(&id), vmp.rhythm), id })
    }

    /// The image's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Asked after in this rhythm.
    pub fn with_rhythm(self, rhythm: Rhythm) -> Self {
        Self { watched: self.watched.with_rhythm(rhythm), ..self }
    }

    /// Given up with a `Timeout` after this long; the image is made anyway.
    pub fn with_limit(self, limit: Duration) -> Self {
        Self { watched: self.watched.with_limit(limit), ..self }
    }
}

impl Stream for Building {
    type Item = Result<ImageState>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.watched.poll_state(cx)
    }
}

impl Future for Building {
    type Output = Result<Image>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Image>> {
        while ready!(self.watched.poll_state(cx)).is_some() {}
        Poll::Ready(self.watched.result())
    }
}

impl fmt::Debug for Building {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Building").field(&self.id).finish()
    }
}
