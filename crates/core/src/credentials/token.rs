use futures::future::{BoxFuture, ready};
use http::HeaderValue;

use super::{Credentials, Outgoing, Proof};
use crate::error::{Error, ErrorKind};
use crate::secret::Secret;

/// A Keystone token that somebody else fetched, sent as `X-Auth-Token`.
///
/// It is not renewed: for that, take the Keystone credentials of `cloudimg-auth`.
#[derive(Clone, Debug)]
pub struct StaticToken(Secret);

impl StaticToken {
    /// Credentials that send `token`.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self(token.into())
    }

    /// Puts `token` on `request`, marked so that no log prints it.
    ///
    /// # Errors
    /// `InvalidRequest` if the token holds characters that no header may hold.
    pub fn put(token: &Secret, request: &mut Outgoing<'_>) -> Result<(), Error> {
        let mut value = HeaderValue::from_str(token.expose())
            .map_err(|_| Error::new(ErrorKind::InvalidRequest, "the token holds characters that a header cannot carry"))?;
        value.set_sensitive(true);
        request.headers_mut().insert("x-auth-token", value);
        Ok(())
    }
}

impl Credentials for StaticToken {
    fn authorize<'a>(&'a self, request: &'a mut Outgoing<'_>) -> BoxFuture<'a, Result<Proof, Error>> {
        Box::pin(ready(Self::put(&self.0, request).map(|()| Proof::default())))
    }
}
