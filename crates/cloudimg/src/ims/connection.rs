use std::sync::Arc;

use cloudimg_core::{Clock, Result, Session};
use cloudimg_ims_v2::jobs::Jobs;

use super::lookup::Lookup;
use super::{Ims, missing, place};
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
}

impl Connection {
    pub(super) fn new(endpoint: &str, session: Session, project_id: String, region: Option<String>) -> Self {
        let region = region.or_else(|| place::region_of(endpoint)).unwrap_or_default();
        let clock = session.clock();
        let v2 = cloudimg_ims_v2::Client::new(endpoint, session.clone());
        let jobs = v2.jobs(project_id.clone());
        Self { v1: cloudimg_ims_v1::Client::new(endpoint, session), v2, jobs, project_id, region, clock }
    }

    /// The service of a sign-in: the endpoint that the settings give for `ims`, or the catalog's for images, which IMS shares with Glance.
    async fn of(cloud: &Cloud) -> Result<Self> {
        let keystone = &cloud.keystone;
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
        Ok(Self::new(&endpoint, keystone.session(), project_id, settings.region.clone()))
    }
}

impl Ims {
    pub(super) async fn connection(&self) -> Result<&Connection> {
        match &self.source {
            Source::Ready(connection) => Ok(connection),
            Source::Lookup(lookup) => lookup.connection().await,
            Source::Cloud(cloud) => cloud.ims.get_or_try_init(|| Connection::of(cloud)).await,
        }
    }
}
