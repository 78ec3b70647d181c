//! Images of the virtual machine platform (VMP) of CDNetworks, and of its sibling brand.
//!
//! ```no_run
//! use cloudimg::vmp::Vmp;
//!
//! # async fn story() -> Result<(), cloudimg::Error> {
//! let vmp = Vmp::from_env()?; // CDNETWORKS_ACCESS_KEY, CDNETWORKS_SECRET_KEY
//!
//! let mut images = vmp.images().list().owner("SNAPSHOT").items();
//! while let Some(image) = images.next().await {
//!     println!("{}", image?.id);
//! }
//! let image = vmp.images().create_from_instance("golden", "instance id").await?.await?;
//! let outcome = vmp.images().preheat(&image.id, ["ams-01", "fra-02"]).await?.outcome().await?;
//! println!("on {:?}, and not on {:?}", outcome.succeeded, outcome.failed);
//! # Ok(())
//! # }
//! ```
//!
//! The service counts calls: 300 in five minutes for an account, and 30 for an operation. A [`Vmp`] and its clones keep to that
//! ([`Pace::cdnetworks`](crate::Pace::cdnetworks)): what is too much waits, and is told of by an event of `tracing`, or by
//! [`Pace::on_wait`](crate::Pace::on_wait). What goes on at the service is asked after every 10 s at most.

mod building;
mod images;
mod place;
mod preheating;
mod settings;
mod watched;

pub use building::Building;
pub use cloudimg_cdnetworks_vmp::Preheated;
pub use cloudimg_cdnetworks_vmp::types;
pub use images::{CreateFromInstance, CreateFromUrl, ImageList, Images, Removal};
pub use preheating::Preheating;
pub use settings::VmpBuilder;
pub use types::{Image, ImageSize, ImageState, ImageType, NodeState, OsType, PreheatingState, SortDirection, SortKey};

use std::sync::Arc;
use std::time::Duration;

use cloudimg_cdnetworks_vmp::Client;
use cloudimg_core::poller::Rhythm;
use cloudimg_core::retry::Never;
use cloudimg_core::{Error, ErrorKind, Pace, Session};

use crate::cloud::{Changes, Way};
use crate::{Cloud, Result};

impl Cloud {
    /// The images of CDNetworks VMP: of an entry with `auth_type: cnc`. Another cloud leads to none, and every call is a `Configuration` error that
    /// says what does.
    #[must_use]
    pub fn vmp(&self) -> Vmp {
        match &self.way {
            Way::Cnc(vmp) => vmp.clone(),
            _ => Vmp { source: Err(self.lacks("vmp")), rhythm: rhythm() },
        }
    }
}

/// The images of an account of CDNetworks. Clones share the pace limit.
#[derive(Clone, Debug)]
pub struct Vmp {
    source: Result<Arc<Connection>>,
    rhythm: Rhythm,
}

/// The client, and the one that looks at what goes on: there a failed look is followed by the next one in time, not by a repetition.
#[derive(Debug)]
struct Connection {
    client: Client,
    looking: Client,
    endpoint: String,
    session: Session,
}

/// From 10 s, as fast as the service allows, to 30 s, which leaves room for other calls.
fn rhythm() -> Rhythm {
    let mut rhythm = cloudimg_cdnetworks_vmp::pace_of_polls();
    rhythm.longest = Duration::from_secs(30);
    rhythm
}

impl Vmp {
    /// The service, to be configured.
    #[must_use]
    pub fn builder() -> VmpBuilder {
        VmpBuilder::default()
    }

    /// The service with the keys in `CDNETWORKS_ACCESS_KEY` and `CDNETWORKS_SECRET_KEY`, at `CDNETWORKS_ENDPOINT` or, without that, at
    /// `https://api.cdnetworks.com`.
    ///
    /// # Errors
    /// `Configuration`, naming the variable that is missing or wrong.
    pub fn from_env() -> Result<Self> {
        settings::from_env(|name| std::env::var(name).ok())
    }

    fn connected(endpoint: &str, session: Session) -> Self {
        let looking = Client::new(endpoint, session.with_retry(Never));
        let client = Client::new(endpoint, session.clone());
        let connection = Connection { client, looking, endpoint: endpoint.to_owned(), session };
        Self { source: Ok(Arc::new(connection)), rhythm: rhythm() }
    }

    /// The same service with what was changed of its session.
    pub(crate) fn changed(&self, changes: &Changes) -> Self {
        match &self.source {
            Ok(connection) => {
                let session = changes.applied("vmp", connection.session.clone());
                Self::connected(&connection.endpoint, session).with_rhythm(self.rhythm)
            }
            Err(_) => self.clone(),
        }
    }

    /// What goes on at the service is asked after in this rhythm, and given up after its patience; from 10 s to 30 s for two hours if not said.
    #[must_use]
    pub fn with_rhythm(mut self, rhythm: Rhythm) -> Self {
        self.rhythm = rhythm;
        self
    }

    /// The same service with another pace limit than [`Pace::cdnetworks`], which begins with no call counted; `None` is no limit. Clones made before
    /// keep theirs.
    #[must_use]
    pub fn with_pace(&self, pace: impl Into<Option<Pace>>) -> Self {
        match &self.source {
            Ok(connection) => Self::connected(&connection.endpoint, connection.session.with_pace(pace)).with_rhythm(self.rhythm),
            Err(_) => self.clone(),
        }
    }

    /// Images: lists, making, removing, and bringing them to nodes.
    #[must_use]
    pub fn images(&self) -> Images {
        Images::new(self.clone())
    }

    /// The generated client, for calls that the facade does not have yet; outside this crate's promise of stability.
    ///
    /// # Errors
    /// `Configuration` if this comes from a cloud without VMP.
    #[cfg(feature = "raw")]
    pub fn raw(&self) -> Result<Client> {
        Ok(self.client()?.clone())
    }

    fn client(&self) -> Result<&Client> {
        self.source.as_deref().map(|connection| &connection.client).map_err(Clone::clone)
    }

    fn looking(&self) -> Result<&Client> {
        self.source.as_deref().map(|connection| &connection.looking).map_err(Clone::clone)
    }
}

fn wrong(what: String) -> Error {
    Error::new(ErrorKind::InvalidRequest, format!("{what}; nothing was sent"))
}

/// Refuses what cannot be the id of an image. Ids are joined by commas, and two words are names of other calls.
fn check_id(id: &str) -> Result<()> {
    if id.is_empty() || id.contains(',') || ["preHeating", "preHeatingInfo"].iter().any(|taken| id.eq_ignore_ascii_case(taken)) {
        return Err(wrong(format!("`{id}` is no id of an image")));
    }
    Ok(())
}
