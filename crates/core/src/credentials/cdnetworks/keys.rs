use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::{BoxFuture, FutureExt as _, ready};
use http::header::{CONTENT_TYPE, DATE, HOST};
use url::Position;

use super::check::refused;
use super::sign::{self, Canonical, TIMESTAMP};
use super::stamps::{Next, Stamps, WINDOW};
use super::{Request, check};
use crate::credentials::digest::{check_plain, header_value};
use crate::credentials::{Credentials, Outgoing, Proof, Refusal, Rejection};
use crate::error::{Error, ErrorKind};
use crate::secret::Secret;

const ACCESS_KEY_VARIABLE: &str = "CDNETWORKS_ACCESS_KEY";
const SECRET_KEY_VARIABLE: &str = "CDNETWORKS_SECRET_KEY";

/// Headers to be added.
type Headers = Vec<(&'static str, String)>;

/// An access key of CDNetworks with its secret key: every attempt is signed anew, for a second of its own.
///
/// Clones know of each other's signatures; share one where the same keys are used in several places.
#[derive(Clone)]
pub struct CncAkSk {
    access_key: String,
    secret_key: Secret,
    stamps: Arc<Mutex<Stamps>>,
}

impl CncAkSk {
    /// Credentials of these two keys.
    ///
    /// # Errors
    /// `Configuration` if one is empty, or the access key does not fit a header.
    pub fn new(access_key: impl Into<String>, secret_key: impl Into<Secret>) -> Result<Self, Error> {
        let (access_key, secret_key) = (access_key.into(), secret_key.into());
        check_plain("access key", &access_key)?;
        if secret_key.expose().is_empty() {
            return Err(Error::new(ErrorKind::Configuration, "the secret key is empty"));
        }
        Ok(Self { access_key, secret_key, stamps: Arc::default() })
    }

    /// Credentials of the keys in `CDNETWORKS_ACCESS_KEY` and `CDNETWORKS_SECRET_KEY`.
    ///
    /// # Errors
    /// `Configuration` if a variable is not set, and as [`new`](Self::new).
    pub fn from_env() -> Result<Self, Error> {
        let read = |name: &str| {
            let missing = |_| Error::new(ErrorKind::Configuration, format!("the environment has no {name}, or it is no text"));
            std::env::var(name).map_err(missing)
        };
        Self::new(read(ACCESS_KEY_VARIABLE)?, Secret::new(read(SECRET_KEY_VARIABLE)?))
    }

    fn stamps(&self) -> MutexGuard<'_, Stamps> {
        self.stamps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The canonical request, and the headers that are to be added; the stamp among them is not yet known, and not signed.
    fn canonical(&self, request: &Outgoing<'_>) -> Result<(Canonical, Headers), Error> {
        let url = request.url();
        let target = &url[Position::BeforePath..Position::AfterQuery];
        check(target)?;
        let body = request.body().ok_or_else(|| refused("the body is a stream, which cannot be signed"))?;
        if request.method().is_safe() && !body.is_empty() {
            return Err(refused("a request that only reads has a body, which its signature would not cover"));
        }
        let mut headers = Vec::with_capacity(3);
        for name in [HOST, CONTENT_TYPE, http::header::ACCEPT] {
            let mut values = request.headers().get_all(&name).iter();
            if let Some(value) = values.next() {
                let text = value.to_str().map_err(|_| refused(&format!("the header {name} holds more than ASCII")))?;
                headers.push((name, text));
            }
            if values.next().is_some() {
                return Err(refused("a signed header is there twice"));
            }
        }
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let described = Request {
            method: request.method().as_str(),
            target,
            host: &url[Position::BeforeHost..Position::AfterPort],
            headers: &headers,
            signed_headers: &[],
            body,
            timestamp: 0,
        };
        let added = sign::added(&self.access_key, &described);
        let canonical = Canonical::new(&described, &added)?;
        // The HTTP library sends the host of the URL, which is the one that was signed.
        let added = added.into_iter().filter(|(name, _)| !matches!(*name, "Host" | TIMESTAMP));
        Ok((canonical, added.map(|(name, value)| (name, value.into_owned())).collect()))
    }

    async fn apply(&self, request: &mut Outgoing<'_>) -> Result<Proof, Error> {
        // A plus means a space to some and a plus to others; URL builders write it for a space.
        if let Some(query) = request.url().query().filter(|query| query.contains('+')).map(|query| query.replace('+', "%20")) {
            request.set_query(&query);
        }
        let (canonical, headers) = self.canonical(request)?;
        let (stamp, generation) = loop {
            let next = self.stamps().next(canonical.hash, request.now());
            match next {
                Next::Stamp(stamp, generation) => break (stamp, generation),
                Next::Wait(wait) => {
                    tracing::debug!(wait_ms = wait.as_millis(), "equal requests wait for a second of their own");
                    request.sleep(wait).await;
                }
            }
        };
        for (name, value) in &headers {
            request.headers_mut().insert(*name, header_value(name, value, false)?);
        }
        let signed = canonical.sign(&self.access_key, &self.secret_key, stamp, Vec::new());
        request.headers_mut().insert(TIMESTAMP, stamp.into());
        request.headers_mut().insert(sign::AUTHORIZATION, header_value(sign::AUTHORIZATION, signed.authorization(), true)?);
        Ok(Proof(generation))
    }
}

impl Credentials for CncAkSk {
    fn authorize<'a>(&'a self, request: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, Error>> {
        self.apply(request).boxed()
    }

    fn explain(&self, proof: Proof, refusal: &Refusal<'_>) -> Option<String> {
        if !matches!(refusal.status.as_u16(), 400 | 401 | 403) {
            return None;
        }
        let date = httpdate::parse_http_date(refusal.headers.get(DATE)?.to_str().ok()?).ok()?;
        let mut stamps = self.stamps();
        let Some(behind) = stamps.learn(date, refusal.now) else {
            // It was found to be off once, and somebody has set it since.
            let is_outdated = proof.0 != stamps.generation();
            return is_outdated.then(|| "this machine's clock was off and is right by now".to_owned());
        };
        let (by, direction) = (behind.abs(), if behind > 0 { "behind" } else { "ahead of" });
        let allowed = WINDOW.as_secs();
        Some(format!(
            "this machine's clock is {by} s {direction} the service's, which takes signatures of {allowed} s around its own"
        ))
    }

    fn rejected(&self, proof: Proof) -> BoxFuture<'_, Rejection> {
        // What was signed before the clock was set right is worth signing again.
        let is_outdated = proof.0 != self.stamps().generation();
        Box::pin(ready(if is_outdated { Rejection::TryAgain } else { Rejection::Final }))
    }
}

impl fmt::Debug for CncAkSk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CncAkSk")
            .field("access_key", &self.access_key)
            .field("secret_key", &self.secret_key)
            .finish_non_exhaustive()
    }
}
