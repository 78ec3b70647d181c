use std::sync::Arc;
use std::time::Duration;

use cloudimg_core::{Result, Session};
use cloudimg_keystone_v3::types;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::iam::Iam;
use super::keys::{Keys, Origin};
use super::signer::Signer;
use super::source::{Found, Source};
use crate::methods::{Domain, Named};

/// An agency: rights that one account lends to another, whose users take them up with their own credentials.
///
/// This is for keys; for a token, sign in with [`Method::AssumeRole`](crate::Method::AssumeRole).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agency {
    domain: Domain,
    name: String,
    duration: Option<Duration>,
    session_name: Option<String>,
}

impl Agency {
    /// The agency `name` of the account `domain`.
    pub fn new(domain: Domain, name: impl Into<String>) -> Self {
        Self { domain, name: name.into(), duration: None, session_name: None }
    }

    /// How long keys shall last, in whole seconds from 15 minutes (the service's default) to 24 hours.
    #[must_use]
    pub fn with_duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// The name for records, 5 to 64 characters.
    #[must_use]
    pub fn with_session_name(mut self, name: impl Into<String>) -> Self {
        self.session_name = Some(name.into());
        self
    }

    /// What signs with keys of the agency, which `iam` gives: its session has the credentials of who takes the rights up.
    #[must_use]
    pub fn signer(self, session: &Session, iam: &Iam) -> Signer {
        Signer::of(session, Arc::new(ByAgency { agency: self, iam: iam.clone() }))
    }

    fn request(&self) -> types::TemporaryKeyIdentity {
        let method = types::KeyByAgency::new(&self.name);
        let mut method = match &self.domain {
            Named::Id(id) => method.domain_id(id),
            Named::Name(name) => method.domain_name(name),
        };
        if let Some(duration) = self.duration {
            method = method.duration_seconds(seconds(duration));
        }
        if let Some(name) = &self.session_name {
            method = method.session_user(types::SessionUser::new().name(name));
        }
        types::TemporaryKeyIdentity::new([types::AuthMethod::AssumeRole]).assume_role(method)
    }
}

#[derive(Debug)]
struct ByAgency {
    agency: Agency,
    iam: Iam,
}

impl Source for ByAgency {
    fn fetch(self: Arc<Self>) -> BoxFuture<'static, Result<Found>> {
        async move {
            let origin = Origin::Agency(self.agency.name.clone());
            Ok(Found::from(self.iam.temporary(self.agency.request(), origin).await?))
        }
        .boxed()
    }
}

impl Iam {
    /// Keys of an agency, once; [`Agency::signer`] renews them.
    ///
    /// # Errors
    /// `Forbidden` or `NotFound` where there is no such agency for the caller, and those of any call.
    pub async fn agency_keys(&self, agency: &Agency) -> Result<Keys> {
        self.temporary(agency.request(), Origin::Agency(agency.name.clone())).await
    }
}

pub(super) fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
