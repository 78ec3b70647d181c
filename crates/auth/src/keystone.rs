use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cloudimg_core::credentials::{Anonymous, Credentials, Outgoing, Proof, Rejection, StaticToken};
use cloudimg_core::{Error, ErrorKind, Result, Secret, Session};
use cloudimg_keystone_v3::{Client, types};
use futures::FutureExt as _;
use futures::future::{BoxFuture, WeakShared, ready};

use crate::body::auth_request;
use crate::catalog::{Catalog, Endpoint, Service};
use crate::discovery;
use crate::settings::Settings;
use crate::token::Token;

/// The service type of image services in a catalog.
const IMAGE: &str = "image";

/// A sign-in at an OpenStack Identity v3 service: its token, and the services that the token reaches.
///
/// The token is fetched at the first call, kept, renewed before its end and after a 401, and fetched once however many calls wait for it.
/// Clones share it.
#[derive(Clone)]
pub struct Keystone {
    shared: Arc<Shared>,
}

struct Shared {
    anonymous: Session,
    client: Client,
    settings: Settings,
    state: Mutex<State>,
}

type Issue = WeakShared<BoxFuture<'static, Result<Arc<Token>>>>;

#[derive(Default)]
struct State {
    token: Option<Arc<Token>>,
    /// The sign-in on its way, which everybody waits for who needs a token. Held weakly: one that all have given up must end, or the next
    /// caller would take over its limits on time.
    issue: Option<Issue>,
    generation: u64,
}

impl Keystone {
    /// A sign-in with `settings` over the connections, policies and clock of `session`.
    ///
    /// # Errors
    /// `Configuration` if the URL of the identity service is none.
    pub fn new(session: &Session, settings: Settings) -> Result<Self> {
        let root = identity_root(&settings.auth_url)?;
        let anonymous = session.with_credentials(Anonymous);
        let client = Client::new(&root, anonymous.clone());
        Ok(Self { shared: Arc::new(Shared { anonymous, client, settings, state: Mutex::default() }) })
    }

    /// What it signs in with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// A session that calls services with the token.
    #[must_use]
    pub fn session(&self) -> Session {
        self.shared.anonymous.with_credentials(self.clone())
    }

    /// The token, fetched or renewed if need be.
    ///
    /// # Errors
    /// `AuthFailed` for wrong credentials or a project that the user has no role in, and those of any call.
    pub async fn token(&self) -> Result<Arc<Token>> {
        self.token_for(false).await
    }

    /// The endpoint of a service: the override of the settings, or what the catalog says.
    ///
    /// # Errors
    /// `Configuration` if the catalog has none that fits, and those of signing in.
    pub async fn endpoint(&self, service_type: &str) -> Result<String> {
        let settings = &self.shared.settings;
        if let Some(url) = settings.endpoint_override(service_type) {
            return Ok(url.to_owned());
        }
        let token = self.token().await?;
        let interface = settings.interfaces.first().copied().unwrap_or_default();
        token.catalog().url(service_type, interface, settings.region.as_deref()).map(str::to_owned)
    }

    /// The base URL for a client of the image service, version 2: the endpoint without its version.
    ///
    /// # Errors
    /// See [`endpoint`](Self::endpoint); also `Configuration` where the service offers no version 2.
    pub async fn image_endpoint(&self) -> Result<String> {
        let url = self.endpoint(IMAGE).await?;
        discovery::image_base(&url, &self.shared.anonymous, &self.session()).await
    }

    async fn token_for(&self, long: bool) -> Result<Arc<Token>> {
        let issue = {
            let mut state = self.shared.lock();
            let now = self.shared.anonymous.clock().now();
            match &state.token {
                Some(token) if token.is_fresh(now, long) => return Ok(Arc::clone(token)),
                _ => {}
            }
            match state.issue.as_ref().and_then(WeakShared::upgrade) {
                Some(issue) => issue,
                None => {
                    state.generation += 1;
                    let issue = Arc::clone(&self.shared).issue(state.generation).boxed().shared();
                    state.issue = issue.downgrade();
                    issue
                }
            }
        };
        let result = issue.clone().await;
        let mut state = self.shared.lock();
        if state.issue.as_ref().and_then(WeakShared::upgrade).is_some_and(|current| current.ptr_eq(&issue)) {
            state.issue = None;
            if let Ok(token) = &result {
                state.token = Some(Arc::clone(token));
            }
        }
        result
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn issue(self: Arc<Self>, generation: u64) -> Result<Arc<Token>> {
        let answer = self.client.issue_token().body(auth_request(&self.settings, &self.settings.methods)).send().await?;
        let header = answer.headers().get("x-subject-token").and_then(|value| value.to_str().ok());
        let secret = header.map(Secret::from).ok_or_else(|| {
            Error::new(ErrorKind::Decode, "the identity service sent no token: the header X-Subject-Token is missing")
                .with_operation("issue_token")
        })?;
        let token = answer.into_inner().token;
        tracing::debug!(generation, expires = token.expires_at.as_ref().map(|time| time.as_str()), "signed in");
        Ok(Arc::new(Token {
            secret,
            generation,
            fetched: self.anonymous.clock().now(),
            expires: token.expires_at.as_ref().and_then(|time| time.time()),
            project_id: token.project.as_ref().and_then(|project| project.id.clone()),
            user_id: token.user.as_ref().and_then(|user| user.id.clone()),
            catalog: catalog(token.catalog.unwrap_or_default()),
        }))
    }
}

impl Credentials for Keystone {
    fn authorize<'a>(&'a self, request: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, Error>> {
        async move {
            let token = self.token_for(request.is_long()).await?;
            StaticToken::put(token.secret(), request)?;
            Ok(Proof(token.generation))
        }
        .boxed()
    }

    fn rejected(&self, proof: Proof) -> BoxFuture<'_, Rejection> {
        let mut state = self.shared.lock();
        // A token that was renewed meanwhile stays.
        state.token.take_if(|token| token.generation == proof.0);
        Box::pin(ready(Rejection::TryAgain))
    }
}

impl fmt::Debug for Keystone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keystone").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}

/// The URL above `/v3`, which the paths of the client begin with.
fn identity_root(auth_url: &str) -> Result<String> {
    let url = url::Url::parse(auth_url).map_err(|e| {
        Error::new(ErrorKind::Configuration, format!("the URL of the identity service, `{auth_url}`, is none: {e}"))
    })?;
    let url = url.as_str().trim_end_matches('/');
    Ok(["/v3", "/v2.0"].iter().find_map(|version| url.strip_suffix(version)).unwrap_or(url).to_owned())
}

fn catalog(services: Vec<types::CatalogService>) -> Catalog {
    let endpoint = |e: types::CatalogEndpoint| Endpoint {
        interface: e.interface.to_string(),
        region_id: e.region_id,
        region: e.region,
        url: e.url,
    };
    let service = |s: types::CatalogService| Service {
        service_type: s.type_,
        name: s.name,
        endpoints: s.endpoints.unwrap_or_default().into_iter().map(endpoint).collect(),
    };
    Catalog::new(services.into_iter().map(service).collect())
}
