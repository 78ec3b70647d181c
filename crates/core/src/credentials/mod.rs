//! Who calls: the trait that authorises requests, and the kinds that need no service to do so.
//!
//! [`Basic`], [`StaticToken`] and [`Anonymous`] are always there. The kinds that sign each request are behind a feature each:
//! `huawei` (AK/SK of Huawei Cloud and its relatives, such as Open Telekom Cloud) and `cdnetworks`.

mod basic;
#[cfg(feature = "cdnetworks")]
pub mod cdnetworks;
#[cfg(any(feature = "huawei", feature = "cdnetworks"))]
mod digest;
#[cfg(feature = "huawei")]
pub mod huawei;
mod outgoing;
mod token;

use std::fmt;
use std::time::SystemTime;

use futures::future::{BoxFuture, ready};
use http::{HeaderMap, StatusCode};

pub use basic::Basic;
#[cfg(feature = "cdnetworks")]
pub use cdnetworks::CncAkSk;
#[cfg(feature = "huawei")]
pub use huawei::AkSk;
pub use outgoing::Outgoing;
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

    /// Says, in words for the caller, why the server refused `proof`, where the proof itself is to blame: a wrong clock, say.
    ///
    /// Asked of every answer from 400 to 499, so that credentials can learn from its headers. A refusal with a reason counts as a 401,
    /// whatever its status, and the reason becomes part of the error. The default knows none.
    fn explain(&self, proof: Proof, refusal: &Refusal<'_>) -> Option<String> {
        let _ = (proof, refusal);
        None
    }

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

/// The head of an answer that refuses a request, as credentials see it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Refusal<'a> {
    /// The status, from 400 to 499.
    pub status: StatusCode,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The session's time of day when the answer was there.
    pub now: SystemTime,
}

impl<'a> Refusal<'a> {
    pub(crate) fn new(status: StatusCode, headers: &'a HeaderMap, now: SystemTime) -> Self {
        Self { status, headers, now }
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
