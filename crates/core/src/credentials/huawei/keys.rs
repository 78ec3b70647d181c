use futures::future::{BoxFuture, ready};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderName, HeaderValue};
use url::Position;

use super::canonical::refused;
use super::sign::{self, SECURITY_TOKEN};
use super::{Payload, Query, Request};
use crate::credentials::digest::{check_plain, header_value};
use crate::credentials::{Credentials, Outgoing, Proof};
use crate::error::{Error, ErrorKind};
use crate::secret::Secret;

/// An access key with its secret key: every attempt is signed anew, with the session's time.
///
/// A request that carries an `Authorization` of its own is not signed.
#[derive(Clone, Debug)]
pub struct AkSk {
    pub(super) access_key: String,
    pub(super) secret_key: Secret,
    security_token: Option<Secret>,
    project_id: Option<String>,
    domain_id: Option<String>,
    pub(super) scope: Option<Scope>,
}

/// What a derived key is good for.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) region: String,
    pub(super) service: String,
}

/// Configures [`AkSk`].
#[derive(Clone, Debug)]
pub struct AkSkBuilder(AkSk);

impl AkSk {
    /// Keys to be configured.
    pub fn builder(access_key: impl Into<String>, secret_key: impl Into<Secret>) -> AkSkBuilder {
        AkSkBuilder(Self {
            access_key: access_key.into(),
            secret_key: secret_key.into(),
            security_token: None,
            project_id: None,
            domain_id: None,
            scope: None,
        })
    }

    /// The project that regional services work in, if it is set.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        self.project_id.as_deref()
    }

    /// The domain (account) that global services work in, if it is set.
    #[must_use]
    pub fn domain_id(&self) -> Option<&str> {
        self.domain_id.as_deref()
    }

    /// The access key, which is no secret: it names the keys.
    #[must_use]
    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// The same keys for no project, no domain and no region: signed plainly, as calls to IAM are.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self { project_id: None, domain_id: None, scope: None, ..self.clone() }
    }

    /// The same keys for no project and no domain.
    #[must_use]
    pub fn without_place(self) -> Self {
        Self { project_id: None, domain_id: None, ..self }
    }

    /// The token that comes with temporary keys.
    #[cfg(feature = "obs")]
    pub(super) fn token(&self) -> Option<&Secret> {
        self.security_token.as_ref()
    }

    /// The headers that say who calls.
    pub(super) fn identity(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let project = self.project_id.as_deref().map(|id| ("X-Project-Id", id));
        let domain = self.domain_id.as_deref().map(|id| ("X-Domain-Id", id));
        let token = self.security_token.as_ref().map(|token| (SECURITY_TOKEN, token.expose()));
        project.into_iter().chain(domain).chain(token)
    }

    fn apply(&self, request: &mut Outgoing<'_>) -> Result<(), Error> {
        if request.headers().contains_key(AUTHORIZATION) {
            let query = Query::parse(request.url().query().unwrap_or_default())?.canonical();
            request.set_query(&query);
            return self.identity().try_for_each(|(name, value)| put(request, name, value));
        }
        trim(request);
        let signed = {
            let url = request.url();
            let mut headers = Vec::with_capacity(request.headers().len());
            for (name, value) in request.headers() {
                if is_signed(name) {
                    // The rule on the body's type goes by this spelling.
                    let spelled = if name == CONTENT_TYPE { "Content-Type" } else { name.as_str() };
                    let text =
                        std::str::from_utf8(value.as_bytes()).map_err(|_| refused(&format!("the header {name} is no UTF-8")))?;
                    headers.push((spelled, text));
                }
            }
            sign::sign(
                self,
                &Request {
                    method: request.method().as_str(),
                    authority: &url[Position::BeforeHost..Position::AfterPort],
                    path: url.path(),
                    query: Query::parse(url.query().unwrap_or_default())?,
                    headers: &headers,
                    payload: request.body().map_or(Payload::Stream, Payload::Bytes),
                    time: request.now(),
                },
            )?
        };
        request.set_query(signed.query());
        // The HTTP library sends the host of the URL, which is the one that was signed.
        signed.headers().filter(|(name, _)| *name != sign::HOST).try_for_each(|(name, value)| put(request, name, value))
    }
}

impl Credentials for AkSk {
    fn authorize<'a>(&'a self, request: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, Error>> {
        Box::pin(ready(self.apply(request).map(|()| Proof::default())))
    }
}

impl AkSkBuilder {
    /// The token that comes with temporary keys.
    #[must_use]
    pub fn security_token(mut self, token: impl Into<Secret>) -> Self {
        self.0.security_token = Some(token.into());
        self
    }

    /// The project, for services of a region.
    #[must_use]
    pub fn project_id(mut self, id: impl Into<String>) -> Self {
        self.0.project_id = Some(id.into());
        self
    }

    /// The domain (account), for global services; it excludes a project.
    #[must_use]
    pub fn domain_id(mut self, id: impl Into<String>) -> Self {
        self.0.domain_id = Some(id.into());
        self
    }

    /// Signs with a key derived for `service` in `region` (V11-HMAC-SHA256); global services have the region `globe`.
    #[must_use]
    pub fn derived(mut self, region: impl Into<String>, service: impl Into<String>) -> Self {
        self.0.scope = Some(Scope { region: region.into(), service: service.into() });
        self
    }

    /// The keys.
    ///
    /// # Errors
    /// `Configuration` if a part is empty or does not fit a header, or if there are both a project and a domain.
    pub fn build(self) -> Result<AkSk, Error> {
        let keys = self.0;
        check_plain("access key", &keys.access_key)?;
        if keys.secret_key.expose().is_empty() {
            return Err(Error::new(ErrorKind::Configuration, "the secret key is empty"));
        }
        for (what, value) in [("project id", &keys.project_id), ("domain id", &keys.domain_id)] {
            value.as_deref().map_or(Ok(()), |value| check_plain(what, value))?;
        }
        if let Some(scope) = &keys.scope {
            check_plain("region", &scope.region)?;
            check_plain("service", &scope.service)?;
        }
        if keys.project_id.is_some() && keys.domain_id.is_some() {
            let message = "keys are for a project or for a domain: set only one of project id and domain id";
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        Ok(keys)
    }
}

fn put(request: &mut Outgoing<'_>, name: &'static str, value: &str) -> Result<(), Error> {
    let secret = matches!(name, sign::AUTHORIZATION | SECURITY_TOKEN);
    let value = header_value(name, value, secret)?;
    request.headers_mut().insert(name, value);
    Ok(())
}

/// What reaches the service as it was sent.
fn is_signed(name: &HeaderName) -> bool {
    let own =
        |name: &str| name.starts_with("x-") && !name.starts_with("x-forwarded-") && !matches!(name, "x-real-ip" | "x-request-id");
    *name == HOST || *name == CONTENT_TYPE || own(name.as_str())
}

/// Values are signed without the space around them, so they are sent without it.
fn trim(request: &mut Outgoing<'_>) {
    for (name, value) in request.headers_mut() {
        let Ok(text) = std::str::from_utf8(value.as_bytes()) else { continue };
        if is_signed(name)
            && text.trim().len() != text.len()
            && let Ok(mut trimmed) = HeaderValue::from_bytes(text.trim().as_bytes())
        {
            trimmed.set_sensitive(value.is_sensitive());
            *value = trimmed;
        }
    }
}
