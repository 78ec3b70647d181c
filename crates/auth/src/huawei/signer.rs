use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use cloudimg_core::credentials::{AkSk, Credentials, Outgoing, Proof, Rejection};
use cloudimg_core::{Clock, Error, ErrorKind, Result, Session};
use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};
use http::{HeaderName, HeaderValue};

use super::keys::{Keys, Origin};
use super::source::{Fixed, Found, Source};
use super::wrong;
use crate::kept::Kept;

/// How long keys that live on are used after a renewal that failed, before the next is tried.
const RENEWAL_PAUSE: Duration = Duration::from_secs(30);

/// Signs each attempt with the keys of the moment, and renews those that end.
///
/// Keys are looked for at the first call, kept, renewed before their end and after a 401, and fetched once however many calls wait for them.
/// While keys live, a renewal that fails does no harm. Clones, and those that [`for_project`](Self::for_project) makes, share the keys.
#[derive(Clone)]
pub struct Signer {
    shared: Arc<Shared>,
    place: Place,
}

struct Shared {
    source: Arc<dyn Source>,
    clock: Arc<dyn Clock>,
    keys: Kept<Arc<Keys>>,
    /// No renewal is tried before this time.
    pause: Mutex<Option<SystemTime>>,
}

/// What calls are about, which a header says.
#[derive(Clone, Debug)]
enum Place {
    /// This project.
    Project(String),
    /// The project said along with the keys, if any.
    ProjectOfKeys,
    /// The account, if it was said along with the keys, as calls to IAM are.
    Account,
    /// Nothing, as with calls that look for a project.
    Nothing,
    /// Objects, in the bucket that the host names or in one that the path names.
    #[cfg(feature = "obs")]
    Objects(Option<String>),
}

impl Signer {
    /// Signs with keys that last, with the clock of `session`.
    #[must_use]
    pub fn new(session: &Session, keys: AkSk) -> Self {
        Self::of(session, Arc::new(Fixed(Keys::lasting(keys, Origin::Program))))
    }

    pub(super) fn of(session: &Session, source: Arc<dyn Source>) -> Self {
        let shared = Shared { source, clock: session.clock(), keys: Kept::default(), pause: Mutex::default() };
        Self { shared: Arc::new(shared), place: Place::ProjectOfKeys }
    }

    /// The same for calls in this project.
    #[must_use]
    pub fn for_project(&self, id: impl Into<String>) -> Self {
        Self { place: Place::Project(id.into()), ..self.clone() }
    }

    /// The same for calls about the account, such as those to IAM.
    #[must_use]
    pub fn for_account(&self) -> Self {
        Self { place: Place::Account, ..self.clone() }
    }

    /// The same for calls that say neither project nor account.
    #[must_use]
    pub fn for_nothing(&self) -> Self {
        Self { place: Place::Nothing, ..self.clone() }
    }

    /// The same for calls to the object storage (feature `obs`), which has a signature of its own. `bucket_in_host` is the bucket where the host
    /// names it; `None` where the path does.
    #[cfg(feature = "obs")]
    #[must_use]
    pub fn for_obs(&self, bucket_in_host: Option<&str>) -> Self {
        Self { place: Place::Objects(bucket_in_host.map(str::to_owned)), ..self.clone() }
    }

    /// The keys of now, looked for or renewed if need be.
    ///
    /// # Errors
    /// `Configuration` if there are none, or settings are wrong; and those of the services that give them.
    pub async fn keys(&self) -> Result<Arc<Keys>> {
        let shared = &self.shared;
        let now = shared.clock.now();
        let is_good = |keys: &Arc<Keys>| keys.are_fresh(now) || (keys.are_alive(now) && shared.pauses(now));
        let result = shared.keys.get(is_good, |generation| Arc::clone(shared).fetch(generation).boxed()).await;
        let Err(error) = result else { return result };
        match shared.keys.peek().filter(|keys| keys.are_alive(now)) {
            Some(keys) => {
                tracing::warn!(%error, origin = %keys.origin(), "keys could not be renewed; those that are there live on");
                shared.set_pause(Some(now + RENEWAL_PAUSE));
                Ok(keys)
            }
            None => Err(error),
        }
    }
}

impl Shared {
    async fn fetch(self: Arc<Self>, generation: u64) -> Result<Arc<Keys>> {
        let keys = match Arc::clone(&self.source).fetch().await? {
            Found::Keys(keys) => Keys { generation, ..*keys },
            Found::Nothing(why) => return Err(wrong(why)),
        };
        if !keys.are_alive(self.clock.now()) {
            let message = format!("the keys of {} had ended when they came; is the clock of this machine right?", keys.origin());
            return Err(Error::new(ErrorKind::AuthFailed, message));
        }
        self.set_pause(None);
        tracing::debug!(generation, origin = %keys.origin(), access_key = keys.access_key(), "keys found");
        Ok(Arc::new(keys))
    }

    fn pauses(&self, now: SystemTime) -> bool {
        self.pause.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| now < until)
    }

    fn set_pause(&self, until: Option<SystemTime>) {
        *self.pause.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

impl Credentials for Signer {
    fn authorize<'a>(&'a self, request: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, Error>> {
        async move {
            let keys = self.keys().await?;
            let project = HeaderName::from_static("x-project-id");
            let about = match &self.place {
                Place::Project(id) => Some((project, id.as_str())),
                Place::ProjectOfKeys => keys.project_id().map(|id| (project, id)),
                Place::Account => keys.domain_id().map(|id| (HeaderName::from_static("x-domain-id"), id)),
                Place::Nothing => None,
                #[cfg(feature = "obs")]
                Place::Objects(_) => None,
            };
            if let Some((name, id)) = about {
                let value = HeaderValue::from_str(id)
                    .map_err(|_| wrong(format!("the id `{id}` holds characters that a header cannot carry")))?;
                request.headers_mut().insert(name, value);
            }
            match &self.place {
                #[cfg(feature = "obs")]
                Place::Objects(bucket) => keys.aksk.for_obs(bucket.as_deref()).authorize(request).await?,
                // Derived keys are for the service of a region alone.
                Place::Account | Place::Nothing => keys.aksk.bare().authorize(request).await?,
                Place::Project(_) | Place::ProjectOfKeys => keys.aksk.authorize(request).await?,
            };
            Ok(Proof(keys.generation))
        }
        .boxed()
    }

    fn rejected(&self, proof: Proof) -> BoxFuture<'_, Rejection> {
        let current = self.shared.keys.peek();
        let again = match &current {
            // Others are there meanwhile, or will be.
            Some(keys) if keys.generation != proof.0 => true,
            Some(keys) => keys.can_be_renewed(),
            None => true,
        };
        if again {
            self.shared.keys.forget(|keys| keys.generation == proof.0);
        }
        Box::pin(ready(if again { Rejection::TryAgain } else { Rejection::Final }))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.shared.keys.peek();
        f.debug_struct("Signer")
            .field("source", &self.shared.source)
            .field("place", &self.place)
            .field("origin", &keys.as_ref().map(|keys| keys.origin().to_string()))
            .field("access_key", &keys.as_ref().map(|keys| keys.access_key().to_owned()))
            .finish_non_exhaustive()
    }
}
