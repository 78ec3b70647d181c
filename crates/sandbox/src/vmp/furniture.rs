//! What is there from the beginning.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::image::{Image, Kind};

/// A machine that images can be made of.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    pub(super) os: &'static str,
    /// Of its system disk, in gigabytes.
    pub(super) size: &'static str,
    pub(super) min_disk: i64,
}

impl Default for Instance {
    fn default() -> Self {
        Self { os: "linux", size: "40", min_disk: 40 }
    }
}

pub(super) fn instances() -> BTreeMap<String, Instance> {
    BTreeMap::from([(super::Vmp::INSTANCE.to_owned(), Instance::default())])
}

pub(super) fn nodes() -> BTreeSet<String> {
    super::Vmp::NODES.iter().map(|name| (*name).to_owned()).collect()
}

pub(super) fn images() -> BTreeMap<String, Image> {
    // 2025-01-02 and -03, early in the morning.
    let common = [
        ("3b0e7a0c-52f5-4d0e-9c1b-6f1d0a7e2c11", "CentOS-7.9-x86_64", "2.2", 1_735_787_045, "linux"),
        ("c9d1f6a4-8e27-4b93-a6d0-15f3b2e84c22", "Windows-Server-2019", "12.75", 1_735_873_445, "windows"),
    ];
    let made = common.map(|(id, name, size, second, os)| {
        let at = Timestamp::from_second(second).unwrap_or_default();
        let image = Image {
            id: id.to_owned(),
            name: name.to_owned(),
            kind: Kind::Common,
            size: size.to_owned(),
            created_at: at,
            ready_at: at,
            fails: false,
            os: Some(os.to_owned()),
            min_disk: Some(40),
            agent: Some(true),
            source: None,
            nodes: Vec::new(),
        };
        (id.to_owned(), image)
    });
    BTreeMap::from(made)
}
