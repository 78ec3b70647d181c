use std::fmt;
use std::future::IntoFuture;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cloudimg_core::{Error, ErrorKind, Result};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::io::AsyncWrite;

use super::receive::{NewFile, Receiver};
use super::temporary::{LeftObject, Temporary};
use crate::ims::ImageExport;
use crate::ims::images::Images;
use crate::transfer::{Limits, Meter, Observer, Phase, Verdict};

/// An image that was fetched to this machine.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fetched {
    /// How many bytes came.
    pub bytes: u64,
    /// What is known of them.
    pub verdict: Verdict,
    /// The temporary object, if it could not be removed.
    pub left: Option<LeftObject>,
}

type MakeBody = Box<dyn FnOnce(String) -> ImageExport + Send>;

enum Target {
    Path(PathBuf),
    Writer(Box<dyn AsyncWrite + Send + Unpin>),
}

/// An image that is to be fetched by way of a bucket; await it.
///
/// Dropped before its end, it stops, and a task of the runtime removes the temporary object, as with [`FileImport`](super::FileImport). A job that is
/// still at work may write its object after that.
///
/// # Errors
/// `InvalidRequest` if the body breaks a rule or the bucket is in another region; `Conflict` if there is a file of that name already; `Io` if
/// it cannot be written; `Configuration` without an access key or a known object storage; `Corrupt` if other bytes came than the object has; and those
/// of the job. Each says what is left in the bucket, and no file is left under the name.
#[must_use = "nothing is fetched before it is awaited"]
pub struct FileExport {
    images: Images,
    id: String,
    bucket: String,
    body: MakeBody,
    target: Target,
    observer: Option<Arc<dyn Observer>>,
    limits: Limits,
}

impl Images {
    /// Fetches an image into a new file, by way of a bucket of the region: the service exports it there under a name that begins with `cloudimg-`,
    /// which `body` is given as `bucket:object` for its `bucket_url`; the job is waited for, the object fetched, and removed, whatever happens.
    /// The file has its name once it is whole.
    ///
    /// ```no_run
    /// # async fn story(ims: cloudimg::ims::Ims) -> Result<(), cloudimg::Error> {
    /// use cloudimg::ims::ImageExport;
    ///
    /// let images = ims.images();
    /// images.export_to_file("image id", "my-bucket", |object| ImageExport::new(object).file_format("qcow2"), "disk.qcow2").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn export_to_file(
        &self,
        id: impl Into<String>,
        bucket: impl Into<String>,
        body: impl FnOnce(String) -> ImageExport + Send + 'static,
        path: impl AsRef<Path>,
    ) -> FileExport {
        self.fetch(id.into(), bucket.into(), Box::new(body), Target::Path(path.as_ref().to_owned()))
    }

    /// The same into a writer, which has had part of the bytes if it fails.
    pub fn export_to_writer(
        &self,
        id: impl Into<String>,
        bucket: impl Into<String>,
        body: impl FnOnce(String) -> ImageExport + Send + 'static,
        writer: impl AsyncWrite + Send + Unpin + 'static,
    ) -> FileExport {
        self.fetch(id.into(), bucket.into(), Box::new(body), Target::Writer(Box::new(writer)))
    }

    fn fetch(&self, id: String, bucket: String, body: MakeBody, target: Target) -> FileExport {
        FileExport { images: self.clone(), id, bucket, body, target, observer: None, limits: Limits::default() }
    }
}

impl FileExport {
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

    async fn carry_out(self) -> Result<Fetched> {
        let Self { images, id, bucket, body, target, observer, limits } = self;
        let clock = Arc::clone(&images.ims.connection().await?.clock);
        let meter = Meter::new(observer, Arc::clone(&clock));
        let receiver = Receiver { meter: meter.clone(), limits, clock };
        let bucket = images.ims.bucket(&bucket).await?;
        let mut object = Temporary::new(bucket, format!("cloudimg-{}", uuid::Uuid::new_v4()));
        let body = body(object.address());
        if body.bucket_url != object.address() {
            let what =
                format!("the body names the file `{}` in the place of `{}`, which it was given", body.bucket_url, object.address());
            return Err(Error::new(ErrorKind::InvalidRequest, what));
        }
        images.check(&body)?;
        let mut target = match target {
            Target::Path(path) => {
                let (new, file) = NewFile::create(&path).await?;
                Open::File(new, file)
            }
            Target::Writer(writer) => Open::Writer(writer),
        };
        images.ims.check_reach(object.bucket()).await?;
        let fetched = async {
            meter.phase(Phase::Working { stores_left: Vec::new() }, None);
            // The job may write it, whatever comes of waiting for it.
            object.arm();
            images.export(&id, body).await?.await?;
            let head = object.bucket().head(object.key()).await?.ok_or_else(|| {
                let what = format!("the export ended well, but there is no object `{}`", object.address());
                Error::new(ErrorKind::NotFound, what).with_operation("export_image")
            })?;
            meter.phase(Phase::Receiving, head.size);
            let writer: &mut (dyn AsyncWrite + Unpin + Send) = match &mut target {
                Open::File(_, file) => file,
                Open::Writer(writer) => writer,
            };
            let verdict = receiver.receive(&object, head.size, &head.hash, writer).await?;
            meter.phase(Phase::Finishing, None);
            if let Open::File(new, file) = target {
                new.keep(file).await?;
            }
            Ok((head.size, verdict))
        };
        let fetched = fetched.await;
        meter.phase(Phase::CleaningUp, None);
        let (bytes, verdict) = match fetched {
            Ok(fetched) => fetched,
            Err(error) => return Err(object.remove_after(error).await.0),
        };
        let left = object.remove().await;
        meter.done();
        Ok(Fetched { bytes, verdict, left })
    }
}

/// A target that takes bytes.
enum Open {
    File(NewFile, tokio::fs::File),
    Writer(Box<dyn AsyncWrite + Send + Unpin>),
}

impl IntoFuture for FileExport {
    type Output = Result<Fetched>;
    type IntoFuture = BoxFuture<'static, Result<Fetched>>;

    fn into_future(self) -> Self::IntoFuture {
        self.carry_out().boxed()
    }
}

impl fmt::Debug for FileExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileExport").field("id", &self.id).field("bucket", &self.bucket).finish_non_exhaustive()
    }
}
