use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cloudimg_core::poller::Rhythm;
use cloudimg_core::{Error, ErrorKind, Result};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Value, to_value};

use super::handle::place;
use super::ticket::{Before, Expected, Targets, Ticket};
use super::watch::{is_unserved, newest};
use super::{ImportMethod, Imported, Importing, check};
use crate::glance::images::Images;
use crate::glance::types::{
    CopyImageImport, CopyImageMethod, CopyImageName, GlanceDirectImport, GlanceDirectMethod, GlanceDirectName,
    GlanceDownloadImport, GlanceDownloadMethod, GlanceDownloadName, ImageTask, WebDownloadImport, WebDownloadMethod,
    WebDownloadName,
};
use crate::transfer::{Algorithm, Observer};

/// An import about to begin. Nothing is sent before it is awaited; then it gives an [`Importing`] once the service has accepted it.
///
/// # Errors
/// `Conflict` if the image is in a state that does not fit the method, lacks a format, or another import holds it (then
/// [`ImportFailure::of`](super::ImportFailure::of) tells which), and for stores that do not exist; `InvalidRequest` for methods and addresses
/// that the service does not take; `Forbidden`, `NotFound`, `QuotaExceeded`, and those of any call.
#[must_use = "nothing is imported before it is awaited"]
pub struct Import {
    pub(super) images: Images,
    pub(super) image_id: String,
    pub(super) method: ImportMethod,
    pub(super) targets: Targets,
    partial: bool,
    expected: Option<Expected>,
    rhythm: Rhythm,
    observer: Option<Arc<dyn Observer>>,
}

/// Makes a call with the options that all methods share; the id of its request, and what is sent.
macro_rules! send {
    ($self:ident, $call:ident, $body:expr) => {{
        let mut body = $body;
        match &$self.targets {
            Targets::Default => {}
            Targets::All => body = body.all_stores(true),
            Targets::Named(stores) => body = body.stores(stores.clone()),
        }
        if $self.partial {
            body = body.all_stores_must_succeed(false);
        }
        let sent = to_value(&body).unwrap_or_default();
        let call = $self.images.cloud.glance_client().await?.$call().image_id(&$self.image_id).body(body);
        let answer = call.send().await.map_err(Error::from);
        (sent, answer.map(|answer| answer.headers().get(REQUEST_ID)?.to_str().ok().map(str::to_owned)))
    }};
}

const REQUEST_ID: &str = "x-openstack-request-id";
/// How often an import is looked for whose call was not answered.
const MOST_SEARCHES: u32 = 3;

impl Import {
    pub(super) fn new(images: Images, image_id: String, method: ImportMethod) -> Self {
        let rhythm = Rhythm::default();
        Self { images, image_id, method, targets: Targets::Default, partial: false, expected: None, rhythm, observer: None }
    }

    /// Into these stores, by their ids; into the default one if nothing is said. (Since 2.8.)
    pub fn with_stores<S: Into<String>>(mut self, stores: impl IntoIterator<Item = S>) -> Self {
        let mut named: Vec<String> = Vec::new();
        for store in stores.into_iter().map(Into::into) {
            // A store that is named twice makes the service fail, and hold the image for an hour.
            if !named.contains(&store) {
                named.push(store);
            }
        }
        self.targets = Targets::Named(named);
        self
    }

    /// Into every store that takes data; copies go to those that lack the image, if there are any. (Since 2.8.)
    pub fn with_all_stores(mut self) -> Self {
        self.targets = Targets::All;
        self
    }

    /// A success if at least one store takes the data; [`Imported::failed`] names the others. If not said, one that does not fails the import.
    /// (Since 2.8; not for services with a single store.)
    pub fn with_partial_success(mut self) -> Self {
        self.partial = true;
        self
    }

    /// The hash that the data have, in hexadecimal, which is compared at the end.
    pub fn with_expected_hash(mut self, algorithm: Algorithm, hash: impl Into<String>) -> Self {
        self.expected = Some(Expected { algorithm, hash: hash.into() });
        self
    }

    /// Asked after in this rhythm; see [`Importing::with_rhythm`].
    pub fn with_rhythm(mut self, rhythm: Rhythm) -> Self {
        self.rhythm = rhythm;
        self
    }

    /// Waited for no longer than this; see [`Importing::with_limit`].
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.rhythm.patience = Some(limit);
        self
    }

    /// Tells `observer` how far it is; see [`Importing::with_progress`].
    pub fn with_progress(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Begins the import and waits for its end.
    ///
    /// # Errors
    /// Those of beginning it, and those of [`Importing`].
    pub async fn wait(self) -> Result<Imported> {
        self.begin().await?.await
    }

    async fn begin(self) -> Result<Importing> {
        let (image, tasks) = futures::try_join!(self.images.get(&self.image_id), self.tasks())?;
        check::ready(&image, &self.method, &self.targets)?;
        let (region, project) = place(&self.images).await?;
        let after = newest(&tasks, None).map(|task| task.id.clone());
        let (sent, answer) = self.send().await?;
        let (task, request) = match answer {
            Ok(request) => (None, request),
            Err(error) if is_unsure(&error) => match self.search(&sent, after.as_deref()).await {
                Some(task) => (Some(task), None),
                None => return Err(self.explained(error).await),
            },
            Err(error) => return Err(self.explained(error).await),
        };
        let ticket = Ticket {
            region,
            project,
            image_id: self.image_id,
            method: self.method.name(),
            targets: self.targets,
            partial: self.partial,
            task,
            request,
            after,
            before: Before::of(&image),
            expected: self.expected,
        };
        Ok(Importing::new(&self.images, ticket, self.rhythm, self.observer))
    }

    /// The tasks of the image; none where the service shows none.
    async fn tasks(&self) -> Result<Vec<ImageTask>> {
        match self.images.tasks(&self.image_id).await {
            Err(error) if is_unserved(&error) => Ok(Vec::new()),
            tasks => tasks,
        }
    }

    async fn send(&self) -> Result<(Value, Result<Option<String>>)> {
        Ok(match &self.method {
            ImportMethod::GlanceDirect => {
                let method = GlanceDirectMethod::new(GlanceDirectName::GlanceDirect);
                send!(self, import_image_glance_direct, GlanceDirectImport::new(method))
            }
            ImportMethod::WebDownload { uri } => {
                let method = WebDownloadMethod::new(WebDownloadName::WebDownload, uri);
                send!(self, import_image_web_download, WebDownloadImport::new(method))
            }
            ImportMethod::CopyImage => {
                let method = CopyImageMethod::new(CopyImageName::CopyImage);
                send!(self, import_image_copy_image, CopyImageImport::new(method))
            }
            ImportMethod::GlanceDownload { region, image_id, service_interface } => {
                let mut method = GlanceDownloadMethod::new(GlanceDownloadName::GlanceDownload, region, image_id);
                method.glance_service_interface.clone_from(service_interface);
                send!(self, import_image_glance_download, GlanceDownloadImport::new(method))
            }
        })
    }

    /// The task of an import like this one that was not there before: its call was not answered, and it must not begin twice.
    async fn search(&self, sent: &Value, after: Option<&str>) -> Option<String> {
        let clock = self.images.cloud.clock();
        for search in 0..MOST_SEARCHES {
            if search > 0 {
                clock.sleep(self.rhythm.first).await;
            }
            let tasks = self.images.tasks(&self.image_id).await.unwrap_or_default();
            let asked = |task: &ImageTask| task.input.as_ref().and_then(|input| input.get("import_req")).cloned();
            if let Some(task) = newest(&tasks, after).filter(|task| asked(task).is_some_and(|asked| is_part(sent, &asked))) {
                return Some(task.id.clone());
            }
        }
        None
    }
}

/// Whether a call that failed so may have begun an import.
fn is_unsure(error: &Error) -> bool {
    use ErrorKind as K;
    match error.kind() {
        K::Interrupted | K::Timeout | K::Decode | K::UnexpectedStatus | K::ServiceUnavailable => true,
        // A refusal of a repetition may be due to the attempt before it.
        K::Conflict => error.attempts() > 1,
        _ => false,
    }
}

/// Whether `all` has every member of `part`; services add what was left open.
fn is_part(part: &Value, all: &Value) -> bool {
    match (part, all) {
        (Value::Object(part), Value::Object(all)) => {
            part.iter().all(|(key, value)| all.get(key).is_some_and(|other| is_part(value, other)))
        }
        _ => part == all,
    }
}

impl IntoFuture for Import {
    type Output = Result<Importing>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.begin().boxed()
    }
}

impl fmt::Debug for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Import").field("image_id", &self.image_id).field("method", &self.method).finish_non_exhaustive()
    }
}
