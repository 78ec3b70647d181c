use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::{BoxFuture, ready};
use http::HeaderValue;
use http::header::AUTHORIZATION;
use zeroize::Zeroizing;

use super::{Credentials, Outgoing, Proof};
use crate::error::{Error, ErrorKind};
use crate::secret::Secret;

/// User name and password by HTTP's Basic scheme (RFC 7617, UTF-8).
#[derive(Clone, Debug)]
pub struct Basic {
    username: String,
    password: Secret,
}

impl Basic {
    /// Credentials of `username`; the name must hold no colon, which ends it on the wire.
    pub fn new(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self { username: username.into(), password: password.into() }
    }

    fn header(&self) -> Result<HeaderValue, Error> {
        if self.username.contains(':') {
            return Err(Error::new(ErrorKind::InvalidRequest, "a user name for Basic authentication cannot hold a colon"));
        }
        let plain = Zeroizing::new(format!("{}:{}", self.username, self.password.expose()));
        let text = Zeroizing::new(format!("Basic {}", STANDARD.encode(plain.as_bytes())));
        let mut value = HeaderValue::from_str(&text)
            .map_err(|_| Error::new(ErrorKind::InvalidRequest, "the credentials do not fit a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl Credentials for Basic {
    fn authorize<'a>(&'a self, request: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, Error>> {
        Box::pin(ready(self.header().map(|value| {
            request.headers_mut().insert(AUTHORIZATION, value);
            Proof::default()
        })))
    }
}
