//! The object store that images come from and go to.

use std::collections::BTreeMap;

use super::error::{Result, img};
use super::rules::Object;

/// The buckets, by their names.
#[derive(Debug, Default)]
pub(super) struct Buckets(BTreeMap<String, Bucket>);

#[derive(Debug, Default)]
struct Bucket {
    elsewhere: bool,
    objects: BTreeMap<String, Vec<u8>>,
}

impl Buckets {
    /// What is there from the beginning.
    pub(super) fn furnished() -> Self {
        let mut buckets = Self::default();
        for object in ["system.qcow2", "system.vhd", "system.zvhd2", "data.raw", "install.iso", "appliance.ova"] {
            buckets.put("sandbox", object, format!("content of {object}\n").repeat(256).into_bytes());
        }
        buckets.put("sandbox", "empty.qcow2", Vec::new());
        buckets.0.insert("elsewhere".to_owned(), Bucket { elsewhere: true, objects: BTreeMap::new() });
        buckets
    }

    pub(super) fn put(&mut self, bucket: &str, object: &str, content: Vec<u8>) {
        self.0.entry(bucket.to_owned()).or_default().objects.insert(object.to_owned(), content);
    }

    pub(super) fn get(&self, bucket: &str, object: &str) -> Option<&[u8]> {
        self.0.get(bucket)?.objects.get(object).map(Vec::as_slice)
    }

    /// Whether images may come from that bucket, and go to it.
    pub(super) fn check(&self, object: &Object) -> Result<()> {
        match self.0.get(&object.bucket) {
            None => Err(img("IMG.0069", format!("The bucket {} cannot be accessed.", object.bucket))),
            Some(bucket) if bucket.elsewhere => Err(img("IMG.0058", format!("The bucket {} is in another region.", object.bucket))),
            Some(_) => Ok(()),
        }
    }
}
