use std::fmt;
use std::future::IntoFuture;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cloudimg_core::{Error, ErrorKind, Result};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::file::Source;
use super::format;
use super::send::{Origin, Sender};
use super::temporary::{LeftObject, Temporary};
use crate::ims::images::Images;
use crate::ims::{CreateImageFromFile, DataImageCreate, ImageInfo, Job, QuickImportImageByFile};
use crate::transfer::{Limits, Meter, Observer, Phase, Verdict};

/// What an image is made of a file as: a system disk, a data disk, or either the fast way.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FileImportBody {
    /// As [`Images::create_from_obs`] does.
    System(CreateImageFromFile),
    /// As [`Images::create_data_image`] does.
    Data(DataImageCreate),
    /// As [`Images::import_quick`] does.
    Quick(QuickImportImageByFile),
}

impl From<CreateImageFromFile> for FileImportBody {
    fn from(body: CreateImageFromFile) -> Self {
        Self::System(body)
    }
}

impl From<DataImageCreate> for FileImportBody {
    fn from(body: DataImageCreate) -> Self {
        Self::Data(body)
    }
}

impl From<QuickImportImageByFile> for FileImportBody {
    fn from(body: QuickImportImageByFile) -> Self {
        Self::Quick(body)
    }
}

impl FileImportBody {
    fn file(&self) -> &str {
        match self {
            Self::System(body) => &body.image_url,
            Self::Data(body) => &body.image_url,
            Self::Quick(body) => &body.image_url,
        }
    }

    fn check(&self, images: &Images) -> Result<()> {
        match self {
            Self::System(body) => images.check(body),
            Self::Data(body) => images.check(body),
            Self::Quick(body) => images.check(body),
        }
    }

    async fn start(self, images: &Images) -> Result<Job<String>> {
        match self {
            Self::System(body) => images.create_from_obs(body).await,
            Self::Data(body) => images.create_data_image(body).await,
            Self::Quick(body) => images.import_quick(body).await,
        }
    }
}

/// An image that was made of a file of this machine.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Imported {
    /// The image, as the service lists it.
    pub image: ImageInfo,
    /// How many bytes the file has.
    pub bytes: u64,
    /// What is known of the bytes that reached the bucket.
    pub verdict: Verdict,
    /// The temporary object, if it could not be removed.
    pub left: Option<LeftObject>,
}

type MakeBody = Box<dyn FnOnce(String) -> FileImportBody + Send>;

/// A file that is to become an image; await it.
///
/// Dropped before its end, it stops, and a task of the runtime removes the temporary object; without a runtime, as when the program ends, it
/// stays, and a warning names it. A job that is at work then goes on by itself, and fails for want of its file.
///
/// # Errors
/// `InvalidRequest` for a directory, an empty file, a format that is unknown or not that of the bytes, a body that breaks a rule, or a bucket in another region; `Io` if the file
/// cannot be read or changes meanwhile; `Configuration` without an access key or a known object storage; `AuthFailed`, `Forbidden`, `NotFound` from
/// the object storage; `Corrupt` if other bytes arrived than were sent; and those of the job. Each says what is left in the bucket.
#[must_use = "nothing is sent before it is awaited"]
pub struct FileImport {
    images: Images,
    path: PathBuf,
    bucket: String,
    body: MakeBody,
    format: Option<String>,
    checks_format: bool,
    observer: Option<Arc<dyn Observer>>,
    limits: Limits,
}

impl Images {
    /// Makes an image of a file of this machine, by way of a bucket of the region: the file is put there under a name of its own that begins with
    /// `cloudimg-`, `body` is given that name as `bucket:object` for its `image_url`, the job is waited for, and the object is removed, whatever
    /// happens.
    ///
    /// Files over 8 MiB go in parts, a few at a time; each is compared by its MD5 with what the storage has. Parts that fail are sent again.
    ///
    /// ```no_run
    /// # async fn story(ims: cloudimg::ims::Ims) -> Result<(), cloudimg::Error> {
    /// use cloudimg::ims::CreateImageFromFile;
    ///
    /// let imported = ims
    ///     .images()
    ///     .import_file("disk.qcow2", "my-bucket", |object| CreateImageFromFile::new("golden", object, 40))
    ///     .with_progress(|progress: &cloudimg::transfer::Progress| println!("{}: {}", progress.phase, progress.bytes))
    ///     .await?;
    /// println!("image {}, {}", imported.image.id, imported.verdict);
    /// # Ok(())
    /// # }
    /// ```
    pub fn import_file<B: Into<FileImportBody>>(
        &self,
        path: impl AsRef<Path>,
        bucket: impl Into<String>,
        body: impl FnOnce(String) -> B + Send + 'static,
    ) -> FileImport {
        FileImport {
            images: self.clone(),
            path: path.as_ref().to_owned(),
            bucket: bucket.into(),
            body: Box::new(move |object| body(object).into()),
            format: None,
            checks_format: true,
            observer: None,
            limits: Limits::default(),
        }
    }
}

impl FileImport {
    /// The format of the file, where its name does not end in it: `qcow2`, `raw`, `vhd` …
    pub fn with_format(mut self, format: impl Into<String>) -> Self {
        self.format = Some(format.into());
        self
    }

    /// Whether files that are surely not of the format that their ending says are refused; they are unless said otherwise.
    pub fn with_format_check(mut self, checks: bool) -> Self {
        self.checks_format = checks;
        self
    }

    /// Tells `observer` how far it is.
    pub fn with_progress(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Keeps these limits.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    async fn carry_out(self) -> Result<Imported> {
        let Self { images, path, bucket, body, format: said, checks_format, observer, limits } = self;
        let connection = images.ims.connection().await?;
        let clock = Arc::clone(&connection.clock);
        let meter = Meter::new(observer, Arc::clone(&clock));
        let source = Source::look_at(&path).await?;
        let ending = format::ending(&source, said.as_deref())?;
        if checks_format {
            format::check(&source, &ending).await?;
        }
        let mut ready = Ready::new(images, &bucket, &ending, body).await?;
        meter.phase(Phase::Sending, source.size);
        let sender = Sender::new(Origin::File(source.clone()), meter.clone(), limits, clock);
        let sent = sender.send(&source, &mut ready.object).await;
        ready.finished(sent.map(|verdict| (verdict, source.size)), &meter).await.map_err(|(error, _)| error)
    }
}

/// An image that is to be made of an object that is not there yet.
pub(super) struct Ready {
    images: Images,
    body: FileImportBody,
    pub(super) object: Temporary,
}

impl Ready {
    /// Looks whether all is as it must be; nothing is sent yet.
    pub(super) async fn new(
        images: Images,
        bucket: &str,
        ending: &str,
        body: impl FnOnce(String) -> FileImportBody,
    ) -> Result<Self> {
        let key = format!("cloudimg-{}.{ending}", uuid::Uuid::new_v4());
        let bucket = images.ims.bucket(bucket).await?;
        let object = Temporary::new(bucket, key);
        let body = body(object.address());
        if body.file() != object.address() {
            let what =
                format!("the body names the file `{}` in the place of `{}`, which it was given", body.file(), object.address());
            return Err(Error::new(ErrorKind::InvalidRequest, what));
        }
        body.check(&images)?;
        images.ims.check_reach(object.bucket()).await?;
        if object.bucket().head(object.key()).await?.is_some() {
            let what = format!("there is an object `{}` already; nothing was sent", object.address());
            return Err(Error::new(ErrorKind::Conflict, what));
        }
        Ok(Self { images, body, object })
    }

    /// Makes the image of what was `sent`, if that went well, and removes the object, whatever comes of it.
    pub(super) async fn finished(
        self,
        sent: Result<(Verdict, u64)>,
        meter: &Meter,
    ) -> Result<Imported, (Error, Option<LeftObject>)> {
        let Self { images, body, object } = self;
        let made = async {
            let sent = sent?;
            meter.phase(Phase::Working { stores_left: Vec::new() }, None);
            let job = body.start(&images).await?;
            let ticket = job.ticket();
            let id = job.await.map_err(|error| match error.kind() {
                ErrorKind::JobFailed => error,
                _ => {
                    let message = format!("{}; the job {ticket} may go on, and fail without its file", error.message());
                    error.with_message(message)
                }
            })?;
            Ok::<_, Error>((sent, id))
        };
        let made = made.await;
        meter.phase(Phase::CleaningUp, None);
        let ((verdict, bytes), id) = match made {
            Ok(made) => made,
            Err(error) => return Err(object.remove_after(error).await),
        };
        let left = object.remove().await;
        match images.get(&id).await {
            Ok(image) => {
                meter.done();
                Ok(Imported { image, bytes, verdict, left })
            }
            Err(error) => {
                let message = format!("the image {id} is made, but cannot be read: {}", error.message());
                Err((error.with_message(message), left))
            }
        }
    }
}

impl IntoFuture for FileImport {
    type Output = Result<Imported>;
    type IntoFuture = BoxFuture<'static, Result<Imported>>;

    fn into_future(self) -> Self::IntoFuture {
        self.carry_out().boxed()
    }
}

impl fmt::Debug for FileImport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileImport").field("path", &self.path).field("bucket", &self.bucket).finish_non_exhaustive()
    }
}
