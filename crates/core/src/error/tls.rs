//! Failures of TLS: what they mean, and what to try.

use std::error::Error as StdError;

#[cfg(feature = "rustls")]
use rustls::{AlertDescription as Alert, CertificateError as Refused};

const UNTRUSTED: &str = "if the service has a certificate authority of its own, name its file: `cacert` of clouds.yaml, `OS_CACERT`, \
    or `TlsOptions::with_ca_file`";
const DATE: &str = "have its certificate renewed, or set this machine's clock";
const NAME: &str = "take the name that its certificate is for into the URL";
const CLIENT: &str = "it seems to want a certificate of the client that it trusts: `cert` and `key` of clouds.yaml, `OS_CERT` and `OS_KEY`, \
    or `TlsOptions::with_client_certificate`";
const PLAIN: &str = "no TLS is spoken there: does its URL begin with http://?";
const PROTOCOL: &str = "the two sides have no TLS in common (1.2 or newer is spoken here)";

/// What to try where TLS failed for good; `None` for other failures and those that may pass.
///
/// Beyond the handshake (`connecting` is false) only the refusal of a client's certificate counts, which TLS 1.3 tells no earlier.
pub(super) fn remedy(error: &(dyn StdError + 'static), connecting: bool) -> Option<&'static str> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = known(error, connecting) {
            return Some(found);
        }
        // An io::Error hides what it holds from `source()`.
        if let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref)
            && let Some(found) = remedy(inner, connecting)
        {
            return Some(found);
        }
        next = error.source();
    }
    None
}

#[cfg(feature = "rustls")]
fn known(error: &(dyn StdError + 'static), connecting: bool) -> Option<&'static str> {
    use rustls::Error as Tls;
    match error.downcast_ref::<Tls>()? {
        Tls::AlertReceived(alert) => match alert {
            Alert::CertificateRequired
            | Alert::NoCertificate
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied => Some(CLIENT),
            Alert::InternalError | Alert::UserCanceled => None,
            _ => Some(PROTOCOL).filter(|_| connecting),
        },
        _ if !connecting => None,
        Tls::InvalidCertificate(why) => Some(match why {
            Refused::Expired | Refused::ExpiredContext { .. } | Refused::NotValidYet | Refused::NotValidYetContext { .. } => DATE,
            Refused::NotValidForName | Refused::NotValidForNameContext { .. } => NAME,
            _ => UNTRUSTED,
        }),
        Tls::InvalidMessage(_) => Some(PLAIN),
        _ => Some(PROTOCOL),
    }
}

/// The libraries behind native-tls have their words only.
#[cfg(all(feature = "native-tls", not(feature = "rustls")))]
fn known(error: &(dyn StdError + 'static), connecting: bool) -> Option<&'static str> {
    let text = error.to_string().to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match () {
        () if says(&["alert certificate", "alert bad certificate", "alert unknown ca", "certificate required"]) => Some(CLIENT),
        () if !connecting => None,
        () if says(&["has expired", "not yet valid"]) => Some(DATE),
        () if says(&["hostname mismatch", "ip address mismatch"]) => Some(NAME),
        () if says(&["certificate"]) => Some(UNTRUSTED),
        () if says(&["wrong version number", "packet length", "http request"]) => Some(PLAIN),
        () if says(&["ssl routines"]) => Some(PROTOCOL),
        () => None,
    }
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
fn known(_: &(dyn StdError + 'static), _: bool) -> Option<&'static str> {
    let _ = (UNTRUSTED, DATE, NAME, CLIENT, PLAIN, PROTOCOL);
    None
}
