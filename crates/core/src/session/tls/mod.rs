//! How servers prove who they are, and how this side does.

#[cfg(any(feature = "rustls", feature = "native-tls"))]
mod apply;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
mod pem;

use std::path::PathBuf;

/// Options for https: whom to trust, and a certificate of one's own. TLS is of version 1.2 or newer, whatever they say.
///
/// All files are PEM and are read when the session is built. Nothing set means that servers are trusted which the system trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsOptions {
    ca_file: Option<PathBuf>,
    extra_ca_file: Option<PathBuf>,
    client_certificate: Option<PathBuf>,
    client_key: Option<PathBuf>,
    unverified: bool,
}

impl TlsOptions {
    /// Trusts the certificate authorities in this file **instead of** the system's, as `cacert` and `OS_CACERT` mean it.
    #[must_use]
    pub fn with_ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self
    }

    /// Trusts the certificate authorities in this file besides the others.
    #[must_use]
    pub fn with_extra_ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.extra_ca_file = Some(path.into());
        self
    }

    /// Shows servers that ask for it the certificate in this file (the leaf first, then what leads to its authority), as `cert` and
    /// `OS_CERT` mean it. Its key is in the same file, or in that of [`with_client_key`](Self::with_client_key).
    #[must_use]
    pub fn with_client_certificate(mut self, path: impl Into<PathBuf>) -> Self {
        self.client_certificate = Some(path.into());
        self
    }

    /// The key of the client's certificate, unencrypted, as `key` and `OS_KEY` mean it. `native-tls` takes PKCS#8 only.
    #[must_use]
    pub fn with_client_key(mut self, path: impl Into<PathBuf>) -> Self {
        self.client_key = Some(path.into());
        self
    }

    /// Takes any server for the one that is meant, as `verify: false` and `OS_INSECURE` mean it: whoever is on the way can read and change
    /// what is sent, passwords included. Each session that does so says so once, as a warning.
    #[must_use]
    pub fn without_verification(mut self) -> Self {
        self.unverified = true;
        self
    }

    /// Says that nobody is checked, if so; `session` is by what servers know it.
    pub(super) fn warn(&self, session: &str) {
        if self.unverified {
            tracing::warn!(
                session,
                "the certificates of servers are not checked in this session: whoever is on the way can read and change what it sends"
            );
        }
    }

    /// A build without TLS has nothing to apply them to.
    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    pub(super) fn apply(&self, http: reqwest::ClientBuilder, _: bool) -> crate::Result<reqwest::ClientBuilder> {
        if *self == Self::default() {
            return Ok(http);
        }
        Err(crate::Error::new(
            crate::ErrorKind::Configuration,
            "this build has no TLS, so it has no use for TLS options: enable the feature `rustls` or `native-tls`",
        ))
    }
}

#[cfg(all(test, not(any(feature = "rustls", feature = "native-tls"))))]
mod tests {
    #[test]
    fn a_build_without_tls_says_so() {
        let tls = super::TlsOptions::default().with_ca_file("/ca.pem");
        let error = crate::Session::builder().tls(tls).build().unwrap_err();
        assert!(error.to_string().contains("enable the feature `rustls`"), "{error}");
        assert!(crate::Session::builder().tls(super::TlsOptions::default()).build().is_ok());
    }
}
