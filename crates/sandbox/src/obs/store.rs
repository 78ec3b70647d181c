//! Buckets, their objects, and the parts of those that are still coming.

use std::collections::BTreeMap;

use jiff::Timestamp;
use md5::{Digest, Md5};

use super::Content;
use super::error::ObsError;
use crate::glance::hashing::hex;

/// The smallest part but the last.
const MIN_PART: u64 = 100 << 10;

/// All that is stored.
#[derive(Debug, Default)]
pub(super) struct Store {
    buckets: BTreeMap<String, Bucket>,
    /// By their ids.
    uploads: BTreeMap<String, Upload>,
}

#[derive(Debug, Default)]
pub(super) struct Bucket {
    pub(super) elsewhere: bool,
    pub(super) objects: BTreeMap<String, Object>,
}

#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) content: Content,
    /// Without its quotes.
    pub(super) etag: String,
    pub(super) modified: Timestamp,
}

/// An object that comes in parts.
#[derive(Debug)]
struct Upload {
    bucket: String,
    key: String,
    parts: BTreeMap<u32, Part>,
}

#[derive(Debug)]
struct Part {
    content: Content,
    md5: String,
}

impl Store {
    /// What is there from the beginning.
    pub(super) fn furnished(now: Timestamp) -> Self {
        let mut store = Self::default();
        for object in ["system.qcow2", "system.vhd", "system.zvhd2", "data.raw", "install.iso", "appliance.ova"] {
            store.put_bytes("sandbox", object, format!("content of {object}\n").repeat(256).into_bytes(), now);
        }
        store.put_bytes("sandbox", "empty.qcow2", Vec::new(), now);
        store.buckets.insert("elsewhere".to_owned(), Bucket { elsewhere: true, ..Bucket::default() });
        store
    }

    pub(super) fn bucket(&self, name: &str) -> Option<&Bucket> {
        self.buckets.get(name)
    }

    pub(super) fn bucket_mut(&mut self, name: &str) -> Option<&mut Bucket> {
        self.buckets.get_mut(name)
    }

    pub(super) fn put(&mut self, bucket: &str, key: &str, content: Content, etag: String, modified: Timestamp) {
        let objects = &mut self.buckets.entry(bucket.to_owned()).or_default().objects;
        objects.insert(key.to_owned(), Object { content, etag, modified });
    }

    pub(super) fn put_bytes(&mut self, bucket: &str, key: &str, bytes: Vec<u8>, modified: Timestamp) {
        let etag = hex(&Md5::digest(&bytes));
        self.put(bucket, key, bytes.into(), etag, modified);
    }

    pub(super) fn begin(&mut self, bucket: &str, key: &str) -> String {
        let id = uuid::Uuid::new_v4().simple().to_string().to_uppercase();
        let upload = Upload { bucket: bucket.to_owned(), key: key.to_owned(), parts: BTreeMap::new() };
        self.uploads.insert(id.clone(), upload);
        id
    }

    fn upload(&mut self, bucket: &str, key: &str, id: &str) -> Result<&mut Upload, ObsError> {
        let found = self.uploads.get_mut(id).filter(|upload| upload.bucket == bucket && upload.key == key);
        found.ok_or_else(ObsError::no_upload)
    }

    pub(super) fn has_upload(&mut self, bucket: &str, key: &str, id: &str) -> Result<(), ObsError> {
        self.upload(bucket, key, id).map(|_| ())
    }

    /// A part that comes again takes the place of the first.
    pub(super) fn add_part(
        &mut self,
        (bucket, key, id): (&str, &str, &str),
        number: u32,
        content: Content,
        md5: String,
    ) -> Result<(), ObsError> {
        self.upload(bucket, key, id)?.parts.insert(number, Part { content, md5 });
        Ok(())
    }

    pub(super) fn abort(&mut self, bucket: &str, key: &str, id: &str) -> Result<(), ObsError> {
        self.upload(bucket, key, id)?;
        self.uploads.remove(id);
        Ok(())
    }

    /// Makes the object of the parts that are listed, and gives its `ETag`.
    pub(super) fn complete(
        &mut self,
        (bucket, key, id): (&str, &str, &str),
        listed: &[(u32, String)],
        modified: Timestamp,
    ) -> Result<String, ObsError> {
        let upload = self.upload(bucket, key, id)?;
        if listed.is_empty() {
            return Err(ObsError::bad("MalformedXML", "No part is listed."));
        }
        if listed.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
            return Err(ObsError::bad("InvalidPartOrder", "The list of parts was not in ascending order."));
        }
        let (mut contents, mut hashes) = (Vec::new(), Md5::new());
        for (at, (number, etag)) in listed.iter().enumerate() {
            let part = upload.parts.get(number).filter(|part| part.md5 == etag.trim_matches('"'));
            let invalid = || ObsError::bad("InvalidPart", format!("The part {number} could not be found, or has another ETag."));
            let part = part.ok_or_else(invalid)?;
            if at + 1 < listed.len() && part.content.size() < MIN_PART {
                return Err(ObsError::bad("EntityTooSmall", format!("The part {number} is smaller than the minimum.")));
            }
            hashes.update(part.md5.as_bytes());
            contents.push(part.content.clone());
        }
        let etag = format!("{}-{}", hex(&hashes.finalize()), listed.len());
        let object = Object { content: Content::joined(contents), etag: etag.clone(), modified };
        self.uploads.remove(id);
        self.buckets.entry(bucket.to_owned()).or_default().objects.insert(key.to_owned(), object);
        Ok(etag)
    }

    /// The ids and keys of what is not complete.
    pub(super) fn uploads(&self, bucket: &str) -> Vec<(String, String)> {
        self.uploads
            .iter()
            .filter(|(_, upload)| upload.bucket == bucket)
            .map(|(id, upload)| (id.clone(), upload.key.clone()))
            .collect()
    }
}
