use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use cloudimg_core::poller::{Poller, Rhythm};
use cloudimg_core::{Error, ErrorKind, Result};
use futures::Stream;

use super::ticket::Ticket;
use super::watch::Watch;
use super::{ImportState, Imported, Unfinished};
use crate::glance::images::Images;
use crate::transfer::{Meter, Observer, Phase};

/// An import that was begun: awaited it gives what came of it, and read as a stream its states, after whose end that can still be awaited.
///
/// The end is that of the service's work: the status of an image alone tells of none, nor does any status tell of a failure. Nothing is asked
/// before it is polled. Dropping it stops the asking, not the import; [`detach`](Self::detach) makes a text of it, from which another process can
/// go on by [`Images::attach_import`]. Being told to slow down is waited out, a passing failure borne three times in a row.
///
/// # Errors
/// `JobFailed` for an import that failed, of which [`ImportFailure::of`](super::ImportFailure::of) has the details: why, and what the image was
/// left in. `Corrupt` for data of another hash than was expected. All others end the wait and not the import, such as `Timeout` for a wait that is
/// given up: [`Unfinished::of`] has the ticket of that.
#[must_use = "the import goes on by itself, but only who awaits it learns how it ends"]
pub struct Importing {
    watch: Arc<Watch>,
    rhythm: Rhythm,
    observer: Option<Arc<dyn Observer>>,
    meter: Option<Meter>,
    told: Option<(Vec<String>, u64)>,
    last: Option<ImportState>,
    progress: Progress,
}

enum Progress {
    Unasked,
    Watched(Box<Poller<'static, ImportState, Imported>>),
    Failed(Error),
}

impl Importing {
    pub(super) fn new(images: &Images, ticket: Ticket, rhythm: Rhythm, observer: Option<Arc<dyn Observer>>) -> Self {
        let watch = Arc::new(Watch::new(images, ticket));
        Self { watch, rhythm, observer, meter: None, told: None, last: None, progress: Progress::Unasked }
    }

    pub(super) async fn attach(images: &Images, text: &str) -> Result<Self> {
        let ticket: Ticket = text.parse()?;
        let (region, project) = place(images).await?;
        for (what, has, wants) in [("region", region, &ticket.region), ("project", project, &ticket.project)] {
            if has != *wants {
                let what = format!("the import belongs to the {what} `{wants}`, and this is `{has}`");
                return Err(Error::new(ErrorKind::Configuration, what).with_operation("import_image"));
            }
        }
        Ok(Self::new(images, ticket, Rhythm::default(), None))
    }

    /// The id of the image.
    #[must_use]
    pub fn image_id(&self) -> &str {
        &self.watch.ticket.image_id
    }

    /// The id of the import's task, once a look has shown it.
    #[must_use]
    pub fn task(&self) -> Option<String> {
        self.watch.task()
    }

    /// The import as a text that [`Images::attach_import`] takes: service, region, project, kind, image and what to look for; to be written down
    /// before it is awaited.
    #[must_use]
    pub fn ticket(&self) -> String {
        Ticket { task: self.task(), ..self.watch.ticket.clone() }.to_string()
    }

    /// Lets go of the import, and gives its [`ticket`](Self::ticket).
    #[must_use]
    pub fn detach(self) -> String {
        self.ticket()
    }

    /// Asked after in this rhythm.
    pub fn with_rhythm(mut self, rhythm: Rhythm) -> Self {
        self.rhythm = rhythm;
        self
    }

    /// Given up with a `Timeout` after this long; the import itself goes on.
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.rhythm.patience = Some(limit);
        self
    }

    /// Tells `observer` how far it is, in [`Phase::Working`]: the bytes are those in the store that is written now, the total is the size of the
    /// image, where they are known.
    pub fn with_progress(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Told by the meter of what went before.
    pub(super) fn metered_by(self, meter: Meter) -> Self {
        Self { meter: Some(meter), ..self }
    }

    fn poll_state(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ImportState>>> {
        loop {
            match &mut self.progress {
                Progress::Unasked => {
                    let clock = Arc::clone(&self.watch.clock);
                    self.meter.get_or_insert_with(|| Meter::new(self.observer.clone(), Arc::clone(&clock)));
                    let watch = Arc::clone(&self.watch);
                    let poller = Poller::new(clock, move || Arc::clone(&watch).look());
                    self.progress = Progress::Watched(Box::new(poller.with_rhythm(self.rhythm)));
                }
                Progress::Failed(_) => return Poll::Ready(None),
                Progress::Watched(poller) => {
                    let seen = ready!(Pin::new(poller).poll_next(cx));
                    let seen = seen.map(|seen| seen.map_err(|error| self.given_up(error)));
                    match &seen {
                        Some(Ok(state)) => self.tell(state),
                        Some(Err(error)) => self.progress = Progress::Failed(error.clone()),
                        None => {
                            if let Some(meter) = self.meter.take() {
                                meter.done();
                            }
                        }
                    }
                    return Poll::Ready(seen);
                }
            }
        }
    }

    fn tell(&mut self, state: &ImportState) {
        self.last = Some(state.clone());
        let Some(meter) = &self.meter else { return };
        let copied = state.copied.unwrap_or_default();
        match &self.told {
            Some((left, before)) if *left == state.stores_left && *before <= copied => meter.add(copied - before),
            _ => {
                meter.phase(Phase::Working { stores_left: state.stores_left.clone() }, state.size);
                meter.set(copied);
            }
        }
        self.told = Some((state.stores_left.clone(), copied));
    }

    /// The error of a wait that ended before the import says how to go on.
    fn given_up(&self, error: Error) -> Error {
        if matches!(error.kind(), ErrorKind::JobFailed | ErrorKind::Corrupt) {
            return error;
        }
        Unfinished { ticket: self.ticket(), state: self.last.clone(), cause: None }.told_by(error)
    }
}

/// The names of the region and the project of a cloud, empty where there are none.
pub(super) async fn place(images: &Images) -> Result<(String, String)> {
    let region = images.cloud.keystone().and_then(|keystone| keystone.settings().region.clone());
    Ok((region.unwrap_or_default(), images.cloud.project_id().await?.unwrap_or_default()))
}

impl Stream for Importing {
    type Item = Result<ImportState>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_state(cx)
    }
}

impl Future for Importing {
    type Output = Result<Imported>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Imported>> {
        while ready!(self.poll_state(cx)).is_some() {}
        Poll::Ready(match &mut self.progress {
            Progress::Failed(error) => Err(error.clone()),
            Progress::Watched(poller) => poller.take_result().ok_or_else(taken),
            Progress::Unasked => Err(taken()),
        })
    }
}

fn taken() -> Error {
    Error::new(ErrorKind::InvalidRequest, "what came of the import has been taken already")
}

impl fmt::Debug for Importing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Importing").field(&self.ticket()).finish()
    }
}
