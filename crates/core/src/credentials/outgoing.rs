use std::fmt;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method};
use http_body::Body as _;
use url::Url;

use crate::clock::{Clock, Sleep};

/// A request on its way out, as credentials see it.
pub struct Outgoing<'a> {
    request: &'a mut reqwest::Request,
    clock: &'a dyn Clock,
    long: bool,
}

impl<'a> Outgoing<'a> {
    pub(crate) fn new(request: &'a mut reqwest::Request, clock: &'a dyn Clock, long: bool) -> Self {
        Self { request, clock, long }
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

    /// Writes the query another way, as a signature may ask for; it must mean the same. An empty one takes the question mark away.
    pub fn set_query(&mut self, query: &str) {
        let wanted = Some(query).filter(|query| !query.is_empty());
        if self.url().query() != wanted {
            self.request.url_mut().set_query(wanted);
        }
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
            // A stream that says so holds nothing, or is not sent at all.
            Some(body) if body.size_hint().exact() == Some(0) => Some(&[]),
            Some(body) => body.as_bytes(),
        }
    }

    /// The session's time of day, to sign with.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// Waits, by the session's clock.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        self.clock.sleep(duration)
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
