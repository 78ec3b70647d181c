//! OBS: the object store that images come from and go to. Of its calls there are those that moving a file takes.
//!
//! Buckets are addressed by path (`/bucket/object`), or by host below `localhost` (`bucket.localhost`).

mod content;
mod error;
mod multipart;
mod objects;
mod routes;
mod signature;
mod store;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::http::{Method, Response};
use jiff::Timestamp;

use crate::cloud::Cloud;
use crate::http::{Call, set};
pub(crate) use content::Content;
use error::ObsError;
pub(crate) use routes::kind_of;
use store::Store;

type Result<T> = std::result::Result<T, ObsError>;

/// The object store.
#[derive(Debug)]
pub(crate) struct Obs {
    /// Where data that comes by a call is kept.
    folder: PathBuf,
    store: Mutex<Store>,
}

/// Whether a bucket can be used from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Here,
    OtherRegion,
    NoBucket,
}

impl Obs {
    /// With what is there from the beginning, and its data in `folder`.
    pub(crate) fn new(folder: &Path, now: Timestamp) -> std::io::Result<Self> {
        let folder = folder.join("obs");
        std::fs::create_dir(&folder)?;
        Ok(Self { folder, store: Mutex::new(Store::furnished(now)) })
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_path(&self) -> PathBuf {
        self.folder.join(uuid::Uuid::new_v4().simple().to_string())
    }

    pub(crate) fn reach(&self, bucket: &str) -> Reach {
        match self.store().bucket(bucket) {
            Some(bucket) if bucket.elsewhere => Reach::OtherRegion,
            Some(_) => Reach::Here,
            None => Reach::NoBucket,
        }
    }

    /// Puts an object into a bucket, which is made if it is not there.
    pub(crate) fn put_bytes(&self, bucket: &str, object: &str, bytes: Vec<u8>, now: Timestamp) {
        self.store().put_bytes(bucket, object, bytes, now);
    }

    /// The same for data that is stored already, whose MD5 is known.
    pub(crate) fn put(&self, bucket: &str, object: &str, content: Content, md5: String, now: Timestamp) {
        self.store().put(bucket, object, content, md5, now);
    }

    pub(crate) fn get(&self, bucket: &str, object: &str) -> Option<Content> {
        Some(self.store().bucket(bucket)?.objects.get(object)?.content.clone())
    }

    /// The names of the objects of a bucket.
    pub(crate) fn objects(&self, bucket: &str) -> Vec<String> {
        self.store().bucket(bucket).map(|bucket| bucket.objects.keys().cloned().collect()).unwrap_or_default()
    }

    /// The names of the objects whose parts are still coming into a bucket.
    pub(crate) fn unfinished(&self, bucket: &str) -> Vec<String> {
        self.store().uploads(bucket).into_iter().map(|(_, key)| key).collect()
    }
}

/// Answers one call.
pub(crate) async fn serve(cloud: &Cloud, mut call: Call) -> Response<Body> {
    let request_id = call.request_id.trim_start_matches("req-").replace('-', "").to_uppercase();
    let mut response = match routes::answer(cloud, &mut call).await {
        Ok(response) => response,
        Err(error) => error.into_response(call.method == Method::HEAD, &request_id),
    };
    call.discard_body();
    set(&mut response, "server", "OBS");
    set(&mut response, "x-obs-request-id", &request_id);
    response
}
