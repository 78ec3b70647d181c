use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cloudimg_core::credentials::{AkSk, Anonymous};
use cloudimg_core::{Error, ErrorKind, Result, Secret, Session};
use cloudimg_keystone_v3::{Client, types};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::agency::seconds;
use super::endpoint::secure_root;
use super::keys::{Keys, Origin};
use super::signer::Signer;
use super::source::{Found, Source};
use super::wrong;

/// The Identity and Access Management of Huawei Cloud or Open Telekom Cloud, asked with the credentials of a session.
#[derive(Clone)]
pub struct Iam {
    client: Client,
    pub(super) session: Session,
    endpoint: String,
    /// Ids of projects by their names. They never change while a project lives, and are the same for all keys of a caller.
    projects: Arc<Mutex<HashMap<String, String>>>,
}

impl Iam {
    /// The IAM at `endpoint`, asked with the credentials of `session`: keys sign, tokens go along.
    ///
    /// # Errors
    /// `Configuration` if the endpoint is no https URL (http is for this machine alone).
    pub fn new(session: &Session, endpoint: &str) -> Result<Self> {
        let endpoint = secure_root("the endpoint of IAM", endpoint)?;
        // IAM is asked out of turn: a call that has its turn already may be waiting for keys.
        let session = session.with_pace(None);
        let client = Client::new(&endpoint, session.clone());
        Ok(Self { client, session, endpoint, projects: Arc::default() })
    }

    /// The same, asked by `signer` for its account.
    ///
    /// # Errors
    /// See [`new`](Self::new).
    pub fn signed(session: &Session, signer: &Signer, endpoint: &str) -> Result<Self> {
        Self::new(&session.with_credentials(signer.for_account()), endpoint)
    }

    pub(super) fn unsigned(session: &Session, endpoint: &str) -> Result<Self> {
        Self::new(&session.with_credentials(Anonymous), endpoint)
    }

    /// The same, for calls that carry `secrets`.
    pub(super) fn knowing<'a>(&self, secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let session = self.session.with_secrets(secrets);
        Self { client: Client::new(&self.endpoint, session.clone()), session, ..self.clone() }
    }

    /// Where it is.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// The id of the caller's project `name`: that of a region has the region's name (`eu-de`), those below it more (`eu-de_images`).
    ///
    /// It is asked for once for each name.
    ///
    /// # Errors
    /// `NotFound` if there is none, `Ambiguous` if there are several, and those of any call.
    pub async fn project_id(&self, name: &str) -> Result<String> {
        if let Some(id) = self.projects.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(id.clone());
        }
        let answer = self.client.list_projects().name(name).send().await.map_err(|error| {
            let error = Error::from(error);
            let message = format!("looking for the id of the project `{name}` at {}: {}", self.endpoint, error.message());
            error.with_message(message)
        })?;
        let trace = answer.headers().get("x-iam-trace-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let projects = answer.into_inner().projects;
        let remedy = "set the project's id (HUAWEICLOUD_SDK_PROJECT_ID), or its name where it is not that of the region";
        let id = match &projects[..] {
            [one] => one.id.clone(),
            [] => {
                let trace = trace.map(|id| format!(" (X-IAM-Trace-Id {id})")).unwrap_or_default();
                let message = format!("the account has no project `{name}` that {} knows{trace}; {remedy}", self.endpoint);
                return Err(Error::new(ErrorKind::NotFound, message).with_operation("list_projects"));
            }
            several => {
                let ids: Vec<_> = several.iter().map(|project| project.id.as_str()).collect();
                let message = format!("the account has several projects `{name}`: {}; {remedy}", ids.join(", "));
                return Err(Error::new(ErrorKind::Ambiguous, message).with_operation("list_projects"));
            }
        };
        self.projects.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), id.clone());
        Ok(id)
    }

    /// The id of the caller's domain (account).
    ///
    /// # Errors
    /// `NotFound` if IAM names none, and those of any call.
    pub async fn domain_id(&self) -> Result<String> {
        let domains = self.client.list_auth_domains().send().await?.into_inner().domains;
        domains.into_iter().next().map(|domain| domain.id).ok_or_else(|| {
            let message =
                format!("{} names no domain for these credentials; set its id (HUAWEICLOUD_SDK_DOMAIN_ID)", self.endpoint);
            Error::new(ErrorKind::NotFound, message).with_operation("list_auth_domains")
        })
    }

    /// Keys that stand for `token`, or for that of the session if `None`, once; [`token_signer`](Self::token_signer) renews them.
    ///
    /// `duration` is from 15 minutes (the service's default) to 24 hours.
    ///
    /// # Errors
    /// `AuthFailed` if the token is not valid, and those of any call.
    pub async fn token_keys(&self, token: Option<&Secret>, duration: Option<Duration>) -> Result<Keys> {
        self.knowing(token).temporary(by_token(token, duration), Origin::Token).await
    }

    /// What signs with keys that stand for `token`, or for that of the session if `None`.
    #[must_use]
    pub fn token_signer(&self, token: Option<Secret>, duration: Option<Duration>) -> Signer {
        Signer::of(&self.session, Arc::new(ByToken { iam: self.clone(), token, duration }))
    }

    pub(super) async fn temporary(&self, identity: types::TemporaryKeyIdentity, origin: Origin) -> Result<Keys> {
        let body = types::TemporaryKeyRequest::new(types::TemporaryKeyAuth::new(identity));
        let key = self.client.create_temporary_access_key().body(body).send().await?.into_inner().credential;
        let aksk = AkSk::builder(key.access, key.secret).security_token(key.securitytoken).build();
        let aksk = aksk.map_err(|error| unreadable("create_temporary_access_key", &error))?;
        Ok(Keys::ending(aksk, origin, self.session.clock().now(), key.expires_at.and_then(|time| time.time())))
    }
}

pub(super) fn unreadable(operation: &str, error: &Error) -> Error {
    Error::new(ErrorKind::Decode, format!("the keys that came are none: {}", error.message())).with_operation(operation)
}

pub(super) fn by_token(token: Option<&Secret>, duration: Option<Duration>) -> types::TemporaryKeyIdentity {
    let identity = types::TemporaryKeyIdentity::new([types::AuthMethod::Token]);
    if token.is_none() && duration.is_none() {
        return identity;
    }
    let mut method = types::KeyByToken::new();
    if let Some(token) = token {
        method = method.id(token.clone());
    }
    if let Some(duration) = duration {
        method = method.duration_seconds(seconds(duration));
    }
    identity.token(method)
}

#[derive(Debug)]
struct ByToken {
    iam: Iam,
    token: Option<Secret>,
    duration: Option<Duration>,
}

impl Source for ByToken {
    fn fetch(self: Arc<Self>) -> BoxFuture<'static, Result<Found>> {
        async move { Ok(Found::from(self.iam.token_keys(self.token.as_ref(), self.duration).await?)) }.boxed()
    }
}

impl fmt::Debug for Iam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iam").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// The file of a token, read each time: those who write it exchange it before it ends.
pub(super) fn read_token(path: &std::path::Path) -> Result<Secret> {
    let text = std::fs::read_to_string(path)
        .map(zeroize::Zeroizing::new)
        .map_err(|error| wrong(format!("the token file {} cannot be read: {error}", path.display())).with_source(error))?;
    match text.trim() {
        "" => Err(wrong(format!("the token file {} is empty", path.display()))),
        token => Ok(Secret::from(token)),
    }
}
