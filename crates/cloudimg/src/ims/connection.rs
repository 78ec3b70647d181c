use std::sync::Arc;

use cloudimg_core::{Clock, Result, Session};
use cloudimg_ims_v2::jobs::Jobs;

use super::lookup::Lookup;
#[cfg(feature = "obs")]
use super::obs::Storage;
use super::{Ims, missing, place};
use crate::cloud::{Changes, Way};
use crate::{Cloud, Scope};

/// Where an [`Ims`] comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A sign-in, whose catalog has the endpoint.
    Cloud(Box<Cloud>),
    /// Settings that say all.
    Ready(Arc<Connection>),
    /// Settings that leave the project to be found.
    Lookup(Arc<Lookup>),
}

/// The clients of both versions, and what they work on.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(super) v1: cloudimg_ims_v1::Client,
    pub(super) v2: cloudimg_ims_v2::Client,
    pub(super) jobs: Jobs,
    pub(super) project_id: String,
    pub(super) region: String,
    pub(super) clock: Arc<dyn Clock>,
    endpoint: String,
    session: Session,
    #[cfg(feature = "obs")]
    storage: Storage,
}

impl Connection {
    pub(super) fn new(endpoint: &str, session: Session, project_id: String, region: Option<String>) -> Self {
        let region = region.or_else(|| place::region_of(endpoint)).unwrap_or_default();
        let (clock, endpoint) = (session.clock(), endpoint.to_owned());
        let v1 = cloudimg_ims_v1::Client::new(&endpoint, session.clone());
        let v2 = cloudimg_ims_v2::Client::new(&endpoint, session.clone());
        let jobs = v2.jobs(project_id.clone());
        Self {
            v1,
            v2,
            jobs,
            project_id,
            region,
            clock,
            endpoint,
            session,
            #[cfg(feature = "obs")]
            storage: Storage::default(),
        }
    }

    /// The same, told what the settings say of the object storage.
    #[cfg(feature = "obs")]
    pub(super) fn with_storage(self, storage: Storage) -> Self {
        Self { storage, ..self }
    }

    #[cfg(feature = "obs")]
    pub(super) fn storage(&self) -> &Storage {
        &self.storage
    }

    #[cfg(feature = "obs")]
    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    #[cfg(feature = "obs")]
    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// The service of a sign-in: the endpoint that the settings give for `ims`, or the catalog's for images, which IMS shares with Glance.
    async fn of(cloud: &Cloud) -> Result<Self> {
        let Way::Keystone(keystone) = &cloud.way else { return Err(cloud.lacks("ims")) };
        let settings = keystone.settings();
        let no_project = || missing("project_id", "the image service works in a project; sign in with one");
        if matches!(settings.scope, Scope::Unscoped | Scope::System | Scope::Domain(_)) {
            return Err(no_project());
        }
        let project_id = keystone.token().await?.project_id().map(str::to_owned).ok_or_else(no_project)?;
        let endpoint = match settings.endpoint_override("ims") {
            Some(_) => place::endpoint(&keystone.endpoint("ims").await?)?,
            None => keystone.image_endpoint().await?,
        };
        let session = cloud.session_for("ims", keystone.session());
        Ok(Self::new(&endpoint, session, project_id, settings.region.clone()))
    }

    fn changed(&self, changes: &Changes) -> Self {
        let session = changes.applied("ims", self.session.clone());
        let changed = Self::new(&self.endpoint, session, self.project_id.clone(), Some(self.region.clone()));
        #[cfg(feature = "obs")]
        let changed = changed.with_storage(self.storage.clone());
        changed
    }
}

impl Ims {
    /// The same service with what was changed of its session.
    pub(crate) fn changed(&self, changes: &Changes) -> Self {
        let source = match &self.source {
            Source::Ready(connection) => Source::Ready(Arc::new(connection.changed(changes))),
            Source::Lookup(lookup) => Source::Lookup(Arc::new(lookup.changed(changes))),
            Source::Cloud(cloud) => Source::Cloud(cloud.clone()),
        };
        Self { source, rhythm: self.rhythm }
    }

    pub(super) async fn connection(&self) -> Result<&Connection> {
        match &self.source {
            Source::Ready(connection) => Ok(connection),
            Source::Lookup(lookup) => lookup.connection().await,
            Source::Cloud(cloud) => cloud.ims.get_or_try_init(|| Connection::of(cloud)).await,
        }
    }
}
