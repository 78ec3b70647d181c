//! Who calls: the trait that authorises requests, and the kinds that need no service to do so.

mod basic;
mod token;

use std::fmt;
use std::time::SystemTime;

use futures::future::{BoxFuture, ready};
use http::{HeaderMap, Method};
use url::Url;

pub use basic::Basic;
pub use token::StaticToken;

use crate::Error;

/// Authorises requests.
///
/// A session asks for every attempt anew, so a signature always carries a fresh date and a token is never older than its source
/// allows.
pub trait Credentials: fmt::Debug + Send + Sync + 'static {
    /// Adds what proves the caller's identity to `request`.
    ///
    /// The answer identifies the proof, so that [`rejected`](Self::rejected) can tell an old one from the one now in use.
    fn authorize<'a>(&'a self, request: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, Error>>;

    /// Says what to do after the server refused `proof` with a 401. The default gives up.
    fn rejected(&self, proof: Proof) -> BoxFuture<'_, Rejection> {
        let _ = proof;
        Box::pin(ready(Rejection::Final))
    }
}

/// Identifies what a request was authorised with; the number means something to its maker only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proof(pub u64);

/// What to do after a 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// New proof is to be had: send the call once more.
    TryAgain,
    /// There is nothing better to offer: hand the 401 to the caller.
    Final,
}

/// A request on its way out, as credentials see it.
pub struct Outgoing<'a> {
    request: &'a mut reqwest::Request,
    now: SystemTime,
    long: bool,
}

impl<'a> Outgoing<'a> {
    pub(crate) fn new(request: &'a mut reqwest::Request, now: SystemTime, long: bool) -> Self {
        Self { request, now, long }
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(&self) -> &Method {
        self.request.method()
    }

    /// The whole URL, query included.
    #[must_use]
    pub fn url(&self) -> &Url {
        self.request.url()
    }

    /// The headers set so far; `host` and `content-length` are added later, on the wire.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// The headers, to add to.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        self.request.headers_mut()
    }

    /// The body's bytes: empty where there is none, `None` where it is a stream that cannot be read beforehand.
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        match self.request.body() {
            None => Some(&[]),
            Some(body) => body.as_bytes(),
        }
    }

    /// The session's time of day, to sign with.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.now
    }

    /// Whether a body of any size follows, so that proof about to expire had better be renewed first.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.long
    }
}

impl fmt::Debug for Outgoing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("method", self.method()).field("path", &self.url().path()).finish_non_exhaustive()
    }
}

/// No credentials at all, for services that ask for none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Anonymous;

impl Credentials for Anonymous {
    fn authorize<'a>(&'a self, _: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, Error>> {
        Box::pin(ready(Ok(Proof::default())))
    }
}
