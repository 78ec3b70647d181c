use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use cloudimg_core::credentials::{Anonymous, Credentials, Outgoing, Proof, Rejection, StaticToken};
use cloudimg_core::{Result, Secret, Session};
use futures::FutureExt as _;
use futures::future::{BoxFuture, Either, WeakShared, select};

use crate::cache;
use crate::discovery::Bases;
use crate::endpoints::check_transport;
use crate::issue::Issuer;
use crate::methods::Method;
use crate::receipt::Receipt;
use crate::settings::Settings;
use crate::token::Token;

/// For how long a token that has some life left is used on after its renewal failed.
const RESPITE: Duration = Duration::from_secs(10);

/// For how long a call waits for a new token while the old one has some life left; that is more than this.
const PATIENCE: Duration = Duration::from_secs(30);

/// A sign-in at an OpenStack Identity v3 service: its token, and the services that the token reaches.
///
/// The token is fetched at the first call, kept, renewed before its end and after a 401, and fetched once however many calls wait for it.
/// Where the service is away at that moment, the old token is used for as long as it lasts. Clones share it.
#[derive(Clone)]
pub struct Keystone {
    shared: Arc<Shared>,
}

struct Shared {
    anonymous: Session,
    issuer: Issuer,
    settings: Settings,
    state: Mutex<State>,
    bases: Bases,
}

type Issue = WeakShared<BoxFuture<'static, Result<Arc<Token>>>>;

#[derive(Default)]
struct State {
    token: Option<Arc<Token>>,
    /// The sign-in on its way, which everybody waits for who needs a token. Held weakly: one that all have given up must end, or the next
    /// caller would take over its limits on time.
    issue: Option<Issue>,
    generation: u64,
    /// Until when nobody tries again to renew a token that has some life left.
    respite: Option<SystemTime>,
    /// The last token that a service refused: it may still be in the cache.
    refused: Option<Secret>,
}

impl Keystone {
    /// A sign-in with `settings` over the connections, policies and clock of `session`.
    ///
    /// # Errors
    /// `Configuration` if the URL of the identity service is none, or a name lacks the domain that it needs.
    pub fn new(session: &Session, settings: Settings) -> Result<Self> {
        Self::signed(session, settings, Anonymous)
    }

    /// The same, with requests for tokens that are themselves authorised by `credentials`: the access key, or the token, of a user to
    /// whom an agency lends its rights.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn signed(session: &Session, settings: Settings, credentials: impl Credentials) -> Result<Self> {
        // Signing in waits for no turn: a call that has one already may be waiting for its token.
        let issuer = Issuer::new(session.with_credentials(credentials).with_pace(None), &settings)?;
        let anonymous = session.with_credentials(Anonymous);
        Ok(Self { shared: Arc::new(Shared { anonymous, issuer, settings, state: Mutex::default(), bases: Bases::default() }) })
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

    pub(crate) fn bases(&self) -> &Bases {
        &self.shared.bases
    }

    /// Goes on with a sign-in for which the service wanted more methods: with its receipt, and with those that were missing.
    ///
    /// The token that comes of it is the one of this sign-in from now on. A renewal begins anew, though, and ends in a receipt again; with
    /// [`Settings::on_more_methods`] it does not.
    ///
    /// # Errors
    /// `AuthFailed` if a method is wrong, or still another one is needed (then with a new [`Receipt`]); and those of any call.
    pub async fn go_on(&self, receipt: &Receipt, methods: impl IntoIterator<Item = Method>) -> Result<Arc<Token>> {
        let generation = self.shared.lock().next_generation();
        let methods: Vec<_> = methods.into_iter().collect();
        let token = self.shared.issuer.go_on(&self.shared.settings, receipt, &methods, generation).await?;
        let mut state = self.shared.lock();
        // A sign-in on its way, which is bound to end in a receipt, must not replace it.
        state.issue = None;
        state.token = Some(Arc::clone(&token));
        Ok(token)
    }

    async fn token_for(&self, long: bool) -> Result<Arc<Token>> {
        let clock = self.shared.anonymous.clock();
        let (issue, old) = {
            let mut state = self.shared.lock();
            let now = clock.now();
            let old = state.token.clone().filter(|token| token.is_alive(now));
            match &state.token {
                Some(token) if token.is_fresh(now, long) => return Ok(Arc::clone(token)),
                Some(token) if token.is_alive(now) && state.respite.is_some_and(|end| now < end) => return Ok(Arc::clone(token)),
                _ => {}
            }
            let issue = match state.issue.as_ref().and_then(WeakShared::upgrade) {
                Some(issue) => issue,
                None => {
                    let issue = Arc::clone(&self.shared).issue(state.next_generation(), long).boxed().shared();
                    state.issue = issue.downgrade();
                    issue
                }
            };
            (issue, old)
        };
        let result = match old {
            // Somebody who is asked for a passcode may take their time; a service may not.
            Some(old) if self.shared.settings.more_methods.is_none() => match select(issue.clone(), clock.sleep(PATIENCE)).await {
                Either::Left((result, _)) => result,
                Either::Right(_) => {
                    tracing::warn!("the identity service does not answer; going on with the old token");
                    self.shared.lock().respite = Some(clock.now() + RESPITE);
                    return Ok(old);
                }
            },
            _ => issue.clone().await,
        };
        let mut state = self.shared.lock();
        let now = clock.now();
        if state.issue.as_ref().and_then(WeakShared::upgrade).is_some_and(|current| current.ptr_eq(&issue)) {
            state.issue = None;
            match &result {
                Ok(token) => state.token = Some(Arc::clone(token)),
                Err(error) if error.is_retryable() => state.respite = Some(now + RESPITE),
                Err(_) => {}
            }
        }
        match (result, &state.token) {
            // The service is away, or busy, and the old token is not: losing the call would help nobody.
            (Err(error), Some(token)) if error.is_retryable() && token.is_alive(now) => {
                tracing::warn!(%error, "the token is not renewed; going on with the old one");
                Ok(Arc::clone(token))
            }
            (result, _) => result,
        }
    }
}

impl State {
    fn next_generation(&mut self) -> u64 {
        self.generation += 1;
        self.generation
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A token from the cache, or from the service.
    async fn issue(self: Arc<Self>, generation: u64, long: bool) -> Result<Arc<Token>> {
        let Some(file) = self.settings.token_cache.as_ref().and_then(|cache| cache.file(&self.settings)) else {
            return self.issuer.issue(&self.settings, generation).await;
        };
        let now = self.anonymous.clock().now();
        if let Some(token) = cache::load(&file, generation, now).await
            && token.is_fresh(now, long)
            && self.lock().refused.as_ref() != Some(token.secret())
        {
            tracing::debug!(generation, "signed in by the token cache");
            return Ok(Arc::new(token));
        }
        let token = self.issuer.issue(&self.settings, generation).await?;
        cache::store(&file, &token).await;
        Ok(token)
    }

    /// Takes back the token that `proof` stands for; one that was renewed meanwhile stays.
    async fn reject(&self, proof: Proof) {
        let refused = {
            let mut state = self.lock();
            let token = state.token.take_if(|token| token.generation == proof.0);
            let secret = token.map(|token| token.secret().clone());
            if secret.is_some() {
                state.refused.clone_from(&secret);
            }
            secret
        };
        let file = self.settings.token_cache.as_ref().and_then(|cache| cache.file(&self.settings));
        if let (Some(refused), Some(file)) = (refused, file) {
            cache::forget(&file, &refused).await;
        }
    }
}

impl Credentials for Keystone {
    fn authorize<'a>(&'a self, request: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof>> {
        async move {
            check_transport(self.settings(), request.url(), "the service's URL")?;
            let token = self.token_for(request.is_long()).await?;
            StaticToken::put(token.secret(), request)?;
            Ok(Proof(token.generation))
        }
        .boxed()
    }

    fn rejected(&self, proof: Proof) -> BoxFuture<'_, Rejection> {
        async move {
            self.shared.reject(proof).await;
            Rejection::TryAgain
        }
        .boxed()
    }
}

impl fmt::Debug for Keystone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keystone").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}
