//! Files of certificates and keys: what is in them, said in words where it is not what was wanted.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// One file and the sections found in it.
pub(super) struct Pem {
    what: &'static str,
    path: PathBuf,
    sections: Vec<Section>,
}

struct Section {
    label: String,
    text: Zeroizing<String>,
}

impl Pem {
    /// Reads `path`; `what` names it in errors.
    pub(super) fn read(what: &'static str, path: &Path) -> Result<Self> {
        let mut pem = Self { what, path: path.to_owned(), sections: Vec::new() };
        let bytes = std::fs::read(path).map_err(|e| pem.problem(&format!("cannot be read: {e}")).with_source(e))?;
        let bytes = Zeroizing::new(bytes);
        let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
        let mut rest = text.as_str();
        while let Some(at) = rest.find(BEGIN) {
            let section = &rest[at..];
            let label = section[BEGIN.len()..].split(DASHES).next().unwrap_or_default().trim().to_owned();
            let end = format!("-----END {label}-----");
            let Some(stop) = section.find(&end) else {
                return Err(pem.problem(&format!("breaks off: its section {label} has no end")));
            };
            let (section, after) = section.split_at(stop + end.len());
            pem.sections.push(Section { label, text: Zeroizing::new(format!("{section}\n")) });
            rest = after;
        }
        match pem.sections.is_empty() {
            false => Ok(pem),
            true if bytes.is_empty() => Err(pem.problem("is empty")),
            true if bytes.starts_with(&[0x30]) => {
                Err(pem.problem("is not PEM but, it seems, DER or PKCS#12; `openssl x509` or `openssl pkcs12` makes PEM of it"))
            }
            true => Err(pem.problem("is not PEM: it has no line that begins with -----BEGIN")),
        }
    }

    /// All certificates, one after the other.
    pub(super) fn certificates(&self) -> Result<String> {
        let certificates: String = self.sections.iter().filter(|s| s.label == "CERTIFICATE").map(|s| s.text.as_str()).collect();
        if certificates.is_empty() {
            Err(self.problem(&format!("has no certificate, only {}", self.labels())))
        } else {
            Ok(certificates)
        }
    }

    /// The one private key.
    pub(super) fn key(&self) -> Result<Zeroizing<String>> {
        let mut keys = self.sections.iter().filter(|s| s.label.ends_with("PRIVATE KEY"));
        let Some(key) = keys.next() else { return Err(self.problem(&format!("has no private key, only {}", self.labels()))) };
        if keys.next().is_some() {
            return Err(self.problem("has several private keys; leave the one that belongs to the certificate"));
        }
        // The older encryption leaves the label as it is and tells of itself within.
        if key.label.starts_with("ENCRYPTED") || key.text.contains("Proc-Type: 4,ENCRYPTED") {
            return Err(self.problem(
                "has an encrypted key, and there is no setting for its passphrase; `openssl pkey -in FILE -out NEW` decrypts it",
            ));
        }
        if !cfg!(feature = "rustls") && key.label != "PRIVATE KEY" {
            return Err(self.problem(&format!(
                "has a key of the kind {}, and native-tls takes PKCS#8 only; `openssl pkcs8 -topk8 -nocrypt -in FILE -out NEW` makes it",
                key.label
            )));
        }
        Ok(key.text.clone())
    }

    pub(super) fn problem(&self, why: &str) -> Error {
        Error::new(ErrorKind::Configuration, format!("{} `{}` {why}", self.what, self.path.display()))
    }

    fn labels(&self) -> String {
        let mut labels: Vec<_> = self.sections.iter().map(|s| s.label.as_str()).collect();
        labels.dedup();
        labels.join(", ")
    }
}
