//! Images and their members.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use super::hashing::Algorithm;
use super::stores;
use crate::clock::seconds;
use crate::json::{Json, object};

/// The key of the lock that a task holds on its image.
pub(crate) const LOCK: &str = "os_glance_import_task";
pub(crate) const IMPORTING: &str = "os_glance_importing_to_stores";
pub(crate) const FAILED: &str = "os_glance_failed_import";
/// Keys that only the server writes.
pub(crate) const RESERVED: &str = "os_glance";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Queued,
    Saving,
    Uploading,
    Importing,
    Active,
    Deactivated,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Status::Queued => "queued",
            Status::Saving => "saving",
            Status::Uploading => "uploading",
            Status::Importing => "importing",
            Status::Active => "active",
            Status::Deactivated => "deactivated",
        }
    }
}

/// Where a copy of the data is.
#[derive(Debug, Clone)]
pub(crate) struct Location {
    pub(crate) store: &'static str,
    pub(crate) place: Place,
}

#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// A file of ours, which goes when nobody uses it any more.
    File(Arc<DataFile>),
    /// Somebody else's server.
    Url(String),
}

/// A data file; removed with its last user, so that a download outlives the deletion of its image.
#[derive(Debug)]
pub(crate) struct DataFile(pub(crate) PathBuf);

impl Drop for DataFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// What is known of data once it has been read to its end.
#[derive(Debug, Clone)]
pub(crate) struct Digest {
    pub(crate) size: u64,
    pub(crate) md5: String,
    pub(crate) algorithm: Algorithm,
    pub(crate) hash: String,
    /// The beginning, for the inspection of formats.
    pub(crate) head: Vec<u8>,
}

#[derive(Debug, Clone)]
pub(crate) struct Staged {
    pub(crate) file: Arc<DataFile>,
    pub(crate) digest: Digest,
}

#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) id: String,
    /// What it is: IMS also shares with accounts and organizations.
    pub(crate) kind: MemberKind,
    pub(crate) status: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemberKind {
    Project,
    Domain,
    Organization,
}

#[derive(Debug, Clone)]
pub(crate) struct Image {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) status: Status,
    pub(crate) visibility: String,
    pub(crate) owner: Option<String>,
    pub(crate) protected: bool,
    pub(crate) os_hidden: bool,
    pub(crate) min_disk: i64,
    pub(crate) min_ram: i64,
    pub(crate) disk_format: Option<String>,
    pub(crate) container_format: Option<String>,
    pub(crate) size: Option<u64>,
    pub(crate) virtual_size: Option<u64>,
    pub(crate) checksum: Option<String>,
    pub(crate) os_hash_algo: Option<Algorithm>,
    pub(crate) os_hash_value: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) tags: Vec<String>,
    /// Further properties, in the order they were set.
    pub(crate) extra: Vec<(String, String)>,
    /// Heavier stores first.
    pub(crate) locations: Vec<Location>,
    /// Stores with a file of this image that no location leads to; they take no second one.
    pub(crate) strays: Vec<&'static str>,
    pub(crate) members: Vec<Member>,
    pub(crate) staged: Option<Staged>,
    /// The record stays: its id cannot be used again.
    pub(crate) deleted: bool,
}

impl Image {
    pub(crate) fn extra(&self, key: &str) -> Option<&str> {
        self.extra.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    pub(crate) fn set_extra(&mut self, key: &str, value: String) {
        match self.extra.iter_mut().find(|(k, _)| k == key) {
            Some(pair) => pair.1 = value,
            None => self.extra.push((key.to_owned(), value)),
        }
    }

    pub(crate) fn remove_extra(&mut self, key: &str) -> bool {
        let before = self.extra.len();
        self.extra.retain(|(k, _)| k != key);
        self.extra.len() < before
    }

    /// How many properties count towards the quota.
    pub(crate) fn extra_count(&self) -> usize {
        self.extra.iter().filter(|(k, _)| !k.starts_with(RESERVED)).count()
    }

    pub(crate) fn hash_algo(&self) -> Option<&'static str> {
        self.os_hash_algo.map(Algorithm::name)
    }

    /// Back to the start, with what was learnt of the data forgotten.
    pub(crate) fn requeue(&mut self) {
        self.status = Status::Queued;
        self.size = None;
        self.virtual_size = None;
    }

    /// Takes over what the data turned out to be.
    pub(crate) fn set_digest(&mut self, digest: &Digest) {
        self.size = Some(digest.size);
        self.checksum = Some(digest.md5.clone());
        self.os_hash_algo = Some(digest.algorithm);
        self.os_hash_value = Some(digest.hash.clone());
    }

    pub(crate) fn add_location(&mut self, location: Location) {
        self.locations.push(location);
        self.locations.sort_by_key(|l| std::cmp::Reverse(stores::weight(l.store)));
    }

    pub(crate) fn is_member(&self, project: Option<&str>) -> bool {
        self.members.iter().any(|m| m.kind == MemberKind::Project && Some(m.id.as_str()) == project)
    }

    /// The image as it is shown.
    pub(crate) fn view(&self) -> Json {
        let text = |v: &Option<String>| Json::from(v.as_deref());
        let path = format!("/v2/images/{}", self.id);
        let mut members: Vec<(String, Json)> = self.extra.iter().map(|(k, v)| (k.clone(), v.as_str().into())).collect();
        let fixed = [
            ("name", text(&self.name)),
            ("disk_format", text(&self.disk_format)),
            ("container_format", text(&self.container_format)),
            ("visibility", self.visibility.as_str().into()),
            ("size", self.size.into()),
            ("virtual_size", self.virtual_size.into()),
            ("status", self.status.as_str().into()),
            ("checksum", text(&self.checksum)),
            ("protected", self.protected.into()),
            ("min_ram", self.min_ram.into()),
            ("min_disk", self.min_disk.into()),
            ("owner", text(&self.owner)),
            ("os_hidden", self.os_hidden.into()),
            ("os_hash_algo", self.hash_algo().into()),
            ("os_hash_value", text(&self.os_hash_value)),
            ("id", self.id.as_str().into()),
            ("created_at", seconds(self.created_at).into()),
            ("updated_at", seconds(self.updated_at).into()),
            ("tags", Json::List(self.tags.iter().map(|t| t.as_str().into()).collect())),
            ("self", path.as_str().into()),
            ("file", format!("{path}/file").into()),
            ("schema", "/v2/schemas/image".into()),
        ];
        let mut put = |key: &str, value: Json| match members.iter_mut().find(|(k, _)| k == key) {
            Some(member) => member.1 = value,
            None => members.push((key.to_owned(), value)),
        };
        for (key, value) in fixed {
            put(key, value);
        }
        // A deactivated image does not say where its data is.
        if !self.locations.is_empty() && self.status != Status::Deactivated {
            let stores: Vec<&str> = self.locations.iter().map(|l| l.store).collect();
            put("stores", stores.join(",").into());
        }
        Json::Map(members)
    }
}

impl Member {
    pub(crate) fn view(&self, image_id: &str) -> Json {
        object([
            ("member_id", self.id.as_str().into()),
            ("image_id", image_id.into()),
            ("status", self.status.as_str().into()),
            ("created_at", seconds(self.created_at).into()),
            ("updated_at", seconds(self.updated_at).into()),
            ("schema", "/v2/schemas/member".into()),
        ])
    }
}
