use cloudimg_core::{Error, Result};
use std::time::Duration;

use super::bucket::Bucket;

/// How long after a removal the object is removed again, where bytes of it were still on their way.
const AFTERWARDS: Duration = Duration::from_secs(3);

/// An object that could not be removed, and so is still in its bucket, where it costs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LeftObject {
    /// The object, as `bucket:object`.
    pub object: String,
    /// Why its removal failed.
    pub reason: Error,
}

impl LeftObject {
    #[cfg(feature = "glance")]
    pub(crate) fn new(object: String, reason: Error) -> Self {
        Self { object, reason }
    }
}

/// An object that is needed on the way, and removed when this is dropped at the latest: by a task of the runtime, where there is one.
#[derive(Debug)]
pub(super) struct Temporary {
    bucket: Bucket,
    key: String,
    upload: Upload,
    /// Whether there is, or may be, something to remove.
    exists: bool,
}

/// What of an object in parts may be there.
#[derive(Clone, Debug)]
enum Upload {
    None,
    /// It was asked for, and no answer came.
    Unknown,
    Known(String),
}

impl Temporary {
    /// Nothing of it is there yet.
    pub(super) fn new(bucket: Bucket, key: String) -> Self {
        Self { bucket, key, upload: Upload::None, exists: false }
    }

    pub(super) fn bucket(&self) -> &Bucket {
        &self.bucket
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// `bucket:object`
    pub(super) fn address(&self) -> String {
        address(&self.bucket, &self.key)
    }

    /// From now on something may be there.
    pub(super) fn arm(&mut self) {
        self.exists = true;
    }

    /// Begins it in parts; gives the id.
    pub(super) async fn begin(&mut self) -> Result<String> {
        self.exists = true;
        self.upload = Upload::Unknown;
        let id = self.bucket.begin(&self.key).await?;
        self.upload = Upload::Known(id.clone());
        Ok(id)
    }

    /// Its parts have become one.
    pub(super) fn is_whole(&mut self) {
        self.upload = Upload::None;
    }

    /// Removes it; what is left is told.
    pub(super) async fn remove(mut self) -> Option<LeftObject> {
        if !self.exists {
            return None;
        }
        let removed = remove(&self.bucket, &self.key, &self.upload).await;
        // Not before: whoever stops waiting for the removal does not stop it.
        self.exists = false;
        removed.err().map(|reason| LeftObject { object: self.address(), reason })
    }

    /// Removes it after `error`, which tells from then on what is left.
    pub(super) async fn remove_after(self, error: Error) -> (Error, Option<LeftObject>) {
        let bucket = self.bucket.name().to_owned();
        let existed = self.exists;
        let left = self.remove().await;
        let told = match &left {
            Some(left) => format!("the object `{}` is left in its bucket, since its removal failed: {}", left.object, left.reason),
            None if existed => format!("nothing is left in the bucket `{bucket}`"),
            None => format!("nothing was put into the bucket `{bucket}`"),
        };
        let message = format!("{}; {told}", error.message());
        (error.with_message(message), left)
    }
}

fn address(bucket: &Bucket, key: &str) -> String {
    format!("{}:{key}", bucket.name())
}

/// Removing what is not there is no error.
async fn remove(bucket: &Bucket, key: &str, upload: &Upload) -> Result<()> {
    let ids = match upload {
        Upload::None => Vec::new(),
        Upload::Unknown => bucket.uploads(key).await?,
        Upload::Known(id) => vec![id.clone()],
    };
    for id in ids {
        bucket.abort(key, &id).await?;
    }
    bucket.delete(key).await
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.exists {
            return;
        }
        let (bucket, key, upload) = (self.bucket.clone(), std::mem::take(&mut self.key), self.upload.clone());
        let object = address(&bucket, &key);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            tracing::warn!(object, "a temporary object is left: it was given up outside of a runtime, which could remove it");
            return;
        };
        runtime.spawn(async move {
            let mut removed = remove(&bucket, &key, &upload).await;
            if removed.is_ok() {
                // What the storage had of a call that was dropped may have become an object since.
                bucket.session().clock().sleep(AFTERWARDS).await;
                removed = remove(&bucket, &key, &upload).await;
            }
            if let Err(error) = removed {
                tracing::warn!(object, %error, "a temporary object is left: its removal failed");
            }
        });
    }
}
