//! What the parts of a sandbox share.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::effects::Effects;
use crate::faults::Faults;
use crate::glance::Glance;
use crate::iam::Iam;
use crate::ims::Ims;
use crate::keystone::Keystone;
use crate::obs::Obs;
use crate::vmp::Vmp;

/// The whole sandbox, as handlers see it.
#[derive(Debug)]
pub(crate) struct Cloud {
    pub(crate) clock: Clock,
    pub(crate) token_life: Duration,
    pub(crate) identity_addr: SocketAddr,
    pub(crate) image_addr: SocketAddr,
    pub(crate) ims_addr: SocketAddr,
    pub(crate) vmp_addr: SocketAddr,
    pub(crate) obs_addr: SocketAddr,
    pub(crate) metadata_addr: Option<SocketAddr>,
    pub(crate) keystone: Keystone,
    pub(crate) glance: Arc<Glance>,
    pub(crate) ims: Arc<Ims>,
    pub(crate) obs: Arc<Obs>,
    pub(crate) vmp: Vmp,
    pub(crate) iam: Iam,
    pub(crate) faults: Faults,
    pub(crate) effects: Effects,
}

impl Cloud {
    /// `http://host:port/v3`
    pub(crate) fn auth_url(&self) -> String {
        format!("http://{}/v3", self.identity_addr)
    }

    /// `http://host:port` of the identity service, as Glance names it when it refuses a token.
    pub(crate) fn identity_root(&self) -> String {
        format!("http://{}", self.identity_addr)
    }

    /// `http://host:port` of the image service.
    pub(crate) fn image_url(&self) -> String {
        format!("http://{}", self.image_addr)
    }

    /// `http://host:port` of the image management service.
    pub(crate) fn ims_url(&self) -> String {
        format!("http://{}", self.ims_addr)
    }

    /// `http://host:port` of the object store.
    pub(crate) fn obs_url(&self) -> String {
        format!("http://{}", self.obs_addr)
    }

    /// `http://host:port` of VMP.
    pub(crate) fn vmp_url(&self) -> String {
        format!("http://{}", self.vmp_addr)
    }
}
