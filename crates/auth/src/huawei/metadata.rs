//! Keys that a machine in the cloud gets from its metadata service, for the agency that was given to it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use cloudimg_core::credentials::{AkSk, Anonymous, Credentials, Outgoing, Proof};
use cloudimg_core::wire::Timestamp;
use cloudimg_core::{Error, ErrorKind, OperationFacts, Result, Secret, Session, Timeouts, retry};
use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use http::{HeaderName, HeaderValue};
use serde::Deserialize;

use super::keys::{Keys, Origin};
use super::source::{Found, Source};

/// Where the service is, on each machine.
pub(super) const ENDPOINT: &str = "http://169.254.169.254";
/// How long each of its answers may take: it is next door, or not there at all.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a token of the service is to last.
const TOKEN_LIFE: Duration = Duration::from_secs(21_600);
/// A token with less life than this is not used any more.
const TOKEN_MARGIN: Duration = Duration::from_secs(60);
/// How long a service that knows no tokens is not asked for one.
const TOKENLESS: Duration = Duration::from_secs(24 * 3600);

static TOKEN: OperationFacts = OperationFacts {
    id: "metadata_token",
    method: "PUT",
    path: "/meta-data/latest/api/token",
    success: &[200],
    idempotent: true,
    ..OperationFacts::PLAIN
};

static KEYS: OperationFacts = OperationFacts { id: "metadata_keys", method: "GET", path: "/openstack/latest/securitykey", ..TOKEN };

/// Headers that prove that the caller is on the machine.
#[derive(Debug)]
struct Header(HeaderName, HeaderValue);

impl Credentials for Header {
    fn authorize<'a>(&'a self, request: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, Error>> {
        request.headers_mut().insert(self.0.clone(), self.1.clone());
        Box::pin(ready(Ok(Proof::default())))
    }
}

#[derive(Clone, Debug)]
struct Token {
    /// `None` where the service knows no tokens.
    value: Option<Secret>,
    until: SystemTime,
}

/// The metadata service.
#[derive(Debug)]
pub(super) struct Metadata {
    session: Session,
    endpoint: String,
    token: Mutex<Option<Token>>,
}

impl Metadata {
    pub(super) fn new(session: &Session, endpoint: &str) -> Result<Self> {
        let limits = Timeouts::default().with_connect(PATIENCE).with_head(PATIENCE).with_total(PATIENCE);
        let session =
            session.with_credentials(Anonymous).with_retry(retry::Never).with_pace(None).with_timeouts(limits).without_proxy()?;
        Ok(Self { session, endpoint: endpoint.trim_end_matches('/').to_owned(), token: Mutex::default() })
    }

    fn url(&self, facts: &OperationFacts) -> String {
        format!("{}{}", self.endpoint, facts.path)
    }

    fn known_token(&self) -> Option<Token> {
        let now = self.session.clock().now();
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        token.clone().filter(|token| now + TOKEN_MARGIN < token.until)
    }

    /// A token of the service, or `None` if it knows none.
    async fn token(&self) -> Result<Option<Secret>> {
        if let Some(token) = self.known_token() {
            return Ok(token.value);
        }
        let life = HeaderValue::from(TOKEN_LIFE.as_secs());
        let session = self.session.with_credentials(Header(HeaderName::from_static("x-metadata-token-ttl-seconds"), life));
        let now = self.session.clock().now();
        let token = match session.fetch(&self.url(&TOKEN), &TOKEN).await {
            Ok(body) => Token { value: Some(text(&body)?), until: now + TOKEN_LIFE },
            Err(error) if matches!(error.status(), Some(404 | 405 | 503)) => Token { value: None, until: now + TOKENLESS },
            Err(error) => return Err(error),
        };
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token.value)
    }

    async fn document(&self) -> Result<Document> {
        let mut tried_again = false;
        loop {
            let session = match self.token().await? {
                Some(token) => {
                    let mut value =
                        HeaderValue::from_str(token.expose()).map_err(|_| unreadable("a token that no header can carry"))?;
                    value.set_sensitive(true);
                    self.session.with_credentials(Header(HeaderName::from_static("x-metadata-token"), value))
                }
                None => self.session.clone(),
            };
            match session.fetch(&self.url(&KEYS), &KEYS).await {
                // What it says about the place in the text would be that of a secret.
                Ok(body) => return serde_json::from_slice(&body).map_err(|_| unreadable("no keys that can be read")),
                Err(error) if error.status() == Some(401) && !tried_again && !lacks_agency(&error) => {
                    tried_again = true;
                    *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Source for Metadata {
    fn fetch(self: Arc<Self>) -> BoxFuture<'static, Result<Found>> {
        async move {
            let credential = match self.document().await {
                Ok(document) => document.credential,
                Err(error) if lacks_agency(&error) || error.status() == Some(404) => {
                    return Ok(Found::Nothing(format!(
                        "the metadata service at {} has no keys: give this machine an agency (a cloud service agency for ECS)",
                        self.endpoint
                    )));
                }
                Err(error) => {
                    return Err(error.clone().with_message(format!(
                        "the metadata service at {}: {}",
                        self.endpoint,
                        error.message()
                    )));
                }
            };
            let aksk = AkSk::builder(credential.access, credential.secret).security_token(credential.token).build();
            let aksk = aksk.map_err(|error| unreadable(error.message()))?;
            let expires = credential.expires.and_then(|text| Timestamp::from(text).time());
            Ok(Keys::ending(aksk, Origin::Metadata, self.session.clock().now(), expires).into())
        }
        .boxed()
    }
}

#[derive(Deserialize)]
struct Document {
    credential: Credential,
}

/// Each member has three spellings in use.
#[derive(Deserialize)]
struct Credential {
    #[serde(alias = "accessKeyId", alias = "access_key_id")]
    access: String,
    #[serde(alias = "secretAccessKey", alias = "secret_access_key")]
    secret: Secret,
    #[serde(rename = "securitytoken", alias = "securityToken", alias = "security_token")]
    token: Secret,
    #[serde(default, rename = "expires_at", alias = "expiration")]
    expires: Option<String>,
}

fn lacks_agency(error: &Error) -> bool {
    let body = String::from_utf8_lossy(error.body());
    body.contains("configure Cloud Service Agency") || error.message().contains("configure Cloud Service Agency")
}

fn text(body: &[u8]) -> Result<Secret> {
    let text = std::str::from_utf8(body).ok().map(str::trim).filter(|text| !text.is_empty());
    text.map(Secret::from).ok_or_else(|| unreadable("a token that is no text"))
}

fn unreadable(what: &str) -> Error {
    Error::new(ErrorKind::Decode, format!("it sent {what}"))
}
