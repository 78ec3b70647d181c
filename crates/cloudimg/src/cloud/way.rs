//! How the services of a cloud are reached.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cloudimg_auth::{Keystone, ServiceSettings};
use cloudimg_core::retry::RetryPolicy;
use cloudimg_core::{Error, ErrorKind, Result, Session, Timeouts};

use crate::Cloud;

/// How the services of a cloud are reached.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// By a sign-in, whose catalog tells where they are.
    Keystone(Keystone),
    /// By what one has already, at endpoints that the settings tell.
    #[cfg_attr(not(feature = "glance"), expect(dead_code, reason = "only the image service is reached so"))]
    Direct(Arc<Direct>),
    /// By access keys of Huawei Cloud and its relatives.
    #[cfg(feature = "ims")]
    AkSk(crate::ims::Ims),
    /// By access keys of CDNetworks.
    #[cfg(feature = "vmp")]
    Cnc(crate::vmp::Vmp),
}

/// Endpoints, and a session with credentials for them.
#[derive(Debug)]
pub(crate) struct Direct {
    #[cfg_attr(not(feature = "glance"), expect(dead_code, reason = "only the image service is reached so"))]
    pub(crate) session: Session,
    /// Of every service that has none of its own.
    pub(crate) endpoint: Option<String>,
    pub(crate) services: BTreeMap<String, ServiceSettings>,
}

impl Direct {
    #[cfg_attr(not(feature = "glance"), expect(dead_code, reason = "only the image service is reached so"))]
    pub(crate) fn endpoint(&self, service: &str) -> Result<&str> {
        let own = self.services.get(service).and_then(|settings| settings.endpoint_override.as_deref());
        own.or(self.endpoint.as_deref()).ok_or_else(|| {
            let what = format!(
                "`{service}_endpoint_override` is missing: nobody signs in to this cloud, so no catalog tells where the service is"
            );
            Error::new(ErrorKind::Configuration, what)
        })
    }
}

impl Cloud {
    /// The error for a service that this cloud, by the way it is reached, cannot have.
    #[cfg_attr(not(any(feature = "ims", feature = "vmp")), expect(dead_code, reason = "every way leads to the image service"))]
    pub(crate) fn lacks(&self, service: &str) -> Error {
        let how = match &self.way {
            Way::Keystone(_) => "an identity service",
            Way::Direct(_) => "an endpoint",
            #[cfg(feature = "ims")]
            Way::AkSk(_) => "access keys (`auth_type: aksk`)",
            #[cfg(feature = "vmp")]
            Way::Cnc(_) => "access keys of CDNetworks (`auth_type: cnc`)",
        };
        let remedy = match service {
            "vmp" => {
                "add an entry with `auth_type: cnc`, or set CDNETWORKS_ACCESS_KEY and CDNETWORKS_SECRET_KEY for `Vmp::from_env()`"
            }
            "ims" => "add an entry with `auth_type: aksk`, or with the `auth_url` of IAM",
            _ => {
                "add an entry with the `auth_url` of an identity service; with access keys, images are those of `cloud.ims()` or `cloud.vmp()`"
            }
        };
        Error::new(
            ErrorKind::Configuration,
            format!("this cloud is reached by {how}, which leads to no `{service}` service: {remedy}"),
        )
    }
}

/// What differs from the session that a cloud was built with.
#[derive(Clone, Default)]
pub(crate) struct Changes {
    pub(crate) timeouts: Option<Timeouts>,
    pub(crate) retry: Option<Arc<dyn RetryPolicy>>,
    /// Policies for single services, by their key.
    pub(crate) retry_of: BTreeMap<String, Arc<dyn RetryPolicy>>,
}

impl Changes {
    #[cfg_attr(not(any(feature = "glance", feature = "ims", feature = "vmp")), expect(dead_code, reason = "there is no service"))]
    pub(crate) fn applied(&self, service: &str, session: Session) -> Session {
        let session = match self.timeouts {
            Some(timeouts) => session.with_timeouts(timeouts),
            None => session,
        };
        match self.retry.as_ref().or_else(|| self.retry_of.get(service)) {
            Some(policy) => session.with_retry(Arc::clone(policy)),
            None => session,
        }
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").field("timeouts", &self.timeouts).field("retry", &self.retry).finish_non_exhaustive()
    }
}
