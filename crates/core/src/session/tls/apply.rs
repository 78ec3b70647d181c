use reqwest::{Certificate, ClientBuilder, Identity};

use super::TlsOptions;
use super::pem::Pem;
use crate::error::{Error, ErrorKind, Result, innermost};

const CA_FILE: &str = "the file of certificate authorities (`cacert`)";
const CERTIFICATE_FILE: &str = "the file of the client's certificate (`cert`)";
const KEY_FILE: &str = "the file of the client's key (`key`)";

impl TlsOptions {
    /// Puts the options on `http`; `system` says whether the system's authorities count where no others take their place.
    pub(in crate::session) fn apply(&self, http: ClientBuilder, system: bool) -> Result<ClientBuilder> {
        let mut http = backend(http).tls_version_min(reqwest::tls::Version::TLS_1_2);
        let mut trusted = Vec::new();
        for path in self.ca_file.iter().chain(&self.extra_ca_file) {
            trusted.extend(authorities(&Pem::read(CA_FILE, path)?)?);
        }
        http = match self.ca_file {
            None if system => http.tls_certs_merge(trusted),
            _ => http.tls_certs_only(trusted),
        };
        if let Some(identity) = self.identity()? {
            http = http.identity(identity);
        }
        if self.unverified {
            http = http.tls_danger_accept_invalid_certs(true).tls_danger_accept_invalid_hostnames(true);
        }
        Ok(http)
    }

    fn identity(&self) -> Result<Option<Identity>> {
        let Some(path) = &self.client_certificate else {
            return match &self.client_key {
                None => Ok(None),
                Some(key) => Err(Error::new(
                    ErrorKind::Configuration,
                    format!("{KEY_FILE} `{}` is set, but no certificate that it belongs to (`cert`)", key.display()),
                )),
            };
        };
        let certificate = Pem::read(CERTIFICATE_FILE, path)?;
        let chain = certificate.certificates()?;
        let key = match &self.client_key {
            Some(path) => Pem::read(KEY_FILE, path)?.key()?,
            None => certificate.key().map_err(|e| {
                let message = format!("{}; where the key is in a file of its own, name it (`key`)", e.message());
                e.with_message(message)
            })?,
        };
        let unusable = |e: reqwest::Error| {
            let with = match &self.client_key {
                Some(path) => format!("the key in `{}`", path.display()),
                None => "the key in it".to_owned(),
            };
            certificate.problem(&format!("cannot be used with {with}: {}", innermost(&e))).with_source(e)
        };
        #[cfg(feature = "rustls")]
        let identity = Identity::from_pem(zeroize::Zeroizing::new(format!("{chain}{}", *key)).as_bytes());
        #[cfg(not(feature = "rustls"))]
        let identity = Identity::from_pkcs8_pem(chain.as_bytes(), key.as_bytes());
        let identity = identity.map_err(unusable)?;
        tried(|http| http.identity(identity.clone())).map_err(unusable)?;
        Ok(Some(identity))
    }
}

/// The same library whatever features others switch on in reqwest: files are read for it.
fn backend(http: ClientBuilder) -> ClientBuilder {
    #[cfg(feature = "rustls")]
    return http.tls_backend_rustls();
    #[cfg(not(feature = "rustls"))]
    return http.tls_backend_native();
}

fn authorities(pem: &Pem) -> Result<Vec<Certificate>> {
    let damaged = |e: reqwest::Error| pem.problem(&format!("has a certificate that is damaged: {}", innermost(&e))).with_source(e);
    let found = Certificate::from_pem_bundle(pem.certificates()?.as_bytes()).map_err(damaged)?;
    tried(|http| http.tls_certs_only(found.clone())).map_err(damaged)?;
    Ok(found)
}

/// Makes a client with one option alone: some are looked at only then, and the error does not say which it was.
fn tried(option: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Result<(), reqwest::Error> {
    option(backend(reqwest::Client::builder()).tls_certs_only([])).build().map(drop)
}
