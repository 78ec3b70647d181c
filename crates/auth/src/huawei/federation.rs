//! Keys by the token of an identity provider.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cloudimg_core::credentials::AkSk;
use cloudimg_core::{Error, ErrorKind, Result, Secret, Session};
use cloudimg_keystone_v3::types;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::agency::seconds;
use super::iam::{Iam, by_token, read_token, unreadable};
use super::keys::{Keys, Origin};
use super::signer::Signer;
use super::source::{Found, Source};

/// How long keys by an identity provider's token shall last.
const KEY_LIFE: Duration = Duration::from_secs(21_600);

/// Where the token of an identity provider is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenSource {
    /// It is this.
    Text(Secret),
    /// It is in this file, which is read anew for each renewal; space around it does not count.
    File(PathBuf),
}

impl TokenSource {
    fn read(&self) -> Result<Secret> {
        match self {
            Self::Text(token) => Ok(token.clone()),
            Self::File(path) => read_token(path),
        }
    }
}

/// A user of an identity provider (OpenID Connect) that the account has set up in IAM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdToken {
    provider: String,
    token: TokenSource,
}

impl IdToken {
    /// A user with a token of the provider of this id.
    pub fn new(provider: impl Into<String>, token: TokenSource) -> Self {
        Self { provider: provider.into(), token }
    }

    /// What signs with keys that the IAM at `iam_endpoint` gives for the token.
    ///
    /// # Errors
    /// `Configuration` if the endpoint is no https URL.
    pub fn signer(self, session: &Session, iam_endpoint: &str) -> Result<Signer> {
        Ok(Signer::of(session, self.source(session, iam_endpoint)?))
    }

    pub(super) fn source(self, session: &Session, iam_endpoint: &str) -> Result<Arc<dyn Source>> {
        Ok(Arc::new(ByIdToken { id_token: self, iam: Iam::unsigned(session, iam_endpoint)? }))
    }
}

#[derive(Debug)]
struct ByIdToken {
    id_token: IdToken,
    iam: Iam,
}

impl Source for ByIdToken {
    fn fetch(self: Arc<Self>) -> BoxFuture<'static, Result<Found>> {
        async move {
            let token = self.id_token.token.read()?;
            let iam = self.iam.knowing([&token]);
            let token = types::IdToken::new(token);
            let body = types::IdTokenRequest::new(types::IdTokenAuth::new(token));
            let call = iam.client().issue_token_by_id_token().x_idp_id(&self.id_token.provider).body(body);
            let answer = call.send().await?;
            let token = answer.headers().get("x-subject-token").and_then(|value| value.to_str().ok()).map(Secret::from);
            let token = token.ok_or_else(|| {
                Error::new(ErrorKind::Decode, "IAM sent no token: the header X-Subject-Token is missing")
                    .with_operation("issue_token_by_id_token")
            })?;
            let origin = Origin::IdentityProvider(self.id_token.provider.clone());
            Ok(Found::from(self.iam.knowing([&token]).temporary(by_token(Some(&token), Some(KEY_LIFE)), origin).await?))
        }
        .boxed()
    }
}

/// A trust agency of IAM 5, taken up by the token of an identity provider (OpenID Connect).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcAgency {
    provider_urn: String,
    agency_urn: String,
    token: TokenSource,
    session_name: String,
    duration: Duration,
    policy: Option<String>,
    policy_ids: Vec<String>,
}

impl OidcAgency {
    /// The agency, the provider, and its token. Keys last an hour, and records name the session `oidc-sts-session`.
    pub fn new(provider_urn: impl Into<String>, agency_urn: impl Into<String>, token: TokenSource) -> Self {
        Self {
            provider_urn: provider_urn.into(),
            agency_urn: agency_urn.into(),
            token,
            session_name: "oidc-sts-session".to_owned(),
            duration: Duration::from_secs(3600),
            policy: None,
            policy_ids: Vec::new(),
        }
    }

    /// Another name for records.
    #[must_use]
    pub fn with_session_name(mut self, name: impl Into<String>) -> Self {
        self.session_name = name.into();
        self
    }

    /// Another life of the keys, in whole seconds.
    #[must_use]
    pub fn with_duration(mut self, duration: Duration) -> Self {
        self.duration = duration;
        self
    }

    /// A policy, as JSON, that narrows the rights down.
    #[must_use]
    pub fn with_policy(mut self, policy: impl Into<String>) -> Self {
        self.policy = Some(policy.into());
        self
    }

    /// Policies that narrow the rights down, by their ids.
    #[must_use]
    pub fn with_policy_ids(mut self, ids: impl IntoIterator<Item = String>) -> Self {
        self.policy_ids = ids.into_iter().collect();
        self
    }

    /// What signs with keys that the Security Token Service at `sts_endpoint` gives for the token.
    ///
    /// # Errors
    /// `Configuration` if the endpoint is no https URL.
    pub fn signer(self, session: &Session, sts_endpoint: &str) -> Result<Signer> {
        Ok(Signer::of(session, self.source(session, sts_endpoint)?))
    }

    pub(super) fn source(self, session: &Session, sts_endpoint: &str) -> Result<Arc<dyn Source>> {
        Ok(Arc::new(ByOidc { agency: self, sts: Iam::unsigned(session, sts_endpoint)? }))
    }

    fn request(&self, token: Secret) -> types::OidcAgencyRequest {
        let body = types::OidcAgencyRequest::new(&self.provider_urn, &self.agency_urn, &self.session_name, token);
        let mut body = body.duration_seconds(seconds(self.duration));
        if let Some(policy) = &self.policy {
            body = body.policy(policy);
        }
        if !self.policy_ids.is_empty() {
            body = body.policy_ids(self.policy_ids.clone());
        }
        body
    }
}

#[derive(Debug)]
struct ByOidc {
    agency: OidcAgency,
    sts: Iam,
}

impl Source for ByOidc {
    fn fetch(self: Arc<Self>) -> BoxFuture<'static, Result<Found>> {
        async move {
            let token = self.agency.token.read()?;
            let sts = self.sts.knowing([&token]);
            let answer = sts.client().assume_agency_with_oidc().body(self.agency.request(token)).send().await?;
            let key = answer.into_inner().credentials;
            let aksk = AkSk::builder(key.access_key_id, key.secret_access_key).security_token(key.security_token).build();
            let aksk = aksk.map_err(|error| unreadable("assume_agency_with_oidc", &error))?;
            let origin = Origin::IdentityProvider(self.agency.provider_urn.clone());
            let expires = key.expiration.and_then(|time| time.time());
            Ok(Keys::ending(aksk, origin, self.sts.session.clock().now(), expires).into())
        }
        .boxed()
    }
}
