//! Images and how far they are, by the clock.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};

use crate::clock::later;
use crate::json::{Json, object};

/// Whose an image is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Common,
    Custom,
    Snapshot,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Common, Self::Custom, Self::Snapshot];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Common => "COMMON",
            Self::Custom => "CUSTOM",
            Self::Snapshot => "SNAPSHOT",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Active,
    Building,
    Inactive,
}

impl State {
    pub(super) const ALL: [Self; 3] = [Self::Active, Self::Building, Self::Inactive];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Building => "BUILDING",
            Self::Inactive => "INACTIVE",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Image {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Gigabytes, once it is made.
    pub(super) size: String,
    pub(super) created_at: Timestamp,
    /// When it is made, or has failed to be.
    pub(super) ready_at: Timestamp,
    pub(super) fails: bool,
    pub(super) os: Option<String>,
    pub(super) min_disk: Option<i64>,
    pub(super) agent: Option<bool>,
    /// The instance or the URL that it is made from.
    pub(super) source: Option<String>,
    /// Those that it was preheated on, in the order in which they were asked for.
    pub(super) nodes: Vec<Node>,
}

impl Image {
    pub(super) fn state(&self, now: Timestamp) -> State {
        match (now < self.ready_at, self.fails) {
            (true, _) => State::Building,
            (false, true) => State::Inactive,
            (false, false) => State::Active,
        }
    }

    /// There is nothing to measure before it is made.
    pub(super) fn size(&self, now: Timestamp) -> &str {
        if self.state(now) == State::Active { &self.size } else { "0" }
    }

    /// `2026-01-02 11:04:05`, in the vendor's zone, which is not told.
    pub(super) fn created_at(&self) -> String {
        let zone = TimeZone::fixed(offset(8));
        self.created_at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    pub(super) fn view(&self, now: Timestamp) -> Json {
        object([
            ("id", self.id.as_str().into()),
            ("name", self.name.as_str().into()),
            ("type", self.kind.name().into()),
            ("createdAt", self.created_at().into()),
            ("size", self.size(now).into()),
            ("state", self.state(now).name().into()),
        ])
    }
}

/// A node that an image is brought to.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) name: String,
    ends_at: Timestamp,
    fails: bool,
}

impl Node {
    pub(super) fn starting(name: &str, now: Timestamp, takes: Duration, fails: bool) -> Self {
        Self { name: name.to_owned(), ends_at: later(now, takes), fails }
    }

    pub(super) fn state(&self, now: Timestamp) -> &'static str {
        match (now < self.ends_at, self.fails) {
            (true, _) => "SENDING",
            (false, true) => "FAIL",
            (false, false) => "SUCCESS",
        }
    }
}
