//! How connections are secured.

use std::path::PathBuf;

use cloudimg_core::Result;

use super::Loader;
use super::files::Notes;
use super::legacy::is_yes;
use super::place::Origin;
use super::value::{Map, Value};

/// How connections are secured.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tls {
    /// Whether the server must prove who it is.
    pub verify: bool,
    /// Certificates (PEM) that the server's must come from, in the place of those that the machine trusts.
    pub cacert: Option<PathBuf>,
    /// The certificate (PEM) by which this side proves who it is; it may hold the key as well.
    pub cert: Option<PathBuf>,
    /// The key (PEM) of that certificate.
    pub key: Option<PathBuf>,
}

pub(crate) fn read(loader: &Loader, config: &Map, origin: &Origin, notes: &mut Notes) -> Result<Tls> {
    let path = |key: &str| match config.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(path)) => Ok(Some(loader.expanded(path)).filter(|_| !path.is_empty())),
        Some(other) => Err(origin.error(&format!("`{key}` is {}; it must be the path of a file", other.kind()))),
    };
    let (verify, named) = verify(loader, config);
    let insecure = config.get("insecure").is_some_and(Value::is_something);
    let verify = verify && !insecure;
    let mut cacert = path("cacert")?;
    if cacert.is_some() && !verify {
        notes.warn(format!(
            "{}: `cacert` is of no use: by `verify` or `insecure`, servers need not prove who they are",
            origin.name()
        ));
        cacert = None;
    }
    let cacert = cacert.or(named.filter(|_| verify));
    let (cert, key) = (path("cert")?, path("key")?);
    if cert.is_none() && key.is_some() && !loader.strict {
        notes.warn(format!("{}: `key` is of no use without `cert`", origin.name()));
    }
    let key = key.filter(|_| cert.is_some());
    Ok(Tls { verify, cacert, cert, key })
}

/// Whether plain http will do for services though the sign-in is https; no established client asks.
pub(crate) fn insecure_endpoints(config: &Map, origin: &Origin) -> Result<bool> {
    let key = "allow_insecure_endpoints";
    let known = match config.get(key) {
        None | Some(Value::Null) => Some(false),
        Some(Value::Bool(allowed)) => Some(*allowed),
        Some(Value::Text(text)) => is_yes(text),
        Some(_) => None,
    };
    known.ok_or_else(|| origin.error(&format!("`{key}` must be true or false")))
}

/// Whether to verify, and by which certificates if `verify` is a path.
fn verify(loader: &Loader, config: &Map) -> (bool, Option<PathBuf>) {
    match config.get("verify") {
        None => (true, None),
        Some(Value::Text(text)) if !text.is_empty() => match is_yes(text).filter(|_| !loader.strict) {
            Some(verify) => (verify, None),
            None if loader.strict => (true, Some(PathBuf::from(text.as_str()))),
            None => (true, Some(loader.expanded(text))),
        },
        Some(other) => (other.is_something(), None),
    }
}
